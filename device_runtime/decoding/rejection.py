"""Whether to accept a code: calibrated confidences, a threshold for the error asked for, and reasons in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device_runtime.calibration import Calibration
from device_runtime.exact import sum_in_order
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Candidate, Character, Decoding, Outside, Reading, Strip

# Below this posterior (not calibrated) the line holds nothing like a code of the grammar, and none is reported.
NO_CODE_POSTERIOR = 1e-4
# A character whose middle is so near to a strip's end touches the end.
_END_PX = 24


def unfit(strip: Strip, characters: Sequence[Character]) -> str | None:
    """Why no reading of a field may be accepted, however sure it is; None when nothing stands against it.

    Args:
        strip: the strip of the field.
        characters: the best code's characters, x in px of the strip.
    """
    if strip.second_line:
        return "two lines of writing in the field; crop it to one"
    if not characters:
        return None
    reach_px = _END_PX * strip.aspect
    if strip.cut[0] and characters[0].x_px < reach_px:
        return "the field cuts off the writing at the left; crop it less tightly"
    if strip.cut[1] and characters[-1].x_px > strip.pixels.shape[1] - reach_px:
        return "the field cuts off the writing at the right; crop it less tightly"
    return None


def decide(
    decoding: Decoding, calibration: Calibration, max_error: float, has_ink: bool, unfit: str | None = None
) -> Reading:
    """Turn a decoding into the answer for one field: accepted, rejected or no code, with calibrated confidences.

    A rejected reading keeps its code, characters and candidates.

    Args:
        decoding: what the decoder found.
        calibration: how far to trust its posteriors.
        max_error: share of wrong codes allowed among the accepted.
        has_ink: False when the field is empty.
        unfit: why the field's reading may not be accepted, however sure it is.

    Raises:
        PosteyeError: as `Calibration.threshold`.
    """
    threshold = calibration.threshold(max_error)
    if not has_ink:
        return _no_code("no ink", ())
    candidates = _calibrated_candidates(decoding, calibration)
    if not candidates or decoding.candidates[0].confidence < NO_CODE_POSTERIOR:
        return _no_code(_outside(decoding.outside) or "no code of this form", candidates)
    best = candidates[0]
    softened = calibration.character.each([character.confidence for character in decoding.characters])
    characters = tuple(
        Character(character.char, max(best.confidence, confidence), character.x_px)
        for character, confidence in zip(decoding.characters, softened, strict=True)
    )
    if unfit:
        return Reading("rejected", best.code, unfit, best.confidence, characters, candidates)
    if best.confidence >= threshold and not decoding.doubt:
        return Reading("accepted", best.code, None, best.confidence, characters, candidates)
    return Reading("rejected", best.code, _reason(decoding), best.confidence, characters, candidates)


def cut_short(reading: Reading, cut: str | None) -> Reading:
    """The reading of a picture on which there was no time for all of the work: it is never accepted.

    All work after a code would be accepted is there to find what speaks against it.

    Args:
        reading: of what was done.
        cut: for what there was no time, as `Clock.cut`; None = all was done.
    """
    if cut is None:
        return reading
    reason = f"not enough time {cut}"
    if reading.status == "accepted":
        return replace(reading, status="rejected", reason=reason)
    return replace(reading, reason=f"{reading.reason}; {reason}" if reading.reason else reason)


def _no_code(reason: str, candidates: tuple[Candidate, ...]) -> Reading:
    return Reading("no_code", None, reason, 0.0, (), candidates)


def _calibrated_candidates(decoding: Decoding, calibration: Calibration) -> tuple[Candidate, ...]:
    """Calibrate each candidate; rivals share at most what the best one leaves."""
    softened = calibration.code.each([candidate.confidence for candidate in decoding.candidates])
    rivals = sum_in_order(softened[1:])
    share = min(1.0, (1.0 - softened[0]) / rivals) if rivals > 0 else 1.0
    kept = [*softened[:1], *(confidence * share for confidence in softened[1:])]
    return tuple(
        Candidate(candidate.code, confidence) for candidate, confidence in zip(decoding.candidates, kept, strict=True)
    )


def _reason(decoding: Decoding) -> str:
    """Name what most of the doubt is about: a number that is no code, one other code, or the weakest character."""
    best, *rivals = decoding.candidates
    half = (1.0 - best.confidence) / 2
    if decoding.outside and decoding.outside.confidence >= half:
        return _outside(decoding.outside)
    if decoding.doubt:
        return decoding.doubt
    if rivals and rivals[0].confidence >= half:
        return f"rival code {rivals[0].code}"
    written = [(c.confidence, i) for i, c in enumerate(decoding.characters) if c.char not in SEPARATORS]
    _, weakest = min(written)
    return f"low confidence in character {weakest + 1} ({decoding.characters[weakest].char!r})"


def _outside(outside: Outside | None) -> str:
    if outside is None:
        return ""
    return f"{'too short' if outside.too_short else 'not in the grammar'}: read {outside.number}"
