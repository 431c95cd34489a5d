"""Boxes, words and arrows as SVG text: the same bytes on every machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

INK, GRAY, PAPER = "#1f2933", "#5f6c7b", "#ffffff"
_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>{title}</title>
<style>text {{ font-family: "Helvetica Neue", Arial, "Liberation Sans", sans-serif }}</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L10 5 L0 10 z" fill="#1f2933"/></marker></defs>
<rect width="{width}" height="{height}" rx="10" fill="#ffffff"/>
"""


@dataclass
class Drawing:
    """An SVG picture in the making; lengths in px from the top left."""

    width: int
    height: int
    title: str
    _parts: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str, dashed: bool = False) -> None:
        """Draw a rectangle with round corners."""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{fill}" '
            f'stroke="{edge}"{dash}/>'
        )

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 12,
        color: str = INK,
        *,
        bold: bool = False,
        anchor: str = "start",
    ) -> None:
        """Write one line; y is its baseline, anchor: start, middle or end of it at x."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{color}" text-anchor="{anchor}"{weight}>'
            f"{escape(text)}</text>"
        )

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through the points with a head at the last."""
        path = " L".join(f"{x:g} {y:g}" for x, y in points)
        self._parts.append(f'<path d="M{path}" fill="none" stroke="{INK}" stroke-width="1.5" marker-end="url(#head)"/>')

    def line(self, *points: tuple[float, float]) -> None:
        """Draw a grey line through the points."""
        path = " L".join(f"{x:g} {y:g}" for x, y in points)
        self._parts.append(f'<path d="M{path}" fill="none" stroke="{GRAY}"/>')

    def text(self) -> str:
        """The picture as a file's text."""
        head = _HEAD.format(width=self.width, height=self.height, title=escape(self.title))
        return head + "\n".join(self._parts) + "\n</svg>\n"
