"""What the pages show that is more than a value, a table or lines of output: by results file and key, and charts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from benchmarks.figures.blocks import Files, Renderer
from benchmarks.lenet1998 import page as paper_page
from benchmarks.peers import page as peer_page
from benchmarks.robustness import page as robustness_page

RENDERERS: Mapping[str, Renderer] = {
    "paper.table": paper_page.table,
    "paper.ablations": paper_page.ablations,
    "paper.origin": paper_page.origin,
    "peer-rates.table": peer_page.page_table,
    "peer-rates.readers": peer_page.page_readers,
    "robustness.table": robustness_page.page_table,
}


@dataclass(frozen=True)
class Chart:
    """A picture in SVG. figures: the results files, by the first part of their name, whose values `draw` draws."""

    figures: tuple[str, ...]
    draw: Callable[[Files], str]

    def seal(self, files: Files) -> str:
        """The comment at the end of a picture of these files: what is drawn differs between versions of Matplotlib."""
        drawn = {name: results.values for name, results in files.items() if name.split("/")[0] in self.figures}
        return f"<!-- drawn from {hashlib.sha256(msgspec.json.encode(drawn)).hexdigest()} -->\n"


# By their place below the root.
CHARTS: Mapping[str, Chart] = {
    **{f"docs/accuracy-1998{suffix}.svg": Chart(("paper",), draw) for suffix, draw in paper_page.CHARTS.items()},
    "docs/peer-rates.svg": Chart(("peer-rates", "peer-answers"), peer_page.page_chart),
    "docs/robustness.svg": Chart(("robustness",), robustness_page.page_chart),
}
