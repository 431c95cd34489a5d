"""All figures that the pages show: the command that measures each, how long it takes, and the code behind it.

The code is named generously: whoever changes one of its files measures the figure again, or says why not
(docs/figures.md). Globs below the root of the repository; "-" before one leaves its files out again.
"""

from __future__ import annotations

from benchmarks.figures.figure import Figure
from benchmarks.figures.listed.costs import COSTS, DRAWN
from benchmarks.figures.listed.reading import READINGS
from benchmarks.figures.listed.training import RECORDS

FIGURES: dict[str, Figure] = {figure.name: figure for figure in (*READINGS, *DRAWN, *COSTS, *RECORDS)}
