"""A connection to an MQTT 5 broker, by paho-mqtt (the extra mqtt).

Source: OASIS, MQTT version 5.0.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from firmware_bridge.errors import BridgeError, NoAnswerError, PortError, RefusedError

TIMEOUT_S = 5.0
KEEP_ALIVE_S = 15  # after one and a half of it without a sign of life the broker tells the last will
MOST_BYTES = 262_144  # of a packet that is taken
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_TAKEN_OVER = 142  # reason code of DISCONNECT


@dataclass(frozen=True)
class Broker:
    """Where a broker is, and what it asks for.

    Attributes:
        host: its name or address; the certificate must be for it.
        port: of TCP.
        tls: whether TLS is spoken.
        username: empty where none is asked for.
        password: of that user.
        ca_file: certificates that are trusted; None: those of the system.
    """

    host: str
    port: int
    tls: bool = False
    username: str = ""
    password: str = ""
    ca_file: Path | None = None

    @property
    def name(self) -> str:
        """The broker for messages, without its password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt{'s' if self.tls else ''}://{host}:{self.port}"


@dataclass(frozen=True)
class Message:
    """A message.

    Attributes:
        topic: of it.
        payload: as bytes.
        retain: whether the broker keeps it for those who come later.
    """

    topic: str
    payload: bytes
    retain: bool = False


def broker_of(url: str, password: str = "", ca_file: Path | None = None) -> Broker:
    """The broker of a URL such as `mqtt://10.0.0.5` or `mqtts://user@broker.example:8883`.

    Args:
        url: without a password.
        password: of its user.
        ca_file: certificates that are trusted; for mqtts.

    Raises:
        BridgeError: the URL is none, or has more than a broker needs.
    """
    form = "give one such as mqtt://10.0.0.5 or mqtts://user@broker.example:8883"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise BridgeError(f"the URL of the broker is none ({error}); {form}") from None
    if parts.password is not None:
        raise BridgeError("the URL of the broker holds a password; put it into a file of its own (password_file)")
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise BridgeError(f"the URL of the broker is none; {form}")
    if ca_file is not None and parts.scheme != "mqtts":
        raise BridgeError("a ca_file is for TLS; write mqtts:// in the URL of the broker")
    if password and not parts.username:
        raise BridgeError("a password needs a user; write mqtts://USER@HOST in the URL of the broker")
    user = unquote(parts.username or "")
    return Broker(host, port or _PORTS[parts.scheme], parts.scheme == "mqtts", user, password, ca_file)


class Connection:
    """A connection that stays lost once it is; open another one then.

    Args:
        broker: to connect to.
        client: identifier of the client; the broker ends an older connection with the same.
        will: told by the broker when the connection breaks.
        on_message: takes topic and payload of what was subscribed to, on a thread of the connection.

    Raises:
        BridgeError: there is no connection; the message says why.
    """

    def __init__(
        self,
        broker: Broker,
        client: str,
        will: Message | None = None,
        on_message: Callable[[str, bytes], None] = lambda _, __: None,
    ) -> None:
        self._broker, self._changed = broker, threading.Condition()
        self._is_open, self._lost = False, ""
        self._acknowledged: dict[int, ReasonCode] = {}
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
        )
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_publish = lambda _, __, mid, code, ___: self._acknowledge(mid, code)
        self._client.on_subscribe = lambda _, __, mid, codes, ___: self._acknowledge(
            mid, max(codes, key=lambda c: c.value)
        )
        self._client.on_message = lambda _, __, message: on_message(message.topic, bytes(message.payload))
        self._client.connect_timeout = TIMEOUT_S
        if will:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        if broker.username:
            self._client.username_pw_set(broker.username, broker.password or None)
        self._connect()

    @property
    def lost(self) -> str:
        """Why the connection is lost; empty where it is not."""
        return self._lost

    def publish(self, message: Message) -> None:
        """Publish with quality of service 1; returns when the broker has acknowledged it.

        Raises:
            RefusedError: the broker does not want it.
            NoAnswerError: it was not acknowledged in time, or the connection is lost.
        """
        properties = Properties(PacketTypes.PUBLISH)
        if message.payload.startswith(b"{"):
            properties.ContentType = "application/json"
            properties.PayloadFormatIndicator = 1
        info = self._client.publish(message.topic, message.payload, 1, message.retain, properties)
        code = self._wait(info.mid, "publication")
        if code.is_failure:
            raise RefusedError(f"{self._broker.name} refuses a message to {message.topic}: {code}", code.value)

    def subscribe(self, topics: Sequence[str]) -> None:
        """Subscribe with quality of service 0.

        Raises:
            RefusedError: the broker does not allow one.
            NoAnswerError: it did not answer in time.
        """
        _, mid = self._client.subscribe([(topic, SubscribeOptions(0)) for topic in topics])
        code = self._wait(mid or 0, "subscription")
        if code.is_failure:
            raise RefusedError(f"{self._broker.name} refuses the subscription: {code}", code.value)

    def close(self) -> None:
        """Close the connection; the broker does not tell the last will then."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self) -> None:
        broker = self._broker
        properties = Properties(PacketTypes.CONNECT)
        properties.MaximumPacketSize = MOST_BYTES
        try:
            if broker.tls:
                # A context of Python's own: names and certificates are checked, old versions of TLS refused.
                self._client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
            self._client.connect(broker.host, broker.port, KEEP_ALIVE_S, clean_start=True, properties=properties)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message or error.reason
            raise PortError(f"the certificate of {broker.name} is refused: {why}; is ca_file the right one?") from error
        except (OSError, ValueError) as error:
            raise PortError(f"{broker.name} cannot be reached: {error}") from error
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(lambda: self._is_open or self._lost, TIMEOUT_S)
            is_open, why = self._is_open, self._lost
        if not is_open or why:
            self.close()
            raise PortError(why or f"{broker.name} takes the connection, but does not speak MQTT 5")

    def _wait(self, mid: int, what: str) -> ReasonCode:
        with self._changed:
            self._changed.wait_for(lambda: mid in self._acknowledged or self._lost, TIMEOUT_S)
            if mid in self._acknowledged:
                return self._acknowledged.pop(mid)
        raise NoAnswerError(self._lost or f"{self._broker.name} does not acknowledge a {what}")

    def _acknowledge(self, mid: int, code: ReasonCode) -> None:
        with self._changed:
            self._acknowledged[mid] = code
            self._changed.notify_all()

    def _connected(self, _client: Any, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        with self._changed:
            self._is_open = not code.is_failure
            if code.is_failure:
                self._lost = f"{self._broker.name} refuses the connection: {code}"
            self._changed.notify_all()

    def _disconnected(self, _client: Any, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        more = "; has another client the same name?" if code.value == _TAKEN_OVER else ""
        with self._changed:
            self._lost = self._lost or f"the connection to {self._broker.name} ended: {code}{more}"
            self._changed.notify_all()
