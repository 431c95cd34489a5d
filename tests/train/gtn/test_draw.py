"""Pictures of graphs: what they show of a small example."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from train.gtn.draw import draw_graph
from train.gtn.graph import chain, character_model, compose, linear
from train.gtn.paths import near_best, viterbi

NAMES = ["1", "<", "_", "#"]


def strip() -> np.ndarray:
    """Penalties of the classes 1, <, blank, rubbish in three columns that read "1 blank 1"."""
    return np.array([[0.1, 2.0, 3.0, 9.0], [5.0, 4.0, 0.2, 2.5], [0.0, 6.0, 4.0, 5.0]])


def texts(svg: str, best: bool = False) -> list[str]:
    """The labels drawn, all or those of the best path."""
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [element.text or "" for element in found if not best or element.get("class") == "best"]


def test_parallel_arcs_are_thinned_and_counted() -> None:
    svg = draw_graph(linear(strip()), NAMES, NAMES, parallel=2)
    assert texts(svg) == ["1 0.1", "< 2.0", "+2", "_ 0.2", "# 2.5", "+2", "1", "_ 4.0", "+2"]
    assert texts(svg, best=True) == ["1 0.1", "_ 0.2", "1"]


def test_a_composed_graph_shows_what_is_read_and_written_along_its_best_path() -> None:
    graph = compose(compose(linear(strip()), character_model(range(2), 2, 3)), chain([0, 0]))
    svg = draw_graph(graph, NAMES, NAMES)
    assert texts(svg, best=True) == ["1 0.1", "_:ε 0.2", "1"]
    elements = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg)]
    assert elements.count("circle") == graph.nodes + int(np.isfinite(graph.final).sum())


def test_near_best_keeps_the_paths_within_the_margin() -> None:
    graph = linear(strip())
    assert near_best(graph, 0.0).input.tolist() == [0, 2, 0]
    assert sorted(near_best(graph, 2.3).input.tolist()) == [0, 0, 1, 2, 3]
    assert viterbi(near_best(graph, 2.3)).penalty == viterbi(graph).penalty


def test_a_cyclic_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="has a cycle"):
        draw_graph(character_model(range(2), 2, 3), NAMES, NAMES)
