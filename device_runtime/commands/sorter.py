"""`posteye sorter`: emulates the controller of a sorting machine, with a belt and with faults on request."""

from __future__ import annotations

import json
import threading
from typing import Any

import click

from firmware_bridge import BAUD_RATE, NOTHING, SPEAKS, Belt, Capability, Event, Faults, Feeder, Tally, serve

CHANCE = click.FloatRange(0, 1)


@click.command()
@click.argument("url")
@click.option(
    "--baud", type=click.IntRange(300, 4_000_000), default=BAUD_RATE, show_default=True, help="Bits a second."
)
@click.option(
    "--trigger-every",
    metavar="MS",
    type=click.FloatRange(1, 3_600_000),
    help="Trigger a piece every MS milliseconds on average, at random gaps of half to one and a half of it.",
)
@click.option(
    "--deadline",
    metavar="MS",
    type=click.IntRange(0, 65_535),
    default=100,
    show_default=True,
    help="Of each piece, from its trigger; 0: as the reader is configured.",
)
@click.option("--pieces", type=click.IntRange(1), help="Trigger so many, sum up and end; default: until Ctrl-C.")
@click.option("--first", type=click.IntRange(0), default=1, show_default=True, help="Number of the first piece.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the gaps and the faults.")
@click.option("--drop", type=CHANCE, default=0.0, help="Lose traffic, in both directions, with this chance.")
@click.option("--corrupt", type=CHANCE, default=0.0, help="Flip a bit of it with this chance.")
@click.option(
    "--delay", metavar="MS", type=click.FloatRange(0), default=0.0, help="Hold answers for 0 to MS milliseconds."
)
@click.option("--reboot", type=CHANCE, default=0.0, help="Be without power for a second, with this chance a frame.")
@click.option("--forget", type=CHANCE, default=0.0, help="Forget the session, with this chance a frame.")
@click.option("--remember", is_flag=True, help="Be a controller that keeps session and sequence through a reboot.")
@click.option("--first-days", is_flag=True, help="Be a controller that knows HELLO and READING alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an event.")
def sorter(url: str, baud: int, remember: bool, first_days: bool, as_json: bool, **values: Any) -> None:
    """Be the sorter's controller on the port URL: acknowledge readings and print what arrives, until Ctrl-C.

    URL is a device (/dev/ttyUSB0) or any pyserial URL (socket://host:port, rfc2217://...).

    With --pieces it ends by itself, with exit status 1 when a piece was answered late, twice or not at all.

    \b
    Examples:
      posteye sorter /dev/ttyUSB0
      posteye sorter socket://localhost:7000 --json
      posteye sorter /tmp/sorter --trigger-every 100 --deadline 100 --pieces 6000
      posteye sorter /tmp/sorter --drop 0.01 --corrupt 0.01 --reboot 0.001 --seed 7
    """
    if first_days and (remember or values["trigger_every"]):
        raise click.UsageError("--first-days knows no triggers and remembers nothing; leave the others out")
    if values["pieces"] and not values["trigger_every"]:
        raise click.UsageError("--pieces needs --trigger-every")
    feeder = _feeder(values)

    def show(event: Event) -> None:
        print(event.as_json() if as_json else event, flush=True)

    speaks = NOTHING if first_days else SPEAKS | (Capability.REMEMBERS if remember else NOTHING)
    chances = {fault: values[fault] for fault in ("drop", "corrupt", "reboot", "forget")}
    faults = Faults(**chances, delay_ms=values["delay"], seed=values["seed"])
    try:
        serve(url, show, threading.Event(), baud_rate=baud, speaks=speaks, feeder=feeder, faults=faults)
    finally:
        if feeder:
            print(json.dumps(_row(feeder.tally)) if as_json else "\n".join(_lines(feeder.tally)), flush=True)
    if feeder and not feeder.tally.is_clean:
        raise click.exceptions.Exit(1)


def _feeder(values: dict[str, Any]) -> Feeder | None:
    if values["trigger_every"] is None:
        return None
    return Feeder(Belt(values["trigger_every"], values["deadline"], values["pieces"], values["first"], values["seed"]))


def _row(tally: Tally) -> dict[str, object]:
    p50, p95, p99, most = tally.percentiles_ms()
    return {
        "event": "summary",
        "triggered": tally.triggered,
        "taken": tally.taken,
        "in_time": tally.in_time,
        "late": tally.late,
        "unanswered": tally.unanswered,
        "doubled": tally.doubled,
        "unasked": tally.unasked,
        "bins": dict(sorted(tally.bins.items())),
        "latency_ms": {"p50": p50, "p95": p95, "p99": p99, "max": most},
    }


def _lines(tally: Tally) -> list[str]:
    lines = [
        f"{tally.triggered:,} pieces: {tally.in_time:,} answered in time, {tally.late:,} late, "
        f"{tally.unanswered:,} not at all; {tally.doubled:,} answered twice, {tally.unasked:,} not asked for"
    ]
    if tally.latencies_ms:
        p50, p95, p99, most = tally.percentiles_ms()
        lines.append(f"trigger to answer: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms, longest {most} ms")
        lines += [f"bin {bin}: {count:,}" for bin, count in sorted(tally.bins.items())]
    return lines
