"""The wire between the reader and the sorter's controller; docs/protocol.md describes it."""

from firmware_bridge.controller.event import Event
from firmware_bridge.controller.serving import serve
from firmware_bridge.controller.sorter import Sorter
from firmware_bridge.errors import BridgeError, MessageError, NoAnswerError, PortError, RefusedError
from firmware_bridge.host.cable import Cable
from firmware_bridge.host.link import Delivery, Link
from firmware_bridge.protocol.message import ReadingMessage

__all__ = [
    "BridgeError",
    "Cable",
    "Delivery",
    "Event",
    "Link",
    "MessageError",
    "NoAnswerError",
    "PortError",
    "ReadingMessage",
    "RefusedError",
    "Sorter",
    "serve",
]
