"""Measures the points of the robustness curves, and finds those that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.figures import provenance
from benchmarks.figures.files import load
from benchmarks.figures.list import FIGURES
from benchmarks.readings import read_fields
from benchmarks.robustness.fields import DISTURBANCES, Disturbance, FieldSet
from benchmarks.robustness.page import NEUTRAL, Measured, Point
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader


def every_point(sets: list[FieldSet]) -> Iterator[tuple[FieldSet, Disturbance | None, float]]:
    """Each set under each level of each disturbance, undisturbed first."""
    for fields in sets:
        yield fields, None, 0.0
        for disturbance in DISTURBANCES:
            for level in disturbance.levels:
                yield fields, disturbance, level


def measure(reader: Reader, fields: FieldSet, disturbance: Disturbance | None, level: float, seed: int) -> Point:
    """Read all fields of a set after one disturbance at one level; None leaves them as they are."""
    random = np.random.default_rng(seed)
    images = [disturbance.apply(image, level, random) if disturbance else image for image in fields.images]
    name = disturbance.name if disturbance else NEUTRAL
    readings = read_fields(reader, images, fields.codes, f"{fields.name} {name} {level:g}")
    return Point(
        fields.name,
        name,
        level,
        len(images),
        int(readings.right.sum()),
        int(readings.accepted.sum()),
        int((readings.accepted & ~readings.right).sum()),
    )


def kept_points(path: Path, count: int, seed: int, data: Mapping[str, str], bundle: Path | None) -> Measured:
    """The points in a results file that were measured just as they would be now; none where anything has changed."""
    nothing = Measured(count, DEFAULT_MAX_ERROR, [])
    if not path.exists():
        return nothing
    found = load(path)
    same = found.bundle == provenance.bundle_hash(bundle or provenance.SHIPPED) and found.code == provenance.code_hash(
        FIGURES["robustness"].code
    )
    if not same or found.seed != seed or found.data != data or found.values["count"] != count:
        return nothing
    return msgspec.convert(found.values, Measured)
