"""The closed vocabularies of the record, stated once.

What belongs here: words that contracts, notes and comments share. What does not: what
they do. A kind of evidence is described, field by field, in notes/evidence.py.
"""

from __future__ import annotations

from typing import Literal, get_args

# Stages of training. `total` is the whole run, base included; `post_training` is all
# of it after the base: further pre-training, fine-tuning and reasoning.
Stage = Literal["pretraining", "sft", "reasoning", "post_training", "total"]
STAGES: tuple[str, ...] = get_args(Stage)

Evidence = Literal[
    "flop",
    "chip_hours",
    "chips_x_time",
    "tokens_x_params",
    "rollouts",
    "throughput",
    "cost",
    "ratio",
    "share_of_pretraining",
    "share_of_run",
    "benchmark_parity",
    "bound",
    "growth_rate",
    "score",
    "forecast",
]
EVIDENCE: tuple[str, ...] = get_args(Evidence)
# Stages that run their chips far below pre-training's utilisation, so that operations
# and accelerator time are two figures: each has a second node, named with OPERATIONS.
TWO_LEDGERS = ("reasoning", "post_training")
OPERATIONS = "@operations"
Measure = Literal["accelerator_time", "operations"]
MEASURES: tuple[str, ...] = get_args(Measure)

# Kinds without a level, and so without a node: a pace, and a comparison of ledgers.
WITHOUT_NODE = ("growth_rate", "throughput")

# What a forecast is about. `largest_…` are records of a date, `growth_of_largest` is
# that from the day it is made, `threshold_by_date` whether some run reaches a level.
ForecastQuantity = Literal[
    "largest_total",
    "growth_of_largest",
    "largest_reasoning",
    "reasoning_share",
    "run_total",
    "threshold_by_date",
    "models_above",
    "run_cost",
    "cluster",
]
FORECAST_QUANTITIES: tuple[str, ...] = get_args(ForecastQuantity)

# What a figure counts: FLOP executed, chip time valued at the utilisation of
# pre-training, or money (which buys chip time).
Basis = Literal["accelerator_time", "operations", "cost"]
BASES: tuple[str, ...] = get_args(Basis)

# What the stated range of a claim covers: how a known total splits over stages, the
# base model only, or all that is uncertain about the figure.
Covers = Literal["all", "split", "base"]
COVERS: tuple[str, ...] = get_args(Covers)

SourceKind = Literal["primary", "analyst", "press", "scrape"]
SOURCE_KINDS: tuple[str, ...] = get_args(SourceKind)

Status = Literal["accepted", "draft", "doubtful", "retracted", "withdrawn"]
STATUSES: tuple[str, ...] = get_args(Status)

Precision = Literal["bf16", "fp8"]
PRECISIONS: tuple[str, ...] = get_args(Precision)

Grade = Literal["confident", "likely", "speculative"]
GRADES: tuple[str, ...] = get_args(Grade)

# A flagship is its lab's largest or leading model of the day, a derivative is trained
# from another model, a research model answers a question and is no product.
Role = Literal["flagship", "derivative", "research"]
ROLES: tuple[str, ...] = get_args(Role)

# Weights with data and code; weights alone; served but not handed out; neither.
Openness = Literal["open_source", "open_weights", "closed", "unreleased"]
OPENNESS: tuple[str, ...] = get_args(Openness)

# What becomes of an observation at a vintage.
ObservationRole = Literal["fused", "echo", "held_out", "arithmetic", "test", "unused"]
OBSERVATION_ROLES: tuple[str, ...] = get_args(ObservationRole)
