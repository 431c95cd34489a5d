"""The four ways up of a piece: the one that reads better counts, and a code that reads both ways is not accepted.

Most pieces lie upright, and the locator says which way up is likely: the piece is read that way first. Where a line of
it is accepted by itself, that settles how it lies. Otherwise it is looked at again: turned by half, where its widest
lines read more plainly so, or as plainly and the locator thinks it likely; and across, where the locator is not sure
and the ink makes longer lines that way. Of two ways up the one counts whose best line reads best, at the penalty of
each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from device_runtime.clock import Clock, OutOfTime
from device_runtime.decoding import upright
from device_runtime.exact import exact_exp, exact_log, sum_in_order
from device_runtime.image.pixels import Pixels
from device_runtime.line_reader import Answer
from device_runtime.piece.quarters import from_other_end, half_turned, turn, turned_field
from device_runtime.piece.sampling import sample
from device_runtime.piece.scene import Scene
from device_runtime.piece.whole import PieceReader, PieceReading
from device_runtime.types import Field, Line, Reading, Wanted

Look = Callable[[Pixels], Scene]
Read = Callable[[Pixels, Scene, int], "WayUp | None"]

# How many nats one of the locator's is worth: it is surer than it is right on pictures unlike those it learned from.
_TRUST = 0.5
# Log-probabilities that a piece lies upright, or in each of the other ways, before anything is seen of it. Upright is
# never thought less likely than so.
_UPRIGHT, _TURNED, _LEAST_UPRIGHT = -0.16, -3.0, -3.5
# The probability from which the locator is sure which way the lines run, and the log-probability from which it is worth
# looking at them from the other end.
_SURE, _LIKELY = 0.98, -3.0
# Lines across the piece have to be so much longer, for their height, before it is read that way.
_LONGER = 1.3
# The widest lines tell which way up a piece lies; so many are read both ways, until the difference is plain, in nats.
_COMPARED, _PLAIN = 4, 3.0
# Belief in a code the other way, from which it is a rival.
_RIVAL = 0.5
_LEAST = 0.01  # confidences that are nearer to 0 or 1 tell no more


@dataclass(frozen=True)
class WayUp:
    """What was read one way up.

    Attributes:
        scene: of the turned picture.
        found: what was read.
        turns: by how many quarters the picture was turned counterclockwise.
        pixels: the turned picture.
    """

    scene: Scene
    found: PieceReading
    turns: int
    pixels: Pixels

    @property
    def is_accepted(self) -> bool:
        """Whether a code was accepted."""
        return self.found.verdict.reading.status == "accepted"

    @property
    def is_settled(self) -> bool:
        """Whether a line is accepted by itself that would not be one upside down, so that the piece lies this way."""
        readings = [answer.reading for answer in self.found.answers if answer]
        return any(one.status == "accepted" and not upright.may_be_turned(one) for one in readings)


class AnyWayUp:
    """Reads a piece that may lie any way up."""

    def __init__(self, reader: PieceReader, look: Look) -> None:
        """Prepare.

        Args:
            reader: of pieces that lie upright.
            look: what is seen on a picture.
        """
        self._reader, self._look = reader, look

    def read(self, pixels: Pixels, wanted: Wanted, every: bool, right: bool, clock: Clock) -> WayUp | None:
        """Read a piece; None where no way up has a line.

        Args:
            pixels: the picture.
            wanted: whose code is wanted.
            every: whether to read every line.
            right: whether it is known to lie the right way up.
            clock: takes the time.

        Raises:
            OutOfTime: there is no time to read any line.
        """
        locate, ways = clock.timed("locate", self._look), list[WayUp]()

        def look(picture: Pixels) -> Scene:
            with clock.step("locate", "to look at it the other ways up" if ways else "to look for its lines"):
                return locate(picture)

        def read(turned: Pixels, scene: Scene, turns: int) -> WayUp | None:
            if not scene.lines:
                return None
            size, crop = turned.shape[1::-1], _cropper(turned)
            ways.append(WayUp(scene, self._reader.read(scene, size, crop, wanted, every, clock), turns, turned))
            return ways[-1]

        lying = look(pixels)
        if right:
            return read(pixels, lying, 0)
        try:
            return self._any_way_up(pixels, lying, look, read, clock)
        except OutOfTime:
            if not ways:
                raise
            return _best(ways, _odds(lying.turns))

    def _any_way_up(self, pixels: Pixels, lying: Scene, look: Look, read: Read, clock: Clock) -> WayUp | None:
        """Read a piece in the ways up that it may lie.

        Args:
            pixels: the picture.
            lying: what is seen on it.
            look: looks at a turned one.
            read: reads it.
            clock: takes the time.
        """
        odds = _odds(lying.turns)
        first = max(range(4), key=lambda turns: odds[turns])
        turned = turn(pixels, first) if first else pixels
        best = self._either_end(read(turned, look(turned) if first else lying, first), read, odds, clock)
        # Across: where it is not sure which way the lines run.
        beside_it = (first + 1) % 4, (first + 3) % 4
        along = 1.0 - sum_in_order(exact_exp(odds[turns]) for turns in beside_it)
        if best is not None and (best.is_accepted or best.is_settled or along >= _SURE):
            return best
        across = max(beside_it, key=lambda turns: odds[turns])
        turned = turn(pixels, across) if across else pixels
        scene = look(turned) if across else lying
        if (
            best is not None
            and 0 in (first, (first + 2) % 4)
            and _length(scene.lines) <= _LONGER * _length(best.scene.lines)
        ):
            return best
        beside = self._either_end(read(turned, scene, across), read, odds, clock)
        if best is None or beside is None:
            return best or beside
        return self._unrivalled(beside, best) if beside.is_accepted else _best([best, beside], odds)

    def _either_end(self, way: WayUp | None, read: Read, odds: Sequence[float], clock: Clock) -> WayUp | None:
        """The way up, or that turned by half where it is accepted and the lines do not read more plainly as they are.

        Args:
            way: what was read one way up.
            read: reads another one.
            odds: log-probabilities of the four ways up.
            clock: takes the time.
        """
        if way is None or way.is_accepted:
            return way and self._if_upright(way, clock)
        if way.is_settled:
            return way
        gain = self._gain(way, clock)
        turns = (way.turns + 2) % 4
        if gain >= upright.PLAINER or (gain > -upright.PLAINER and odds[turns] < _LIKELY):
            return way
        height, width = way.pixels.shape[:2]
        half = read(turn(way.pixels, 2), half_turned(way.scene, width, height), turns)
        assert half is not None
        if half.is_accepted:
            return self._if_upright(self._unrivalled(half, way), clock)
        likely = list(odds)
        likely[way.turns] += min(_PLAIN, max(-_PLAIN, gain))
        return _best([way, half], likely)

    def _unrivalled(self, way: WayUp, other: WayUp) -> WayUp:
        """An accepted reading, rejected if another way up has a code of its own that is believed."""
        rival = other.found.verdict.reading
        if not way.is_accepted or not upright.is_rival(way.found.verdict.reading, rival, _RIVAL):
            return way
        (height, width), quarters = other.pixels.shape[:2], (way.turns - other.turns) % 4
        return _doubted(way, rival, lambda at: at and turned_field(at, quarters, width, height))

    def _if_upright(self, way: WayUp, clock: Clock) -> WayUp:
        """An accepted reading, rejected if it has a rival upside down and the lines do not tell that it lies so."""
        verdict = way.found.verdict
        if not upright.may_be_turned(verdict.reading) or verdict.line is None:
            return way
        rival = self._upside_down(way, verdict.line, clock)
        if not upright.is_rival(verdict.reading, rival.reading) or self._gain(way, clock) >= upright.PLAINER:
            return way
        field = from_other_end(way.scene.lines[verdict.line].field)
        return _doubted(way, rival.reading, lambda _: field)

    def _gain(self, way: WayUp, clock: Clock) -> float:
        """By how many nats the widest lines read more plainly as they are than turned by half."""
        widest = sorted(range(len(way.scene.lines)), key=lambda i: (-_width(way.scene.lines[i]), i))
        gain = 0.0
        for line in widest[:_COMPARED]:
            answer = way.found.answers[line]
            if answer is None:
                answer = self._reader.read_line(sample(way.pixels, way.scene.lines[line].field), clock, upright.TO_TURN)
            gain += upright.plainer(answer.view.decoding, self._upside_down(way, line, clock).view.decoding)
            if abs(gain) >= _PLAIN:
                break
        return gain

    def _upside_down(self, way: WayUp, line: int, clock: Clock) -> Answer:
        turned = upright.turn(sample(way.pixels, way.scene.lines[line].field))
        return self._reader.read_line(turned, clock, upright.TO_TURN)


def _doubted(way: WayUp, rival: Reading, place: Callable[[Field | None], Field | None]) -> WayUp:
    """A way up whose accepted reading is rejected for a rival turned.

    Args:
        way: what was read.
        rival: what was read turned.
        place: where a field of its candidates stands in the picture of this way up.
    """
    verdict = way.found.verdict
    candidates = tuple(replace(c, field=place(c.field)) for c in rival.candidates)
    reading = upright.doubt(verdict.reading, replace(rival, candidates=candidates))
    return replace(way, found=replace(way.found, verdict=replace(verdict, reading=reading)))


def _cropper(pixels: Pixels) -> Callable[[Line], Pixels]:
    return lambda line: sample(pixels, line.field)


def _odds(seen: Sequence[float]) -> list[float]:
    """Log-probabilities of the four ways up, [4].

    Args:
        seen: what the locator says of them.
    """
    odds = [_TRUST * one + (_TURNED if turns else _UPRIGHT) for turns, one in enumerate(seen)]
    total = exact_log(sum_in_order(exact_exp(one) for one in odds))
    return [max(_LEAST_UPRIGHT, odds[0] - total), *(one - total for one in odds[1:])]


def _best(ways: Sequence[WayUp], odds: Sequence[float]) -> WayUp:
    """The way up whose best line reads best, by the odds of its confidence and those of the way."""

    def log_odds(way: WayUp) -> float:
        sure = max((answer.reading.confidence for answer in way.found.answers if answer), default=0.0)
        sure = min(max(sure, _LEAST), 1.0 - _LEAST)
        return exact_log(sure / (1.0 - sure)) + odds[way.turns]

    return max(ways, key=log_odds)


def _width(line: Line) -> float:
    (x0, y0), (x1, y1) = line.field.corners[:2]
    return max(abs(x1 - x0), abs(y1 - y0))


def _length(lines: Sequence[Line]) -> float:
    """How long lines are in heights of their characters, on the mean over their ink."""
    widths = [_width(line) for line in lines]
    total = sum_in_order(widths)
    ratios = (width * width / max(1.0, line.height_px) for width, line in zip(widths, lines, strict=True))
    return sum_in_order(ratios) / total if total > 0 else 0.0
