"""Measures published figures again, each by its command into its results file."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.figures import provenance
from benchmarks.figures.figure import Figure
from benchmarks.figures.files import RESULTS, complaint, load
from benchmarks.figures.list import FIGURES
from benchmarks.figures.provenance import ROOT

_AT_A_TIME = 2
UP_TO_DATE, RECORD = "up to date", "a record"


@dataclass(frozen=True)
class Place:
    """Where figures are measured.

    Attributes:
        root: Of the repository.
        results: Folder of the results files, below the root.
        figures: The figures that have a command, by name.
    """

    root: Path = ROOT
    results: Path = RESULTS
    figures: Mapping[str, Figure] = field(
        default_factory=lambda: {name: figure for name, figure in FIGURES.items() if figure.command}
    )

    def state(self, figure: Figure) -> str:
        """UP_TO_DATE, RECORD, or why the figure must be measured."""
        path = self.results / f"{figure.name}.json"
        if not path.exists():
            return "not measured yet"
        results = load(path)
        return RECORD if results.state == "record" else complaint(figure.name, results, self.root) or UP_TO_DATE

    def words(self, figure: Figure, data: Path) -> list[str]:
        """The command of a figure as a program is called, its results file at the end."""
        parts = [part.replace("{data}", str(data)) for part in shlex.split(figure.command)]
        results = (self.results / f"{figure.name}.json").relative_to(self.root)
        return [sys.executable, "-m", *parts, "--results", str(results)]

    def measure(self, chosen: Sequence[Figure], data: Path) -> list[str]:
        """Measure figures, two at a time but the timed ones alone.

        Returns:
            The names of those that failed: the file is not up to date afterwards, or the code changed meanwhile.
        """
        beside = [figure for figure in chosen if not figure.timed]
        alone = [figure for figure in chosen if figure.timed]
        minutes = sum(figure.minutes for figure in beside) / _AT_A_TIME + sum(figure.minutes for figure in alone)
        click.echo(f"{len(chosen)} figures, about {minutes:.0f} min")
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            runs: dict[str, Future[bool]] = {}
            for figure in beside:
                runs[figure.name] = pool.submit(self._measure, figure, data, runs.get(figure.needs))
        found = {name: run.result() for name, run in runs.items()}
        found |= {figure.name: self._measure(figure, data, None) for figure in alone}
        return [name for name, succeeded in found.items() if not succeeded]

    def _measure(self, figure: Figure, data: Path, first: Future[bool] | None) -> bool:
        if first:
            first.result()
        click.echo(f"{figure.name}: about {figure.minutes:g} min")
        before = provenance.code_hash(figure.code, self.root)
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        subprocess.run(self.words(figure, data), cwd=self.root, env=environment, check=False)
        # What counts is the file: a benchmark may end with 1 because a goal is missed.
        return self.state(figure) == UP_TO_DATE and provenance.code_hash(figure.code, self.root) == before
