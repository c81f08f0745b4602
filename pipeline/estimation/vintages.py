"""The posterior of a vintage: components with joint draws, found by node.

What belongs here: what the rest of the pipeline reads of a posterior. What does not:
how it is computed (record.py, forest.py) and tables (estimates.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.estimation.calibration import Learned
from pipeline.estimation.graph import Graph
from pipeline.estimation.method import BoolArray, FloatArray

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class LeftOut:
    """One fused claim against the rest of its component.

    Attributes:
        mean: Of its own quantity without it, log10; NaN where nothing else tells.
        points: 5%, 50% and 95% points of that, log10.
        weight: Robust weight of an equality claim, 1 ÷ (1 + z²/ν) at the posterior
            median; of a bound the chance that it is heeded.
        share: Part of the squared width of what is known without the claim that it
            removes; of a bound its weight.
    """

    mean: float
    points: FloatArray
    weight: float
    share: float


@dataclass(frozen=True)
class Component:
    """One connected part of the claims of a vintage, with joint draws.

    Attributes:
        key: Its content; components with equal claims differ in it.
        nodes: Names of its nodes, in the order of the columns of `draws`.
        claims: Ids of its claims.
        anchored: Whether each node has a level of its own, shape (nodes,).
        sample: Makes the joint draws; most components are never asked for theirs.
        exact: 5%, 50% and 95% points of each node, shape (3, nodes); None = those of
            the draws.
        graph: The claims as arrays, in the order of `claims`.
        left_out: Each claim against the others, in the order of `claims`.
        copy: 0, or how many components of equal content come before.
    """

    key: str
    nodes: tuple[str, ...]
    claims: tuple[str, ...]
    anchored: BoolArray
    sample: Callable[[], FloatArray]
    exact: FloatArray | None = None
    graph: Graph | None = None
    left_out: tuple[LeftOut, ...] = ()
    copy: int = 0

    @cached_property
    def draws(self) -> FloatArray:
        """Joint draws, log10 FLOP, shape (draws, nodes)."""
        return self.sample()

    @cached_property
    def points(self) -> FloatArray:
        """5%, 50% and 95% points of each node, shape (3, nodes)."""
        if self.exact is not None:
            return self.exact
        # Draws are quantiles at (k + 1/2) / n: read them as such.
        return np.asarray(np.quantile(self.draws, QUANTILES, axis=0, method="hazen"))

    @cached_property
    def place(self) -> dict[str, int]:
        """The column of each node."""
        return {node: k for k, node in enumerate(self.nodes)}

    @cached_property
    def known(self) -> frozenset[str]:
        """The nodes that have a level of their own."""
        return frozenset(np.array(self.nodes, dtype=object)[self.anchored])

    def column(self, node: str) -> FloatArray:
        """The draws of one node, log10 FLOP, shape (draws,)."""
        return np.asarray(self.draws[:, self.place[node]])


@dataclass(frozen=True)
class State:
    """What was known at one vintage.

    Attributes:
        vintage: The date.
        roles: Role and reason of every observation, with its value and 90% half-width
            (log10) as calibrated by then.
        of_node: The component of each node.
        learned: Calibrated constants by name.
    """

    vintage: pd.Timestamp
    roles: pd.DataFrame
    of_node: dict[str, Component]
    learned: Mapping[str, Learned] = field(default_factory=dict)

    @cached_property
    def known(self) -> frozenset[str]:
        """The nodes that have a level of their own at this vintage."""
        parts = {id(part): part.known for part in self.of_node.values()}
        return frozenset().union(*parts.values())

    def components(self) -> list[Component]:
        """Every component once, in the order of its first node."""
        return list({id(part): part for part in self.of_node.values()}.values())

    def anchored(self, node: str) -> bool:
        """Whether a node has a level of its own at this vintage."""
        return node in self.known

    def draws(self, node: str) -> FloatArray:
        """Joint draws of a node, log10 FLOP."""
        return self.of_node[node].column(node)

    def points(self, node: str) -> FloatArray:
        """5%, 50% and 95% points of a node, log10 FLOP, shape (3,)."""
        found = self.of_node[node]
        return np.asarray(found.points[:, found.place[node]])
