"""Contracts of the raw layer: what sources say, as they say it.

What belongs here: tables whose rows are copied from authored files. What does not:
anything computed. Values keep all their digits (`exact`).
"""

from __future__ import annotations

from pipeline.contracts.table import (
    CLAIM,
    SLUG,
    Day,
    Flag,
    Number,
    Table,
    Text,
    Whole,
    column,
)
from pipeline.vocabulary import (
    BASES,
    COVERS,
    EVIDENCE,
    FORECAST_QUANTITIES,
    SOURCE_KINDS,
    STAGES,
    STATUSES,
)

OUTCOMES = (
    "used",
    "withdrawn",
    "no_compute",
    "bound_only",
    "no_date",
    "no_name",
    "duplicate",
    "unreadable",
    "implausible",
    "marked_wrong",
    "before_release",
)
REVISIONS = ("added", "revised", "relabelled", "withdrawn", "renamed", "gone")


class Sources(Table):
    """One row per source document: who said it, where, when, and in which note."""

    source_id: Text = column("slug of the source", pattern=SLUG)
    title: Text = column("title of the document")
    publisher: Text = column("who published it")
    author: Text = column("who wrote it, where named", null=True)
    url: Text = column("where it can be read", pattern=r"^https?://")
    licence: Text = column("terms of a dataset; a note quotes", null=True)
    published_on: Day = column("date of publication", unit="date")
    retrieved_on: Day = column("date on which it was read", unit="date", null=True)
    kind: Text = column("standing of the source", one_of=SOURCE_KINDS)
    language: Text = column("language code of the document")
    note_path: Text = column("note or dataset file, relative to sources/")
    note_sha256: Text = column("sha256 of that file", pattern=r"^[0-9a-f]{64}$")

    class Config:
        """Key and name."""

        name = "raw.sources"
        unique = ["source_id"]


class Claims(Table):
    """One row per claim about compute, with the figures as the source states them."""

    claim_id: Text = column("source id / claim id", pattern=CLAIM)
    source_id: Text = column(
        "source of the claim", pattern=SLUG, references="raw.sources.source_id"
    )
    model_id: Text = column(
        "model it is about; NULL for a class or a growth rate",
        null=True,
        references="core.models.model_id",
    )
    applies_to: Text = column(
        "members of the class it is about, comma-separated model ids", null=True
    )
    stage: Text = column("stage of training", null=True, one_of=STAGES)
    evidence: Text = column("kind of evidence; decides the formula", one_of=EVIDENCE)
    value: Number = column(
        "stated value in `unit`; NULL where only a range or inputs are stated",
        null=True,
        exact=True,
        gt=0,
    )
    unit: Text = column("unit of value, low and high", null=True)
    low: Number = column("lower end of the stated range", null=True, exact=True, gt=0)
    high: Number = column("upper end of the stated range", null=True, exact=True, gt=0)
    range_covers: Text = column(
        "what the range covers: all that is uncertain, only how a known total splits, "
        "or only the base model; a part never narrows the label of its source",
        one_of=COVERS,
    )
    bound: Text = column(
        "upper: the truth is at most the value; lower: at least; NULL: about",
        null=True,
        one_of=("upper", "lower"),
    )
    inputs: Text = column(
        "further stated inputs (tokens, parameters, chips, …) as a JSON object",
        null=True,
    )
    reference_model_id: Text = column(
        "model it is compared with", null=True, references="core.models.model_id"
    )
    reference_stage: Text = column("stage compared with", null=True, one_of=STAGES)
    basis: Text = column(
        "what the figure counts: operations executed, accelerator time, or money; "
        "NULL: not said, and read as accelerator time",
        null=True,
        one_of=BASES,
    )
    basis_reason: Text = column(
        "why it is read so, where the source does not say", null=True
    )
    hardware_id: Text = column(
        "accelerator", null=True, references="core.hardware.hardware_id"
    )
    precision: Text = column("training precision that fixes the peak", null=True)
    disclosed_on: Day = column("when the world could know", unit="date")
    locator: Text = column("where in the source")
    summary: Text = column("the claim in our words")
    caveat: Text = column("what is uncertain about it", null=True)
    url: Text = column("where it can be read, if not at the source's url", null=True)
    repeats: Text = column(
        "claim on the same quantity that this one echoes; never counted twice",
        null=True,
        references="raw.claims.claim_id",
    )
    supersedes: Text = column(
        "claims that this one replaces from its date on, comma-separated", null=True
    )
    derived_from: Text = column(
        "claims of the record that its source computed it from, comma-separated: fused "
        "only while one of them is missing",
        null=True,
    )
    status: Text = column("accepted claims enter the estimates", one_of=STATUSES)
    withdrawn_on: Day = column(
        "date on which its dataset blanked it; vintages before keep it",
        unit="date",
        null=True,
    )

    class Config:
        """Key and name."""

        name = "raw.claims"
        unique = ["claim_id"]


class BulkRows(Table):
    """The account of the datasets: every row, used or not, with the reason."""

    dataset: Text = column(
        "source id of the file", pattern=SLUG, references="raw.sources.source_id"
    )
    row: Whole = column("row of the file, from 1 after the header", ge=1)
    name: Text = column("name of the model, cleaned", null=True)
    model_id: Text = column(
        "model it is about; NULL where the row makes none",
        null=True,
        references="core.models.model_id",
    )
    outcome: Text = column(
        "used; withdrawn: blank where an earlier file had a value; else why it is "
        "of no use",
        one_of=OUTCOMES,
    )
    reason: Text = column("the outcome in words, where there is more to say", null=True)
    claim_id: Text = column(
        "claim made of it", null=True, references="raw.claims.claim_id"
    )
    registered: Flag = column("whether models.yaml knows the name, by alias")
    near: Text = column(
        "registered model of nearly this name; a person decides and adds the alias",
        null=True,
        references="core.models.model_id",
    )

    class Config:
        """Key and name."""

        name = "raw.bulk_rows"
        unique = ["dataset", "row"]


class BulkRevisions(Table):
    """What changed between two files of a dataset, model by model."""

    model_id: Text = column("model", references="core.models.model_id")
    dataset_before: Text = column(
        "file that had the old state", references="raw.sources.source_id"
    )
    dataset_after: Text = column(
        "file that has the new one", references="raw.sources.source_id"
    )
    kind: Text = column(
        "added: compute where there was none; revised: another figure; relabelled: "
        "the same figure, another spread; withdrawn: blank; renamed; gone: no row",
        one_of=REVISIONS,
    )
    old: Text = column("figure and label before, or the name", null=True)
    new: Text = column("figure and label after, or the name", null=True)
    ratio: Number = column("new figure ÷ old one", unit="ratio", null=True, gt=0)

    class Config:
        """Key and name."""

        name = "raw.bulk_revisions"
        unique = ["model_id", "dataset_after", "kind"]


class Scores(Table):
    """Benchmark scores with the protocol under which they were taken."""

    score_id: Text = column("source id / claim id", pattern=CLAIM)
    source_id: Text = column(
        "source of the score", pattern=SLUG, references="raw.sources.source_id"
    )
    model_id: Text = column("model scored", references="core.models.model_id")
    benchmark: Text = column("benchmark")
    protocol: Text = column("pass@1, cons@64, …; scores compare only within one")
    effort: Text = column("reasoning effort where the model has settings", null=True)
    score: Number = column("score", unit="%", exact=True, ge=0, le=100)
    stderr: Number = column(
        "standard error", unit="percentage points", null=True, exact=True, ge=0
    )
    curve: Text = column("training curve of which this is a point", null=True)
    reasoning_steps: Number = column(
        "RL steps at this point", unit="steps", null=True, exact=True, ge=0
    )
    reasoning_flop: Number = column(
        "reasoning compute at this point where stated (may be relative on a curve)",
        unit="FLOP",
        null=True,
        exact=True,
        gt=0,
    )
    disclosed_on: Day = column("when the world could know", unit="date")
    locator: Text = column("where in the source")
    summary: Text = column("the score in our words")
    repeats: Text = column("score that this one echoes", null=True)
    status: Text = column("accepted scores enter the curves", one_of=STATUSES)

    class Config:
        """Key and name."""

        name = "raw.scores"
        unique = ["score_id"]


class Forecasts(Table):
    """What people expected of training compute, as they said it; never evidence."""

    forecast_id: Text = column("source id / claim id", pattern=CLAIM)
    source_id: Text = column(
        "source of the forecast", pattern=SLUG, references="raw.sources.source_id"
    )
    forecaster: Text = column("who made it")
    quantity: Text = column(
        "what it is about: the largest run of the target date (total or reasoning), "
        "its growth from made_on on, the total of one run, whether some run reaches "
        "the threshold, how many models lie above it, cost of the largest run, chips "
        "of the largest cluster",
        one_of=FORECAST_QUANTITIES,
    )
    model_id: Text = column(
        "the run it is about, if one", null=True, references="core.models.model_id"
    )
    among: Text = column(
        "open: only models with open weights", null=True, one_of=("open",)
    )
    unit: Text = column("unit of value, low and high")
    made_on: Day = column("when it was made", unit="date")
    target_on: Day = column("the date that it is about", unit="date")
    value: Number = column(
        "stated middle or bound", unit="as `unit` says", null=True, exact=True, gt=0
    )
    bound: Text = column(
        "lower: at least the value; upper: at most; NULL: about the value",
        null=True, one_of=("upper", "lower"),
    )  # fmt: skip
    low: Number = column(
        "lower end as stated", unit="as `unit` says", null=True, exact=True, gt=0
    )
    high: Number = column(
        "upper end as stated", unit="as `unit` says", null=True, exact=True, gt=0
    )
    level: Number = column(
        "probability inside low to high, where stated; NULL: a range without one",
        unit="probability", null=True, gt=0, le=1,
    )  # fmt: skip
    threshold: Number = column(
        "level of compute asked for", unit="FLOP", null=True, exact=True, gt=0
    )
    probability: Number = column(
        "stated chance that it comes true", unit="probability", null=True, ge=0, le=1
    )
    rule: Text = column("how its author would settle it, in our words")
    locator: Text = column("where in the source")
    summary: Text = column("the forecast in our words")
    caveat: Text = column("what is uncertain about it", null=True)
    url: Text = column("where it can be read, if not at the source's url", null=True)
    repeats: Text = column("forecast that this one echoes", null=True)
    status: Text = column("accepted forecasts are scored", one_of=STATUSES)

    class Config:
        """Key and name."""

        name = "raw.forecasts"
        unique = ["forecast_id"]


class Corrections(Table):
    """Known errors in a source; the claim itself stays as its source has it."""

    claim_id: Text = column(
        "claim in error", pattern=CLAIM, references="raw.claims.claim_id"
    )
    problem: Text = column("what is wrong with it")
    correct: Number = column(
        "the right figure in the claim's unit", null=True, exact=True
    )
    action: Text = column(
        "hold_out: no weight, but tested; annotate: keeps its role",
        one_of=("hold_out", "annotate"),
    )
    source: Text = column("how it is known")
    expect: Number = column("the faulty figure as it stands in the claim", exact=True)

    class Config:
        """Key and name."""

        name = "raw.corrections"
        unique = ["claim_id"]


class Rejected(Table):
    """What could not be read, why, and what to do; one bad note stops no other."""

    path: Text = column("file, relative to sources/")
    line: Whole = column("line of the fault; 0 = the whole file", ge=0)
    field: Text = column("field at fault; '' = none")
    found: Text = column("what stands there", null=True)
    problem: Text = column("what is wrong")
    remedy: Text = column("what to do")

    class Config:
        """Key and name."""

        name = "raw.rejected"
        unique = ["path", "line", "field", "problem"]
