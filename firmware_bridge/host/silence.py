"""What the silence of a controller looks like from here; the cases have different cures."""

from __future__ import annotations


def describe_silence(bytes_back: int, echoes: int, unreadable: int) -> str:
    """Say what came back instead of an answer.

    Args:
        bytes_back: that arrived at all.
        echoes: frames of our own that came back.
        unreadable: answers whose payload was not what their type promises.
    """
    if unreadable:
        return "an answer came back that lacks its name or cause (firmware of another version?)"
    if echoes:
        return "only an echo came back (receive shorted to transmit, or a terminal that echoes?)"
    if bytes_back == 0:
        return "nothing came back (is the controller running, and this its port?)"
    return f"{bytes_back} bytes came back, but no answer (another baud rate, or another program on the line?)"
