"""The tongues of a station, as they are configured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device_runtime.errors import PosteyeError
from device_runtime.report.tongues import TongueReporter, Tongues
from device_runtime.station.config.sections import Config
from device_runtime.station.health.health import Health
from device_runtime.station.journal.entry import Delivery
from firmware_bridge.errors import BridgeError
from firmware_bridge.host.queues.outbox import Outbox
from firmware_bridge.host.tongues.line_tongue import Asking, LineTongue
from firmware_bridge.host.tongues.lines import LineForm
from firmware_bridge.host.tongues.speaker import Patience
from firmware_bridge.host.tongues.tongue import Tongue


@dataclass(frozen=True)
class Spoken:
    """A tongue that is configured.

    Attributes:
        section: of the configuration.
        make: makes it; a BridgeError or PosteyeError says what is wrong with the configuration.
        outbox: file in which its reports wait; None: in memory.
        patience: how often its peer is tried; None: as usual.
    """

    section: str
    make: Callable[[], Tongue]
    outbox: Path | None = None
    patience: Patience | None = None


class Recording(Protocol):
    """A station that writes down what became of its reports."""

    def record(self, delivery: Delivery) -> None:
        """Write it down."""
        ...


def open_tongues(config: Config, station: Recording, health: Health, say: Callable[[str], None]) -> Tongues:
    """Begin to speak all tongues of a configuration.

    Args:
        config: of the station.
        station: itself.
        health: is told what is wrong with a peer.
        say: takes a line about it.

    Raises:
        PosteyeError: one cannot be used.
    """
    spoken = list(_spoken(config))
    reporters: list[TongueReporter] = []
    try:
        for one in spoken:
            tongue = one.make()
            outbox = None if one.outbox is None else Outbox(one.outbox)
            reporters.append(TongueReporter(tongue, station.record, health, say, outbox, one.patience))
    except BaseException as error:
        Tongues(reporters).close(0)
        if isinstance(error, (BridgeError, PosteyeError)):
            raise PosteyeError(f"{config.file}: [{one.section}] {error}") from error
        raise
    return Tongues(reporters)


def check_tongues(config: Config) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the tongues of a configuration, without speaking to anybody.

    Yields:
        Section, key (empty: the section itself) and what is wrong.
    """
    for one in _spoken(config):
        try:
            one.make()
        except (BridgeError, PosteyeError) as error:
            yield one.section, "", f"cannot be used: {error}"


def _spoken(config: Config) -> Iterator[Spoken]:
    lines = config.ascii
    if lines.url is not None:
        yield Spoken("ascii", lambda: _lines(config), lines.outbox)


def _lines(config: Config) -> Tongue:
    said = config.ascii
    assert said.url is not None
    form = LineForm(said.template, said.start or "", said.end, said.checksum)
    return LineTongue(said.url, form, Asking(said.answer, said.timeout_ms / 1000, said.tries), said.baud)
