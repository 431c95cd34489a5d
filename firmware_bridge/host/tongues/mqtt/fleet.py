"""How all stations of a broker are, by what it retains of them."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge.host.tongues.mqtt.broker import Broker, Connection
from firmware_bridge.host.tongues.mqtt.topics import ONLINE, availability_topic, state_topic

MOST_STATIONS = 10_000


@dataclass(frozen=True)
class Seen:
    """A station as the broker has it.

    Attributes:
        station: its name.
        online: whether it is connected; None: the broker knows nothing of that.
        state: what it told last, as `topics.state_message` has it; empty where that is none.
    """

    station: str
    online: bool | None = None
    state: dict[str, Any] = field(default_factory=dict)


def look_at_fleet(broker: Broker, root: str, quiet_s: float = 1.0, longest_s: float = 10.0) -> list[Seen]:
    """Ask a broker for what it retains of all stations.

    Args:
        broker: to ask.
        root: what all topics begin with.
        quiet_s: when nothing more has come for so long, that was all.
        longest_s: of it all.

    Returns:
        The stations by name.

    Raises:
        BridgeError: it cannot be asked.
    """
    changed, heard = threading.Condition(), dict[str, bytes]()

    def hear(topic: str, payload: bytes) -> None:
        with changed:
            if len(heard) < 2 * MOST_STATIONS:
                heard[topic] = payload
            changed.notify_all()

    connection = Connection(broker, "", on_message=hear)
    try:
        connection.subscribe([state_topic(root, "+"), availability_topic(root, "+")])
        until_s = time.monotonic() + longest_s
        with changed:
            while changed.wait(min(quiet_s, max(0.0, until_s - time.monotonic()))):
                pass
            taken = dict(heard)
    finally:
        connection.close()
    return seen_of(root, taken)


def seen_of(root: str, heard: dict[str, bytes]) -> list[Seen]:
    """The stations of what a broker retains, by name.

    Args:
        root: what all topics begin with.
        heard: payloads by their topics.
    """
    names = {topic.removeprefix(f"{root}/").rpartition("/")[0] for topic in heard}
    found = []
    for name in sorted(names):
        there = heard.get(availability_topic(root, name))
        found.append(Seen(name, None if there is None else there == ONLINE, _state(heard.get(state_topic(root, name)))))
    return found


def _state(payload: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(payload or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
