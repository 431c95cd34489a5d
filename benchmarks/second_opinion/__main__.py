"""A second opinion, measured: `python -m benchmarks.second_opinion`, in an environment with the extra second-opinion.

    python -m benchmarks.second_opinion --amounts check_amounts --printed printed_postcode_lines
      --results benchmarks/results/second-opinion.json

Both readers read each field in turn, on one thread; times are those of the processor.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from benchmarks.figures import provenance
from benchmarks.figures.command import bundle_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.tables import Table, columns
from benchmarks.peers.sets import amounts_set, lines_set
from benchmarks.second_opinion.measure import compared, measure
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader
from device_runtime.second_opinion.calibration import CALIBRATION_FILE

FIGURE = "second-opinion"
_ROWS = {
    "exact": "exact",
    "at-1": "accepted at 1 % error, by the best threshold",
    "at-2": "accepted at 2 % error, by the best threshold",
    "accepted": "accepted by the reader's own threshold for 1 %",
    "wrong-share": "of these wrong",
}


@click.command()
@click.option("--amounts", type=click.Path(path_type=Path), required=True, help="Folder of labelled check amounts.")
@click.option("--printed", type=click.Path(path_type=Path), required=True, help="Folder of labelled printed lines.")
@click.option("--count", type=click.IntRange(min=1), help="Fields of each set, drawn at random; default: all.")
@bundle_option
@results_option
def second_opinion(amounts: Path, printed: Path, count: int | None, bundle: Path | None, results: Path | None) -> None:
    """Compare readings with and without a second opinion on check amounts and printed lines."""
    machine, values, samples = provenance.machine(), {}, {}
    for files in (amounts_set(amounts), lines_set(printed)):
        rows = files.drawn(count or len(files.labels))
        alone = Reader(pattern=files.pattern, bundle=bundle, max_error=DEFAULT_MAX_ERROR)
        second = Reader(pattern=files.pattern, bundle=bundle, max_error=DEFAULT_MAX_ERROR, second_opinion=True)
        labels = [files.labels[row] for row in rows]
        values[files.name] = compared(*measure(alone, second, labels, files.name))
        samples[files.name] = files.hash_of(rows)
    table = comparison(values)
    click.echo(columns([table.heads, *table.lines], (-48, *[16] * (len(table.heads) - 1))))
    if results:
        versions = provenance.versions() | {"rapidocr": version("rapidocr"), "onnxruntime": version("onnxruntime")}
        data = samples | {"calibration": CALIBRATION_FILE}
        kept = values | {"table": {"heads": list(table.heads), "lines": [list(line) for line in table.lines]}}
        keep(FIGURE, results, kept, data=data, bundle=bundle or provenance.SHIPPED, machine=machine, versions=versions)


def comparison(values: dict[str, Any]) -> Table:
    """What was measured, a row for each figure and two columns for each set."""
    heads = ["", *(f"{name}, {side}" for name in values for side in ("alone", "asking"))]
    sides = [values[name][side] for name in values for side in ("alone", "second")]
    lines = [[title, *(f"{side[key]:.1%}" for side in sides)] for key, title in _ROWS.items()]
    lines.append(["wrong codes accepted", *(str(side["wrong"]) for side in sides)])
    lines.append(["time of the processor a field, ms", *(f"{side['ms']:.1f}" for side in sides)])
    of = [values[name] for name in values]
    both = {
        "asked about": [f"{one['asked']:.1%}" for one in of],
        "of these both agree": [f"{one['agreed']:.1%}" for one in of],
        "of these wrong": [str(one["agreed-wrong"]) for one in of],
        "time over that of our net alone": [f"{one['time-ratio']:.1f}" for one in of],
        "the same for fields that are asked about": [f"{one.get('time-asked', 1):.1f}" for one in of],
    }
    lines += [[title, *(cell for word in words for cell in ("", word))] for title, words in both.items()]
    return Table(heads, lines)


if __name__ == "__main__":
    run_command(second_opinion)
