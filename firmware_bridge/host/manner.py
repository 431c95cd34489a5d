"""How a reader speaks: its name, what it is, and how long it waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.protocol.message import NakCause
from firmware_bridge.protocol.notice import Heartbeat, ReaderIdentity, Setting


def refuse(setting: Setting) -> Setting:
    """Refuse whatever is asked for, as posteye does unless it is told to."""
    return Setting(setting.key, "", NakCause.NOT_ALLOWED)


@dataclass(frozen=True)
class Manner:
    """How a reader speaks.

    Attributes:
        name: with which it greets.
        identity: what it is.
        heartbeat: asked for what to say when nothing else was said for a second.
        settings: gets what the controller asks for or changes, and gives the setting back as it is now, with a cause
            where it refuses.
        ack_timeout_s: the first wait for an answer, as long as none was measured; it doubles with each try, up to four
            times itself. After seven times itself (fifteen for the greeting) without an answer the wire counts as lost.
    """

    name: str
    identity: ReaderIdentity
    heartbeat: Callable[[], Heartbeat]
    settings: Callable[[Setting], Setting] = refuse
    ack_timeout_s: float = 0.25
