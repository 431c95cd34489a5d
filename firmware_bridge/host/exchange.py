"""The reader's half of the conversation, without a port, a thread or a clock: bytes and moments in, bytes and news out.

Source: docs/protocol.md section 4.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.errors import MessageError
from firmware_bridge.host.asking import Ask, Asking
from firmware_bridge.host.listening import Listener
from firmware_bridge.host.news import News, Outcome, WireBack, WireLost
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame, FrameReader
from firmware_bridge.protocol.message import (
    NakCause,
    NoReadMessage,
    ReadingMessage,
    Report,
    decode_cause,
    decode_name,
    describe_cause,
    encode_name,
    encode_no_read,
    encode_reading,
)
from firmware_bridge.protocol.notice import Capability, ControllerIdentity, Heartbeat, ReaderIdentity
