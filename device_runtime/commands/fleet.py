"""`posteye fleet`: how the stations of a plant are, by what their broker retains of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable
from device_runtime.station.extras import missing_extra

if TYPE_CHECKING:
    from firmware_bridge.host.tongues.mqtt.fleet import Seen

_COLUMNS = ("station", "there", "state", "pieces", "accepted", "rejected", "no_code", "no_read", "version", "told")
_COUNTS = ("pieces", "accepted", "rejected", "no_code", "no_read")
_WIDEST = 40


@click.group()
def fleet() -> None:
    """Say how the stations of a plant are.

    \b
    Examples:
      posteye fleet status mqtt://10.0.0.5
      posteye fleet status mqtts://reader@broker.example --password-file fleet.password --ca-file plant.crt --json
    """


@fleet.command()
@click.argument("url")
@click.option("--topic", default="posteye", show_default=True, help="What all topics begin with.")
@click.option("--password-file", type=click.Path(path_type=Path), help="File with the password of the URL's user.")
@click.option("--ca-file", type=click.Path(path_type=Path), help="Certificates to trust; default: the system's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a station.")
def status(url: str, topic: str, password_file: Path | None, ca_file: Path | None, as_json: bool) -> None:
    """Print a line for each station that the MQTT 5 broker at URL knows.

    It takes what the broker retains, and needs no permission but to subscribe. The exit status is 1 when a station is
    offline or says that something is wrong, or when there is none.

    \b
    Examples:
      posteye fleet status mqtt://10.0.0.5
      posteye fleet status mqtts://reader@broker.example --password-file fleet.password --json
    """
    lacking = missing_extra("mqtt")
    if lacking:
        raise PosteyeError(f"posteye fleet {lacking}")
    from device_runtime.report.secrets import read_secret
    from firmware_bridge.host.tongues.mqtt.broker import broker_of  # here, as it is an extra
    from firmware_bridge.host.tongues.mqtt.fleet import look_at_fleet

    broker = broker_of(url, read_secret(password_file) if password_file else "", ca_file)
    found = look_at_fleet(broker, topic)
    if as_json:
        for one in found:
            click.echo(json.dumps({"station": one.station, "online": one.online, **_plain(one)}, ensure_ascii=False))
    elif found:
        for line in table(found):
            click.echo(line)
    else:
        click.echo(f"{broker.name} retains no station below {printable(topic)}/", err=True)
    if not found or not all(one.online and one.state.get("state") == "ok" for one in found):
        raise click.exceptions.Exit(1)


def table(stations: list[Seen]) -> list[str]:
    """The lines of a table, with a head.

    Args:
        stations: as the broker has them.
    """
    rows = [_COLUMNS, *map(_row, stations)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if name in _COUNTS else cell.ljust(width)
            for name, cell, width in zip(_COLUMNS, row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return lines


def _row(one: Seen) -> tuple[str, ...]:
    there = {True: "online", False: "offline", None: "unknown"}[one.online]
    state = one.state
    troubles = state.get("troubles")
    names = ", ".join(map(str, troubles)) if isinstance(troubles, dict) and troubles else state.get("state", "-")
    counts = (f"{state[name]:,}" if type(state.get(name)) is int else "-" for name in _COUNTS)
    return (
        _cell(one.station),
        there,
        _cell(names),
        *counts,
        _cell(state.get("version", "-")),
        _cell(state.get("time", "-")),
    )


def _plain(one: Seen) -> dict[str, Any]:
    return {name: value for name, value in one.state.items() if name not in ("station", "online")}


def _cell(value: object) -> str:
    return printable(str(value))[:_WIDEST]
