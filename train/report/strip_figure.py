"""A strip with ribbons under it: which class a path emits where, in the strip's own px, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Penalties, Strip
from train.report.page import png_uri

STYLE = """
.strip .one,.strip text.one{fill:var(--one)}.strip .two,.strip text.two{fill:var(--two)}
.strip .three,.strip text.three{fill:var(--three)}
.strip .free,.strip text.free{fill:var(--faint)}
.strip .rubbish{opacity:.3}
.strip .on{font-weight:700;font-size:8.5px;text-anchor:middle}
.strip .side{font-size:5.4px;fill:var(--faint)}
.strip line{stroke:var(--line);stroke-width:.6}
"""
SIDE_PX = 25  # left of the strip, for the names of the ribbons
_ROW_PX = 10.5


@dataclass(frozen=True, eq=False)
class Ribbon:
    """A path under a strip: its name, its classes int [columns], and its kind: one, two, three or free."""

    name: str
    classes: NDArray[np.intp]
    kind: str


def runs(classes: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Runs of equal classes: class, first column, and the column after the last."""
    begins = np.flatnonzero(np.append(True, classes[1:] != classes[:-1]))
    ends = np.append(begins[1:], len(classes))
    return [(int(classes[b]), int(b), int(e)) for b, e in zip(begins, ends, strict=True)]


def image_of(strip: Strip) -> str:
    """The strip as an SVG image of its own size, at the origin, ink dark on light pages and light on dark ones."""
    height, width = strip.pixels.shape
    return f'<image class="ink" width="{width}" height="{height}" href="{png_uri(~strip.pixels)}"/>'


def strip_figure(strip: Strip, penalties: Penalties | None, ribbons: Sequence[Ribbon], zoom: float = 3.0) -> str:
    """Draw a strip and its ribbons; penalties may be None only without ribbons. zoom: px of screen for one of strip."""
    height, width = strip.pixels.shape
    tall = height + 3 + _ROW_PX * len(ribbons)
    parts = [image_of(strip)]
    for row, ribbon in enumerate(ribbons):
        assert penalties is not None
        parts.append(_ribbon(ribbon, penalties, height + 3 + row * _ROW_PX, width))
    box = f"{-SIDE_PX} 0 {width + SIDE_PX} {tall:g}"
    return f'<svg class="strip" viewBox="{box}" width="{(width + SIDE_PX) * zoom:.0f}">{"".join(parts)}</svg>'


def _ribbon(ribbon: Ribbon, penalties: Penalties, top: float, width: int) -> str:
    bottom = top + _ROW_PX - 2.4
    parts = [
        f'<text class="side" x="{-SIDE_PX}" y="{bottom - 0.5:g}">{escape(ribbon.name)}</text>',
        f'<line x1="0" x2="{width}" y1="{bottom + 1:g}" y2="{bottom + 1:g}"/>',
    ]
    half = float(penalties.x_px[1] - penalties.x_px[0]) / 2 if len(penalties.x_px) > 1 else 1.0
    for kind, begin, end in runs(ribbon.classes):
        if kind == penalties.blank:
            continue
        left, right = float(penalties.x_px[begin]) - half, float(penalties.x_px[end - 1]) + half
        rubbish = " rubbish" if kind == penalties.rubbish else ""
        parts.append(
            f'<rect class="{ribbon.kind}{rubbish}" x="{left:g}" y="{bottom:g}" width="{right - left:g}" height="2"/>'
        )
        if not rubbish:
            char = escape(penalties.alphabet[kind])
            parts.append(
                f'<text class="on {ribbon.kind}" x="{(left + right) / 2:g}" y="{bottom - 0.9:g}">{char}</text>'
            )
    return "".join(parts)
