"""Epoch AI: "Data on AI Models" (all, large-scale, frontier and notable models)."""

from __future__ import annotations

from pipeline.datasets.base import Connector

EPOCH = Connector(
    id="epoch",
    publisher="Epoch AI",
    page="https://epoch.ai/data/ai-models",
    licence="CC BY 4.0",
    title="Data on AI models",
    name=("Model", "System"),
    published=("Publication date",),
    compute=("Training compute (FLOP)",),
    developer=("Organization",),
    low=("Training compute lower bound",),
    high=("Training compute upper bound",),
    label=("Confidence",),
    labels={"confident": "confident", "likely": "likely", "speculative": "speculative"},
    marks_wrong="wrong",
    notability=("Notability criteria",),
    link=("Link",),
)
