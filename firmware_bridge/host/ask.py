"""What the reader has asked and waits to be answered.

Source: docs/protocol.md section 4, stop and wait.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame
from firmware_bridge.protocol.table import Message


@dataclass
class Ask:
    """A request under way.

    Attributes:
        message: its type.
        answer: type of its answer; a NAK is one too.
        frame: that is sent.
        wait_s: for an answer to the next copy.
        due_s: when to send the next copy.
        copies: that were sent; of a report that an earlier program sent, at least one.
        began_s: when the first copy was sent.
        data: the frame's bytes on the wire.
    """

    message: Message
    answer: Message
    frame: Frame
    wait_s: float
    due_s: float
    copies: int = 0
    began_s: float = math.nan
    data: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.data = wire.encode(self.frame)

    @property
    def is_report(self) -> bool:
        """Whether it is about a piece."""
        return self.message in (table.READING, table.NO_READ)
