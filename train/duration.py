"""Times as people say them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Seconds as `12 s`, `4 min`, `1 h 30 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
