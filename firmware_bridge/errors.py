"""What can go wrong between the reader and the sorter's controller; every message is one line for the user."""


class BridgeError(Exception):
    """The wire to the controller did not do what was asked: the message says what, and how to mend it."""


class MessageError(BridgeError):
    """A value does not fit into its message, or a payload is not what its type promises."""


class PortError(BridgeError):
    """A port cannot be opened, or vanished while it was open."""


class NoAnswerError(BridgeError):
    """Nothing confirmed a request in time: it may or may not have been acted upon."""


class RefusedError(BridgeError):
    """The controller refused a request and did not act upon it.

    Attributes:
        cause: the number in its NAK, docs/protocol.md section 3.
    """

    def __init__(self, message: str, cause: int) -> None:
        super().__init__(message)
        self.cause = cause
