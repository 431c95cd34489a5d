"""What the pages show that is more than a value, a table or lines of output: by results file and key, and charts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from matplotlib.figure import Figure

from benchmarks.belt import page as belt_page
from benchmarks.figures.blocks import Files, Renderer
from benchmarks.figures.charts import svg
from benchmarks.instructions import page as instructions_page
from benchmarks.lenet1998 import page as paper_page
from benchmarks.peers import page as peer_page
from benchmarks.pieces import page as piece_page
from benchmarks.pieces import peer_page as piece_peer_page
from benchmarks.pieces import sets as piece_sets
from benchmarks.robustness import page as robustness_page
from benchmarks.voting import page as voting_page

RENDERERS: Mapping[str, Renderer] = {
    "belt.belt-table": belt_page.belt_markdown,
    "belt.fields-table": belt_page.fields_markdown,
    "belt.pieces-table": belt_page.pieces_markdown,
    "instructions.bundles": instructions_page.bundles_markdown,
    "instructions.libraries": instructions_page.libraries_markdown,
    "instructions.piece": instructions_page.piece_markdown,
    "instructions.pictures": instructions_page.pictures_markdown,
    "instructions.processors": instructions_page.processors_markdown,
    "instructions.samples": instructions_page.samples_markdown,
    "instructions.stages": instructions_page.stages_markdown,
    "paper.table": paper_page.rows_markdown,
    "paper.ablations": paper_page.ablations_markdown,
    "paper.origin": paper_page.origin,
    "piece-peers.table": piece_peer_page.rates_markdown,
    "piece-peers.times": piece_peer_page.times_markdown,
    "piece-sets.table": piece_sets.rows_markdown,
    "pieces.conditions": piece_page.conditions_markdown,
    "pieces.goals-table": piece_page.goals_markdown,
    "pieces.mistakes-table": piece_page.mistakes_markdown,
    "peer-rates.table": peer_page.rates_markdown,
    "peer-rates.readers": peer_page.readers_markdown,
    "robustness.table": robustness_page.rates_markdown,
    "voting.budgets-table": voting_page.budgets_markdown,
    "voting.frames-table": voting_page.frames_markdown,
    "voting.without-table": voting_page.without_markdown,
}


@dataclass(frozen=True)
class Chart:
    """A picture in SVG.

    Attributes:
        figures: The results files, by the first part of their names, whose values are drawn.
        draw: Draws them.
    """

    figures: tuple[str, ...]
    draw: Callable[[Files], Figure]

    def sealed(self, files: Files) -> str:
        """The picture as SVG with its seal."""
        return svg(self.draw(files)) + self.seal(files)

    def seal(self, files: Files) -> str:
        """The comment at the end of a picture of these files: what is drawn differs between versions of Matplotlib."""
        drawn = {name: results.values for name, results in files.items() if name.split("/")[0] in self.figures}
        return f"<!-- drawn from {hashlib.sha256(msgspec.json.encode(drawn)).hexdigest()} -->\n"


# By their place below the root.
CHARTS: Mapping[str, Chart] = {
    **{f"docs/accuracy-1998{suffix}.svg": Chart(("paper",), draw) for suffix, draw in paper_page.CHARTS.items()},
    "docs/belt-memory.svg": Chart(("belt",), belt_page.memory_chart),
    "docs/peer-rates.svg": Chart(("peer-rates", "peer-answers"), peer_page.rates_chart),
    "docs/pieces-curves.svg": Chart(("pieces",), piece_page.curves),
    "docs/pieces-reject.svg": Chart(("pieces",), piece_page.rejection),
    "docs/robustness.svg": Chart(("robustness",), robustness_page.curves),
}
