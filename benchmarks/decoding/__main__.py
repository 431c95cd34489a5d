"""Measures decoding: rates, calibration, segmentation methods, lexicons, time: `python -m benchmarks.decoding FOLDER`.

One command makes what is missing (lexicons from PyPI, strings of test digits), reads all sets by both segmentation
methods, times the decoder, and writes FOLDER/tables.md:

    python -m benchmarks.decoding FOLDER --writers QMNIST --amounts CHECK_AMOUNTS --printed POSTCODE_LINES

What was read is kept in FOLDER/read and used again while model and code are the same; a new calibration needs no new
reading. With --only several processes can share the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import cv2
import msgspec

from benchmarks.decoding import tables
from benchmarks.decoding.rows import Kept, Origin, find, keep, read
from benchmarks.decoding.sets import GENERATED, Sources, Task, tasks
from benchmarks.decoding.speed import (
    PATTERN,
    Timing,
    decoding_table,
    loading_table,
    time_decoding,
    time_loading,
)
from benchmarks.figures.command import bundle_option, results_option, run_command
from benchmarks.figures.files import keep as keep_results
from benchmarks.figures.list import FIGURES
from benchmarks.figures.provenance import SHIPPED, code_hash, machine
from benchmarks.figures.tables import Table
from device_runtime import engines
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.calibration import Calibration
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes, write_text
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.recognizer import SCAN
from device_runtime.recognition.scanner import Scanner
from train.segmentation.segmenter import HOS, SEGMENTERS, recognizer

_TIMING = "timing"
_TIMED_STRIPS = 200


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--writers", type=click.Path(path_type=Path), help="QMNIST label files, to make the generated strings.")
@click.option("--amounts", type=click.Path(path_type=Path), help="Folder of labelled check amounts.")
@click.option("--printed", type=click.Path(path_type=Path), help="Folder of labelled printed postcode lines.")
@bundle_option
@click.option("--count", default=10_000, show_default=True, help="Strings of each generated set.")
@click.option("--processes", default=2, show_default=True, help="Processes that write strings.")
@results_option
@click.option("--only", multiple=True, help="SET/METHOD, e.g. us/scan, or timing: measure only this; again for more.")
def decoding(
    folder: Path,
    writers: Path | None,
    amounts: Path | None,
    printed: Path | None,
    bundle: Path | None,
    count: int,
    processes: int,
    results: Path | None,
    only: tuple[str, ...],
) -> None:
    """Measure decoding, keep everything in FOLDER, print the tables and write them to FOLDER/tables.md."""
    cv2.setNumThreads(1)
    (folder / "read").mkdir(parents=True, exist_ok=True)
    loaded = load_bundle(bundle)
    sources = Sources(folder, writers, amounts, printed, count, processes)
    sets = tasks(sources)
    groups = [(name, segmenter) for name in sets for segmenter in SEGMENTERS]
    choices = ["/".join(group) for group in groups] + [_TIMING]
    unknown = sorted(set(only) - set(choices))
    if unknown:
        raise PosteyeError(f"--only {unknown[0]}: choose among {', '.join(choices)}")
    rows: list[tables.SetReadings] = []
    for name, segmenter in groups:
        kept = _readings(sources, loaded, sets[name], name, segmenter, not only or f"{name}/{segmenter}" in only)
        if kept:
            rows += tables.rows_of(sets[name].title, kept, _calibration(loaded, segmenter))
    timing = _timing(sources, loaded, not only or _TIMING in only)
    report = _tables(rows, timing)
    text = "\n\n".join(f"## {title}\n\n{table.markdown()}" for title, table in report.items()) + "\n"
    write_text(folder / "tables.md", text)
    click.echo(text, nl=False)
    if results and timing:
        values = tables.numbers(rows) | report | {"count": count, "scan_ms": round(timing.scan_ms, 3)}
        data = {path.name: path for path in (writers, amounts, printed) if path}
        kept_as = {"data": data, "bundle": bundle or SHIPPED, "machine": timing.machine}
        keep_results("decoding", results, values, **kept_as)  # type: ignore[arg-type]


def _readings(sources: Sources, loaded: Bundle, task: Task, name: str, segmenter: str, wanted: bool) -> Kept | None:
    """The readings of a set by one segmentation method: those kept, or new ones if they are wanted."""
    path = sources.folder / "read" / f"{name}-{segmenter}.json"
    count = sources.count if name in GENERATED else 0
    origin = Origin(name, segmenter, loaded.manifest.sha256.tflite, count, code_hash(FIGURES["decoding"].code))
    kept = find(path, origin)
    if kept or not wanted:
        return kept
    recognize = recognizer(segmenter, loaded)
    engine = f"{recognize.scanner.engine.name} {recognize.scanner.engine.version}"
    kept = read(task, origin, recognize, loaded.manifest.alphabet, engine)
    keep(kept, path)
    return kept


def _calibration(loaded: Bundle, segmenter: str) -> Calibration | None:
    return loaded.calibration(segmenter) if segmenter in loaded.manifest.calibration else None


def _timing(sources: Sources, loaded: Bundle, wanted: bool) -> Timing | None:
    """The times, new ones if they are wanted: a machine is never twice the same."""
    path = sources.folder / "timing.json"
    if not wanted:
        return msgspec.json.decode(path.read_bytes(), type=Timing) if path.exists() else None
    scanner = Scanner(loaded, engines.pick(None, loaded.model))
    strips = sources.generated("us").strips[:_TIMED_STRIPS]
    listed = Grammar.from_file(sources.lexicon("us"))
    files: dict[str, Path] = {}
    for country in GENERATED:
        text, compiled = sources.lexicon(country), sources.folder / f"{country}.grammar"
        Grammar.from_file(text).save(compiled)
        files |= {path.name: path for path in (text, compiled)}
    timing = Timing(
        machine(),
        time_decoding(strips, scanner, {PATTERN: Grammar.from_pattern(PATTERN), "US lexicon": listed}),
        [time_loading(file) for file in files.values()],
    )
    write_bytes(path, msgspec.json.encode(timing))
    return timing


def _tables(rows: Sequence[tables.SetReadings], timing: Timing | None) -> dict[str, Table]:
    """All tables by the keys that the page has for them."""
    parts = {
        "rates": tables.rates_table([row for row in rows if row.kept.origin.segmenter == SCAN]),
        "rates-hos": tables.rates_table([row for row in rows if row.kept.origin.segmenter == HOS]),
        "roads": tables.methods_table(rows),
        "calibration": tables.calibration_table(rows),
        "lexicons": tables.swaps_table(rows),
    }
    if timing:
        parts |= {"time": decoding_table(timing), "loading": loading_table(timing)}
    return parts


if __name__ == "__main__":
    run_command(decoding)
