"""What a graph's paths come to: the best path, the forward score, the posterior of each arc, the best strings.

All passes go through an acyclic graph level by level, in topological order, vectorised over the arcs into a level.
Source: LeCun et al. 1998, sections V-B (Viterbi transformer) and VI-C (forward scores).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from device_runtime.exact import to_fixed_point
from train.gtn.graph import NULL, Bins, FloatArray, Graph, IntArray, pick, reverse, trim


@dataclass(frozen=True, eq=False)
class Path:
    """A path.

    Attributes:
        penalty: nats; inf when the graph has none.
        arcs: int [length], in order.
    """

    penalty: float
    arcs: IntArray


@dataclass(frozen=True)
class String:
    """A string of output labels.

    Attributes:
        penalty: of the best path that writes it, nats.
        labels: the string.
    """

    penalty: float
    labels: tuple[int, ...]


def viterbi(graph: Graph) -> Path:
    """Find the path of least penalty, over penalties rounded to fixed point; among equal ones the choice is fixed.

    Raises ValueError for a cyclic graph. Source: section V-B, v_n = min_i (c_i + v_{s_i}).
    """
    graph = _rounded(graph)
    ahead = _pass(graph, _levels(graph), -graph.start, np.maximum)
    score = (ahead - graph.final).max(initial=-np.inf)
    arcs: list[int] = []
    if score > -np.inf:
        ways = ahead[graph.source] - graph.penalty
        into = Bins(graph.destination, graph.nodes)
        node = int(np.argmax(ahead - graph.final))
        while -graph.start[node] != ahead[node]:
            _, choice = into.members(np.array([node]))
            arcs.append(int(choice[np.argmax(ways[choice])]))
            node = int(graph.source[arcs[-1]])
    return Path(float(-score), np.array(arcs[::-1], dtype=np.intp))


def forward_score(graph: Graph) -> float:
    """-log of the sum over all paths of exp(-penalty); inf when there is none, ValueError for a cyclic graph.

    Source: section VI-C, f_n = logadd_i (c_i + f_{s_i}), the smallest penalty factored out of every sum.
    """
    ahead = _pass(graph, _levels(graph), -graph.start, np.logaddexp)
    return float(-np.logaddexp.reduce(ahead - graph.final, initial=-np.inf))


def arc_posteriors(graph: Graph) -> FloatArray:
    """Share of all paths, weighted by exp(-penalty), that runs through each arc: float64 [arcs], 0..1.

    It is also the gradient of `forward_score` in the arcs' penalties. Raises ValueError for a cyclic graph and for one
    without a path. Source: section VI-C.
    """
    ahead = _pass(graph, _levels(graph), -graph.start, np.logaddexp)
    back = reverse(graph)
    behind = _pass(back, _levels(back), -back.start, np.logaddexp)
    total = np.logaddexp.reduce(ahead - graph.final, initial=-np.inf)
    if total == -np.inf:
        raise ValueError("the graph has no path, so its arcs have no posterior")
    shares: FloatArray = np.exp(ahead[graph.source] - graph.penalty + behind[graph.destination] - total)
    return np.minimum(shares, 1.0)


def near_best(graph: Graph, margin: float) -> Graph:
    """Keep what lies on a path at most `margin` nats more costly than the best one; ValueError for a cyclic graph."""
    graph = _rounded(graph)
    back = reverse(graph)
    ahead = _pass(graph, _levels(graph), -graph.start, np.maximum)
    behind = _pass(back, _levels(back), -back.start, np.maximum)
    through = ahead[graph.source] - graph.penalty + behind[graph.destination]
    return trim(pick(graph, through >= (ahead - graph.final).max(initial=-np.inf) - margin))


def n_best(graph: Graph, wanted: int) -> list[String]:
    """Find the `wanted` distinct output strings of least Viterbi penalty, best first; fewer when the graph has fewer.

    Exact. Prefixes of strings wait in the order of the best path that begins with them: a prefix is a set of nodes,
    each with the penalty of the best way there that writes it, and Viterbi from the end tells what must still be paid.
    Raises ValueError for a cyclic graph.
    """
    found: list[String] = []
    if wanted > 0:
        for string in _strings(_rounded(graph)):
            found.append(string)
            if len(found) == wanted:
                break
    return found


def _strings(graph: Graph) -> Iterator[String]:
    """All output strings of an acyclic graph, best first; its penalties come rounded, so that sums are exact."""
    back = reverse(graph)
    behind = _pass(back, _levels(back), -back.start, np.maximum)
    silent, writing = pick(graph, graph.output == NULL), pick(graph, graph.output != NULL)
    silent_levels, written_from = _levels(silent), Bins(writing.source, writing.nodes)
    # Penalty of the best string with this prefix, the prefix, whether the string is whole, and where the best ways that
    # write the prefix stand: nodes and scores. A prefix is pushed once, a whole string once: entries never tie.
    waiting: list[tuple[float, tuple[int, ...], bool, IntArray, FloatArray]] = []

    def wait(prefix: tuple[int, ...], whole: bool, scores: FloatArray, onward: FloatArray) -> None:
        nodes = np.flatnonzero(scores + onward > -np.inf)
        if len(nodes):
            best = float(-(scores[nodes] + onward[nodes]).max())
            heapq.heappush(waiting, (best, prefix, whole, nodes, scores[nodes]))

    wait((), False, -graph.start, behind)
    while waiting:
        penalty, prefix, whole, nodes, scores = heapq.heappop(waiting)
        if whole:
            yield String(penalty, prefix)
            continue
        begin = np.full(graph.nodes, -np.inf)
        begin[nodes] = scores
        reached = _pass(silent, silent_levels, begin, np.maximum)
        wait(prefix, True, reached, -graph.final)
        _, arcs = written_from.members(np.flatnonzero(reached > -np.inf))
        ways = reached[writing.source[arcs]] - writing.penalty[arcs]
        for label in np.unique(writing.output[arcs]).tolist():
            bearing = writing.output[arcs] == label
            after = np.full(graph.nodes, -np.inf)
            np.maximum.at(after, writing.destination[arcs[bearing]], ways[bearing])
            wait((*prefix, label), False, after, behind)


def _rounded(graph: Graph) -> Graph:
    return replace(
        graph,
        penalty=to_fixed_point(graph.penalty),
        start=to_fixed_point(graph.start),
        final=to_fixed_point(graph.final),
    )


def _pass(graph: Graph, levels: list[_Level], begin: FloatArray, add: np.ufunc) -> FloatArray:
    """Log weight of all ways to each node: float64 [nodes].

    Args:
        graph: acyclic.
        levels: its arcs in topological order.
        begin: float64 [nodes], log weight of beginning there.
        add: the semiring's sum.
    """
    score = begin.copy()
    for level in levels:
        ways = score[graph.source[level.arcs]] - graph.penalty[level.arcs]
        score[level.nodes] = add(score[level.nodes], add.reduceat(ways, level.first))
    return score


@dataclass(frozen=True, eq=False)
class _Level:
    """Arcs into the nodes of a level.

    Attributes:
        arcs: int [arcs], sorted by the node that they lead to.
        nodes: int [nodes], those with arcs.
        first: int [nodes], index of each one's first arc.
    """

    arcs: IntArray
    nodes: IntArray
    first: IntArray


def _levels(graph: Graph) -> list[_Level]:
    """Sort the arcs of an acyclic graph by the depth of their destination, from 1 on."""
    by_depth = Bins(depths(graph)[graph.destination], graph.nodes)
    levels = []
    for depth in range(1, graph.nodes):
        _, arcs = by_depth.members(np.array([depth]))
        if not len(arcs):
            break
        arcs = arcs[np.argsort(graph.destination[arcs], kind="stable")]
        nodes, first = np.unique(graph.destination[arcs], return_index=True)
        levels.append(_Level(arcs, nodes, first))
    return levels


def depths(graph: Graph) -> IntArray:
    """Length of the longest way to each node, in arcs: int [nodes]; ValueError for a cyclic graph."""
    depth = np.zeros(graph.nodes, dtype=np.intp)
    waiting = np.bincount(graph.destination, minlength=graph.nodes)
    out_of = Bins(graph.source, graph.nodes)
    frontier, level, done = np.flatnonzero(waiting == 0), 0, 0
    while len(frontier):
        depth[frontier] = level
        done += len(frontier)
        _, arcs = out_of.members(frontier)
        np.subtract.at(waiting, graph.destination[arcs], 1)
        reached = np.unique(graph.destination[arcs])
        frontier, level = reached[waiting[reached] == 0], level + 1
    if done < graph.nodes:
        raise ValueError("the graph has a cycle, so there is no end to its paths; compose it with a finite graph first")
    return depth
