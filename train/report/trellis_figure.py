"""What a strip's columns say, as SVG under the strip: class scores, and the lattice with its two best paths."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from device_runtime.types import Character, Penalties, Strip
from train.gtn.code_lattice import CodePath
from train.report.activations import FloatArray
from train.report.strip_figure import image_of

STYLE = """
.trellis{max-width:none}.trellis text{font-size:12px}.trellis .grid{stroke:var(--line);stroke-width:.7}
.trellis .cell{fill:rgb(var(--cell))}.trellis .way{stroke:var(--text);stroke-width:1.3}.trellis .node{fill:var(--text)}
.trellis .best,.trellis .next{fill:none;stroke-linejoin:round;stroke-linecap:round}
.trellis .best{stroke:var(--one);stroke-width:3.4}
.trellis .next{stroke:var(--two);stroke-width:2.6;stroke-dasharray:1 6}
.trellis .for{fill:var(--one)}.trellis .against{fill:var(--two)}
.trellis text.one{fill:var(--one);font-weight:600}.trellis text.two{fill:var(--two);font-weight:600}
"""
# Between the rows' names and the strip there is room for columns that look at the paper before it.
_NAMES_PX, _SIDE_PX, _FULL_PX = 66, 124, 1180
_SCORE_ROW_PX, _LATTICE_ROW_PX, _BARS_PX = 14, 22, 76
_PLAIN = 0.995  # confidence from which on a character is written without it
_FAINTEST = 0.004  # shares below this are not drawn


def scores(strip: Strip, penalties: Penalties) -> str:
    """The classes' probabilities in every column: the darker a cell, the more probable."""
    scale, top = _scale(strip), _strip_px(strip) + 8
    names = [*penalties.alphabet, "blank", "rubbish"]
    parts = [_rows(names, top, _SCORE_ROW_PX, scale, strip)]
    step = 2.0 * scale if len(penalties.x_px) < 2 else float(penalties.x_px[1] - penalties.x_px[0]) * scale
    for column, probabilities in enumerate(np.exp(-penalties.values.astype(np.float64))):
        x = _SIDE_PX + float(penalties.x_px[column]) * scale - step / 2
        for row in np.flatnonzero(probabilities > _FAINTEST).tolist():
            # Square roots: a class that is believed one in a hundred is to be seen too.
            shade, y = float(probabilities[row]) ** 0.5, top + row * _SCORE_ROW_PX + 1
            parts.append(
                f'<rect class="cell" x="{x:.1f}" y="{y}" width="{step - 0.8:.1f}" height="{_SCORE_ROW_PX - 2}" '
                f'fill-opacity="{shade:.2f}"><title>{names[row]} {probabilities[row]:.3f}</title></rect>'
            )
    return _svg(strip, parts, top + len(names) * _SCORE_ROW_PX + 4)


def lattice(
    strip: Strip,
    penalties: Penalties,
    shares: FloatArray,
    paths: Sequence[CodePath],
    characters: Sequence[Character],
) -> str:
    """The lattice of the codes found, the best path thick, the second dotted, and where the second is dearer.

    shares: as from `flow`. paths: those of one or two codes, the best first.
    """
    scale, top = _scale(strip), _strip_px(strip) + 24
    names = [*penalties.alphabet, "blank", "rubbish"]
    xs = _SIDE_PX + penalties.x_px.astype(np.float64) * scale
    ys = top + (np.arange(len(names)) + 0.5) * _LATTICE_ROW_PX
    parts = [_rows(names, top, _LATTICE_ROW_PX, scale, strip)]
    for character in characters:
        x = _SIDE_PX + character.x_px * scale
        doubt = f" {character.confidence:.2f}" if character.confidence < _PLAIN else ""
        label = escape(f"{character.char}{doubt}")
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 8}" y2="{ys[-1]:.1f}"/>')
        parts.append(f'<text class="one" x="{x:.1f}" y="{top - 10}" text-anchor="middle">{label}</text>')
    for column, before, after in np.argwhere(shares > _FAINTEST).tolist():
        parts.append(
            f'<line class="way" x1="{xs[column]:.1f}" y1="{ys[before]:.1f}" x2="{xs[column + 1]:.1f}" '
            f'y2="{ys[after]:.1f}" stroke-opacity="{shares[column, before, after] ** 0.5:.2f}"/>'
        )
    for path, kind in zip(paths, ("best", "next"), strict=False):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys[path.classes], strict=True))
        parts.append(f'<polyline class="{kind}" points="{points}"/>')
    bottom = float(ys[-1]) + _LATTICE_ROW_PX
    if len(paths) > 1:
        parts.append(_bars(penalties, xs, paths[0], paths[1], bottom))
        bottom += _BARS_PX + 12
    return _svg(strip, parts, bottom)


def _bars(penalties: Penalties, xs: FloatArray, best: CodePath, rival: CodePath, top: float) -> str:
    """For each column how much dearer the second path is there than the best one."""
    dearer = dearness(penalties, best, rival)
    highest = max(float(np.abs(dearer).max()), 1e-6)
    middle = top + _BARS_PX / 2
    width = max(2.0, float(xs[1] - xs[0]) - 2 if len(xs) > 1 else 6.0)
    parts = [
        f'<line class="grid" x1="{xs[0]:.1f}" x2="{xs[-1]:.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>',
        f'<text class="one" x="0" y="{middle - 14:.1f}">{escape(best.code)}</text>',
        f'<text class="two" x="0" y="{middle + 22:.1f}">{escape(rival.code)}</text>',
    ]
    for x, nats in zip(xs, dearer, strict=True):
        if abs(nats) < 0.01:
            continue
        tall = (_BARS_PX / 2 - 12) * abs(nats) / highest
        y, kind = (middle - tall, "for") if nats > 0 else (middle, "against")
        at = y - 3 if nats > 0 else y + tall + 11
        parts.append(
            f'<rect class="{kind}" x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}"/>'
            f'<text x="{x:.1f}" y="{at:.1f}" text-anchor="middle" style="font-size:9.5px">{abs(nats):.2g}</text>'
        )
    return "".join(parts)


def dearness(penalties: Penalties, best: CodePath, rival: CodePath) -> FloatArray:
    """How much dearer (nats) the second of two paths is in each column: float64 [columns]."""
    columns = np.arange(len(best.classes))
    values = penalties.values.astype(np.float64)
    return np.asarray(values[columns, rival.classes] - values[columns, best.classes])


def _scale(strip: Strip) -> float:
    """Px of the screen for one of the strip: the whole width of the page, but neither tiny nor huge."""
    return float(np.clip((_FULL_PX - _SIDE_PX) / strip.pixels.shape[1], 3.0, 6.5))


def _strip_px(strip: Strip) -> float:
    return strip.pixels.shape[0] * _scale(strip)


def _rows(names: Sequence[str], top: float, row_px: int, scale: float, strip: Strip) -> str:
    right = _SIDE_PX + strip.pixels.shape[1] * scale
    parts = []
    for row, name in enumerate(names):
        y = top + (row + 0.5) * row_px
        parts.append(
            f'<text x="{_NAMES_PX - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>'
            f'<line class="grid" x1="{_NAMES_PX}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
    return "".join(parts)


def _svg(strip: Strip, parts: Sequence[str], height: float) -> str:
    scale = _scale(strip)
    width = _SIDE_PX + strip.pixels.shape[1] * scale + 16
    picture = f'<g transform="translate({_SIDE_PX} 0) scale({scale:.4f})">{image_of(strip)}</g>'
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
    return f'<div class="wide"><svg class="trellis" {box}>{picture}{"".join(parts)}</svg></div>'
