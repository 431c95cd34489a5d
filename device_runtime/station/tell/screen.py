"""The picture of a station for a terminal, drawn by rich (the extra `dashboard`)."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from device_runtime.files.regular import printable
from device_runtime.station.tell.snapshot import PieceRow, Snapshot, StageRow, TroubleRow

PIECES = 12
MOST_REASONS = 6
MOST_MESSAGES = 4
_COLOURS = {"accepted": "green", "rejected": "yellow", "no_code": "yellow", "no_read": "red"}
_BAR = 12


def screen(shown: Snapshot) -> RenderableType:
    """Draw a snapshot; about 30 lines, from 80 columns on.

    Nothing is told by colour alone: each state and status stands there in words.
    """
    sides = Table.grid(expand=True, padding=(0, 3, 0, 0))
    sides.add_column()
    sides.add_column(ratio=1)
    beside = Group(_counts(shown), "", *([_reasons(shown), ""] if shown.reasons else []), _stages(shown.stages))
    sides.add_row(_pieces(shown.pieces), beside)
    parts: list[RenderableType] = [_head(shown), "", *map(_trouble, shown.troubles), sides]
    if shown.messages:
        lines = (Text(printable(line), no_wrap=True, overflow="ellipsis") for line in shown.messages[-MOST_MESSAGES:])
        parts.append(Panel(Group(*lines), title="messages", title_align="left"))
    return Group(*parts)


def _head(shown: Snapshot) -> RenderableType:
    heat = "" if shown.temperature_c is None else f"   {shown.temperature_c:.0f} °C"
    states = ", ".join(one.state for one in shown.troubles)
    head = Table.grid(expand=True)
    head.add_column(overflow="ellipsis", no_wrap=True, ratio=1)
    head.add_column(justify="right", no_wrap=True)
    head.add_row(Text(printable(shown.title), "bold"), f"up {_lasting(shown.up_s)}")
    head.add_row(
        Text(states, "bold red") if states else Text("ok", "bold green"),
        f"{sum(shown.counts.values()):,} pieces   {shown.pieces_per_s:.1f} a second{heat}",
    )
    return head


def _trouble(one: TroubleRow) -> RenderableType:
    words = Text.assemble(printable(one.detail), "\n", ("what still works: ", "bold"), one.works)
    title = Text(f"{one.state} for {_lasting(one.for_s)}")
    return Panel(words, title=title, title_align="left", border_style="red")


def _pieces(rows: tuple[PieceRow, ...]) -> RenderableType:
    table = Table(title="last pieces", title_justify="left", box=None, pad_edge=False)
    for name in ("id", "time", "code", "status", "sure", "ms"):
        table.add_column(name, justify="right" if name in ("id", "sure", "ms") else "left", no_wrap=True)
    table.add_column("bin", overflow="ellipsis", no_wrap=True, min_width=8, max_width=16)
    for row in rows[:PIECES]:
        sure = "-" if row.status == "no_read" else f"{row.confidence:.3f}"
        status = Text(row.status, _COLOURS.get(row.status, ""))
        code, bin_ = Text(printable(row.code)), Text(printable(row.bin))
        table.add_row(f"{row.id}", row.time, code, status, sure, f"{row.answer_ms:.0f}", bin_)
    return table


def _counts(shown: Snapshot) -> RenderableType:
    table = Table(title="pieces", title_justify="left", expand=True, box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="crop", ratio=1)
    total = max(1, sum(shown.counts.values()))
    for status, count in shown.counts.items():
        share = count / total
        bar = Text("█" * round(_BAR * share), _COLOURS.get(status, ""))
        table.add_row(status, f"{count:,}", f"{share:.1%}", bar)
    return table


def _reasons(shown: Snapshot) -> RenderableType:
    table = Table(title="reasons", title_justify="left", expand=True, box=None, show_header=False, pad_edge=False)
    table.add_column(overflow="ellipsis", no_wrap=True)
    table.add_column(justify="right")
    for reason, count in shown.reasons[:MOST_REASONS]:
        table.add_row(Text(printable(reason)), f"{count:,}")
    return table


def _stages(rows: tuple[StageRow, ...]) -> RenderableType:
    table = Table(title="time, ms", title_justify="left", expand=True, box=None, pad_edge=False)
    table.add_column("stage")
    for name in ("p50", "p95", "p99"):
        table.add_column(name, justify="right")
    for row in sorted(rows, key=lambda row: row.stage == "total"):
        figures = (f"{ms:.1f}" for ms in (row.p50_ms, row.p95_ms, row.p99_ms))
        table.add_row(Text(row.stage), *figures, style="bold" if row.stage == "total" else "")
    return table


def _lasting(seconds: float) -> str:
    """A time in two units at most."""
    minutes, hours = seconds / 60, seconds / 3600
    if seconds < 60:
        return f"{seconds:.0f} s"
    if hours < 1:
        return f"{minutes:.0f} min"
    return f"{hours:.0f} h {minutes % 60:.0f} min" if hours < 48 else f"{hours / 24:.0f} days"
