"""Says pieces to an MQTT 5 broker, and keeps the state of the station there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from firmware_bridge.errors import BridgeError, NoAnswerError
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.facts import as_json
from firmware_bridge.host.tongues.mqtt.broker import Broker, Connection, Message
from firmware_bridge.host.tongues.mqtt.topics import availability, discovery, pieces_topic, state_message
from firmware_bridge.host.tongues.state import StationState


class MqttTongue:
    """A tongue of MQTT; a piece counts as said when the broker has acknowledged it (quality of service 1).

    Args:
        broker: that is told.
        station: its name in the topics.
        root: what all topics begin with.
        state: asked for how the station is; on a thread of its own.
        discover: whether Home Assistant is told what there is.
    """

    name = "mqtt"

    def __init__(
        self, broker: Broker, station: str, root: str, state: Callable[[], StationState], discover: bool
    ) -> None:
        self.to = broker.name
        self._broker, self._station, self._root = broker, station, root
        self._state, self._discover = state, discover
        self._connection: Connection | None = None
        self._told: StationState | None = None

    def open(self) -> bool:
        """As `Tongue.open`."""
        will = availability(self._root, self._station, False)
        self._connection = Connection(self._broker, f"posteye-{self._station}", will)
        self._told = None
        self._publish(availability(self._root, self._station, True))
        if self._discover:
            self._publish(discovery(self._root, self._station, self._state()))
        return True

    def say(self, one: Waiting) -> str:
        """As `Tongue.say`."""
        self._publish(Message(pieces_topic(self._root, self._station), as_json(self._station, one)))
        return "acknowledged"

    def beat(self) -> None:
        """As `Tongue.beat`: tells the state where it has changed."""
        if self._connection is None or self._connection.lost:
            raise NoAnswerError(self._connection.lost if self._connection else f"{self.to} is not open")
        state = self._state()
        if state != self._told:
            self._publish(state_message(self._root, self._station, state))
            self._told = state

    def close(self) -> None:
        """As `Tongue.close`: the station is offline then."""
        if self._connection is None:
            return
        if not self._connection.lost:
            with suppress(BridgeError):
                self._publish(availability(self._root, self._station, False))
        self._connection.close()
        self._connection = None

    def _publish(self, message: Message) -> None:
        if self._connection is None:
            raise NoAnswerError(f"{self.to} is not open")
        self._connection.publish(message)
