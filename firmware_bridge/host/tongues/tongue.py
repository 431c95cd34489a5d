"""What speaks one protocol to one peer, on the one thread of its `Speaker`."""

from __future__ import annotations

from typing import Protocol

from firmware_bridge.errors import NoAnswerError
from firmware_bridge.host.queues.queue import Waiting


class NotTakenError(NoAnswerError):
    """The peer can be reached, and has not taken a piece: it is told again, and nothing has to be opened for that."""


class Tongue(Protocol):
    """Speaks a protocol; `Speaker` decides what is said, when, and what is said again.

    A call may take as long as its peer's time-outs allow. `close` may come at any state, and `open` again after it.

    Attributes:
        name: of the protocol, as a section of the configuration has it.
        to: the peer, as the journal has it.
    """

    name: str
    to: str

    def open(self) -> bool:
        """Begin; returns whether the peer is known to be there.

        Raises:
            BridgeError: that is impossible now.
        """
        ...

    def say(self, one: Waiting) -> str:
        """Tell the peer of a piece.

        Returns:
            What became of it, in a word: "acknowledged", or what less is known.

        Raises:
            RefusedError: the peer does not want it, and shall not get it again.
            NotTakenError: it shall get it again, without a new beginning.
            BridgeError: the peer may not have got it, and shall get it again.
        """
        ...

    def beat(self) -> None:
        """Do what is due from time to time; called about once a second.

        Raises:
            BridgeError: the peer is there no more.
        """
        ...

    def close(self) -> None:
        """End; it raises nothing."""
        ...
