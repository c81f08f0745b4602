"""One component of the record: its content, its posterior, its claims left out.

What belongs here: from a connected graph to what is published of it. What does not: the
numerics of a forest (forest.py), which claims hang together (record.py).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from pipeline.estimation.assumed import Z90
from pipeline.estimation.draws import generator
from pipeline.estimation.forest import (
    Forest,
    inverse,
    log_likelihood,
    sample,
    weighted,
)
from pipeline.estimation.graph import (
    ABSOLUTE,
    EQUALITY,
    UPPER,
    Graph,
    anchored,
    linked,
    subgraph,
)
from pipeline.estimation.method import FloatArray, IntArray, Method
from pipeline.estimation.vintages import QUANTILES, Component, LeftOut

METHOD = "method:"  # begins the names of links that are no claims
_SHUFFLE = 7  # purpose number of the stream that orders copies
_P = np.array(QUANTILES)
_UNKNOWN = LeftOut(math.nan, np.full(3, np.nan), math.nan, math.nan)


@dataclass(frozen=True, eq=False)
class Content:
    """A connected graph in an order that its claims decide, never names or input order.

    Attributes:
        key: The sha256 of its claims (hex), from which seeds are made.
        graph: Nodes and claims in that order.
        nodes: Names of the nodes.
        claims: Ids of the claims.
    """

    key: str
    graph: Graph
    nodes: tuple[str, ...]
    claims: tuple[str, ...]


def content_of(graph: Graph, nodes: list[str], claims: list[str]) -> Content:
    """Put a component into the order that its content decides.

    A node is told by a hash of its claims and, again and again, of its neighbours'
    hashes (Weisfeiler and Leman 1968): on a tree this tells apart all nodes that do not
    look the same from everywhere; those that do stand in the order given.
    """
    near: list[list[tuple[int, str]]] = [[] for _ in range(graph.n)]
    rows = zip(graph.i, graph.j, graph.y, graph.scale, graph.kind, strict=True)
    for i, j, y, scale, kind in rows:
        width = scale if kind == EQUALITY else 0.0
        # At 1e-10 the last bits of another machine's logarithm do not show.
        near[i].append((int(j), f"{kind} {round(y, 10) + 0.0:.10f} {width:.10f}"))
        if j != ABSOLUTE:
            turned = f"{-kind} {round(-y, 10) + 0.0:.10f} {width:.10f}"
            near[j].append((int(i), turned))
    names = [""] * graph.n
    for _ in range(graph.n):
        names = [
            _hash(sorted(f"{text} {names[k] if k >= 0 else ''}" for k, text in own))
            for own in near
        ]
    order = np.array(sorted(range(graph.n), key=lambda k: names[k]), dtype=np.int64)
    ordered = subgraph(graph, order, np.arange(graph.m))
    low = np.where(ordered.relative, np.minimum(ordered.i, ordered.j), ordered.i)
    high = np.where(ordered.relative, np.maximum(ordered.i, ordered.j), ABSOLUTE)
    sorting = (ordered.scale, ordered.y, ordered.kind, high, low)
    at: IntArray = np.lexsort(sorting).astype(np.int64)
    return Content(
        _hash(sorted(names)),
        ordered.claims(at),
        tuple(nodes[k] for k in order),
        tuple(claims[c] for c in at),
    )


def _hash(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def solve(content: Content, copy: int, n_draws: int, method: Method) -> Component:
    """The posterior of a component, and each of its claims left out.

    Args:
        content: the component.
        copy: its index among components of identical content.
        n_draws: number of joint draws.
        method: the constants.

    Raises:
        forest.EntangledError: names the component and its claims.
    """
    forest = Forest(content.graph, method)
    draws, points = _sampler(forest, content, copy, n_draws, method)
    return Component(
        key=f"{content.key}#{copy}",
        nodes=content.nodes,
        claims=content.claims,
        anchored=anchored(content.graph),
        sample=draws,
        exact=points,
        graph=content.graph,
        left_out=_left_out(forest, content, n_draws, method),
        copy=copy,
    )


def without(part: Component, c: int, n_draws: int, method: Method) -> Component:
    """A component again without its c-th claim; its nodes may fall apart."""
    if part.graph is None:
        raise ValueError(f"the component of {part.nodes[0]} has no claims")
    rest = part.graph.claims(np.delete(np.arange(part.graph.m), c))
    claims = part.claims[:c] + part.claims[c + 1 :]
    # The key of the whole: what differs is then the claim and not the draws.
    content = Content(part.key.split("#")[0], rest, part.nodes, claims)
    forest = Forest(rest, method)
    draws, points = _sampler(forest, content, part.copy, n_draws, method)
    return Component(
        key=f"{part.key} without {part.claims[c]}",
        nodes=part.nodes,
        claims=claims,
        anchored=anchored(rest),
        sample=draws,
        exact=points,
        graph=rest,
        copy=part.copy,
    )


def _sampler(
    forest: Forest, content: Content, copy: int, n_draws: int, method: Method
) -> tuple[Callable[[], FloatArray], FloatArray]:
    """What makes the joint draws, in the order of the copy, and the three points.

    Those of a forest are exact, and its draws are made where they are asked for, from a
    grid laid out again: kept, it would be larger than they are.
    """

    def ordered(draws: FloatArray) -> FloatArray:
        if not copy:
            return draws
        order = generator(content.key, _SHUFFLE + copy).permutation(n_draws)
        return np.asarray(draws[order])

    key, nodes, claims = content.key, content.nodes, content.claims
    if not forest.loops:
        graph = forest.graph

        def drawn() -> FloatArray:
            return ordered(
                sample(Forest(graph, method), n_draws, key, nodes, claims)[0]
            )

        return drawn, forest.points(_P)
    draws, seen, weight = sample(forest, n_draws, key, nodes, claims)
    points = [weighted(column, weight, _P) for column in seen.T]
    return lambda: ordered(draws), np.stack(points, axis=1)


def _left_out(
    forest: Forest, content: Content, n_draws: int, method: Method
) -> tuple[LeftOut, ...]:
    """Each claim against what the others say about its quantity."""
    graph, found = forest.graph, []
    for c, claim in enumerate(content.claims):
        if claim.startswith(METHOD):
            found.append(_UNKNOWN)  # nobody asks about a link of the method's own
            continue
        rest = graph.claims(np.delete(np.arange(graph.m), c))
        own = graph.claims(np.array([c]))
        if forest.loops:
            # The forest may be another one without the claim.
            x, weight = _quantity(Forest(rest, method), own, content, n_draws)
        else:
            x, weight = forest.without(c)
        known = bool(linked(rest, own)[0])
        found.append(_against(own, x, weight, method, known=known))
    return tuple(found)


def predicted(
    content: Content, asked: Graph, n_draws: int, method: Method
) -> list[tuple[float, FloatArray]]:
    """What a component says about the quantities of claims that are no part of it.

    Args:
        content: the component.
        asked: those claims, on its nodes in its order.
        n_draws: number of draws where loops or longer paths take them.
        method: the constants.

    Returns:
        Mean and 5%, 50% and 95% points of each, log10.
    """
    forest = Forest(content.graph, method)
    return [
        moments(*_quantity(forest, asked.claims(np.array([c])), content, n_draws))
        for c in range(asked.m)
    ]


def _quantity(
    forest: Forest, own: Graph, content: Content, n_draws: int
) -> tuple[FloatArray, FloatArray]:
    i, j = int(own.i[0]), int(own.j[0])
    about = None if forest.loops else forest.about(i, j)
    if about is not None:
        return about
    _, seen, weight = sample(
        forest, n_draws, content.key, content.nodes, content.claims
    )
    return own.difference(seen)[:, 0], weight


def moments(x: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    """Mean and the three points of weighted values, ascending or drawn."""
    mean = float(x @ weight / weight.sum())
    even = bool(np.all(np.diff(x) > 0))
    return mean, inverse(x, weight, _P) if even else weighted(x, weight, _P)


def _against(
    own: Graph, x: FloatArray, weight: FloatArray, method: Method, *, known: bool
) -> LeftOut:
    """One claim against the distribution of its quantity without it."""
    mean, points = moments(x, weight)
    logs = log_likelihood(own, method, x)
    both = weight * np.exp(logs - logs.max())
    _, fused = moments(x, both)
    if own.kind[0] == EQUALITY:
        z = (own.y[0] - fused[1]) * method.t_quantile / own.scale[0]
        heard = 1 / (1 + z * z / method.nu)
        share = 1 - min(1.0, (fused[2] - fused[0]) / (points[2] - points[0])) ** 2
    else:
        met = ndtr(own.kind[0] * (own.y[0] - x) / method.bound_s)
        met *= 1 - method.bound_eps
        heard = share = float(both @ (met / (met + method.bound_eps)) / both.sum())
    if not known:
        mean, points = np.nan, np.full(3, np.nan)
    return LeftOut(mean, points, float(heard), float(share))


def distance(
    value: float, kind: int, sd: float, mean: float, points: FloatArray
) -> float:
    """Z of a claim against what others say of its quantity; 0 for a bound that is met.

    Args:
        value: the claim's, log10.
        kind: of the claim, as in a graph.
        sd: of the claim's method, log10.
        mean: of what the others say, log10; NaN where nothing else tells.
        points: its 5%, 50% and 95% points. Their spread is that of the normal with the
            same 90% interval: the posterior of a lone claim is a Student-t, whose tails
            would make the sd larger than the claim's own, and two claims that deny each
            other unequally far apart.
    """
    spread = float(points[2] - points[0]) / (2 * Z90)
    z = (value - mean) / float(np.hypot(sd, spread))
    if kind == EQUALITY or np.isnan(z):
        return z
    return min(z, 0.0) if kind == UPPER else max(z, 0.0)
