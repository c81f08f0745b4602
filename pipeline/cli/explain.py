"""`headroom explain MODEL`: where the figures of a model come from.

What belongs here: claims, arithmetic, conflicts and influence of one model, read from
the release. What does not: computing any of them, except who counts at an old vintage.
"""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any

import typer

from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, out, stop
from pipeline.cli.release import Row, rows
from pipeline.cli.show import find_model, find_vintage
from pipeline.settings import Settings
from pipeline.vocabulary import MEASURES, OPERATIONS, STAGES
from pipeline.words.numbers import flop

_NEWEST = """
SELECT stage, measure, flop_p05, flop_p50, flop_p95, grade, derived, n_claims,
  n_independent, n_held_out FROM core.estimates WHERE model_id = $1
"""
_AT_VINTAGE = """
SELECT stage, measure, flop_p05, flop_p50, flop_p95, vintage AS since, changed_by
FROM out.estimate_history WHERE model_id = $1 AND vintage <= $2
QUALIFY row_number() OVER (PARTITION BY stage, measure ORDER BY vintage DESC) = 1
"""
_CLAIMS = """
SELECT o.*, c.summary, c.caveat, c.locator, coalesce(c.url, s.url) AS url, s.title,
  s.publisher, s.kind AS source_kind, i.weight, i.shift_log10,
  i.share_shift, i.convergence_shift_days, i.node AS influenced_node
FROM core.observations o
JOIN raw.claims c USING (claim_id)
JOIN raw.sources s USING (source_id)
LEFT JOIN core.influence i USING (claim_id)
WHERE (split_part(o.node, '/', 1) = $1 OR split_part(o.reference_node, '/', 1) = $1)
  AND o.disclosed_on <= $2
"""
_CONFLICTS = """
SELECT * FROM core.conflicts
WHERE vintage <= $2 AND (until IS NULL OR until > $2)
  AND (split_part(node, '/', 1) = $1 OR claim_id IN (SELECT claim_id
    FROM core.observations WHERE split_part(reference_node, '/', 1) = $1))
ORDER BY abs(z) DESC NULLS LAST, claim_id
"""
_CALIBRATED = """
SELECT n_pairs, pairs, p05, p50, p95 FROM core.calibrations
WHERE constant = 'operations_per_accelerator_time' AND vintage <= $1
ORDER BY vintage DESC LIMIT 1
"""
_ROLES_FROM = (
    "raw.claims", "raw.sources", "raw.corrections", "core.models", "core.hardware",
    "core.assumptions",
)  # fmt: skip
_ORDER = ("fused", "echo", "held_out", "arithmetic", "test", "unused")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explain)


def explain(
    model: Annotated[str, typer.Argument(help="Model id or alias.")],
    vintage: Annotated[
        str | None, typer.Option(help="Only claims disclosed by then; default: newest.")
    ] = None,
    json: Json = False,
) -> None:
    """Where a model's figures come from: claims, arithmetic, conflicts, influence."""
    settings = environment.load()
    told = _explained(settings, find_model(settings, model), vintage)
    if json:
        as_json(told)
        return
    if not told["stages"]:
        stop(f"nothing about {told['model_id']} is known by then", WRONG_USAGE)
    _line(f"{told['name']} ({told['model_id']}), as known on {told['vintage']}")
    for stage in told["stages"]:
        _show(stage, newest=told["newest"])


def _explained(settings: Settings, model: str, asked: str | None) -> dict[str, Any]:
    at = find_vintage(settings, asked)
    newest = find_vintage(settings, None)
    name = rows(settings, "SELECT name FROM core.models WHERE model_id = $1", [model])
    if at == newest:
        estimates = rows(settings, _NEWEST, [model])
    else:
        estimates = rows(settings, _AT_VINTAGE, [model, at])
    claims = rows(settings, _CLAIMS, [model, at])
    if at != newest:
        _as_of(settings, claims, at)
    conflicts = rows(settings, _CONFLICTS, [model, at])
    known = {(row["stage"], row["measure"]): row for row in estimates}
    learned = rows(settings, _CALIBRATED, [at])
    stages = []
    for stage, measure in product(STAGES, MEASURES):
        counted = measure == "operations"
        node = f"{model}/{stage}{OPERATIONS if counted else ''}"
        own = [c for c in claims if node in (c["node"], c["reference_node"])]
        if not own and (stage, measure) not in known:
            continue
        own.sort(key=_place)
        names = {c["claim_id"] for c in own}
        stages.append(
            {
                "stage": stage,
                "measure": measure,
                "estimate": known.get((stage, measure)),
                "learned": learned[0] if counted and learned else None,
                "claims": own,
                "conflicts": [
                    c
                    for c in conflicts
                    if c["node"] == node
                    or (c["claim_id"] in names and not c["node"].startswith(model))
                ],
                "most_influential": _moving(own, node),
            }
        )
    return {
        "model_id": model,
        "name": name[0]["name"],
        "vintage": at,
        "newest": at == newest,
        "stages": stages,
    }


def _as_of(settings: Settings, claims: list[Row], at: object) -> None:
    """Set roles to those of an old vintage; influence is known at the newest only."""
    import pandas as pd

    from pipeline.estimation.assumed import Assumed
    from pipeline.estimation.record import prepared_of, roles_at
    from pipeline.lake.reading import read_contract

    frames = {table: read_contract(settings, table) for table in _ROLES_FROM}
    assumed = Assumed.of(frames["core.assumptions"])
    prepared, day = prepared_of(frames, assumed), pd.Timestamp(str(at))
    roles = roles_at(prepared, [day], assumed)[day]
    keys = zip(prepared["claim_id"], prepared["node"], strict=True)
    reasons = roles["reason"].astype(object).where(roles["reason"].notna(), None)
    told = zip(roles["role"], reasons, strict=True)
    known = dict(zip(keys, told, strict=True))
    for claim in claims:
        role, reason = known[claim["claim_id"], claim["node"]]
        claim |= {
            "role": role, "role_reason": reason, "weight": None, "shift_log10": None,
            "share_shift": None, "convergence_shift_days": None,
            "influenced_node": None,
        }  # fmt: skip


def _place(claim: Row) -> tuple[int, float, float, str]:
    """Fused claims by weight, the narrower first where that is not known."""
    return (
        _ORDER.index(claim["role"]),
        -(claim["weight"] or 0.0),
        claim["log10_sd"] or 0.0,
        claim["claim_id"],
    )


def _moving(claims: list[Row], node: str) -> list[Row]:
    """The claims on a node whose absence would change most, the largest first."""

    def size(claim: Row) -> float:
        shift = claim["shift_log10"]
        return float("inf") if shift is None else abs(shift)

    names = ("claim_id", "shift_log10", "share_shift", "convergence_shift_days")
    known = [c for c in claims if c["influenced_node"] == node]
    return [
        {name: c[name] for name in names} for c in sorted(known, key=size, reverse=True)
    ]


def _show(stage: dict[str, Any], *, newest: bool) -> None:
    _line("")
    measure = stage["measure"].replace("_", " ")
    _line(f"{stage['stage']}, {measure}: {_estimate(stage)}", style="bold")
    if stage["learned"]:
        by = stage["learned"]
        runs = f"{by['n_pairs']} runs: {by['pairs']}" if by["pairs"] else "the prior"
        _line(
            f"  operations ÷ accelerator time of one more run: {by['p50']:.2g} "
            f"[{by['p05']:.2g}, {by['p95']:.2g}], from {runs}"
        )
    for claim in stage["claims"]:
        if claim["role"] == "echo":
            _line(f"  echo: {claim['claim_id']} {claim['role_reason']}: {claim['url']}")
            continue
        _line(f"  {_role(claim)}: {claim['claim_id']}")
        _line(f"    {claim['summary']}")
        _line(f"    {claim['formula']}; {_result(claim)}")
        if claim["role_reason"]:
            _line(f"    not fused: {claim['role_reason']}")
        if claim["caveat"]:
            _line(f"    caveat: {' '.join(claim['caveat'].split())}")
        _line(
            f"    {claim['title']} ({claim['source_kind']}, {claim['disclosed_on']}), "
            f"{claim['locator']}: {claim['url']}"
        )
    if stage["conflicts"]:
        _line("  conflicts:")
    for conflict in stage["conflicts"]:
        _line(f"    {conflict['explanation']}")
    if stage["most_influential"]:
        _line("  what would change it most, if left out:")
    for claim in stage["most_influential"][:3]:
        _line(f"    {claim['claim_id']}: {_effect(claim)}")
    if not newest:
        _line("  (influence is computed at the newest vintage only)")


def _estimate(stage: dict[str, Any]) -> str:
    row = stage["estimate"]
    if row is None:
        return "no estimate"
    ends = f"[{flop(row['flop_p05'])}, {flop(row['flop_p95'])}]"
    if row["flop_p50"] is None:
        return f"no level of its own; claimed bounds {ends} FLOP"
    words = [row.get("grade") or "", _inferred(stage)]
    tail = "".join(f", {word}" for word in words if word)
    return f"{flop(row['flop_p50'])} FLOP {ends}{tail}"


def _inferred(stage: dict[str, Any]) -> str:
    """Where a figure without a level of its own comes from; '' for any other."""
    fused = any(c["role"] == "fused" for c in stage["claims"])
    if stage["measure"] == "operations":
        return "" if fused else "read from its accelerator time by their ratio"
    if stage["estimate"].get("derived"):
        return "sum of stages" if stage["stage"] == "total" else "difference of stages"
    return "" if fused else "read from its operations by their ratio"


def _role(claim: Row) -> str:
    if claim["role"] == "fused" and claim["weight"] is not None:
        return f"fused, weight {claim['weight']:.0%}"
    return str(claim["role"])


def _result(claim: Row) -> str:
    """The claim's own figure, and its own 90% interval."""
    value, half = claim["log10_value"], 1.645 * (claim["log10_sd"] or 0.0)
    sign = {"equality": "=", "upper": "≤", "lower": "≥"}[claim["kind"]]
    relative = claim["reference_node"] is not None
    what = f"times {claim['reference_node']}" if relative else "FLOP"
    ends = f" [{10 ** (value - half):.3g}, {10 ** (value + half):.3g}]"
    ends = ends if claim["kind"] == "equality" else ""
    return f"{claim['node']} {sign} {10**value:.3g}{ends} {what}"


def _effect(claim: Row) -> str:
    share = claim["share_shift"]
    told = "no trend of shares left"
    if share is not None:
        told = f"a flagship's share today {100 * share:+.0f} points"
    if claim["shift_log10"] is None:
        return f"the stage has no level without it; {told}"
    return f"median x{10 ** claim['shift_log10']:.3g}; {told}"


def _line(text: str, style: str | None = None) -> None:
    out.print(text, style=style)
