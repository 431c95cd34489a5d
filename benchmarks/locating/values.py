"""What was found, in figures and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from benchmarks.figures.tables import Table
from benchmarks.locating.measure import WAYS, Found, Ranked
from device_runtime.engines.net import Conv
from device_runtime.engines.tflite_reader import read_net
from device_runtime.piece.locator.bundle import LocatorBundle
from train.locator.measure import Tally
from train.locator.model import products, receptive_field_px


def values_of(found: Found, bundle: LocatorBundle, instructions: Mapping[str, int]) -> dict[str, Any]:
    """All figures of the results file.

    Args:
        found: on all pieces.
        bundle: the locator's.
        instructions: of each stage on a Cortex-A53, where they were counted.
    """
    rows, columns = receptive_field_px()
    net = {
        "bytes": len(bundle.model),
        "mmac": round(products(_channels(bundle)) / 1e6, 1),
        "field_rows_px": rows,
        "field_columns_px": columns,
    }
    return {
        "net": net,
        "locator": asdict(found.tally()) | shares(found.tally()),
        "ms": found.median_ms(),
        "instructions": {stage: round(count / 1e6, 1) for stage, count in instructions.items()},
        "ways": {way.replace(", ", "_").replace(" ", "_"): _rates(found.pieces, way) for way in WAYS},
        "side_by_side": msgspec.to_builtins(side_by_side(found.pieces)),
        "by_kind": msgspec.to_builtins(by_kind(found.pieces)),
    }


def shares(found: Tally) -> dict[str, float]:
    """The locator's own figures as shares."""
    return {
        "first_share": found.first / found.destinations,
        "third_share": found.third / found.destinations,
        "any_share": found.any_rank / found.destinations,
        "found_share": found.found / found.numbers,
        "roles_share": found.roles_right / max(1, found.found),
        "turns_share": found.turns_right / found.frames,
    }


def lines_of(found: Tally) -> list[str]:
    """The locator's own figures in words."""
    of = shares(found)
    return [
        f"{found.frames} pieces, {found.destinations} with the destination's code, {found.numbers} numbers",
        f"destination located first {of['first_share']:.1%}, among three {of['third_share']:.1%}, "
        f"among all {of['any_share']:.1%}",
        f"numbers found {of['found_share']:.1%}, their role right {of['roles_share']:.1%}, "
        f"turn right {of['turns_share']:.1%}",
    ]


def side_by_side(pieces: Sequence[Ranked]) -> Table:
    """A row for each way of finding."""
    rows = []
    for way in WAYS:
        rates = _rates(pieces, way)
        ranked = way != "finder"  # its lines have no order in which to look for the destination
        order = [_percent(rates[key]) if ranked else "" for key in ("first", "third")]
        rows.append([way, *order, _percent(rates["any"]), f"{rates['candidates']:.1f}"])
    return Table(["found by", "first", "among three", "among all", "fields a piece"], rows)


def by_kind(pieces: Sequence[Ranked]) -> Table:
    """A row for each kind of piece and of writing: how often among three, or among all of the finder's."""
    rows = []
    for key in ("kind", "writing"):
        for value in sorted({str(piece.conditions[key]) for piece in pieces}):
            some = [piece for piece in pieces if str(piece.conditions[key]) == value]
            cells = [_percent(_rates(some, way)["any" if way == "finder" else "third"]) for way in WAYS]
            rows.append([f"{key}: {value}", str(len(some)), *cells])
    heads = [way if way != "finder" else "finder (all)" for way in WAYS]
    return Table(["pieces", "count", *heads], rows)


def _rates(pieces: Sequence[Ranked], way: str) -> dict[str, float]:
    ranks = [piece.ranks[way] for piece in pieces]
    total = max(1, len(ranks))
    return {
        "first": sum(rank == 0 for rank in ranks) / total,
        "third": sum(rank is not None and rank < 3 for rank in ranks) / total,
        "any": sum(rank is not None for rank in ranks) / total,
        "candidates": sum(piece.candidates[way] for piece in pieces) / total,
    }


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _channels(bundle: LocatorBundle) -> tuple[int, ...]:
    """Of the layers before the head."""
    convs = [step for step in read_net(bundle.model).steps if isinstance(step, Conv)]
    return tuple(len(conv.weight) for conv in convs[:-1])
