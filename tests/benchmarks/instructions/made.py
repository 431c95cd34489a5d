"""Counts that were made up."""

from __future__ import annotations

from typing import Any

from benchmarks.instructions.counted import A53, A76, Counted, Measurement, counted

VERSIONS = {"python": "3.13.5", "numpy": "2.4.6", "opencv-python-headless": "5.0.0.93", "ai-edge-litert": "2.3.0"}


def answer(decode: int = 9_000_000, **other: int) -> dict[str, Any]:
    """What the probe says of a field; decode: instructions of the lattice and the search."""
    stages = {"load": 700_000, "polarity": 600_000, "scan": 3_700_000, "invoke": 3_600_000} | other
    clock = {"locate": 2_000, "normalize": 4_000_000, "scan": stages["scan"] + 2_000_000, "decode": decode - 2_000_000}
    whole = stages["polarity"] + clock["normalize"] + clock["scan"] + clock["decode"] + 50_000
    files = {"/r/usr/bin/python3.13": whole - 3_600_000, "/s/ai_edge_litert/_pywrap.so": 3_600_000}
    return stages | {"whole": whole, "clock": clock | {"total": whole - 40_000}, "libraries": files}


def picture(locate: int = 120_000_000) -> Counted:
    """What was counted of a frame."""
    whole = 1_000_000_000
    clock = {"locate": locate, "normalize": 0, "scan": 0, "decode": 0, "total": whole}
    return counted({"whole": whole, "scan": 1, "clock": clock, "libraries": {}})


def piece() -> Counted:
    """What was counted of a frame of a mail piece, stage by stage."""
    clock = {"locate": 20_000_000, "normalize": 9_000_000, "scan": 50_000_000, "decode": 3_000_000}
    stages = {"load": 90_000_000, "scan": 45_000_000, "invoke": 44_000_000, "whole": 85_000_000}
    return counted(stages | {"clock": clock | {"total": 84_000_000}, "libraries": {}})


def measurement(decode: int = 9_000_000, versions: dict[str, str] = VERSIONS, **other: int) -> Measurement:
    """Two fields, both pictures and a piece on an A53, one field with the small bundle too; the fields on an A76."""
    field = counted(answer(decode, **other))
    fields = {"01-hand": field, "02-hand": field}
    small = {"02-hand@digits-small": counted(answer(invoke=1_200_000))}
    return Measurement(
        "trixie",
        versions,
        "7.2.22",
        {A53: {**fields, **small, "frame": picture(), "page": picture(), "piece": piece()}, A76: fields},
    )
