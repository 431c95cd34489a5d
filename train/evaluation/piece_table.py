"""The figures of whole pieces for people: shares with their 95 % intervals, mistakes by kind, a row for each group."""

from __future__ import annotations

from collections.abc import Mapping

from train.evaluation.metrics import Share
from train.evaluation.pieces import PieceFigures

_TOPS = (1, 3)
_NAME, _COUNT = 40, 18  # characters of a column


def table(name: str, figures: PieceFigures, max_error: float) -> str:
    """Lay out the figures of pieces.

    Args:
        name: Of the net.
        figures: Of the pieces.
        max_error: The share of wrong codes that was allowed among the accepted.
    """
    rows = [("read exactly", figures.exact)]
    rows += [(f"located in the best {best} field{'s' * (best > 1)}", figures.located(best)) for best in _TOPS]
    rows += [("no code reported", figures.no_code), ("accepted", figures.accepted)]
    rows += [("wrong among the accepted", figures.wrong)]
    rows += [("accepted on pieces without a code", figures.accepted_without_code)]
    lines = [f"{name}: {len(figures.pieces)} pieces", *(_row(what, share) for what, share in rows if share.of)]
    if figures.mistakes:
        lines += ["accepted though wrong, by what was read for the code:"]
        lines += [_row(f"  {kind}", share) for kind, share in figures.mistakes.items()]
    lines += [f"(each image was read as a whole picture, as by `posteye read --max-error {max_error:g}`;"]
    lines += ["in brackets the 95 % interval)"]
    return "\n".join(lines)


def by_table(column: str, groups: Mapping[str, PieceFigures]) -> str:
    """Lay out the figures of the pieces that share a value of a column, a row a value."""
    heads = ("pieces", "exact", "top 1", "top 3", "accepted", "wrong")
    width = max(len(column), *map(len, groups), 12) + 2 if groups else len(column) + 2
    lines = [column.ljust(width) + "".join(head.rjust(10) for head in heads)]
    for value, figures in groups.items():
        shares = (figures.exact, *(figures.located(best) for best in _TOPS), figures.accepted, figures.wrong)
        cells = [f"{len(figures.pieces)}", *(percent(share.value) if share.of else "-" for share in shares)]
        lines.append(value.ljust(width) + "".join(cell.rjust(10) for cell in cells))
    if not groups:
        lines.append("(nearly every piece has a value of its own)")
    return "\n".join(lines)


def percent(share: float) -> str:
    """A share in per cent, with a digit behind the point."""
    return f"{100 * share:.1f} %"


def _row(what: str, share: Share) -> str:
    low, high = share.interval
    count = f"{share.count} of {share.of}"
    return f"{what:<{_NAME}}{count:>{_COUNT}}{percent(share.value):>9}  ({100 * low:.1f} to {100 * high:.1f})"
