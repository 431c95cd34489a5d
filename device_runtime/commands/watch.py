"""`posteye watch`: a sorting station that reads what passes its camera, until it is told to end."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click

from device_runtime.commands.build_station import build_station
from device_runtime.commands.notes import note
from device_runtime.commands.options import UPRIGHT_HELP, advise, piece_options, reading_options
from device_runtime.errors import CameraLostError, CameraTimeoutError
from device_runtime.files.regular import printable
from device_runtime.station.journal.entry import Entry, Piece
from device_runtime.station.loop.answering import written
from device_runtime.station.loop.aside import Aside
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.troubles import Troubles
from device_runtime.station.loop.values import Decision

TRIGGERS = ("motion", "gpio", "frame")
_LOOK_S = 0.1
_OPENS_S = 1.0  # until a camera that is not there is told
Say = Callable[[str], None]
Order = Literal["end", "reload"]


@click.command()
@click.argument("source")
@reading_options
@piece_options
@click.option("--upright", is_flag=True, help=UPRIGHT_HELP)
@click.option("--plan", type=click.Path(path_type=Path), help="The sort plan; read again on SIGHUP.")
@click.option(
    "--journal", type=click.Path(path_type=Path), default="station.journal", show_default=True, help="Of every piece."
)
@click.option("--harvest", type=click.Path(path_type=Path), help="Folder for pictures of pieces read with doubt.")
@click.option("--serial", metavar="URL", help="Report each piece to a controller on this port.")
@click.option(
    "--deadline-ms",
    type=click.FloatRange(20, 60_000),
    default=500.0,
    show_default=True,
    help="From the trigger to the answer, whatever was read by then.",
)
@click.option(
    "--frames", type=click.IntRange(1, 20), default=3, show_default=True, help="Most frames to read of a piece."
)
@click.option(
    "--trigger",
    type=click.Choice(TRIGGERS),
    help="What tells that a piece has come; default: frame for folders and images, else motion.",
)
@click.option("--gpio-line", default="17", show_default=True, help="The line of --trigger gpio, as gpiozero names it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a piece.")
def watch(source: str, serial: str | None, as_json: bool, **values: Any) -> None:
    """Read every piece that passes the camera at the URL SOURCE, and answer each before its deadline.

    `posteye camera --help` names the sources. Every piece is written into the journal, and reported where --serial
    says. Ctrl-C or SIGTERM ends it within two seconds, with exit status 0 and a summary. SIGHUP reads the plan again.

    \b
    Examples:
      posteye watch 'v4l2:/dev/video0?exposure=5' --country DE --plan plan.csv --serial /dev/serial0
      posteye watch 'dir:inbox?watch' --country DE --json
      posteye watch picamera2:0 --country US --trigger gpio --gpio-line 17 --deadline-ms 300
      posteye watch dir:fields --field --pattern '\\d{5}' --frames 1
    """
    health = Troubles()

    def say(line: str) -> None:
        note(f"posteye: {line}")

    with _orders() as orders, build_station(source, health=health, say=say, **values) as station:
        _tell_start(station, say, bool(values["country"] or values["lexicon"]))
        printer = Aside(_Printer(station, as_json, orders, say), "printer")
        station.told.append(printer)
        reports = None
        if serial is not None:
            from device_runtime.commands.reports import Reports  # here, as it brings the serial port

            reports = Reports(serial, station.reader.engine, station.record, health, say)
            station.told.append(reports)
        try:
            station.start()
            say(f"watching {station.camera.name}; Ctrl-C ends")
            _run(station, orders, say)
        finally:
            station.stop()
            printer.close(0.2)
            if reports:
                reports.close(0.3)
    note(f"posteye: {_summary(station)}")
    _end_hanging()


def _tell_start(station: Station, say: Say, given: bool) -> None:
    """Say what is doubtful before the first piece; CameraError where the camera can never be used so."""
    hint = advise(station.reader.grammar, given)
    if hint:
        say(hint)
    if station.plan and not station.plan.now.findings.fine:
        say(f"{printable(station.plan.path)} does not fit the codes; `posteye plan check` says where")
    try:
        station.camera.opened(_OPENS_S)
    except (CameraLostError, CameraTimeoutError) as error:
        say(f"{error}; trying again until it is there")


def _end_hanging() -> None:
    """End the process where a camera hangs in its driver: all is written, and Python would wait for it."""
    if any(thread.name.startswith("camera ") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


@contextmanager
def _orders() -> Iterator[queue.SimpleQueue[Order]]:
    """What the signals order, from now on."""
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    wanted: dict[signal.Signals, Order] = {
        signal.SIGTERM: "end",
        signal.SIGINT: "end",
        signal.SIGHUP: "reload",
    }
    before = {number: signal.signal(number, lambda n, _: orders.put(wanted[signal.Signals(n)])) for number in wanted}
    try:
        yield orders
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(station: Station, orders: queue.SimpleQueue[Order], say: Say) -> None:
    """Until an order to end comes, or the source has no more pieces."""
    while True:
        try:
            order = orders.get(timeout=_LOOK_S)
        except queue.Empty:
            if station.ended.is_set() and station.wait_below(1, _LOOK_S):
                return
            continue
        if order == "end":
            return
        threading.Thread(target=_reload, args=(station, say), name="plan", daemon=True).start()


def _reload(station: Station, say: Say) -> None:
    """Read the plan again; large ones take seconds, and pieces go on meanwhile."""
    if station.plan is None:
        say("there is no plan to read again; give --plan")
        return
    wrong = station.plan.reload()
    doubt = "" if station.plan.now.findings.fine else "; it does not fit the codes, `posteye plan check` says where"
    say(wrong or f"{printable(station.plan.path)} was read again{doubt}")


class _Printer:
    """Prints decisions; when nobody reads them any more, it orders the end."""

    def __init__(self, station: Station, as_json: bool, orders: queue.SimpleQueue[Order], say: Say) -> None:
        self._station, self._as_json, self._orders, self._say = station, as_json, orders, say
        self._is_lost = False

    def __call__(self, decision: Decision) -> None:
        if self._is_lost:
            return
        piece = written(decision, self._station.reader, self._station.camera.name)
        try:
            print(_json(decision, piece) if self._as_json else _line(piece), flush=True)
        except BrokenPipeError:
            self._is_lost = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still in the buffer goes nowhere
            self._orders.put("end")
        except OSError as error:  # such as a full disk: the station goes on, and its journal too
            self._is_lost = True
            self._say(f"no more pieces are printed: {error.strerror or error}")


def _json(decision: Decision, piece: Piece) -> str:
    row = Entry(piece).as_dict()
    del row["deliveries"]
    row |= {"number": decision.trigger.number, "frames": decision.frames}
    row["stages_ms"] = {stage: round(ms, 3) for stage, ms in decision.stages_ms.items()}
    return json.dumps(row, ensure_ascii=False)


def _line(piece: Piece) -> str:
    bin_ = f"  -> {piece.bin}" if piece.bin else ""
    reason = f"  ({piece.reason})" if piece.reason else ""
    told = f"{piece.id:>8}  {piece.code or '-':<11} {piece.status:<9} {piece.confidence:6.4f}"
    return printable(f"{told}  {piece.latency_ms:>8.1f} ms{bin_}{reason}")


def _summary(station: Station) -> str:
    counts = station.counts
    kinds = ("accepted", "rejected", "no_code", "no_read")
    told = ", ".join(f"{getattr(counts, kind):,} {kind}" for kind in kinds)
    total = station.latency().get("total")
    latency = f"; answered in {total.p50_ms:.1f} ms, 99 of 100 in {total.p99_ms:.1f} ms" if total else ""
    return f"{counts.pieces:,} pieces: {told}{latency}"
