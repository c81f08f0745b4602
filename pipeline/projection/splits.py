"""How a run's training splits into reasoning and the rest, as far as it is known.

What belongs here: z = log10 of reasoning over the rest of its own run, the base model's
training included, from the joint draws of a vintage, and bounds on it. What does not:
how z changes over time (share.py).

Reasoning is in accelerator time, so that shares compare between labs. Draws are joint:
where a share was disclosed, the two stages move together, and z is narrow although
neither stage is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import Component, State
from pipeline.projection.dates import year

KNOWN, AT_MOST, AT_LEAST = 0, 1, -1
FLAGSHIP = "flagship"
_BOUNDED = ("reasoning", "post_training")
_STAGES = ("pretraining", "sft", "reasoning", "post_training", "total")


@dataclass(frozen=True)
class Fact:
    """A level of z, or a bound on it."""

    kind: int
    z: float
    sd: float


@dataclass(frozen=True)
class Bound:
    """A one-sided claim on a stage, log10."""

    claim: str
    node: str
    reference: object  # a node, or None of an absolute one
    kind: str
    log10_value: float
    sd: float


@dataclass(frozen=True)
class Run:
    """What a vintage knows of one reasoning model's split.

    Attributes:
        model: Its id.
        time: Release, in years of dates.py.
        flagship: Whether it is a lab's largest model of its day.
        facts: One level, or bounds, or none.
        draws: Joint draws of z, where it is known.
        rest: Joint draws of the rest of its run, log10 FLOP, where it is spoken of.
        x: A covariate, for variants of the trend.
    """

    model: str
    time: float
    flagship: bool
    facts: tuple[Fact, ...]
    draws: FloatArray | None
    rest: FloatArray | None
    x: float = 0.0

    @property
    def known(self) -> bool:
        """Whether z has a level."""
        return self.draws is not None


class Splits:
    """Splits of the record's reasoning models, vintage by vintage.

    Args:
        prepared: observations, outcome of `standing.prepare`.
        models: core.models.
        assumed: constants of the method.
    """

    def __init__(
        self, prepared: pd.DataFrame, models: pd.DataFrame, assumed: Assumed
    ) -> None:
        self._widest = assumed.half_width("share.widest_factor")
        self._base = dict(zip(models["model_id"], models["base_model_id"], strict=True))
        own = models[models["is_reasoning"].astype(bool)]
        self._models = {
            model: (day, role == FLAGSHIP)
            for model, day, role in zip(
                own["model_id"], own["released_on"], own["role"], strict=True
            )
        }
        self._nodes = {model: sorted(self.nodes(model)) for model in self._models}
        stage = prepared["node"].str.rsplit("/", n=1).str[1]
        split = stage.isin(_BOUNDED)
        self._rows = np.flatnonzero(split & (prepared["kind"] != "equality"))
        p = prepared.iloc[self._rows]
        # The parts stay with their runs, so that no other gets the id of one.
        self._read: dict[Hashable, tuple[Run, list[Component | None]]] = {}
        self._bounds = [
            Bound(*row)
            for row in zip(
                p["claim_id"], p["node"], p["reference_node"], p["kind"],
                p["log10_value"], p["half_width"] / Z90, strict=True,
            )
        ]  # fmt: skip

    def at(self, state: State) -> list[Run]:
        """Every reasoning model released by the vintage, by date and id."""
        bounds, found = self._in_force(state), []
        for model, (day, _) in self._models.items():
            if day > state.vintage:
                continue
            # The same claims again are the same component again, and the same split.
            parts = [state.of_node.get(node) for node in self._nodes[model]]
            own = [b for s in _BOUNDED for b in bounds.get(f"{model}/{s}", ())]
            key = (model, *map(id, parts), *map(id, own))
            if key not in self._read:
                self._read[key] = self._run(state, model, bounds), parts
            found.append(self._read[key][0])
        return sorted(found, key=lambda run: (run.time, run.model))

    def of(self, state: State, models: list[str], without: str = "") -> list[Run]:
        """Some models at a vintage, without the bounds of one claim."""
        bounds = self._in_force(state, without)
        return [self._run(state, model, bounds) for model in models]

    def _in_force(self, state: State, without: str = "") -> dict[str, list[Bound]]:
        """The bounds that are fused at a vintage, by node."""
        fused = (state.roles["role"] == standing.FUSED).to_numpy()[self._rows]
        bounds: dict[str, list[Bound]] = {}
        for k in np.flatnonzero(fused).tolist():
            if self._bounds[k].claim != without:
                bounds.setdefault(self._bounds[k].node, []).append(self._bounds[k])
        return bounds

    def _run(self, state: State, model: str, bounds: dict[str, list[Bound]]) -> Run:
        day, flagship = self._models[model]
        rest = self.rest(state, model)
        draws = self._over(state, f"{model}/reasoning", rest)
        facts = tuple(self._limits(state, model, rest, bounds))
        if draws is not None:
            facts = (Fact(KNOWN, *_middle(draws)),)
        return Run(model, year(day), flagship, facts, draws, rest)

    def nodes(self, model: str) -> set[str]:
        """Every node that may tell something of a model's split."""
        found: set[str] = set()
        own: object = model
        while isinstance(own, str):
            found |= {f"{own}/{stage}" for stage in _STAGES}
            own = self._base.get(own)
        return found

    def rest(self, state: State, model: str) -> FloatArray | None:
        """log10 of all but the reasoning of a run, (draws,); None where unknown."""
        nodes = self._rest_nodes(state, model)
        if nodes:
            return np.asarray(np.log10(sum(10.0 ** state.draws(n) for n in nodes)))
        total, reasoning = f"{model}/total", f"{model}/reasoning"
        if total in state.of_node and reasoning in state.of_node:
            whole, part = state.draws(total), state.draws(reasoning)
            left = np.maximum(1 - 10 ** (part - whole), 1e-3)
            return np.asarray(whole + np.log10(left))
        return None

    def whole(self, state: State, run: Run) -> FloatArray | None:
        """log10 FLOP of a whole run, (draws,), where it has a level; None elsewhere.

        For one whose total is unknown, all but its reasoning stands for it.
        """
        if state.anchored(f"{run.model}/total"):
            return state.draws(f"{run.model}/total")
        nodes = self._rest_nodes(state, run.model)
        return run.rest if nodes and state.anchored(nodes[0]) else None

    def _rest_nodes(self, state: State, model: str) -> list[str]:
        own = [f"{model}/{s}" for s in ("pretraining", "sft")]
        nodes = [node for node in own if state.anchored(node)]
        if own[0] in nodes:
            return nodes
        # What the model's share was disclosed of comes first: total and pre-training of
        # a base may be two estimates, and only that one moves with the reasoning.
        part = state.of_node.get(f"{model}/reasoning")
        joint = part.nodes if part is not None else ()
        base = self._base.get(model)
        while isinstance(base, str):
            whole = [f"{base}/{s}" for s in ("total", "pretraining")]
            # Else a level if there is one; else what a ratio may refer to.
            for there in (joint, state.known, state.of_node):
                for node in whole:
                    if node in there:
                        return [node, *nodes]
            base = self._base.get(base)
        return []

    def _over(
        self, state: State, node: str, rest: FloatArray | None
    ) -> FloatArray | None:
        """log10 of a node over the rest of its run, where their draws tell it."""
        if rest is None or node not in state.of_node:
            return None
        draws = state.draws(node) - rest
        low, high = np.quantile(draws, (0.05, 0.95))
        return draws if (high - low) / 2 <= self._widest else None

    def _limits(
        self,
        state: State,
        model: str,
        rest: FloatArray | None,
        bounds: dict[str, list[Bound]],
    ) -> Iterator[Fact]:
        """Bounds on z. All of a run after its base bounds its reasoning from above."""
        after = self._over(state, f"{model}/post_training", rest)
        if after is not None:
            yield Fact(AT_MOST, *_middle(after))
        base = {n for n in self.nodes(model) if n.endswith(("/pretraining", "/total"))}
        for stage in _BOUNDED:
            for bound in bounds.get(f"{model}/{stage}", ()):
                kind = AT_MOST if bound.kind == "upper" else AT_LEAST
                if stage == "post_training" and kind == AT_LEAST:
                    continue
                z, sd = bound.log10_value, bound.sd
                if not isinstance(bound.reference, str):
                    if rest is None or np.ptp(np.quantile(rest, (0.05, 0.95))) > 4:
                        continue
                    middle, spread = _middle(rest)
                    z, sd = z - middle, float(np.hypot(sd, spread))
                elif bound.reference == f"{model}/total":
                    if z >= 0:
                        continue
                    z -= float(np.log10(1 - 10**z))
                elif bound.reference not in base:
                    continue
                yield Fact(kind, z, sd)


def _middle(draws: FloatArray) -> tuple[float, float]:
    """Median and standard deviation by the 90% interval."""
    low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95))
    return float(middle), float((high - low) / 2 / Z90)
