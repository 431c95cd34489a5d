"""The tables of docs/performance.md, in millions of instructions: before the core in C, and now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import fmean

from benchmarks.figures.blocks import Files
from benchmarks.figures.tables import Table
from benchmarks.instructions.counted import A53, A76, LIBRARIES, WHOLE, Counted, Measurement, of_results
from benchmarks.instructions.probe import AT, PIECE
from device_runtime.errors import PosteyeError

BEFORE, NOW = "instructions-before", "instructions"
EXAMPLE = "01-hand"  # the field of five digits that is told stage by stage
_STAGES = {
    "normalize": "normalise",
    "polarity": "of it: dark ink or light",
    "scan": "scan",
    "invoke": "of it: the net, in LiteRT",
    "decode": "decode",
    "rest": "judge, and what lies between",
    WHOLE: "**the whole reading**",
    "load": "beside it: to load the file",
}
_PICTURES = {"frame": "a camera's frame, 1920 x 1080", "page": "a page, 1000 x 2000"}
_WHOLE = (*_PICTURES, PIECE)  # all but fields
_PIECE_STAGES = {"locate": "find lines"} | {name: title for name, title in _STAGES.items() if name != "polarity"}
_PIECE_STAGES["invoke"] = "nets, the locator's too, in LiteRT"
_HEADS = (f"{EXAMPLE}, before", "now", "mean sample, before", "now")
_MILLION = 1e6
_NOTHING = "0.00"


def stages_markdown(files: Files) -> str:
    """Stages of the example and of the mean sample."""
    return stages(*_both(files)).markdown()


def stages(before: Measurement, now: Measurement) -> Table:
    """The same of two measurements."""
    rows = [[title, *_cells(before, now, partial(_stage, stage))] for stage, title in _STAGES.items()]
    return Table(["stage", *_HEADS], rows)


def libraries_markdown(files: Files) -> str:
    """Libraries of the example and of the mean sample."""
    before, now = _both(files)
    rows = [[name, *_cells(before, now, partial(_library, name))] for name in LIBRARIES]
    rows = [row for row in rows if any(cell != _NOTHING for cell in row[1:])]
    return Table(["library", *_HEADS], rows).markdown()


def samples_markdown(files: Files) -> str:
    """Each sample, before and now, and its stages now."""
    before, now = (side.cpus[A53] for side in _both(files))
    stages = ("normalize", "scan", "decode", "rest")
    rows = [
        [name, _millions(before[name].stages[WHOLE]), *(_millions(of.stages[stage]) for stage in (WHOLE, *stages))]
        for name, of in now.items()
        if name not in _WHOLE and AT not in name
    ]
    return Table(["sample", "whole, before", "now", *(_STAGES[stage] for stage in stages)], rows).markdown()


def pictures_markdown(files: Files) -> str:
    """Pictures, and within them the search for lines."""
    sides = [side.cpus[A53] for side in _both(files)]
    rows = [
        [title, *(_millions(side[name].stages[stage]) for stage in ("locate", WHOLE) for side in sides)]
        for name, title in _PICTURES.items()
    ]
    return Table(["picture", "finding lines, before", "now", "whole, before", "now"], rows).markdown()


def piece_markdown(files: Files) -> str:
    """The stages of a camera's frame of a mail piece in colour."""
    of = _both(files)[1].cpus[A53]
    if PIECE not in of:
        raise PosteyeError(f"{NOW}.json has no counts of a piece; python -m benchmarks.instructions measures them")
    rows = [[title, _millions(of[PIECE].stages[stage])] for stage, title in _PIECE_STAGES.items()]
    return Table(["stage", "a mail piece, 1920 x 1080 in colour"], rows).markdown()


def bundles_markdown(files: Files) -> str:
    """The whole reading, and the nets within it, with the default bundle and with the small one."""
    of = _both(files)[1].cpus[A53]
    rows = []
    for subject in of:
        name, _, bundle = subject.partition(AT)
        if bundle:
            stages = [of[which].stages for which in (name, subject)]
            rows.append([name, *(_millions(each[stage]) for stage in (WHOLE, "invoke") for each in stages)])
    heads = ["read", "`digits`", "`digits-small`", "of it the nets: `digits`", "`digits-small`"]
    return Table(heads, rows).markdown()


def processors_markdown(files: Files) -> str:
    """Fields of five digits on both processors."""
    sides = _both(files)
    rows = [
        [name, *(_millions(side.cpus[cpu][name].stages[WHOLE]) for cpu in (A53, A76) for side in sides)]
        for name in sides[1].cpus[A76]
    ]
    return Table(["sample", "Cortex-A53, before", "now", "Cortex-A76, before", "now"], rows).markdown()


def _both(files: Files) -> tuple[Measurement, Measurement]:
    missing = [name for name in (BEFORE, NOW) if name not in files]
    if missing:
        raise PosteyeError(f"{missing[0]}.json is missing; python -m benchmarks.instructions --results measures")
    return of_results(files[BEFORE]), of_results(files[NOW])


def _fields(side: Measurement) -> list[Counted]:
    return [of for name, of in side.cpus[A53].items() if name not in _WHOLE and AT not in name]


def _stage(name: str, of: Counted) -> int:
    return of.stages[name]


def _library(name: str, of: Counted) -> int:
    return of.libraries.get(name, 0)


def _cells(before: Measurement, now: Measurement, value: Callable[[Counted], int]) -> list[str]:
    """A value of the example and of the mean sample, before and now."""
    sides = (before, now)
    examples = [_millions(value(side.cpus[A53][EXAMPLE])) for side in sides]
    return [*examples, *(_millions(fmean(map(value, _fields(side)))) for side in sides)]


def _millions(count: float) -> str:
    return f"{count / _MILLION:.2f}"
