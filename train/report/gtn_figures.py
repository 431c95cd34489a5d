"""`python -m train.report.gtn_figures`: the graphs that read one field, as pictures, for docs/gtn.md."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.commands.program import run_command
from device_runtime.files.atomic import write_bytes, write_text
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scan_lattice import condense
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.gtn.draw import draw_graph
from train.gtn.graph import acceptor, character_model, compose, linear
from train.gtn.paths import near_best, viterbi
from train.segmentation import draw as draw_segments
from train.segmentation.segment_lattice import SegmentRecognizer

_ZOOM = 8
_FIRST_COLUMNS = 12
_MARGIN_NATS = 7.0
_DOUBT = 0.02  # more columns are taken together than for reading, so that the picture is not too wide


@click.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--pattern", default=r"\d{5}", show_default=True, help="Regular expression for the code.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the pictures.")
def main(image: Path, pattern: str, out: Path) -> None:
    """Draw the strip of IMAGE (one field), its recognition graph, the grammar, what they compose to, and its cuts."""
    bundle = load_bundle(None)
    alphabet = bundle.manifest.alphabet
    blank, rubbish = len(alphabet), len(alphabet) + 1
    scanner = Scanner(bundle, engines.pick(None, bundle.model))
    strip = normalize(load_gray(image))
    penalties = scanner(strip)
    first = condense(penalties, doubt=_DOUBT)[:-1]
    columns = np.add.reduceat(penalties.values.astype(np.float64), first, axis=0)
    names = [*alphabet, "␣", "#"]
    grammar = acceptor(Grammar.from_pattern(pattern, alphabet).automaton, alphabet)
    characters = compose(linear(columns), character_model(range(len(alphabet)), blank, rubbish))
    read = compose(characters, grammar)
    best = viterbi(read)
    symbols = [*alphabet, *SEPARATORS]
    pictures = {
        "recognition": draw_graph(linear(columns[:_FIRST_COLUMNS]), names, names, 2),
        "grammar": draw_graph(grammar, names, symbols, 4),
        "composed": draw_graph(near_best(read, _MARGIN_NATS), names, symbols, 2),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures.items():
        write_text(out / f"{name}.svg", svg)
    cuts = draw_segments.draw(strip, SegmentRecognizer(scanner)(strip))
    for name, picture in (("strip", _enlarged(strip)), ("cuts", cuts)):
        write_bytes(out / f"{name}.png", cv2.imencode(".png", picture)[1].tobytes())
    click.echo(
        f"recognition graph: {len(columns)} columns, {columns.size} arcs; grammar: {len(grammar.source)} arcs; "
        f"composed: {read.nodes} nodes, {len(read.source)} arcs; best path: {best.penalty:.3f} nats"
    )


def _enlarged(strip: Strip) -> np.ndarray:
    return cv2.resize(255 - strip.pixels, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)


if __name__ == "__main__":
    run_command(main)
