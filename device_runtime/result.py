"""What a reading comes to, with what a report needs to say about it: the public keys of `posteye read --json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Any

from device_runtime.decoding.ensemble import View
from device_runtime.geometry import MIDDLE_PX
from device_runtime.piece.whole import ReadField
from device_runtime.types import Field, Reading


@dataclass(frozen=True)
class Result:
    """A reading, and what a report needs to say about it.

    Attributes:
        source: what was read, in the words of the caller.
        reading: the answer: status, code, reason and confidences.
        field: where the line stands in the image; None where the image was one field.
        engine: name and version of the interpreter.
        timing_ms: what each stage took, and the total.
        trace: what the stages made of the field, for pictures and study.
        fields: the lines of a whole piece that were read, the likeliest first.
        size: width and height of the field as it was cut out, px.
    """

    source: str
    reading: Reading
    field: Field | None
    engine: str
    timing_ms: dict[str, float]
    trace: View = dataclass_field(repr=False)
    fields: tuple[ReadField, ...] = ()
    size: tuple[int, ...] = (1, 1)

    def as_dict(self) -> dict[str, Any]:
        """The public form of a result: the keys of `posteye read --json`; second_opinion only where it was given."""
        reading = self.reading
        opinion = reading.opinion
        second = {"second_opinion": {"code": opinion.code, "agrees": opinion.agrees}} if opinion else {}
        return {
            "source": self.source,
            "code": reading.code,
            "status": reading.status,
            "reason": reading.reason,
            "confidence": round(reading.confidence, 6),
            "characters": [
                {"char": c.char, "confidence": round(c.confidence, 6), "x": round(self._image_x(c.x_px), 1)}
                for c in reading.characters
            ],
            "candidates": [
                {"code": c.code, "confidence": round(c.confidence, 6), "field": c.field and corners(c.field)}
                for c in reading.candidates
            ],
            "field": corners(self.field) if self.field else None,
            "fields": [
                {
                    "corners": corners(one.field),
                    "role": one.role,
                    "penalty": round(one.penalty, 3),
                    "code": one.code,
                    "confidence": round(one.confidence, 6),
                }
                for one in self.fields
            ],
            "engine": self.engine,
            "timing_ms": {stage: round(ms, 3) for stage, ms in self.timing_ms.items()},
            **second,
        }

    def moved(self, left: int, top: int, width: int, height: int) -> Result:
        """The same where only a part of the picture was read: all places in the whole picture.

        Args:
            left: of the part, px.
            top: of it.
            width: of it.
            height: of it.
        """
        whole = Field(((0, 0), (width, 0), (width, height), (0, height)))
        part = self if self.field else replace(self, field=whole, size=(width, height))
        return part.mapped(lambda field: Field(tuple((x + left, y + top) for x, y in field.corners)))

    def mapped(self, place: Callable[[Field], Field]) -> Result:
        """The same with every field where a function puts it."""
        candidates = tuple(replace(c, field=c.field and place(c.field)) for c in self.reading.candidates)
        return replace(
            self,
            reading=replace(self.reading, candidates=candidates),
            field=self.field and place(self.field),
            fields=tuple(replace(one, field=place(one.field)) for one in self.fields),
        )

    def _image_x(self, strip_x_px: float) -> float:
        """The x in the image of a place on the line's middle in its strip."""
        x, y = (float(row @ (strip_x_px, MIDDLE_PX, 1)) for row in self.trace.strip.image_from_strip)
        return _placed(self.field.corners, x / self.size[0], y / self.size[1])[0] if self.field else x


@dataclass(frozen=True)
class Sight:
    """What is seen in one picture of several of the same piece, for a vote.

    Attributes:
        result: what is said of this picture alone.
        believed: calibrated confidence of each code that it suggests.
        judge: its calibrated confidences of given codes, at most MOST_CANDIDATES.
        threshold: the lowest of them to accept.
        cut: for what there was no time, as `Clock.cut`; None = all was done.
    """

    result: Result
    believed: Mapping[str, float] = dataclass_field(repr=False)
    judge: Callable[[Sequence[str]], list[float]] = dataclass_field(repr=False)
    threshold: float
    cut: str | None = None


def corners(field: Field) -> list[list[float]]:
    """The corners of a field, as JSON has them."""
    return [[round(x, 1), round(y, 1)] for x, y in field.corners]


def _placed(quad: Sequence[tuple[float, float]], right: float, down: float) -> tuple[float, float]:
    """A point of a quadrilateral by its shares of the way from the first corner to the second and to the last."""
    weights = ((1 - right) * (1 - down), right * (1 - down), right * down, (1 - right) * down)
    x, y = (sum(weight * corner[axis] for weight, corner in zip(weights, quad, strict=True)) for axis in (0, 1))
    return x, y
