"""The topics of a station on an MQTT broker, and what is told on them.

Source: Home Assistant, "MQTT", device discovery.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from firmware_bridge.host.tongues.mqtt.broker import Message
from firmware_bridge.host.tongues.state import StationState

ONLINE, OFFLINE = b"online", b"offline"
_HOME = "homeassistant"


def pieces_topic(root: str, station: str) -> str:
    """The topic of a station's pieces."""
    return f"{root}/{station}/pieces"


def state_topic(root: str, station: str) -> str:
    """The topic of a station's state, which is retained."""
    return f"{root}/{station}/state"


def availability_topic(root: str, station: str) -> str:
    """The topic that has "online", or by the last will "offline"; retained."""
    return f"{root}/{station}/availability"


def availability(root: str, station: str, is_there: bool) -> Message:
    """Tells whether a station is there."""
    return Message(availability_topic(root, station), ONLINE if is_there else OFFLINE, retain=True)


def state_message(root: str, station: str, state: StationState, now: datetime | None = None) -> Message:
    """Tells how a station is.

    Args:
        root: of the topics.
        station: its name.
        state: of it.
        now: the time of day; None: that of this machine.
    """
    values = asdict(state)
    troubles = values.pop("troubles")
    time = (now or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
    first = troubles[0][0] if troubles else "ok"
    told = {"station": station, "time": time, "state": first, "troubles": dict(troubles), **values}
    return Message(state_topic(root, station), json.dumps(told).encode(), retain=True)


def discovery(root: str, station: str, state: StationState) -> Message:
    """Lets Home Assistant show a station as a device, without anything to set up there.

    Args:
        root: of the topics.
        station: its name.
        state: of it.
    """
    name = f"posteye_{station}"
    pieces, now = pieces_topic(root, station), state_topic(root, station)

    def shown(key: str, topic: str, title: str, **more: Any) -> dict[str, Any]:
        template = f"{{{{ value_json.{key} }}}}"
        told = {"platform": "sensor", "unique_id": f"{name}_{key}", "name": title, "state_topic": topic}
        return told | {"value_template": template} | more

    told = {
        "device": {"identifiers": [name], "name": f"posteye {station}", "sw_version": state.version},
        "origin": {"name": "posteye", "sw_version": state.version},
        "availability_topic": availability_topic(root, station),
        "components": {
            "code": shown("code", pieces, "Last code"),
            "status": shown("status", pieces, "Last status"),
            "bin": shown("bin", pieces, "Last bin"),
            "state": shown("state", now, "State"),
            "pieces": shown("pieces", now, "Pieces", state_class="total_increasing"),
            "accepted": shown("accepted", now, "Accepted", state_class="total_increasing"),
            "problem": shown(
                "state",
                now,
                "Problem",
                platform="binary_sensor",
                unique_id=f"{name}_problem",
                device_class="problem",
                value_template="{{ 'OFF' if value_json.state == 'ok' else 'ON' }}",
            ),
        },
    }
    return Message(f"{_HOME}/device/{name}/config", json.dumps(told).encode(), retain=True)
