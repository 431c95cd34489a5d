"""The wire between the reader and the sorter's controller; docs/protocol.md describes it."""

from firmware_bridge.controller.event import Event
from firmware_bridge.controller.faults import Faults
from firmware_bridge.controller.feeder import Belt, Feeder, Tally
from firmware_bridge.controller.serving import serve
from firmware_bridge.controller.sorter import SPEAKS, Sorter
from firmware_bridge.errors import BridgeError, MessageError, NoAnswerError, PortError, RefusedError
from firmware_bridge.host.cable import Cable
from firmware_bridge.host.duplex import DuplexLink
from firmware_bridge.host.link import Delivery, Link
from firmware_bridge.host.manner import Manner, refuse
from firmware_bridge.host.news import ControllerRestarted, News, Outcome, TimeTold, WireBack, WireLost
from firmware_bridge.host.port import BAUD_RATE
from firmware_bridge.host.queues.guarded import GuardedOutbox
from firmware_bridge.host.queues.outbox import Outbox, OutboxError
from firmware_bridge.host.queues.queue import MemoryQueue, Queue
from firmware_bridge.protocol.message import NO_FLAGS, Flags, NoReadMessage, NoReadReason, ReadingMessage, Report
from firmware_bridge.protocol.notice import (
    NOTHING,
    Capability,
    Heartbeat,
    ReaderIdentity,
    Setting,
    TriggerMessage,
    Troubles,
)

__all__ = [
    "BAUD_RATE",
    "NOTHING",
    "NO_FLAGS",
    "SPEAKS",
    "Belt",
    "BridgeError",
    "Cable",
    "Capability",
    "ControllerRestarted",
    "Delivery",
    "DuplexLink",
    "Event",
    "Faults",
    "Feeder",
    "Flags",
    "GuardedOutbox",
    "Heartbeat",
    "Link",
    "Manner",
    "MemoryQueue",
    "MessageError",
    "News",
    "NoAnswerError",
    "NoReadMessage",
    "NoReadReason",
    "Outbox",
    "OutboxError",
    "Outcome",
    "PortError",
    "Queue",
    "ReaderIdentity",
    "ReadingMessage",
    "RefusedError",
    "Report",
    "Setting",
    "Sorter",
    "Tally",
    "TimeTold",
    "TriggerMessage",
    "Troubles",
    "WireBack",
    "WireLost",
    "refuse",
    "serve",
]
