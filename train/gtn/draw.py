"""Draws an acyclic graph as SVG: time runs to the right, the best path is thick.

For the pages that explain the graphs; a graph of a whole strip is thinned first with `graph_paths.near_best`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from train.gtn.graph import NULL, Graph
from train.gtn.paths import depths, viterbi

_RADIUS = 7
_MARGIN = 26
_LINE = 13  # height of a line of text
_CHAR = 6.6  # width of a character
_STYLE = (
    "text{font:12px sans-serif;text-anchor:middle;fill:#222;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    "path{fill:none;stroke:#9aa5b1;stroke-width:1}circle{fill:#fff;stroke:#52606d;stroke-width:1.2}"
    ".best{stroke:#c2410c;stroke-width:3}text.best{stroke:#fff;fill:#c2410c;font-weight:bold}"
)


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where each node stands, in px and in depth; row: px from one row of nodes to the next."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    depth: NDArray[np.intp]
    row: float


@dataclass(frozen=True)
class _Bundle:
    """The arcs from one node to another: lines of text for the best few, and whether the best path takes one."""

    source: int
    destination: int
    lines: tuple[str, ...]
    best: bool


def draw_graph(graph: Graph, inputs: Sequence[str], outputs: Sequence[str], parallel: int = 3) -> str:
    """Draw an acyclic graph as SVG.

    inputs, outputs: names of the labels. An arc shows what it reads, what it writes if that differs (`ε` is the null
    label), and its penalty in nats
    unless that rounds to 0.0. Of the arcs between the same two nodes the `parallel` best are named,
    the others counted. Nodes where paths start have an arrow, those where they end a second circle.
    Raises ValueError for a cyclic graph.
    """
    depth = depths(graph)
    bundles = _bundles(graph, inputs, outputs, parallel)
    longest = max((len(line) for bundle in bundles for line in bundle.lines), default=0)
    row = 36.0 + _LINE * max((len(bundle.lines) for bundle in bundles), default=0)
    x = _MARGIN + depth * (4 * _RADIUS + _CHAR * max(longest, 4))
    layout = _Layout(x, _MARGIN + row * (0.5 + _rows(graph, depth)), depth, row)
    on_best = {node for bundle in bundles if bundle.best for node in (bundle.source, bundle.destination)}
    parts = [_arc(bundle, layout) for bundle in sorted(bundles, key=lambda bundle: bundle.best)]
    parts += [_node(graph, node, layout, node in on_best) for node in range(graph.nodes)]
    parts += [_text(bundle, layout) for bundle in bundles]
    width, height = float(x.max(initial=0)) + _MARGIN, float(layout.y.max(initial=0)) + row / 2 + _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">',
            f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _bundles(graph: Graph, inputs: Sequence[str], outputs: Sequence[str], parallel: int) -> list[_Bundle]:
    best = set(viterbi(graph).arcs.tolist())
    together: dict[tuple[int, int], list[int]] = {}
    for arc in range(len(graph.source)):
        together.setdefault((int(graph.source[arc]), int(graph.destination[arc])), []).append(arc)
    bundles = []
    for (source, destination), arcs in together.items():
        arcs.sort(key=lambda arc: (arc not in best, float(graph.penalty[arc])))
        lines = [_label(graph, arc, inputs, outputs) for arc in arcs[:parallel]]
        if len(arcs) > parallel:
            lines.append(f"+{len(arcs) - parallel}")
        bundles.append(_Bundle(source, destination, tuple(lines), arcs[0] in best))
    return bundles


def _label(graph: Graph, arc: int, inputs: Sequence[str], outputs: Sequence[str]) -> str:
    read, written = (
        "ε" if label == NULL else names[label]
        for names, label in ((inputs, int(graph.input[arc])), (outputs, int(graph.output[arc])))
    )
    name, penalty = read if read == written else f"{read}:{written}", f"{graph.penalty[arc]:.1f}"
    return name if penalty in ("0.0", "-0.0") else f"{name} {penalty}"


def _rows(graph: Graph, depth: NDArray[np.intp]) -> NDArray[np.float64]:
    """Row of each node: within a depth in the order of the mean row of the nodes before, around the middle."""
    most = int(np.bincount(depth).max(initial=1))
    rows = np.zeros(graph.nodes)
    for level in range(int(depth.max(initial=-1)) + 1):
        nodes = np.flatnonzero(depth == level)
        before = [graph.source[graph.destination == node] for node in nodes]
        height = [float(rows[sources].mean()) if len(sources) else 0.0 for sources in before]
        rows[nodes[np.argsort(height, kind="stable")]] = (most - len(nodes)) / 2 + np.arange(len(nodes))
    return rows


def _bend(bundle: _Bundle, layout: _Layout) -> float:
    """How far down an arc swings, so that one which passes over other depths does not run through their nodes."""
    passes = layout.depth[bundle.destination] - layout.depth[bundle.source] > 1
    is_level = abs(layout.y[bundle.destination] - layout.y[bundle.source]) < layout.row
    return 0.7 * layout.row if passes and is_level else 0.0


def _arc(bundle: _Bundle, layout: _Layout) -> str:
    begin, end = layout.x[bundle.source] + _RADIUS, layout.x[bundle.destination] - _RADIUS
    third, bend = (end - begin) / 3, _bend(bundle, layout)
    first, last = layout.y[bundle.source], layout.y[bundle.destination]
    return (
        f'<path{_best(bundle.best)} d="M{begin:.1f} {first:.1f}C{begin + third:.1f} {first + bend:.1f} '
        f'{end - third:.1f} {last + bend:.1f} {end:.1f} {last:.1f}"/>'
    )


def _text(bundle: _Bundle, layout: _Layout) -> str:
    """The lines of a bundle, above the middle of its curve, so that the arc stays visible."""
    ends = [bundle.source, bundle.destination]
    x, y = float(layout.x[ends].mean()), float(layout.y[ends].mean()) + 0.75 * _bend(bundle, layout)
    first = y - 4 - _LINE * (len(bundle.lines) - 1)
    return "".join(
        f'<text{_best(bundle.best and not number)} x="{x:.1f}" y="{first + _LINE * number:.1f}">{escape(line)}</text>'
        for number, line in enumerate(bundle.lines)
    )


def _node(graph: Graph, node: int, layout: _Layout, best: bool) -> str:
    x, y = layout.x[node], layout.y[node]
    parts = [f'<circle{_best(best)} cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>']
    if np.isfinite(graph.final[node]):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS - 3}"/>')
    if np.isfinite(graph.start[node]):
        parts.append(f'<path d="M{x - 17:.1f} {y:.1f}h8m-3 -3l3 3l-3 3"/>')
    return "".join(parts)


def _best(best: bool) -> str:
    return ' class="best"' if best else ""
