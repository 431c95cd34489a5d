"""Tables: as results files hold them, as Markdown, and as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """Words in rows of one length; in a results file it is {"heads": [...], "lines": [[...]]}.

    Attributes:
        heads: The words above the columns.
        lines: The rows below them.
    """

    heads: Sequence[str]
    lines: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table in Markdown; its columns are also aligned as plain text."""
        rows = [self.heads, *self.lines]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        heads, *lines = (
            f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows
        )
        return "\n".join([heads, f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines])


def columns(rows: Iterable[Sequence[str]], widths: Sequence[int], gap: str = "") -> str:
    """Rows as lines of a terminal.

    Args:
        rows: Cells, as many in each row as there are widths.
        widths: Characters of each column; cells stand on the right, or on the left where the width is negative.
        gap: What stands between two columns.

    Returns:
        The lines, joined by line ends.
    """
    return "\n".join(
        gap.join(
            cell.rjust(width) if width > 0 else cell.ljust(-width) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
