"""Several pictures of one piece: every code that any of them suggests is weighed in all of them.

Each picture has a graph of its own over all its lines (`piece/decision.py`), or the lattice of its field. A code that
another picture suggests is laid on it too: the pictures are put together by what each believes of each code, and never
by what each reads. A code is believed as much as on the mean of a majority of the pictures, those that believe it most:
what a few misread, or do not show, neither wins nor blocks. No code is believed more than by the picture that believes
it most, since all are of the same writing, and their mistakes are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.exact import exact_exp, exact_log, sum_in_order
from device_runtime.image.pixels import Pixels
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.result import Result, Sight
from device_runtime.types import Candidate, Reading, Wanted

# So many pictures are kept; of more, those that tell least are forgotten.
MOST_KEPT = 8
# A picture that believes in all codes together by less likely shows none, and does not count: a hand, an empty belt.
SHOWS = 0.5
# Where the surest were chosen among three pictures and more, their mean has to be so much surer, in nats of its odds.
SURER = 0.3
# What the first picture has to believe of a code for that to be on the same piece.
A_LITTLE = 0.02


@dataclass
class _Kept:
    """A picture, with what was asked of it later."""

    sight: Sight
    judged: dict[str, float] = field(default_factory=dict)

    def beliefs(self, codes: Sequence[str]) -> list[float]:
        """In each of some codes, at most MOST_CANDIDATES."""
        more = [code for code in codes if code not in self.sight.believed and code not in self.judged]
        if more:
            self.judged.update(zip(more, self.sight.judge(more), strict=True))
        return [self.sight.believed[code] if code in self.sight.believed else self.judged[code] for code in codes]

    @property
    def shows(self) -> float:
        """How much it believes in all codes together."""
        return sum_in_order(self.sight.believed.values())

    def accepts(self, code: str) -> bool:
        """Whether it accepts a code by itself."""
        reading = self.sight.result.reading
        return reading.status == "accepted" and reading.code == code

    def objects(self, code: str) -> bool:
        """Whether it believes a code enough, and yet something speaks against it there."""
        reading = self.sight.result.reading
        sure = self.sight.believed.get(code, 0.0) >= self.sight.threshold
        return reading.status != "accepted" and reading.code == code and sure


class Vote:
    """Reads a piece in several pictures.

    Attributes:
        frames: how many pictures were looked at.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        field: bool = False,
        role: Wanted = "destination",
        region: Region | None = None,
        upright: bool = False,
    ) -> None:
        """Begin with a piece; all arguments are those of `Reader.read`.

        Raises:
            PosteyeError: as `Reader.prepare`.
        """
        reader.prepare(field=field, role=role)
        self.frames = 0
        self._reader = reader
        self._field, self._role, self._region, self._upright = field, role, region, upright
        self._kept: list[_Kept] = []
        self._first: _Kept | None = None
        self._spent_ms: dict[str, float] = {}

    def add(self, pixels: Pixels, until_s: float | None = None) -> Result:
        """Look at one more picture of the piece.

        Args:
            pixels: uint8 [H, W], or [H, W, 3] in RGB, of any size.
            until_s: moment on `time.monotonic` at which the work has to end, as in `Reader.read`.

        Returns:
            What all pictures so far say together. Its places are those of the picture that shows the code best, its
            times those of all pictures.

        Raises:
            ImageError: it is no picture, or has nothing in the region; the vote stays as it was.
            PosteyeError: the region is none.
        """
        sight = self._reader.look(
            pixels,
            field=self._field,
            role=self._role,
            region=self._region,
            upright=self._upright,
            until_s=until_s,
        )
        self.frames += 1
        for stage, spent_ms in sight.result.timing_ms.items():
            self._spent_ms[stage] = self._spent_ms.get(stage, 0.0) + spent_ms
        self._kept.append(_Kept(sight))
        self._first = self._first or self._kept[0]
        if len(self._kept) > MOST_KEPT:
            self._kept.remove(min(self._kept, key=lambda kept: (kept.sight.cut is None, kept.shows)))
        return replace(_together(self._kept), timing_ms=dict(self._spent_ms))

    def is_of_first(self, code: str) -> bool:
        """Whether a code is on the piece that the first picture shows: it is believed there a little.

        Where it is not, a later picture may show another piece.
        """
        return self._first is not None and self._first.beliefs([code])[0] >= A_LITTLE


def _together(kept: Sequence[_Kept]) -> Result:
    """What pictures say together; a single one stands.

    One that could not be read to its end does not count beside others: nobody knows what it would have taken back.
    """
    whole = [one for one in kept if one.sight.cut is None]
    showing = [one for one in whole if one.shows >= SHOWS]
    if len(whole) == 1 and showing:
        return whole[0].sight.result
    if not showing:
        return max(kept, key=lambda one: one.shows).sight.result
    codes = _union(showing)
    beliefs = majority([one.beliefs(codes) for one in showing])
    believed = dict(zip(codes, beliefs, strict=True))
    # Only what a picture reports can win: its characters have places there.
    own = [one.sight.result.reading.code for one in showing]
    reported = [code for code in codes if code in own]
    if not reported:
        return max(showing, key=lambda one: one.shows).sight.result
    code = max(reported, key=lambda code: believed[code])
    shown = max(
        (one for one in showing if one.sight.result.reading.code == code),
        key=lambda one: (one.accepts(code), one.sight.result.reading.confidence),
    )
    return replace(shown.sight.result, reading=_reading(code, believed, shown, showing))


def _union(showing: Sequence[_Kept]) -> list[str]:
    """The codes of all pictures, those that are believed most together first, as many as can be judged at once."""
    sums: dict[str, float] = {}
    for one in showing:
        for code, sure in one.sight.believed.items():
            sums[code] = sums.get(code, 0.0) + sure
    return sorted(sums, key=lambda code: -sums[code])[:MOST_CANDIDATES]


def majority(beliefs: Sequence[Sequence[float]]) -> list[float]:
    """The belief in each code by the majority of the pictures that believes it most: the mean over that.

    Args:
        beliefs: of each picture in each code, [pictures][codes].
    """
    count = len(beliefs) // 2 + 1
    surest = (sorted(of, reverse=True)[:count] for of in zip(*beliefs, strict=True))
    return [sum_in_order(of) / count for of in surest]


def _reading(code: str, believed: dict[str, float], shown: _Kept, showing: Sequence[_Kept]) -> Reading:
    """The reading of a code.

    Args:
        code: to report.
        believed: confidence of each code by all pictures, 0..1.
        shown: the picture that shows it best.
        showing: all pictures that count.
    """
    of_shown = shown.sight.result.reading
    fields = {one.code: one.field for one in of_shown.candidates}
    # As many as any picture tells; rivals share at most what the code leaves.
    confidence, most = believed[code], max(len(one.sight.result.reading.candidates) for one in showing)
    others = sorted((c for c in believed if c != code), key=lambda c: -believed[c])[: max(1, most) - 1]
    rest = sum_in_order(believed[c] for c in others)
    share = min(1.0, (1.0 - confidence) / rest) if rest > 0 else 1.0
    candidates = (
        Candidate(code, confidence, fields.get(code)),
        *(Candidate(c, believed[c] * share, fields.get(c)) for c in others),
    )
    found = replace(of_shown, confidence=confidence, candidates=candidates)
    accepting, objecting = (sum(ask(one, code) for one in showing) for ask in (_Kept.accepts, _Kept.objects))
    if confidence >= _asked(shown.sight.threshold, len(showing)) and accepting > objecting:
        return replace(found, status="accepted", reason=None)
    return replace(found, status="rejected", reason=_reason(code, believed, of_shown, showing))


def _asked(threshold: float, pictures: int) -> float:
    """The lowest confidence to accept: a little more than of one picture where a majority was chosen among several."""
    if pictures < 3 or not 0.0 < threshold < 1.0:
        return threshold
    return 1.0 / (1.0 + exact_exp(exact_log((1.0 - threshold) / threshold) - SURER))


def _reason(code: str, believed: dict[str, float], of_shown: Reading, showing: Sequence[_Kept]) -> str:
    """Why a code is not accepted: what the best picture or one that objects says, a rival, or too few pictures."""
    if of_shown.reason:
        return of_shown.reason
    for one in showing:
        reason = one.sight.result.reading.reason
        if one.objects(code) and reason:
            return f"in another picture: {reason}"
    rivals = sorted((c for c in believed if c != code), key=lambda c: -believed[c])
    if rivals and believed[rivals[0]] >= (1.0 - believed[code]) / 2:
        return f"other pictures read {rivals[0]}"
    return "other pictures do not bear it out"
