"""The tongues of a station, as they are configured."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable
from device_runtime.report.secrets import read_secret
from device_runtime.report.tongues import TongueReporter, Tongues
from device_runtime.station.config.sections import Config
from device_runtime.station.extras import missing_extra
from device_runtime.station.health.health import Health
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.loop.counts import Counts
from device_runtime.version import VERSION
from firmware_bridge.errors import BridgeError
from firmware_bridge.host.queues.outbox import Outbox
from firmware_bridge.host.tongues.line_tongue import Asking, LineTongue
from firmware_bridge.host.tongues.lines import LineForm
from firmware_bridge.host.tongues.speaker import Patience
from firmware_bridge.host.tongues.state import StationState
from firmware_bridge.host.tongues.tongue import Tongue

_WEBHOOK_PATIENCE = Patience(0.5, 60.0)
_MODBUS_PATIENCE = Patience(0.1, 0.5)  # a master's acknowledgement is waited for; the heartbeat stands still meanwhile
_PARITIES = {"none": "N", "even": "E", "odd": "O"}
GetState = Callable[[], StationState]


class Told(Protocol):
    """A station that writes down what became of its reports, and counts its pieces."""

    def record(self, delivery: Delivery) -> None:
        """Write it down."""
        ...

    @property
    def counts(self) -> Counts:
        """What became of the pieces."""
        ...


@dataclass(frozen=True)
class Spoken:
    """A tongue that is configured.

    Attributes:
        section: of the configuration.
        make: makes it; a BridgeError or PosteyeError says what is wrong with the configuration.
        outbox: file in which its reports wait; None: in memory.
        patience: how often its peer is tried.
    """

    section: str
    make: Callable[[], Tongue]
    outbox: Path | None
    patience: Patience


def open_tongues(config: Config, station: Told, health: Health, say: Callable[[str], None], bundle: str) -> Tongues:
    """Begin to speak all tongues of a configuration.

    Args:
        config: of the station.
        station: itself.
        health: is told what is wrong with a peer.
        say: takes a line about it.
        bundle: SHA-256 of the manifest of what reads, in hex.

    Raises:
        PosteyeError: one cannot be used.
    """

    def state() -> StationState:
        counts, wrong = station.counts, tuple((one.state, one.detail) for one in health.now)
        kinds = (counts.pieces, counts.accepted, counts.rejected, counts.no_code, counts.no_read)
        return StationState(wrong, *kinds, VERSION, bundle)

    reporters: list[TongueReporter] = []
    for one in _spoken(config, state):
        try:
            tongue = one.make()
            outbox = None if one.outbox is None else Outbox(one.outbox)
        except (BridgeError, PosteyeError) as error:
            Tongues(reporters).close(0)
            raise PosteyeError(f"{printable(config.file)}: [{one.section}] {error}") from error
        reporters.append(TongueReporter(tongue, station.record, health, say, outbox, one.patience))
    return Tongues(reporters)


def check_tongues(config: Config) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the tongues of a configuration, without speaking to anybody.

    Yields:
        Section, key (empty: the section itself) and what is wrong.
    """
    for one in _spoken(config, StationState):
        try:
            one.make()
        except (BridgeError, PosteyeError) as error:
            yield one.section, "", f"cannot be used: {error}"


def station_name(config: Config) -> str:
    """The name of a station in topics and keys; where none is configured, that of the machine."""
    return config.station.name or re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:64] or "station"


def _spoken(config: Config, state: GetState) -> Iterator[Spoken]:
    if config.ascii.url is not None:
        yield Spoken("ascii", lambda: _lines(config), config.ascii.outbox, Patience())
    if config.mqtt.url is not None:
        yield Spoken("mqtt", lambda: _mqtt(config, state), config.mqtt.outbox, Patience())
    if config.webhook.url is not None:
        yield Spoken("webhook", lambda: _webhook(config), config.webhook.outbox, _WEBHOOK_PATIENCE)
    if config.modbus.url is not None:
        yield Spoken("modbus", lambda: _modbus(config, state), config.modbus.outbox, _MODBUS_PATIENCE)


def _lines(config: Config) -> Tongue:
    said = config.ascii
    form = LineForm(said.template, said.start or "", said.end, said.checksum)
    return LineTongue(said.url or "", form, Asking(said.answer, said.timeout_ms / 1000, said.tries), said.baud)


def _mqtt(config: Config, state: GetState) -> Tongue:
    _require("mqtt")
    from firmware_bridge.host.tongues.mqtt.broker import broker_of  # here, as it is an extra
    from firmware_bridge.host.tongues.mqtt.mqtt_tongue import MqttTongue

    said = config.mqtt
    broker = broker_of(said.url or "", _secret(said.password_file), _there(said.ca_file))
    return MqttTongue(broker, station_name(config), said.topic, state, said.discovery)


def _webhook(config: Config) -> Tongue:
    from firmware_bridge.host.tongues.webhook import WebhookTongue, server_of  # here, as it brings TLS

    said = config.webhook
    server = server_of(said.url or "", _secret(said.token_file), _there(said.ca_file), said.timeout_ms / 1000)
    return WebhookTongue(server, station_name(config))


def _modbus(config: Config, state: GetState) -> Tongue:
    _require("modbus")
    from firmware_bridge.host.tongues.modbus.modbus_tongue import Line, ModbusTongue  # here, as it is an extra

    said = config.modbus
    line = Line(said.url or "", said.unit, said.baud, _PARITIES[said.parity])
    bins = tuple(name.strip() for name in said.bins.split(",")) if said.bins else ()
    return ModbusTongue(line, bins, state, said.acknowledge)


def _require(extra: str) -> None:
    lacking = missing_extra(extra)
    if lacking:
        raise PosteyeError(lacking)


def _secret(path: Path | None) -> str:
    return "" if path is None else read_secret(path)


def _there(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise PosteyeError(f"ca_file {printable(path)} is no file that is there")
    return path
