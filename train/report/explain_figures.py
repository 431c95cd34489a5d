"""What the net makes of a strip, as HTML: filters, maps and heat px by px, class scores and lattice by column.

The drawings are our own and not a chart library's: their marks must lie on the px and columns of the strip above them,
and a cell tells its value when pointed at. Pictures lie on light and dark pages alike: how opaque a px is tells its
value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from device_runtime.types import Character, Penalties, Strip
from train.gtn.code_lattice import CodePath
from train.report.activations import FloatArray, Seen
from train.report.page import render

Color = tuple[int, int, int]
ORANGE: Color = (0, 104, 235)  # BGR
BLUE: Color = (214, 130, 30)
_ACROSS, _GAP_PX = 8, 1  # maps in a row of a mosaic, and between them
_WINDOW_PX = 48.0  # about as wide as what a column sees
_GRAY, _RIM = 140, 110  # of the lines between maps: brightness, and how opaque they are, of 255
_BRIGHTEST = 0.995  # quantile of a layer's values that is drawn opaque
# Left of the strip: the rows' names, and the columns that look at the paper before it.
_SIDE_PX, _FULL_PX = 124, 1180
_SCORE_ROW_PX, _LATTICE_ROW_PX, _BARS_PX = 14, 22, 76
_PLAIN = 0.995  # confidence from which on a character is written without it
_FAINTEST = 0.004  # shares below this are not drawn


@dataclass(frozen=True, eq=False)
class _Under:
    """Columns and rows of classes under a strip, in px of the screen.

    Attributes:
        inverted: the strip, ink dark.
        names: of the classes.
        scale: px of the screen for one of the strip.
        xs: middles of the columns, float64 [columns].
        top: of the first row.
        row: height of a row.
        side: where the strip begins.
    """

    inverted: NDArray[np.uint8]
    names: tuple[str, ...]
    scale: float
    xs: FloatArray
    top: float
    row: float
    side: int = _SIDE_PX

    @property
    def ys(self) -> FloatArray:
        """Middles of the rows: float64 [classes]."""
        return self.top + (np.arange(len(self.names)) + 0.5) * self.row


def filters(seen: Seen) -> Markup:
    """Draw each filter of the first layer beside its feature map; of its input channels only the first."""
    weights = seen.convs[0].weight.astype(np.float64) * seen.convs[0].weight_scale[:, None, None, None]
    planes = weights[..., 0] / max(float(np.abs(weights[..., 0]).max()), 1e-12)  # [filters, rows, columns], -1..1
    pairs = [
        (_signed(plane), _opaque(found, BLUE)) for plane, found in zip(planes, _shades(seen.values(0)), strict=True)
    ]
    return render("explain/filters.html", filters=pairs)


def feature_maps(seen: Seen) -> Markup:
    """Draw the maps of the layers between the first and the classifier; those of one row as channels over columns."""
    layers = []
    for layer in range(1, len(seen.maps) - 1):
        shades = _shades(seen.values(layer))
        channels, rows, columns = shades.shape
        kernel = " x ".join(str(side) for side in seen.convs[layer].weight.shape[1:3])
        name = f"Layer {layer + 1}: {channels} maps of {rows} x {columns}, kernel {kernel}"
        layers.append((name, _opaque(shades[:, 0] if rows == 1 else _mosaic(shades), BLUE), rows == 1))
    return render("explain/maps.html", layers=layers)


def heat_on_strip(
    strip: Strip, heat: FloatArray, color: Color, zoom: float, label: str, around_px: float | None = None
) -> Markup:
    """Draw a strip as SVG with heat over it.

    Args:
        strip: drawn below.
        heat: float64 [32, W], 0..1.
        colour: of the heat, BGR.
        zoom: px of the screen for one of the strip.
        label: what is shown, in words.
        around_px: show only a window around this x of the strip; None for all of it.
    """
    left, shown = 0.0, float(strip.pixels.shape[1])
    if around_px is not None:
        left, shown = around_px - _WINDOW_PX / 2, _WINDOW_PX
    picture = _opaque(0.8 * heat, color)
    return render(
        "explain/heat.svg", inverted=~strip.pixels, heat=picture, left=left, shown=shown, zoom=zoom, label=label
    )


def thumbnail(strip: Strip, x_px: float, width_px: int, color: Color) -> NDArray[np.uint8]:
    """Cut the ink out around a place, in one colour: uint8 [28, width_px, 4]."""
    left = round(x_px - width_px / 2) + width_px
    ink = cv2.copyMakeBorder(strip.pixels, 0, 0, width_px, width_px, cv2.BORDER_CONSTANT, value=0)
    return _opaque(ink[2:30, left : left + width_px] / 255, color)


def scores(strip: Strip, penalties: Penalties) -> Markup:
    """Draw the classes' probabilities in every column: the darker a cell, the more probable."""
    under = _under(strip, penalties, 8, _SCORE_ROW_PX)
    step = float(under.xs[1] - under.xs[0]) if len(under.xs) > 1 else 2.0 * under.scale
    probabilities = np.exp(-penalties.values.astype(np.float64))  # [columns, classes]
    cells = [
        (float(under.xs[column]) - step / 2, number, float(probabilities[column, number]))
        for column, number in np.argwhere(probabilities > _FAINTEST).tolist()
    ]
    bottom = under.top + len(under.names) * _SCORE_ROW_PX + 4
    label = "probabilities of the classes in every column"
    return render("explain/scores.svg", under=under, bottom=bottom, label=label, cells=cells, width=step - 0.8)


def lattice(
    strip: Strip,
    penalties: Penalties,
    shares: FloatArray,
    paths: Sequence[CodePath],
    characters: Sequence[Character],
) -> Markup:
    """Draw the lattice of the codes found, the best path thick, the second dotted, and where the second costs more.

    Args:
        strip: drawn above.
        penalties: its columns.
        shares: of every way, as from `flow`.
        paths: those of one or two codes, the best first.
        characters: of the best code, named above their columns.
    """
    under = _under(strip, penalties, 24, _LATTICE_ROW_PX)
    xs, ys = under.xs, under.ys
    named = []
    for character in characters:
        doubt = f" {character.confidence:.2f}" if character.confidence < _PLAIN else ""
        named.append((_SIDE_PX + character.x_px * under.scale, f"{character.char}{doubt}"))
    ways = [
        (xs[column], ys[before], xs[column + 1], ys[after], shares[column, before, after])
        for column, before, after in np.argwhere(shares > _FAINTEST).tolist()
    ]
    bottom = float(ys[-1]) + _LATTICE_ROW_PX
    return render(
        "explain/lattice.svg",
        under=under,
        bottom=bottom + (_BARS_PX + 12 if len(paths) > 1 else 0),
        label="lattice of the codes found",
        characters=named,
        ways=ways,
        paths=[list(zip(xs, ys[path.classes], strict=True)) for path in paths],
        codes=[path.code for path in paths],
        bars=_bars(xs, cost_difference(penalties, *paths), bottom) if len(paths) > 1 else None,
    )


def cost_difference(penalties: Penalties, best: CodePath, rival: CodePath) -> FloatArray:
    """Return how much more (nats) the second of two paths costs in each column: float64 [columns]."""
    columns = np.arange(len(best.classes))
    values = penalties.values.astype(np.float64)
    return np.asarray(values[columns, rival.classes] - values[columns, best.classes])


def _bars(xs: FloatArray, nats: FloatArray, top: float) -> dict[str, object]:
    """A bar for each column with a difference: upwards where the second path costs more."""
    tall = (_BARS_PX / 2 - 12) * np.abs(nats) / max(float(np.abs(nats).max()), 1e-6)
    return {
        "left_px": xs[0],
        "right_px": xs[-1],
        "middle_px": top + _BARS_PX / 2,
        "width_px": max(2.0, float(xs[1] - xs[0]) - 2 if len(xs) > 1 else 6.0),
        "bars": [bar for bar in zip(xs, nats, tall, strict=True) if abs(bar[1]) >= 0.01],
    }


def _under(strip: Strip, penalties: Penalties, gap_px: float, row_px: float) -> _Under:
    height, width = strip.pixels.shape
    scale = float(np.clip((_FULL_PX - _SIDE_PX) / width, 3.0, 6.5))  # all of the page's width, but not tiny nor huge
    xs = _SIDE_PX + penalties.x_px.astype(np.float64) * scale
    names = (*penalties.alphabet, "blank", "rubbish")
    return _Under(~strip.pixels, names, scale, xs, height * scale + gap_px, row_px)


def _mosaic(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps, [channels, rows, columns], side by side; NaN between them."""
    channels, rows, columns = values.shape
    across = min(channels, _ACROSS)
    down = -(-channels // across)
    canvas = np.full((down * (rows + _GAP_PX) - _GAP_PX, across * (columns + _GAP_PX) - _GAP_PX), np.nan, np.float32)
    for channel, found in enumerate(values):
        row, column = divmod(channel, across)
        top, left = row * (rows + _GAP_PX), column * (columns + _GAP_PX)
        canvas[top : top + rows, left : left + columns] = found
    return canvas


def _shades(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values of a layer as shares of nearly the largest, their roots taken, so that weak ones show too."""
    brightest = max(float(np.quantile(values, _BRIGHTEST)), 1e-12)
    return np.asarray(np.sqrt(np.clip(values / brightest, 0, 1)), np.float32)


def _opaque(shares: NDArray[np.floating], color: Color) -> NDArray[np.uint8]:
    """One colour, as opaque as the shares (0..1) say, and grey where they are NaN: uint8 [H, W, 4]."""
    picture = np.empty((*shares.shape, 4), np.uint8)
    picture[..., :3] = color
    picture[..., 3] = np.rint(255 * np.clip(np.nan_to_num(shares), 0, 1))
    picture[np.isnan(shares)] = (_GRAY, _GRAY, _GRAY, _RIM)
    return picture


def _signed(shares: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Orange above zero, blue below; shares: -1..1."""
    above, below = _opaque(shares, ORANGE), _opaque(-shares, BLUE)
    return np.where((shares > 0)[..., None], above, below).astype(np.uint8)
