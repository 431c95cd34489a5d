"""Times posteye beside other readers, in turn on the same fields in one run: `python -m benchmarks.peers`."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from benchmarks.figures import provenance
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.peers import tesseract as peer_tesseract
from benchmarks.peers.fields import timed_fields
from benchmarks.peers.figures import Reader, ReaderFigures, Readings, figures_text, ratios, verdict
from benchmarks.peers.process import Answer, Peer, peers_python

_NO_TESSERACT = f"Tesseract is NOT MEASURED: it is not installed; apt-get install {peer_tesseract.PACKAGE}"
_BUSY = "the machine was BUSY: its wall clock tells of other programs too; run this again with nothing else running"

Answers = list[Answer]  # of one reader, in the order of the images


@click.command()
@click.option("--fields", default=200, show_default=True, type=click.IntRange(min=200), help="Readings of each reader.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Folder of a model bundle instead of the shipped one.",
)
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def peers(fields: int, bundle: Path | None, results: Path | None, as_json: bool) -> None:
    """Compare posteye with RapidOCR's recogniser and with Tesseract: time, memory, size.

    Exits with 1 when posteye needs more than 1/10 of the time of RapidOCR's recogniser. Which of them reads more is
    told by python -m benchmarks.peers.rates.
    """
    machine = f"{provenance.machine()}, Python {platform.python_version()}"
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="posteye-peers-")))
        timed = timed_fields(scratch)
        readers = _start(stack, bundle)
        _read_in_turn(readers, timed.paths, "warming up")
        answers = _read_in_turn(readers, [timed.paths[i % len(timed.paths)] for i in range(fields)], "timing")
    found = _figures(readers, answers)
    met, goal = verdict(found[1].ratios)
    notes = [_BUSY] if any(one.is_busy for one in found) else []
    if len(readers) == 2:
        notes.append(_NO_TESSERACT)
    report = {"timed": timed.origin, "readings": fields, "goal_met": met, "notes": notes}
    summaries = [one.summary() for one in found]
    output = [
        f"machine: {machine}",
        f"timed: {fields} readings each of {timed.origin}, in turn, one thread each",
        "",
        *figures_text(found).splitlines(),
        "",
        goal,
        *notes,
    ]
    if results:
        named = {summary["name"].lower(): summary for summary in summaries}
        values = report | named | {"output": output}
        keep("peers", results, values, bundle=bundle or provenance.SHIPPED, machine=machine)
    if as_json:
        click.echo(json.dumps({"machine": machine} | report | {"readers": summaries}))
    else:
        click.echo("\n".join(output))
    if not met:
        raise click.exceptions.Exit(1)


def _start(stack: ExitStack, bundle: Path | None) -> list[Peer]:
    """posteye, RapidOCR, and Tesseract where it is installed; posteye first, for its bundle may be missing."""
    ours = [sys.executable, "-m", "benchmarks.peers.posteye", *([str(bundle)] if bundle else [])]
    readers = [stack.enter_context(Peer(ours))]
    readers.append(stack.enter_context(Peer([str(peers_python()), "-m", "benchmarks.peers.rapidocr"])))
    if peer_tesseract.library():
        readers.append(stack.enter_context(Peer([sys.executable, "-m", "benchmarks.peers.tesseract"])))
    return readers


def _read_in_turn(readers: Sequence[Peer], images: Sequence[Path], what: str) -> list[Answers]:
    """Every image by every reader before the next image, so that all meet the same state of the machine."""
    answers: list[Answers] = [[] for _ in readers]
    with click.progressbar(images, label=f"{what:<10}", file=sys.stderr) as bar:
        for image in bar:
            for reader, mine in zip(readers, answers, strict=True):
                mine.append(reader.read(image))
    return answers


def _figures(readers: Sequence[Peer], answers: Sequence[Answers]) -> list[ReaderFigures]:
    readings = [Readings(tuple(a.seconds for a in mine), tuple(a.cpu_seconds for a in mine)) for mine in answers]
    found = []
    for peer, times, timed in zip(readers, readings, answers, strict=True):
        who = Reader(peer.identity.name, peer.identity.version, peer.identity.model_bytes, timed[-1].peak_bytes)
        found.append(ReaderFigures(who, times, ratios(times, readings[0])))
    return found


if __name__ == "__main__":
    run_command(peers)
