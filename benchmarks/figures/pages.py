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

from pathlib import Path

import click
import msgspec

from benchmarks.figures import files as figure_files
from benchmarks.figures.blocks import Files, differences, filled
from benchmarks.figures.files import RESULTS, complaint, load_all, save
from benchmarks.figures.provenance import ROOT
from benchmarks.figures.renderings import CHARTS, RENDERERS, Chart
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_text


def pages(root: Path = ROOT) -> list[Path]:
    """The pages of the repository."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def fill(root: Path = ROOT, folder: Path = RESULTS) -> list[Path]:
    """Fill all pages and draw their charts; gives those that were changed.

    Raises PosteyeError as `blocks.filled`, with the page's name, when all others are filled.
    """
    files = load_all(folder)
    changed = []
    failed: list[str] = []
    for page in pages(root):
        old = page.read_text("utf-8")
        try:
            new = filled(old, files, RENDERERS)
        except PosteyeError as error:
            failed.append(f"{page.relative_to(root)}: {error}")
            continue
        if new != old:
            write_text(page, new)
            changed.append(page)
    for place, chart in CHARTS.items():
        if _is_drawn(root / place, chart, files) is False:
            write_text(root / place, chart.draw(files) + chart.seal(files))
            changed.append(root / place)
    if failed:
        raise PosteyeError("\n".join(failed))
    return changed


def complaints(root: Path = ROOT, folder: Path = RESULTS) -> list[str]:
    """What is wrong: pages that differ from the files, files that the present code or bundle did not give."""
    files = load_all(folder)
    found = [said for name, results in files.items() if (said := complaint(name, results, root))]
    for page in pages(root):
        text = page.read_text("utf-8")
        try:
            differing = differences(text, files, RENDERERS)
        except PosteyeError as error:
            found.append(f"{page.relative_to(root)}: {error}")
            continue
        where = page.relative_to(root)
        found += [
            f"{where}: {mark} is not what its file says; run python -m benchmarks.figures.pages" for mark in differing
        ]
    stale = [place for place, chart in CHARTS.items() if _is_drawn(root / place, chart, files) is False]
    return found + [f"{place} is not drawn from its file; run python -m benchmarks.figures.pages" for place in stale]


def _is_drawn(path: Path, chart: Chart, files: Files) -> bool | None:
    """Whether a picture shows what the files say; None where not all of it is measured."""
    if not set(chart.figures) <= {name.split("/")[0] for name in files}:
        return None
    return path.exists() and path.read_text("utf-8").endswith(chart.seal(files))


def record(name: str, reason: str, folder: Path = RESULTS) -> None:
    """Make a figure the record of the state that it was measured in; raises PosteyeError when there is no such file."""
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
    try:
        if bool(name) != bool(reason):
            raise PosteyeError("a record needs a name and a reason: --record NAME --reason '...'")
        if name and reason:
            record(name, reason)
        if not check:
            for page in fill():
                click.echo(f"{page.relative_to(ROOT)}: filled")
        found = complaints()
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
