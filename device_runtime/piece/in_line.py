"""A field of its own: what speaks against a code that is read in it with confidence.

The words beside it may be those of another number, upside down it may be another code, and where nobody said how long
the codes are, there may be room for a character that has gone.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from device_runtime.clock import Clock
from device_runtime.decoding import upright
from device_runtime.exact import sum_in_order
from device_runtime.geometry import MIDDLE_PX
from device_runtime.image.pixels import Pixels
from device_runtime.line_reader import Answer, LineReader, chosen
from device_runtime.piece.evidence.alternatives import Country
from device_runtime.piece.evidence.features import IN_LINE, LINE_ORDER, read_evidence
from device_runtime.piece.evidence.weights import EvidenceWeights
from device_runtime.piece.so_far import facts_of
from device_runtime.types import Reading

# Log odds of a postal code against another number from which the words of a field speak against a code.
_AGAINST = -2.0
# Distances between characters: as much more room at one end than at the other, or as much from one to the next.
_ROOM, _GAP = 0.75, 1.75
_INK_LEVEL = 64  # of a strip
ROOM = "there is room for one more character: say how long the codes are by --country or --pattern"
REASON = "the words beside it are not those beside a postal code of this country"


def doubted(answer: Answer, country: Country, weights: EvidenceWeights) -> Reading:
    """The reading of a field, rejected where the words beside an accepted code speak against it.

    They do where the country is known and writes its codes after the town: no code is the first word there.

    Args:
        answer: of the field.
        country: of the codes.
        weights: of the evidence.
    """
    reading = answer.reading
    if reading.status != "accepted" or country.order != LINE_ORDER or reading.code is None:
        return reading
    seen = facts_of(answer).seen
    if seen.span is None:
        return reading
    evidence = read_evidence(seen, (), (), country.order, reading.candidates[0])
    gain = sum_in_order(weights.line[name] * evidence.get(name, 0.0) for name in IN_LINE)
    if gain > _AGAINST:
        return reading
    return replace(reading, status="rejected", reason=REASON)


def if_upright(answer: Answer, reader: LineReader, pixels: Pixels, clock: Clock) -> Answer:
    """The answer of a field, rejected if its code is accepted and upside down is another one that is believed too.

    Args:
        answer: of the field.
        reader: that gave it.
        pixels: the field, uint8 [H, W] or [H, W, 3] in RGB.
        clock: takes the time.
    """
    if not upright.may_be_turned(answer.reading):
        return answer
    turned = chosen(reader.read(upright.turn(pixels), clock, upright.TO_TURN))
    plainer = upright.plainer(answer.view.decoding, turned.view.decoding) >= upright.PLAINER
    # Of 0 6 8 9 every turned code is as good a guess, however it is written: of 200 drawn ones one was believed upside
    # down alone.
    believed = 0.0 if upright.ALWAYS.issuperset(answer.reading.code or "") else upright.RIVAL
    if plainer or not upright.is_rival(answer.reading, turned.reading, believed):
        return answer
    return replace(answer, reading=upright.doubt(answer.reading, turned.reading))


def if_whole(answer: Answer, width_px: int) -> Answer:
    """The answer of a field with a code of unknown length, rejected if there is room for a character that has gone.

    Args:
        answer: of the field.
        width_px: of the field.
    """
    places, strip = [one.x_px for one in answer.reading.characters], answer.view.strip
    if answer.reading.status != "accepted" or len(places) < 2:
        return answer
    # The distances between the characters, and the room at both ends of all ink, in px of the strip.
    steps = sorted(right - left for left, right in pairwise(places))
    spacing = sum(steps[: len(steps) // 2 + 1]) / (len(steps) // 2 + 1)
    inked = np.flatnonzero((strip.pixels > _INK_LEVEL).any(axis=0))
    (scale, shear, offset), _ = strip.image_from_strip.tolist()
    ends = [(edge - offset - shear * MIDDLE_PX) / scale for edge in (0, width_px)]
    rooms = (float(inked[0]) - ends[0], ends[1] - float(inked[-1]))
    if steps[-1] < _GAP * spacing and abs(rooms[0] - rooms[1]) < _ROOM * spacing:
        return answer
    return replace(answer, reading=replace(answer.reading, status="rejected", reason=ROOM))
