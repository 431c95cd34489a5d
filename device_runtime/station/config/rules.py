"""What keys of a configuration have to do with each other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from device_runtime.errors import PosteyeError
from device_runtime.region import Region
from device_runtime.station.config.tongues import TONGUES
from device_runtime.station.web.door.names import is_loopback

Fault = tuple[str, str, str]
_LARGEST_PX = 100_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOPIC = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,15}")


def broken_rules(sections: dict[str, Any]) -> Iterator[Fault]:
    """Look at the sections together.

    Args:
        sections: by name; None where something is wrong with one already.

    Yields:
        Section, key and what is wrong.
    """
    read, trigger = sections["read"], sections["trigger"]
    if read and read.region is not None:
        try:
            Region(*read.region)
        except PosteyeError as error:
            yield "read", "region", f"is wrong: {error}"
        else:
            if max(read.region) > _LARGEST_PX:
                numbers = ",".join(f"{number:g}" for number in read.region)
                yield "read", "region", f"is wrong: {numbers} is beyond every camera; at most {_LARGEST_PX:,} px"
    if read and read.field and read.role != "destination":
        yield "read", "role", f'is "{read.role}", and a field has no roles; leave role or field out'
    if trigger and trigger.kind == "gpio" and trigger.line is None:
        yield "trigger", "line", "is missing; kind gpio needs the number of the light barrier's line, such as 17"
    wire = sections["wire"]
    if trigger and wire and trigger.kind == "controller" and wire.url is None:
        yield "wire", "url", 'is missing; [trigger] kind "controller" needs its port, such as "/dev/serial0"'
    yield from _of_tongues(sections)
    for name in ("web", "metrics"):
        section = sections[name]
        if section and not _is_address(section.address):
            yield name, "address", f'is "{section.address:.60}"; give an address such as 127.0.0.1, ::1 or 0.0.0.0'
    web, metrics = sections["web"], sections["metrics"]
    if web and _is_address(web.address) and not is_loopback(web.address) and web.token_file is None:
        yield "web", "token_file", f"is missing; a page at {web.address} can be reached from outside and needs a token"
    if web and metrics and web.on and metrics.on and web.port == metrics.port:
        yield "metrics", "port", f"is {metrics.port}, as that of [web]; give another one"


def _of_tongues(sections: dict[str, Any]) -> Iterator[Fault]:
    station, mqtt = sections["station"], sections["mqtt"]
    if station and station.name is not None and not _NAME.fullmatch(station.name):
        yield "station", "name", f'is "{station.name:.60}"; give letters, digits, - and _, at most 64'
    if mqtt and not _TOPIC.fullmatch(mqtt.topic):
        yield "mqtt", "topic", f'is "{mqtt.topic:.60}"; give names with / between them, such as plant/sorting'
    kept: dict[Any, str] = {}
    for name in ("wire", *TONGUES):
        outbox = sections[name] and sections[name].outbox
        if outbox and outbox in kept:
            yield name, "outbox", f"is that of [{kept[outbox]}] too; give each a file of its own"
        kept[outbox] = name


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
