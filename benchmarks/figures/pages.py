"""Fills the pages from the results files, and checks both: `python -m benchmarks.figures.pages [--check]`.

Every published figure lies in a file benchmarks/results/NAME.json with its command, commit, date and the hashes of the
code, data and bundle behind it (benchmarks/figures/files.py). Pages name what they show, and are filled from the files:

    <!-- figure: accuracy.amounts -->      a table, lines of output, or NAME.origin: where the figures come from
    ...
    <!-- end -->
    <!-- v:accuracy.exact:.1% -->82.9 %<!-- /v -->      a single value, in a Python format

The check fails when a page holds anything else, and when the code or the bundle behind a *measured* figure is no longer
the one that was measured. Then `python -m benchmarks.figures NAME` measures it again; or --record NAME --reason "..."
makes it a *record* of that state, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from benchmarks.figures import files as figure_files
from benchmarks.figures.blocks import Files, differences, filled
from benchmarks.figures.command import run_command
from benchmarks.figures.files import RESULTS, complaint, load_all, save
from benchmarks.figures.provenance import ROOT
from benchmarks.figures.renderings import CHARTS, RENDERERS
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_text

_REMEDY = "run python -m benchmarks.figures.pages"


@dataclass(frozen=True)
class _Page:
    """A page, what it holds, and what it should hold.

    Attributes:
        name: Its path below the root.
        before: Its text.
        after: The same with every mark filled; None where that cannot be.
        trouble: Why it cannot.
    """

    name: str
    before: str
    after: str | None
    trouble: str = ""


def pages(root: Path = ROOT) -> list[Path]:
    """The pages of the repository."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def fill(root: Path = ROOT, folder: Path = RESULTS) -> list[Path]:
    """Fill all pages and draw their charts.

    Returns:
        The files that were changed.

    Raises:
        PosteyeError: As `blocks.filled`, with the names of the pages, when all others are filled.
    """
    files = load_all(folder)
    filled_pages = _filled(files, root)
    changed = [page for page in filled_pages if page.after not in (None, page.before)]
    for page in changed:
        write_text(root / page.name, page.after or "")
    drawn = _stale_charts(files, root)
    for name in drawn:
        write_text(root / name, CHARTS[name].sealed(files))
    wrong = [f"{page.name}: {page.trouble}" for page in filled_pages if page.trouble]
    if wrong:
        raise PosteyeError("\n".join(wrong))
    return [root / name for name in (*(page.name for page in changed), *drawn)]


def complaints(root: Path = ROOT, folder: Path = RESULTS) -> list[str]:
    """What is wrong: pages that differ from the files, files that the present code or bundle did not give."""
    files = load_all(folder)
    found = [said for name, results in files.items() if (said := complaint(name, results, root))]
    for page in _filled(files, root):
        if page.after is None:
            found.append(f"{page.name}: {page.trouble}")
            continue
        for mark in differences(page.before, page.after):
            found.append(f"{page.name}: {mark} is not what its file says; {_REMEDY}")
    return found + [f"{name} is not drawn from its file; {_REMEDY}" for name in _stale_charts(files, root)]


def _filled(files: Files, root: Path) -> list[_Page]:
    """Every page of the repository with what it should hold."""
    found = []
    for path in pages(root):
        name, before = str(path.relative_to(root)), path.read_text("utf-8")
        try:
            found.append(_Page(name, before, filled(before, files, RENDERERS)))
        except PosteyeError as error:
            found.append(_Page(name, before, None, str(error)))
    return found


def _stale_charts(files: Files, root: Path) -> list[str]:
    """The charts, by their place, that do not show what the files say; none of figures that are not measured yet."""
    measured = {name.split("/")[0] for name in files}
    return [
        name
        for name, chart in CHARTS.items()
        if set(chart.figures) <= measured
        and not ((root / name).exists() and (root / name).read_text("utf-8").endswith(chart.seal(files)))
    ]


def record(name: str, reason: str, folder: Path = RESULTS) -> None:
    """Make a figure the record of the state that it was measured in.

    Raises:
        PosteyeError: There is no such file.
    """
    path = folder / f"{name}.json"
    save(msgspec.structs.replace(figure_files.load(path), state="record", reason=reason), path)


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when a page or a figure is wrong.")
@click.option("--record", "name", help="Make this figure a record: it is not measured again with every change.")
@click.option("--reason", help="Why not; the page says so.")
def main(check: bool, name: str | None, reason: str | None) -> None:
    """Fill the pages from the results files.

    \b
    Examples:
      python -m benchmarks.figures.pages --check
      python -m benchmarks.figures.pages --record criteria --reason "eleven trainings of an hour each"
    """
    if bool(name) != bool(reason):
        raise PosteyeError("a record needs a name and a reason: --record NAME --reason '...'")
    if name and reason:
        record(name, reason)
    if not check:
        for page in fill():
            click.echo(f"{page.relative_to(ROOT)}: filled")
    found = complaints()
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)


if __name__ == "__main__":
    run_command(main)
