"""Where on a piece something stands, in words."""

from __future__ import annotations

_ROWS, _COLUMNS = ("top", "middle", "bottom"), ("left", "", "right")


def place_of(x: float, y: float) -> str:
    """Name a place, such as "at the top left" or "in the middle".

    Args:
        x: from 0, the left edge, to 1, the right edge of the piece.
        y: from 0, the top, to 1, the bottom.
    """
    row, column = _ROWS[_third(y)], _COLUMNS[_third(x)]
    if row == "middle":
        return f"at the {column}" if column else "in the middle"
    return f"at the {row} {column}".rstrip()


def _third(share: float) -> int:
    return min(2, max(0, int(3 * share)))
