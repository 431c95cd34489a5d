"""From the belief over a piece to its answer: accepted, rejected with the rival named, or no code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from device_runtime.exact import sum_in_order
from device_runtime.piece.decision import Belief, Found
from device_runtime.types import Candidate, Field, Reading


@dataclass(frozen=True)
class Trust:
    """How far to trust the posteriors over a piece.

    Attributes:
        scaled: the calibrated value of a posterior.
        threshold: the lowest calibrated posterior to accept.
        n_best: how many candidates to report.
    """

    scaled: Callable[[float], float]
    threshold: float
    n_best: int


@dataclass(frozen=True)
class Verdict:
    """The answer for a piece.

    Attributes:
        reading: the answer.
        line: the line that it stands in, by its index; None where the piece has no line.
    """

    reading: Reading
    line: int | None


def is_accepted(belief: Belief, readings: Sequence[Reading | None], trust: Trust) -> bool:
    """Whether the best code beats every other one and "none of these", in a line that is accepted by itself.

    Args:
        belief: over the piece.
        readings: of each line by itself; None = not read.
        trust: in posteriors.
    """
    if not belief.codes:
        return False
    best = belief.codes[0]
    reading = readings[best.line]
    assert reading is not None
    sure = trust.scaled(best.posterior) >= trust.threshold
    return sure and reading.status == "accepted" and reading.code == best.code


def decide_piece(
    belief: Belief, readings: Sequence[Reading | None], fields: Sequence[Field], places: Sequence[str], trust: Trust
) -> Verdict:
    """Answer for a whole piece.

    Args:
        belief: over the piece.
        readings: of each line by itself; None = not read.
        fields: of each line.
        places: where each line stands, in words.
        trust: in posteriors.
    """
    best = _reported(belief, readings)
    if best is None:
        return _nothing(belief, readings)
    own = readings[best.line]
    assert own is not None
    candidates = _candidates(best, belief, fields, trust)
    confidence = candidates[0].confidence
    characters = own.characters if own.code == best.code else ()
    shown = replace(
        own, code=best.code, confidence=confidence, candidates=candidates, characters=characters, reason=None
    )
    if is_accepted(belief, readings, trust):
        return Verdict(replace(shown, status="accepted"), best.line)
    reason = _reason(best, belief, readings, places, confidence)
    return Verdict(replace(shown, status="rejected", reason=reason), best.line)


def _reported(belief: Belief, readings: Sequence[Reading | None]) -> Found | None:
    """The best code that is the best of its line, so that its characters are known; else the best of all."""
    for found in belief.codes:
        reading = readings[found.line]
        if reading is not None and reading.code == found.code:
            return found
    return belief.codes[0] if belief.codes else None


def _nothing(belief: Belief, readings: Sequence[Reading | None]) -> Verdict:
    """The answer where no line reads as a code: what the line most likely to hold one says of itself."""
    read = [line for line, reading in enumerate(readings) if reading is not None]
    if not read:
        return Verdict(Reading("no_code", None, "no writing", 0.0, (), ()), None)
    line = max(read, key=lambda i: (belief.lines[i], -i))
    found = readings[line]
    assert found is not None
    return Verdict(replace(found, status="no_code", code=None, confidence=0.0, characters=(), candidates=()), line)


def _candidates(best: Found, belief: Belief, fields: Sequence[Field], trust: Trust) -> tuple[Candidate, ...]:
    """The best codes with calibrated confidences, the reported one first; rivals share at most what it leaves."""
    kept = [best, *(found for found in belief.codes if found.code != best.code)][: trust.n_best]
    scaled = [trust.scaled(found.posterior) for found in kept]
    rest = sum_in_order(scaled[1:])
    share = min(1.0, (1.0 - scaled[0]) / rest) if rest > 0 else 1.0
    confidences = [scaled[0], *(confidence * share for confidence in scaled[1:])]
    return tuple(
        Candidate(found.code, confidence, fields[found.line])
        for found, confidence in zip(kept, confidences, strict=True)
    )


def _reason(
    best: Found, belief: Belief, readings: Sequence[Reading | None], places: Sequence[str], confidence: float
) -> str:
    """Name what most of the doubt is about: a rival, another line that was not read surely, this line, or nothing."""
    own = readings[best.line]
    assert own is not None
    rivals = [found for found in belief.codes if found.code != best.code and found.line != best.line]
    others = [i for i in range(len(readings)) if i != best.line]
    doubts: list[tuple[float, str]] = [(belief.none, "no writing stands where such a code would")]
    if rivals:
        doubts.append((rivals[0].posterior, f"rival {rivals[0].code} {places[rivals[0].line]}"))
    if others:
        line = max(others, key=lambda i: (belief.doubts[i], -i))
        doubts.append((belief.doubts[line], f"the writing {places[line]} may hold the code and is not read surely"))
    most, reason = max(doubts, key=lambda doubt: doubt[0])
    if own.status != "accepted" and own.reason and most < belief.lines[best.line]:
        return own.reason
    return reason
