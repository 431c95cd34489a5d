"""The wire between the reader and the sorter's controller; docs/protocol.md describes it."""

from firmware_bridge.cable import Cable
from firmware_bridge.errors import BridgeError, MessageError, NoAnswerError, PortError, RefusedError
from firmware_bridge.link import Delivery, Link
from firmware_bridge.message import ReadingMessage
from firmware_bridge.sorter import Event, Sorter, serve

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
