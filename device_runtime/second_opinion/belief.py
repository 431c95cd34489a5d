"""What our net and another recogniser together believe of a line: all codes of both, on the lattices of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.ensemble import View
from device_runtime.exact import sum_in_order
from device_runtime.image.polarity import Inked
from device_runtime.line_reader import LineReader, Scanned
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.second_opinion.classes import CLASSES
from device_runtime.second_opinion.crop import cropped
from device_runtime.second_opinion.pair import together
from device_runtime.second_opinion.recognizer import Recognise
from device_runtime.types import Candidate, Opinion

# The least probability that the other recogniser gives to any class of a column: it is surer than it should be.
_LEAST = 1e-5
_MOST = 1.001  # sums of float32 probabilities are a little off


@dataclass(frozen=True)
class Look:
    """A lattice of a line, and what was found in it.

    Attributes:
        view: the strip that characters are placed in, and the codes that were found.
        lattice: of that line.
    """

    view: View
    lattice: Lattice


@dataclass(frozen=True)
class Belief:
    """What both recognisers make of a line.

    Attributes:
        view: the codes with their posteriors by both.
        opinion: what the other one reads.
    """

    view: View
    opinion: Opinion


class Believer:
    """Has both recognisers read a line."""

    def __init__(self, lines: LineReader, recognise: Recognise) -> None:
        """Take both.

        Args:
            lines: of our net, with the grammar.
            recognise: the other recogniser.
        """
        self._lines, self._recognise = lines, recognise

    def belief(self, scanned: Scanned, ink: Inked) -> Belief:
        """What both recognisers make of a line.

        Args:
            scanned: the strip at its own width.
            ink: the field that it was made of.

        Raises:
            PosteyeError: the strip cannot be recognised.
            ValueError: the other recogniser's answer is of a wrong shape, or holds no probabilities.
        """
        ours, theirs = self._looks(scanned), self._other_look(scanned, ink)
        looks = [*ours, theirs]
        codes = list(dict.fromkeys(c.code for look in looks for c in look.view.decoding.candidates))
        read = _best_code(theirs.view)
        if not codes:
            return Belief(ours[0].view, Opinion(None, False))
        # Posteriors, [looks][codes]; our looks count as one.
        found = [self._posteriors(look.lattice, codes) for look in looks]
        mean = [sum_in_order(mine) / len(ours) for mine in zip(*found[:-1], strict=True)]
        both = dict(zip(codes, together(mean, found[-1]), strict=True))
        opinion = Opinion(read, read == codes[int(np.argmax(mean))])
        view = concluded([look.view for look in looks], both, self._lines.decoder.n_best)
        # How plain the line is is told by our net as it is, whoever's code wins: it is held against the line turned.
        plain = replace(view.decoding, free=ours[0].view.decoding.free)
        return Belief(replace(view, decoding=plain), opinion)

    def _looks(self, scanned: Scanned) -> list[Look]:
        """Our own, at all widths that the model reads; the first as the strip is."""
        return [Look(View(one.strip, one.decode()), one.lattice()) for one in self._lines.scans(scanned)]

    def _posteriors(self, lattice: Lattice, codes: Sequence[str]) -> list[float]:
        return [candidate.confidence for candidate in self._lines.decoder.judge(lattice, codes).candidates]

    def _other_look(self, scanned: Scanned, ink: Inked) -> Look:
        """The other recogniser's, in places of our strip."""
        decoder, crop = self._lines.decoder, cropped(ink, scanned.strip)
        scores = checked(self._recognise(crop.gray))
        values = -np.log(np.maximum(scores, np.float32(_LEAST)))
        seen = penalties_of_values(values, crop.x_px(len(scores), scanned.strip), self._lines.alphabet)
        lattice = scan_lattice(seen, None, decoder.costs)
        return Look(View(scanned.strip, decoder.decode(lattice)), lattice)


def checked(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities as they are; raises ValueError where they are none."""
    if scores.ndim != 2 or scores.shape[1] != CLASSES or not len(scores):
        raise ValueError(f"it gave scores {scores.shape}, not [columns, {CLASSES}]")
    if not ((scores >= 0) & (scores <= _MOST)).all():  # NaN is neither
        raise ValueError("its scores are no probabilities")
    return scores


def _best_code(view: View) -> str | None:
    return view.decoding.candidates[0].code if view.decoding.candidates else None


def concluded(views: Sequence[View], both: dict[str, float], n_best: int) -> View:
    """The view whose own best code is believed most by both, with all codes' beliefs; our views come before the other.

    Only the views' own best codes can win, since their characters have places; another one that is believed more is
    held to the winner's belief.
    """
    views = [view for view in views if view.decoding.candidates]
    winner = max(views, key=lambda view: both[view.decoding.candidates[0].code])
    code = winner.decoding.candidates[0].code
    same = [view for view in views if view.decoding.candidates[0].code == code]
    others = sorted((c for c in both if c != code), key=lambda c: -both[c])[: n_best - 1]
    candidates = [Candidate(code, both[code]), *(Candidate(c, min(both[c], both[code])) for c in others)]
    # What speaks against a code although it is written well holds in whichever view it was seen.
    doubt = next((view.decoding.doubt for view in same if view.decoding.doubt), None)
    return replace(winner, decoding=replace(winner.decoding, candidates=tuple(candidates), doubt=doubt))
