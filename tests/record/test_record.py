"""The record itself: that what people wrote down is well-formed, sane and complete.

Every rule is a function from the record to a list of faults. One test holds the shipped
record against it; `test_a_rule_sees_a_breach` shows on the frozen one that it can fail.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
import yaml

from pipeline.lake.inputs import read_inputs
from pipeline.notes.record import Record, read_record
from pipeline.notes.registry import folded
from pipeline.vocabulary import BASES
from tests import loaded

SOURCES = Path(__file__).parents[2] / "sources"
EMBARGO = timedelta(days=31)

# Claims that the world could know before their source came out, with the reason.
EARLIER: dict[str, str] = {}
# Echoes that read the same statement as another figure, with the reason.
READ_DIFFERENTLY = {
    "epoch-notable-models-2026-07/grok-4-rl-share": "a lower reading of xAI's slide",
    "openai-ai-and-compute/doubling": "the same trend as a doubling time",
}
MAGNITUDES = {
    "FLOP": (1e14, 1e28),
    "chip-hours": (1, 1e9),
    "USD": (100, 1e11),
    "fraction": (1e-6, 10),
    "ratio": (1e-5, 1e3),
}
INPUT_MAGNITUDES = {
    "tokens": (1e6, 1e15),
    "parameters": (1e7, 1e14),
    "epochs": (1, 1e3),
    "chips": (1, 1e6),
    "duration": (0.1, 2e4),
    "utilisation": (0.005, 0.8),
    "steps": (1, 1e6),
    "prompts": (1, 1e6),
    "samples": (1, 1e4),
    "mean_tokens": (10, 1e6),
    "prompt_tokens": (1, 1e6),
    "gradient_passes": (1, 100),
    "price_per_hour": (0.05, 50),
}
# Kinds that may count operations or chip time, and say which for RL.
COUNTED = {"flop", "ratio", "bound", "share_of_pretraining", "share_of_run"}
QUOTED = re.compile('["“„«]([^"“”„«»]+)["”“»]')
LONGEST_QUOTE = 15
MACHINE_PATH = re.compile(r"(?<![\w./])/(?:work|tmp|home|root|mnt)/")
EDITIONS = ("epoch-ai-models-2025-04", "epoch-notable-models-2026-07")
WITHDRAWN = ("gpt-4o", "claude-3-opus", "gemini-1-5-pro", "glm-4-plus")
FEWEST = {
    "claims on compute": 450,
    "models": 200,
    "sources": 145,
    "reasoning claims": 150,
    "reasoning models": 60,
    "scores with protocol": 200,
}
SPELLINGS = {
    "o1": "o1",
    "o1-preview": "o1-preview",
    "o1-mini": "o1-mini",
    "o1 (high)": "o1",
    "o1-2024-12-17": "o1",
    "o3": "o3",
    "o3-preview": "o3-preview",
    "GPT-5 (high)": "gpt-5",
    "GPT-4.5": "gpt-4-5",
    "Claude 3.7 Sonnet (64K)": "claude-3-7-sonnet",
    "Llama 3.1-405B": "llama-3-1-405b",
    "DeepSeek-V3.2 reasoner": "deepseek-v3-2",
    "DeepSeek-R1": "deepseek-r1",
    "deepseek-r1-zero": "deepseek-r1-zero",
    "Grok-3": "grok-3",
    "Grok\u00a03": "grok-3",
    "grok 3\n": "grok-3",
    "Phi-4-reasoning-plus": "phi-4-reasoning-plus",
    "Gemini 2.5 Pro (Mar 2025)": "gemini-2-5-pro",
}
# The traps of the public record, as their sources state them.
CLAIM_TRAPS = {
    "the scrape's floor of 1e26": (
        "qbitai-2025-05-14/amodei-floor",
        {"bound": "lower", "value": 1e26, "applies_to": "o1, o3"},
    ),
    "20 trillion tokens against 6e23": (
        "qbitai-2025-05-14/r1-flop",
        {"value": 6e23, "tokens": 2e13},
    ),
    "$29.4M for $294K": ("aiinsightdaily-nature/r1-cost-29-4m", {"value": 29.4e6}),
    "648 H800 for 512": ("hyperai-44332/r1-chips-time", {"chips": 648}),
    "the $12M rumour": ("rdworldonline-r1/r1-cost-12m", {"value": 12e6}),
    "MiniMax with two digits swapped": (
        "reportify-minimax-m1/rl-cost-slip",
        {"value": 537_400, "repeats": "minimax-m1/rl-cluster-time"},
    ),
    "MiniMax as disclosed": ("minimax-m1/rl-cost", {"value": 534_700}),
    "Inkling without the six of 6ND": (
        "epoch-notable-models-2026-07/inkling",
        {"value": 1.845e24, "tokens": 45e12, "parameters": 41e9},
    ),
    "Phi's bound as a bound": (
        "epoch-how-far-can-reasoning-models-scale/phi-share",
        {"value": 1e-4, "bound": "upper", "model_id": "phi-4-reasoning-plus"},
    ),
    "Phi's bound as a point": (
        "qbitai-2025-05-14/phi-share",
        {
            "value": 1e-4,
            "bound": None,
            "model_id": "phi-4-reasoning",
            "status": "doubtful",
        },
    ),
    "the first o1 as a model": (
        "qbitai-2025-05-14/first-o1-ratio",
        {"value": 1e-4, "model_id": "o1", "reference_model_id": "o3"},
    ),
    "more than tenfold as an echo": (
        "scalerl-paper-echoes/o3-o1-ratio",
        {"bound": "lower", "repeats": "openai-o3-o4-mini/o3-o1-ratio"},
    ),
    "every three to five months": (
        "techcrunch-reasoning-slowdown/reasoning-growth",
        {"repeats": "epoch-how-far-can-reasoning-models-scale/reasoning-pace"},
    ),
    "R1 before the disclosure": (
        "epoch-deepseek-r1-training/rl-flop",
        {"value": 6.1e23},
    ),
    "R1's hours": (
        "deepseek-r1-nature/r1-hours",
        {"value": 142_000, "precision": "bf16", "hardware_id": "h800"},
    ),
    "R1's hours in Epoch's FLOP": (
        "epoch-notable-models-2026-07/deepseek-r1-rl",
        {"value": 1.83e23, "repeats": "deepseek-r1-nature/r1-hours"},
    ),
    "R1-Zero in hours": ("deepseek-r1-nature/r1-zero-hours", {"value": 101_000}),
    "R1-Zero in rollouts": (
        "deepseek-r1-nature/r1-zero-rollouts",
        {"evidence": "rollouts", "steps": 10_400, "repeats": None},
    ),
}
SCORE_TRAPS = {
    "o1 with one answer": ("o1", "AIME 2024", "pass@1", 74.4),
    "o1 with a vote": ("o1", "AIME 2024", "cons@64", 83.3),
    "o3 as shown": ("o3-preview", "AIME 2024", "unstated", 96.7),
    "o3 as released": ("o3", "AIME 2024", "pass@1", 91.6),
}


@dataclass(frozen=True)
class Written:
    """Everything that is authored: the record, free text by path, corrections."""

    record: Record
    prose: dict[str, str]
    corrections: list[dict[str, object]]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A frame of the record."""
        return self.record.tables[table]

    def with_table(self, table: str, frame: pd.DataFrame) -> Written:
        """The same with one frame replaced."""
        tables = {**self.record.tables, table: frame}
        return replace(self, record=replace(self.record, tables=tables))


def text_of(value: object) -> str | None:
    """A string cell, None where it is missing or empty."""
    return value if isinstance(value, str) and value else None


def listed(value: object) -> list[str]:
    """The parts of a cell that holds a list."""
    return [part.strip() for part in (text_of(value) or "").split(",") if part.strip()]


def number(value: object) -> float:
    """A cell of hardware.csv, NaN where it is empty."""
    return float(value) if isinstance(value, int | float | str) and value else math.nan


def inputs(row: dict[str, object]) -> dict[str, object]:
    """The fields of a claim beyond its value, flat."""
    raw = json.loads(text_of(row["inputs"]) or "{}")
    return {**raw, **raw.pop("inputs_stated", {})}


def numbers(row: dict[str, object]) -> list[float]:
    """Every figure that a claim states."""
    found: list[object] = [row["value"], row["low"], row["high"]]
    for value in inputs(row).values():
        found += value if isinstance(value, list) else [value]
    return [
        float(v)
        for v in found
        if isinstance(v, int | float) and not isinstance(v, bool) and not math.isnan(v)
    ]


def rows_of(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a frame as dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def prose_of(files: dict[str, bytes]) -> dict[str, str]:
    """The free text of every note, and the words of its claims, by place."""
    prose = {}
    for path, data in files.items():
        if not path.startswith("notes/"):
            continue
        _, front, body = data.decode().split("---\n", 2)
        prose[path] = body
        for claim in yaml.safe_load(front)["claims"] or []:
            for name in ("summary", "caveat"):
                prose[f"{path} {claim['id']} {name}"] = claim.get(name) or ""
    return prose


def written_in(files: dict[str, bytes]) -> Written:
    corrections = yaml.safe_load(files["corrections.yaml"])
    return Written(read_record(files, loaded.today()), prose_of(files), corrections)


@pytest.fixture(scope="module")
def written() -> Written:
    return written_in(read_inputs(SOURCES))


@pytest.fixture(scope="module")
def frozen() -> Written:
    return written_in(loaded.frozen())


# --- The rules ----------------------------------------------------------------------


def bad_urls(w: Written) -> list[str]:
    """Addresses that are not https with a host and no blanks."""
    seen = [(r["source_id"], r["url"]) for r in rows_of(w["raw.sources"])]
    seen += [(r["claim_id"], r["url"]) for r in rows_of(w["raw.claims"])]
    faults = []
    for where, url in seen:
        if not isinstance(url, str):
            if "/" not in str(where):
                faults.append(f"{where}: no address")
            continue
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or "." not in host or re.search(r"\s|[<>\"]", url):
            faults.append(f"{where}: {url}")
    return faults


def bad_dates(w: Written) -> list[str]:
    """Dates against the order of things."""
    sources = w["raw.sources"].set_index("source_id")
    newest = max(sources["retrieved_on"])
    faults = [
        f"{k}: published after it was retrieved"
        for k, row in sources.iterrows()
        if row["published_on"] > row["retrieved_on"]
    ]
    for table, key in (("raw.claims", "claim_id"), ("raw.scores", "score_id")):
        for row in rows_of(w[table]):
            name, day = str(row[key]), row["disclosed_on"]
            early = day < sources["published_on"][row["source_id"]]
            if early != (name in EARLIER):
                faults.append(f"{name}: disclosed before its source")
            if day > newest:
                faults.append(f"{name}: disclosed after the newest note")
    for row in rows_of(w["core.models"]):
        if not date(2010, 1, 1) <= row["released_on"] <= newest + EMBARGO:
            faults.append(f"{row['model_id']}: released on {row['released_on']}")
    return faults


def orphans(w: Written) -> list[str]:
    """References to something that the record does not hold, and circles of echoes."""
    claims, scores = w["raw.claims"], w["raw.scores"]
    models = set(w["core.models"]["model_id"])
    days = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    days |= dict(zip(scores["score_id"], scores["disclosed_on"], strict=True))
    echoes: dict[str, str] = {}
    faults = []
    for key, frame in (("claim_id", claims), ("score_id", scores)):
        for row in rows_of(frame):
            name = str(row[key])
            original = text_of(row["repeats"])
            if original:
                echoes[name] = original
            named = [original] if original else []
            named += listed(row.get("supersedes"))
            faults += [f"{name}: no claim {n}" for n in named if n not in days]
            faults += [
                f"{name}: supersedes the later {n}"
                for n in listed(row.get("supersedes"))
                if n in days and days[n] > days[name]
            ]
            people = [text_of(row["model_id"]), text_of(row.get("reference_model_id"))]
            people += listed(row.get("applies_to"))
            faults += [f"{name}: no model {m}" for m in people if m and m not in models]
    for row in rows_of(w["core.models"]):
        base = text_of(row["base_model_id"])
        if base and base not in models:
            faults.append(f"{row['model_id']}: no base model {base}")
    for start in echoes:
        seen, at = {start}, echoes[start]
        while at in echoes and at not in seen:
            seen.add(at)
            at = echoes[at]
        if at in seen:
            faults.append(f"{start}: repeats itself in a circle")
    faults += [
        f"corrections.yaml: no claim {c['claim']}"
        for c in w.corrections
        if c["claim"] not in days
    ]
    return faults


def bad_units(w: Written) -> list[str]:
    """Shares without a basis, chip-hours without a precision or without the peak."""
    claims, hardware = w["raw.claims"], w["core.hardware"].set_index("hardware_id")
    faults = []
    for row in rows_of(claims):
        name, evidence = row["claim_id"], row["evidence"]
        counts = evidence in COUNTED and row["stage"] in ("reasoning", "post_training")
        if counts and text_of(row["basis"]) not in BASES:
            faults.append(f"{name}: it does not say what it counts")
        if evidence in {"chip_hours", "chips_x_time"}:
            precision = text_of(row["precision"])
            peak = f"{precision}_flop_per_s"
            if precision is None or peak not in hardware:
                faults.append(f"{name}: hours without a precision")
            elif not number(hardware[peak].get(row["hardware_id"])) > 0:
                faults.append(f"{name}: no {precision} peak for {row['hardware_id']}")
    return faults


def undescribed(w: Written) -> list[str]:
    """Models without a country, openness or role."""
    said = w["core.models"][["country", "openness", "role"]].notna().all(axis=1)
    return list(w["core.models"].loc[~said, "model_id"])


def bad_magnitudes(w: Written) -> list[str]:
    """Figures that no training run of this world has."""
    faults = []
    for row in rows_of(w["raw.claims"]):
        name, unit = row["claim_id"], text_of(row["unit"])
        if unit:
            least, most = MAGNITUDES[unit]
            stated = [float(row[k]) for k in ("low", "value", "high")]
            known = [v for v in stated if not math.isnan(v)]
            faults += [f"{name}: {v:g} {unit}" for v in known if not least <= v <= most]
            if known != sorted(known):
                faults.append(f"{name}: low, value and high are out of order")
        for field, given in inputs(row).items():
            if field not in INPUT_MAGNITUDES:
                continue
            least, most = INPUT_MAGNITUDES[field]
            values = given if isinstance(given, list) else [given]
            faults += [
                f"{name}: {field} {v:g}" for v in values if not least <= v <= most
            ]
    for row in rows_of(w["raw.scores"]):
        if not 0 <= row["score"] <= 100:
            faults.append(f"{row['score_id']}: a score of {row['score']}")
    for row in rows_of(w["core.hardware"]):
        bf16, fp8 = (number(row[f"{p}_flop_per_s"]) for p in ("bf16", "fp8"))
        low, high = (number(row[f"price_{p}_usd_per_hour"]) for p in ("low", "high"))
        if not 1e11 <= bf16 <= 1e16 or fp8 < bf16 or fp8 > 8 * bf16 or low > high:
            faults.append(f"{row['hardware_id']}: peak or price")
    return faults


def long_quotes(w: Written) -> list[str]:
    """Text that is not ours, beyond a short quotation; paths of somebody's machine."""
    faults = []
    for place, text in w.prose.items():
        for quoted in QUOTED.findall(text):
            if len(quoted.split()) > LONGEST_QUOTE:
                faults.append(f"{place}: {quoted[:60]}…")
        if MACHINE_PATH.search(text):
            faults.append(f"{place}: a path of a machine")
    return faults


def collapsed_names(w: Written) -> list[str]:
    """Names that stand for two models, also when only letters and digits count."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(w["core.models"]):
        aliases = text_of(row["aliases"]) or ""
        for name in (row["model_id"], row["name"], *aliases.split("|")):
            if name:
                owners[re.sub(r"[^\w+]", "", folded(str(name)))].add(row["model_id"])
    return [f"{k}: {sorted(v)}" for k, v in owners.items() if len(v) > 1]


def different_echoes(w: Written) -> list[str]:
    """Echoes of the same kind that state another figure than their original."""
    frame = w["raw.claims"]
    claims = {str(row["claim_id"]): row for row in rows_of(frame)}
    faults = []
    for name, row in claims.items():
        original = claims.get(text_of(row["repeats"]) or "")
        if original is None or name in READ_DIFFERENTLY:
            continue
        if (row["evidence"], row["unit"]) != (original["evidence"], original["unit"]):
            continue
        mine, theirs = float(row["value"]), float(original["value"])
        if not math.isnan(mine) and not 1 / 1.1 <= mine / theirs <= 1.1:
            faults.append(f"{name}: {mine:g}, but {original['claim_id']}: {theirs:g}")
    return faults


def unlinked_editions(w: Written) -> list[str]:
    """Rows of two editions of one file that neither repeat nor supersede each other."""
    flop = w["raw.claims"].query("evidence == 'flop'")
    old, new = (
        {(r["model_id"], r["stage"]): r for r in rows_of(flop[flop.source_id == s])}
        for s in EDITIONS
    )
    faults = []
    for node in old.keys() & new.keys():
        row, before = new[node], old[node]
        if row["status"] != "accepted":
            continue
        same = abs(float(row["value"]) / float(before["value"]) - 1) < 0.01
        linked = (
            text_of(row["repeats"]) == before["claim_id"]
            if same
            else before["claim_id"] in listed(row["supersedes"])
        )
        # Both may echo the same disclosure, which links them through it.
        shared = text_of(row["repeats"]) and row["repeats"] == before["repeats"]
        outdone = node == ("deepseek-r1", "reasoning")  # by the developer's own hours
        if not (linked or shared or outdone):
            faults.append(f"{row['claim_id']}: not linked to {before['claim_id']}")
    return faults


def missing_counts(w: Written) -> list[str]:
    """Counts of the record below what was promised."""
    claims, scores = w["raw.claims"], w["raw.scores"]
    reasoning = claims[claims["stage"] == "reasoning"]
    protocol = scores["protocol"].fillna("unstated") != "unstated"
    named = set(claims["model_id"].dropna()) | set(scores["model_id"])
    have = {
        "claims on compute": len(claims),
        "models": len(named),
        "sources": len(w["raw.sources"]),
        "reasoning claims": len(reasoning),
        "reasoning models": reasoning["model_id"].nunique(),
        "scores with protocol": int(protocol.sum()),
    }
    return [f"{k}: {have[k]} of {v}" for k, v in FEWEST.items() if have[k] < v]


def missing_traps(w: Written) -> list[str]:
    """Traps of the public record that are gone, or were quietly mended."""
    claims = {str(row["claim_id"]): row for row in rows_of(w["raw.claims"])}
    scores = w["raw.scores"]
    faults = []
    for trap, (name, stated) in CLAIM_TRAPS.items():
        if name not in claims:
            faults.append(f"{trap}: no claim {name}")
            continue
        row = claims[name]
        have = {**row, **inputs(row)}
        for field, value in stated.items():
            found = have.get(field)
            fine = (
                text_of(found) == value
                if value is None or isinstance(value, str)
                else found == pytest.approx(value)
            )
            if not fine:
                faults.append(f"{trap}: {field} is {found}, not {value}")
    for trap, (model, benchmark, protocol, value) in SCORE_TRAPS.items():
        hit = scores[
            (scores["model_id"] == model)
            & (scores["benchmark"] == benchmark)
            & (scores["protocol"] == protocol)
            & ((scores["score"] - value).abs() < 0.05)
        ]
        if hit.empty:
            faults.append(f"{trap}: no such score")
    for model in WITHDRAWN:
        row = claims.get(f"{EDITIONS[0]}/{model}")
        if row is None or "withdrawn" not in (text_of(row["caveat"]) or ""):
            faults.append(f"{model}: does not say that it was withdrawn")
    return faults


def stale_corrections(w: Written) -> list[str]:
    """Corrections of something that is no longer wrong, or not well described."""
    claims = {str(row["claim_id"]): row for row in rows_of(w["raw.claims"])}
    faults = []
    named = [c["claim"] for c in w.corrections]
    faults += [f"{n}: corrected twice" for n in set(named) if named.count(n) > 1]
    for entry in w.corrections:
        name = str(entry["claim"])
        fields = {"claim", "problem", "correct", "action", "expect", "source"}
        if set(entry) != fields or entry["action"] not in {"hold_out", "annotate"}:
            faults.append(f"{name}: fields or action")
        figures = [entry["expect"], entry["correct"]]
        if any(isinstance(f, str) for f in figures) or figures[0] in (None, figures[1]):
            faults.append(f"{name}: expect and correct are not two plain numbers")
        elif name in claims and not any(
            math.isclose(n, entry["expect"], rel_tol=1e-9)
            for n in numbers(claims[name])
        ):
            faults.append(f"{name}: stale, it no longer states {entry['expect']}")
    return faults


# --- The record against the rules ---------------------------------------------------


def test_the_record_reads_without_a_fault(written: Written) -> None:
    """Nothing was rejected, and nothing is empty."""
    assert written.record.faults == ()
    assert len(written.record.notes) == len(list((SOURCES / "notes").glob("*.md")))


def test_addresses_are_well_formed(written: Written) -> None:
    """Every source has an https address, every claim has one or its source's."""
    assert bad_urls(written) == []


def test_dates_are_sane(written: Written) -> None:
    """Nothing is disclosed before its source or after the newest note."""
    assert bad_dates(written) == []


def test_no_reference_is_an_orphan(written: Written) -> None:
    """Echoes, successors, models, bases and corrections name what exists."""
    assert orphans(written) == []


def test_units_are_complete(written: Written) -> None:
    """Figures of RL say what they count; hours have a precision and its peak."""
    assert bad_units(written) == []


def test_models_are_described(written: Written) -> None:
    """Every model has a country, an openness and a role."""
    assert undescribed(written) == []
    assert undescribed(changed(written, "core.models", "role", None, "beam")) == [
        "beam"
    ]


def test_magnitudes_are_plausible(written: Written) -> None:
    """No figure lies outside what its kind can be."""
    assert bad_magnitudes(written) == []


def test_the_text_is_ours(written: Written) -> None:
    """Quotations are short, and no text betrays where it was written."""
    assert long_quotes(written) == []


def test_no_two_models_share_a_name(written: Written) -> None:
    """Ids, names and aliases stay apart even without punctuation."""
    assert collapsed_names(written) == []


@pytest.mark.parametrize(("spelling", "model"), SPELLINGS.items())
def test_a_spelling_resolves(written: Written, spelling: str, model: str) -> None:
    """Each spelling in use means one model."""
    assert written.record.registry.model(spelling) == model


def test_an_unknown_name_resolves_to_nothing(written: Written) -> None:
    """A name is matched, never guessed."""
    assert written.record.registry.model("o1 (hihg)") is None


def test_echoes_say_the_same(written: Written) -> None:
    """An echo of the same kind has the figure of its original."""
    assert different_echoes(written) == []
    assert set(READ_DIFFERENTLY) <= set(written["raw.claims"]["claim_id"])


def test_editions_are_linked(written: Written) -> None:
    """A row of a later edition repeats the older one or replaces it."""
    assert unlinked_editions(written) == []


def test_the_record_is_as_large_as_promised(written: Written) -> None:
    """Claims, models, sources, reasoning claims and scores reach their counts."""
    assert missing_counts(written) == []


def test_the_traps_are_in_the_record(written: Written) -> None:
    """Every known error of the public record stands as its source has it."""
    assert missing_traps(written) == []


def test_corrections_are_not_stale(written: Written) -> None:
    """Each correction still meets the faulty figure, and says what is wrong."""
    assert stale_corrections(written) == []


# --- The rules against a broken record ----------------------------------------------


def changed(
    w: Written, table: str, column: str, value: object, where: str = ""
) -> Written:
    """The record with one cell changed, by default in the first row."""
    frame = w[table].copy()
    key = frame.columns[0]
    at = frame.index[frame[key] == where][0] if where else frame.index[0]
    frame[column] = frame[column].astype(object)
    frame.loc[at, column] = value
    return w.with_table(table, frame)


R1_HOURS = "deepseek-r1-nature/r1-hours"
R1_SHARE = "lambert-rlhf-book/r1-share"
GPT_3 = "openai-gpt-3/total"
INKLING = "epoch-notable-models-2026-07/inkling"
BREACHES = {
    "http": (bad_urls, "raw.sources", "url", "http://example.org/a", ""),
    "host": (bad_urls, "raw.sources", "url", "https://nowhere/a", ""),
    "no address": (bad_urls, "raw.sources", "url", None, ""),
    "early": (bad_dates, "raw.claims", "disclosed_on", date(2001, 1, 1), ""),
    "late": (bad_dates, "raw.claims", "disclosed_on", date(2030, 1, 1), ""),
    "release": (bad_dates, "core.models", "released_on", date(2030, 1, 1), ""),
    "retrieved": (bad_dates, "raw.sources", "published_on", date(2100, 1, 1), ""),
    "echo": (orphans, "raw.claims", "repeats", "nobody/said-so", ""),
    "circle": (orphans, "raw.claims", "repeats", R1_HOURS, R1_HOURS),
    "successor": (orphans, "raw.claims", "supersedes", "nobody/said-so", ""),
    "model": (orphans, "raw.claims", "reference_model_id", "nobody", ""),
    "class": (orphans, "raw.claims", "applies_to", "o1, nobody", ""),
    "base": (orphans, "core.models", "base_model_id", "nobody", ""),
    "corrected": (orphans, "raw.claims", "claim_id", "renamed/claim", INKLING),
    "basis": (bad_units, "raw.claims", "basis", None, R1_SHARE),
    "counting": (bad_units, "raw.claims", "stage", "reasoning", GPT_3),
    "precision": (bad_units, "raw.claims", "precision", None, R1_HOURS),
    "peak": (bad_units, "core.hardware", "bf16_flop_per_s", float("nan"), "h800"),
    "FLOP": (bad_magnitudes, "raw.claims", "value", 9e11, INKLING),
    "hours": (bad_magnitudes, "raw.claims", "value", 1e12, R1_HOURS),
    "share": (bad_magnitudes, "raw.claims", "value", 20.0, R1_SHARE),
    "order": (bad_magnitudes, "raw.claims", "low", 1e27, INKLING),
    "chips": (bad_magnitudes, "raw.claims", "inputs", '{"chips": 1e9}', R1_HOURS),
    "score": (bad_magnitudes, "raw.scores", "score", 101.0, ""),
    "chip": (bad_magnitudes, "core.hardware", "fp8_flop_per_s", 1e14, "h800"),
    "alias": (collapsed_names, "core.models", "aliases", "o-1 (HIGH)", "gpt-2"),
    "echoed": (
        different_echoes, "raw.claims", "value", 1e24,
        "epoch-notable-models-2026-07/gpt-3",
    ),
    "edition": (
        unlinked_editions, "raw.claims", "supersedes", None,
        "epoch-notable-models-2026-07/grok-3",
    ),
    "mended": (missing_traps, "raw.claims", "value", 1.107e25, INKLING),
    "unfused": (
        missing_traps, "raw.claims", "status", None, "qbitai-2025-05-14/phi-share",
    ),
    "withdrawn": (
        missing_traps, "raw.claims", "caveat", None, "epoch-ai-models-2025-04/gpt-4o",
    ),
    "protocol": (
        missing_traps, "raw.scores", "protocol", "pass@1",
        "openai-learning-to-reason/o1-aime-2024-cons64",
    ),
    "guard": (stale_corrections, "raw.claims", "value", 1.107e25, INKLING),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES)
def test_a_rule_sees_a_breach(frozen: Written, breach: str) -> None:
    """Each rule speaks up when one cell of the record is wrong."""
    rule, table, column, value, where = BREACHES[breach]
    assert rule(changed(frozen, table, column, value, where)) != rule(frozen)


def test_the_counts_see_a_loss(frozen: Written) -> None:
    """Too few claims, models, sources and scores are each reported."""
    small = frozen
    for table in ("raw.claims", "raw.scores", "raw.sources"):
        small = small.with_table(table, small[table].head(5))
    assert len(missing_counts(small)) == len(FEWEST)


LONG = "word " * 16


@pytest.mark.parametrize("text", [f"“{LONG}”", f'"{LONG}"', "see /work/notes/a.md"])
def test_the_text_rule_sees_a_breach(frozen: Written, text: str) -> None:
    """A long quotation or a path of a machine is reported."""
    assert long_quotes(replace(frozen, prose={"notes/x.md": text})) != []


@pytest.mark.parametrize(
    "change", [{"expect": None}, {"correct": "1e3"}, {"action": "delete"}, {"why": ""}]
)
def test_the_corrections_rule_sees_a_breach(
    frozen: Written, change: dict[str, object]
) -> None:
    """A correction without a guard, a number, a known action is reported."""
    broken = [{**frozen.corrections[0], **change}]
    assert stale_corrections(replace(frozen, corrections=broken)) != []
    twice = frozen.corrections[:1] * 2
    assert stale_corrections(replace(frozen, corrections=twice)) != []
