"""Pictures of a net's insides, pixel by pixel: filters, feature maps, and heat on the strip, as HTML."""

from __future__ import annotations

from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Strip
from train.report.activations import FloatArray, Seen
from train.report.page import png_uri
from train.report.strip_figure import image_of

# BGR. Values are told by how opaque a pixel is, so that pictures lie on light and dark pages alike.
ORANGE, BLUE = (0, 104, 235), (214, 130, 30)
STYLE = """
.filters{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:10px 18px;margin:12px 0}
.filters div{display:flex;gap:12px;align-items:center;min-width:0}
.filters img:last-child{min-width:0;flex:0 1 auto;max-width:100%}
.filters img,.maps img{border:1px solid var(--line)}
.maps img{max-width:100%;height:auto;display:block}
"""
_FILTER_ZOOM, _MAP_ZOOM, _MAP_PX, _GAP = 12, 4.0, 260, 1
_ACROSS, _FULL_PX = 8, 1180  # maps in a row of a mosaic, and its width on the screen
_WINDOW_PX = 48.0  # about as wide as what a column sees
_GREY, _RIM = 140, 110  # of the lines between maps: brightness, and how opaque they are, of 255
_BRIGHTEST = 0.995  # quantile of a layer's values that is drawn opaque


def filters(seen: Seen) -> str:
    """Each filter of the first layer beside its feature map; only the input channels' first plane is drawn."""
    weights = seen.convs[0].weight.astype(np.float64) * seen.convs[0].weight_scale[:, None, None, None]
    planes, maps = weights[..., 0], seen.values(0)
    largest, shades = float(np.abs(planes).max()), _shades(maps)
    parts = []
    for number, (plane, found) in enumerate(zip(planes, shades, strict=True)):
        rows, columns = plane.shape
        width = found.shape[1] * min(_MAP_ZOOM, _MAP_PX / found.shape[1])
        filter_uri = png_uri(_signed(plane / max(largest, 1e-12)))
        map_uri = png_uri(_opaque(found, BLUE))
        parts.append(
            f'<div><img class="pixels" alt="filter {number}" src="{filter_uri}" '
            f'width="{columns * _FILTER_ZOOM}" height="{rows * _FILTER_ZOOM}">'
            f'<img class="pixels" alt="its map" src="{map_uri}" style="width:{width:.0f}px"></div>'
        )
    return f'<div class="filters">{"".join(parts)}</div>'


def feature_maps(seen: Seen) -> str:
    """The maps of the layers between the first and the classifier; those of one row as channels over columns."""
    parts = []
    for layer in range(1, len(seen.maps) - 1):
        shades = _shades(seen.values(layer))
        channels, rows, columns = shades.shape
        kernel = " x ".join(str(side) for side in seen.convs[layer].weight.shape[1:3])
        name = f"Layer {layer + 1}: {channels} maps of {rows} x {columns}, kernel {kernel}"
        picture, style = (shades[:, 0], "height:200px") if rows == 1 else (_mosaic(shades), "")
        uri = png_uri(_opaque(picture, BLUE))
        parts.append(
            f'<h3>{escape(name)}</h3><img class="pixels" alt="{escape(name)}" src="{uri}" '
            f'width="{_FULL_PX}" style="{style}">'
        )
    return f'<div class="maps">{"".join(parts)}</div>'


def heat_on_strip(
    strip: Strip, heat: FloatArray, colour: tuple[int, int, int], zoom: float, around_px: float | None = None
) -> str:
    """The strip as SVG with heat over it, float64 [32, W], 0..1; around_px: show only a window around this x."""
    height, width = strip.pixels.shape
    left, shown = (0.0, float(width)) if around_px is None else (around_px - _WINDOW_PX / 2, _WINDOW_PX)
    over = f'<image width="{width}" height="{height}" href="{png_uri(_opaque(0.8 * heat, colour))}"/>'
    box = f'viewBox="{left:g} 0 {shown:g} {height}" width="{shown * zoom:.0f}"'
    return f"<svg {box}>{image_of(strip)}{over}</svg>"


def _mosaic(values: NDArray[np.float32]) -> NDArray[np.float32]:
    channels, rows, columns = values.shape
    across = min(channels, _ACROSS)
    down = -(-channels // across)
    canvas = np.full((down * (rows + _GAP) - _GAP, across * (columns + _GAP) - _GAP), np.nan, np.float32)
    for channel, found in enumerate(values):
        row, column = divmod(channel, across)
        top, left = row * (rows + _GAP), column * (columns + _GAP)
        canvas[top : top + rows, left : left + columns] = found
    return canvas


def _shades(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values of a layer as shares of nearly the largest, their roots taken, so that weak ones show too."""
    brightest = max(float(np.quantile(values, _BRIGHTEST)), 1e-12)
    return np.asarray(np.sqrt(np.clip(values / brightest, 0, 1)), np.float32)


def _opaque(shares: NDArray[np.floating], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """One colour, as opaque as the shares (0..1) say, and grey where they are NaN: uint8 [H, W, 4]."""
    picture = np.empty((*shares.shape, 4), np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = np.rint(255 * np.clip(np.nan_to_num(shares), 0, 1))
    picture[np.isnan(shares)] = (_GREY, _GREY, _GREY, _RIM)
    return picture


def _signed(shares: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Orange above zero, blue below; shares: -1..1."""
    above, below = _opaque(shares, ORANGE), _opaque(-shares, BLUE)
    return np.where((shares > 0)[..., None], above, below).astype(np.uint8)


def thumbnail(strip: Strip, x_px: float, width_px: int, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The ink of a strip around a place, in one colour: uint8 [28, width_px, 4]."""
    left = round(x_px - width_px / 2) + width_px
    ink = cv2.copyMakeBorder(strip.pixels, 0, 0, width_px, width_px, cv2.BORDER_CONSTANT, value=0)
    return _opaque(ink[2:30, left : left + width_px] / 255, colour)
