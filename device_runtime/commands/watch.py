"""`posteye watch`: a sorting station that reads what passes its camera, until it is told to end."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

import click
from click.core import ParameterSource

from device_runtime.commands.notes import note
from device_runtime.commands.options import UPRIGHT_HELP, advise, piece_options, reading_options
from device_runtime.commands.watching.build_station import build_station
from device_runtime.commands.watching.printing import Printer
from device_runtime.commands.watching.reloading import Reloading
from device_runtime.commands.watching.telling import Telling
from device_runtime.commands.watching.values import configured, station_values
from device_runtime.errors import CameraLostError, CameraTimeoutError
from device_runtime.files.regular import printable
from device_runtime.station.config.keys import keys_of
from device_runtime.station.config.sections import Config
from device_runtime.station.config.tongues import TONGUES
from device_runtime.station.loop.aside import Aside
from device_runtime.station.loop.station import Station

TRIGGERS = ("motion", "controller", "gpio", "frame")
_DEADLINE = keys_of("deadline")["ms"].meta
_LOOK_S = 0.1
_OPENS_S = 1.0  # for which a camera is waited for
_CLOSES_S = 0.3  # how long those that are told may take at the end
Say = Callable[[str], None]
Order = Literal["end", "reload"]


@click.command()
@click.argument("source", required=False)
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="A station's configuration (`posteye config init`); options that are given too have precedence.",
)
@reading_options
@piece_options
@click.option("--upright", is_flag=True, help=UPRIGHT_HELP)
@click.option("--plan", type=click.Path(path_type=Path), help="The sort plan.")
@click.option(
    "--journal", type=click.Path(path_type=Path), default="station.journal", show_default=True, help="Of every piece."
)
@click.option("--harvest", type=click.Path(path_type=Path), help="Folder for pictures of pieces read with doubt.")
@click.option("--serial", metavar="URL", help="Report each piece to a controller on this port, and hear its triggers.")
@click.option(
    "--deadline-ms",
    type=click.FloatRange(_DEADLINE.ge, _DEADLINE.le),
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
@click.option("--gpio-line", type=click.IntRange(0, 63), help="The line of --trigger gpio, by its BCM number.")
@click.option("--web", is_flag=True, help="Serve the station's page at http://127.0.0.1:8080/; needs the extra web.")
@click.option("--dashboard", "form", flag_value="dashboard", help="A screen in place of lines; needs its extra.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a piece.")
@click.pass_context
def watch(context: click.Context, source: str | None, file: Path | None, as_json: bool, **values: Any) -> None:
    """Read every piece that passes the camera at the URL SOURCE, and answer each before its deadline.

    `posteye camera --help` names the sources. Every piece is written into the journal, and reported where --serial
    says. Ctrl-C or SIGTERM ends it within two seconds, with exit status 0 and a summary. SIGHUP reads the
    configuration and the plan again; broken ones change nothing.

    \b
    Examples:
      posteye watch 'v4l2:/dev/video0?exposure=5' --country DE --plan plan.csv --serial /dev/serial0
      posteye watch 'dir:inbox?watch' --country DE --json
      posteye watch picamera2:0 --country US --trigger gpio --gpio-line 17 --deadline-ms 300
      posteye watch dir:fields --field --pattern '\\d{5}' --frames 1
      posteye watch --config /etc/posteye/station.toml --web
    """
    given = {name: value for name, value in values.items() if _is_given(context, name)}
    configure = partial(configured, file, source, given)
    with (
        _orders() as orders,  # first: to make a station takes seconds, and signals come meanwhile
        Telling(config := configure()) as telling,
        build_station(**station_values(config), health=telling.health, say=telling.say, beat=telling.beat) as station,
        ExitStack() as told,
    ):
        _tell_start(station, telling.say, config)
        _attach(config, station, telling, as_json, orders, told)
        try:
            station.start()
            telling.ready()
            telling.say(f"watching {station.camera.name}; Ctrl-C ends")
            _run(station, orders, Reloading(station, config, configure if file else None, telling.answer))
        finally:
            station.stop()
        if telling.form == "json":
            telling.say(_summary(station))
    if telling.form != "json":
        note(f"posteye: {_summary(station)}")
    if station.lost:
        raise click.exceptions.Exit(1)
    _end_hanging()


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _attach(
    config: Config,
    station: Station,
    telling: Telling,
    as_json: bool,
    orders: queue.SimpleQueue[Order],
    told: ExitStack,
) -> None:
    """Let those who are to be told hear of a station that has not started.

    Args:
        config: of it.
        station: itself.
        telling: its log, metrics and screen.
        as_json: whether pieces are printed as JSON.
        orders: to the station.
        told: ends all of it.
    """
    if telling.form == "lines":
        # Who reports to a controller goes on when nobody reads the lines.
        reports = any(getattr(config, name).url is not None for name in ("wire", *TONGUES))
        unread = partial(orders.put, "end") if not reports else lambda: None
        printer = Aside(Printer(station, as_json, unread, telling.say), "printer")
        told.callback(printer.close, _CLOSES_S)
        station.told.append(printer)
    if config.wire.url is not None:
        from device_runtime.report.station import StationReporter  # here, as it brings the serial port
        from firmware_bridge import Outbox

        reporter = StationReporter(
            config.wire.url,
            station.record,
            telling.health,
            telling.say,
            trigger=station.trigger if config.trigger.kind == "controller" else None,
            forget=station.forget_numbers,
            bundle=station.reader.bundle.manifest.checksum,
            troubles=lambda: [trouble.state for trouble in telling.health.now],
            outbox=None if config.wire.outbox is None else Outbox(config.wire.outbox),
        )
        told.callback(reporter.close, _CLOSES_S)
        station.told.append(reporter)
    if any(getattr(config, name).url is not None for name in TONGUES):
        from device_runtime.report.opening import open_tongues  # here, as its tongues are extras

        bundle = station.reader.bundle.manifest.checksum
        tongues = open_tongues(config, station, telling.health, telling.say, bundle)
        told.callback(tongues.close, _CLOSES_S)
        station.told.append(tongues)
    if config.web.on:
        from device_runtime.station.web.page import WebPage  # here, as it is an extra

        web, read = config.web, config.read
        page = WebPage(
            station,
            telling.health,
            web.address,
            web.port,
            web.token_file,
            field=read.field,
            role=read.role,
            upright=read.upright,
            tell=telling.say,
        )
        told.enter_context(page)
        telling.say(f"the page is at {page.url}")
    telling.follow(
        station, f"posteye {station.camera.name}", station.reader.engine, station.reader.bundle.manifest.checksum
    )


def _tell_start(station: Station, say: Say, config: Config) -> None:
    """Say what is doubtful before the first piece; CameraError where the camera can never be used so."""
    hint = advise(station.reader.grammar, bool(config.read.country or config.read.lexicon))
    if hint:
        say(hint)
    if station.plan and not station.plan.now.findings.fine:
        say(f"{printable(station.plan.path)} does not fit the codes; `posteye plan check` says where")
    with suppress(CameraLostError, CameraTimeoutError):  # which the health of the station tells
        station.camera.opened(_OPENS_S)


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


def _run(station: Station, orders: queue.SimpleQueue[Order], reload: Callable[[], None]) -> None:
    """Until an order to end comes, or the source has no more pieces.

    Args:
        station: that runs.
        orders: of the signals.
        reload: reads configuration and plan again; large plans take seconds, and pieces go on meanwhile.
    """
    while True:
        try:
            order = orders.get(timeout=_LOOK_S)
        except queue.Empty:
            if station.ended.is_set() and station.wait_below(1, _LOOK_S):
                return
            continue
        if order == "end":
            return
        threading.Thread(target=reload, name="reload", daemon=True).start()


def _summary(station: Station) -> str:
    counts = station.counts
    kinds = ("accepted", "rejected", "no_code", "no_read")
    told = ", ".join(f"{getattr(counts, kind):,} {kind}" for kind in kinds)
    total = station.latency().get("total")
    latency = f"; answered in {total.p50_ms:.1f} ms, 99 of 100 in {total.p99_ms:.1f} ms" if total else ""
    return f"{counts.pieces:,} pieces: {told}{latency}"
