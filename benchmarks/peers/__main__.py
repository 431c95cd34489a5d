"""Times posteye beside other readers, in turn on the same fields in one run: `python -m benchmarks.peers`."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from benchmarks.figures import provenance
from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.peers.fields import TimedFields, timed_fields
from benchmarks.peers.figures import Reader, ReaderFigures, Readings, figures_text, ratios, verdict
from benchmarks.peers.process import Answer, Peer, start

_PEERS = ("rapidocr", "ppocr", "tesseract")
_BUSY = "the machine was BUSY: its wall clock tells of other programs too; run this again with nothing else running"

Rounds = list[list[Answer]]  # of one reader; in each round one answer an image


@click.command()
@click.option(
    "--rounds", default=40, show_default=True, type=click.IntRange(min=40), help="Readings of every image by each."
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Folder of a model bundle instead of the shipped one.",
)
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def peers(rounds: int, bundle: Path | None, results: Path | None, as_json: bool) -> None:
    """Compare posteye with the recognisers of RapidOCR and PP-OCRv6 and with Tesseract: time, memory, size.

    Exits with 1 when posteye needs more than 1/30 of the CPU time of RapidOCR's recogniser, or more than 1/5 of that of
    Tesseract's library. Which of them reads more is told by python -m benchmarks.peers.rates.
    """
    machine = f"{provenance.machine()}, Python {platform.python_version()}"
    timed = timed_fields()
    with ExitStack() as stack:
        # posteye first, for its bundle may be missing.
        readers = [stack.enter_context(start("posteye", *([str(bundle)] if bundle else [])))]
        readers += [stack.enter_context(start(name)) for name in _PEERS]
        _read(readers, timed.every, 1, "warming up")
        answers = _read(readers, timed.every, rounds, "timing")
    found = _figures(readers, answers, timed)
    met, goals = verdict(found)
    notes = [_BUSY] if any(one.is_busy for one in found) else []
    report = {"timed": timed.origin, "rounds": rounds, "goal_met": met, "notes": notes}
    summaries = [one.summary() for one in found]
    output = [
        f"machine: {machine}",
        f"timed: {rounds} rounds of {timed.origin}, one thread each",
        "",
        *figures_text(found).splitlines(),
        "",
        *goals,
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


def _read(readers: Sequence[Peer], images: Sequence[Path], rounds: int, what: str) -> list[Rounds]:
    """Rounds of all images by each reader in turn: the readers meet the same state of the machine, and each keeps its
    caches from image to image, as a reader does that has the machine to itself."""
    answers: list[Rounds] = [[] for _ in readers]
    with click.progressbar(range(rounds), label=f"{what:<10}", file=sys.stderr) as bar:
        for _ in bar:
            for reader, mine in zip(readers, answers, strict=True):
                mine.append([reader.read(image) for image in images])
    return answers


def _figures(readers: Sequence[Peer], answers: Sequence[Rounds], timed: TimedFields) -> list[ReaderFigures]:
    readings = [
        Readings(
            tuple(tuple(answer.seconds for answer in row) for row in mine),
            tuple(tuple(answer.cpu_seconds for answer in row) for row in mine),
        )
        for mine in answers
    ]
    plain = len(timed.plain)
    found = []
    for peer, times, mine in zip(readers, readings, answers, strict=True):
        who = Reader(peer.identity.name, peer.identity.version, peer.identity.model_bytes, mine[-1][-1].peak_bytes)
        found.append(ReaderFigures(who, times.first(plain), times.mean_cpu_s, ratios(times, readings[0], plain)))
    return found


if __name__ == "__main__":
    run_command(peers)
