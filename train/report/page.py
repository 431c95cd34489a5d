"""Renders reports from the templates beside it: self-contained HTML, no script, nothing fetched, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from device_runtime.types import Reading


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        heading: its title, text.
        body: what is under it, HTML.
    """

    heading: str
    body: Markup


def page(title: str, setup: Sequence[str], tiles: Sequence[tuple[str, str]], sections: Sequence[Section]) -> str:
    """Put a page together.

    Args:
        title: of the page, text.
        setup: what was read and how, in a line under the title, text.
        tiles: figures in large print: the figure, and what it is, both text.
        sections: in their order.
    """
    return render("page.html", title=title, setup=setup, tiles=tiles, sections=sections)


def tiles_of(reading: Reading) -> tuple[tuple[str, str], ...]:
    """The tiles of a reading, as `page` takes them: code and status, confidence, and the next two candidates."""
    return (
        (reading.code or "no code", reading.status + (f": {reading.reason}" if reading.reason else "")),
        (f"{reading.confidence:.4f}", "confidence"),
        *((f"{c.code}", f"next, {c.confidence:.4f}") for c in reading.candidates[1:3]),
    )


def render(template: str, **values: object) -> Markup:
    """Fill a template; text is escaped, Markup is not.

    Args:
        template: its file under templates/.
        values: what its variables stand for; one that is missing is an error.
    """
    return Markup(_templates.get_template(template).render(values))


def png_uri(pixels: NDArray[np.uint8]) -> str:
    """Return a picture as a data: address.

    Args:
        pixels: uint8 [H, W] grey, [H, W, 3] BGR, or [H, W, 4] BGR with alpha.
    """
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return f"data:image/png;base64,{base64.b64encode(data.tobytes()).decode('ascii')}"


def _px(length: float) -> str:
    """A length or place in a drawing, to a tenth of a px."""
    return f"{round(length, 1):g}"


# trim_blocks, lstrip_blocks: a line that holds only a tag leaves nothing in the page.
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_templates.filters |= {"png": png_uri, "px": _px, "share": "{:.1%}".format}
