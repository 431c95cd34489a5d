"""Reading a whole piece: lines in the order of what they promise, until those left cannot change the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from device_runtime.clock import Clock, OutOfTime
from device_runtime.decoding.ensemble import is_doubtful
from device_runtime.exact import exact_log, sum_in_order
from device_runtime.image.pixels import Pixels
from device_runtime.line_reader import Answer, LineReader, chosen
from device_runtime.piece.decision import Alternative, Belief, believe
from device_runtime.piece.evidence.alternatives import Country, Explanation
from device_runtime.piece.evidence.features import IN_LINE
from device_runtime.piece.evidence.layout import Layout, lay_out
from device_runtime.piece.evidence.places import place_of
from device_runtime.piece.evidence.weights import EvidenceWeights
from device_runtime.piece.scene import Scene
from device_runtime.piece.so_far import SoFar
from device_runtime.piece.verdict import Trust, Verdict, decide_piece, is_accepted
from device_runtime.types import Field, Line, Role, Wanted

# Lines that together hold less belief are not read: they can no longer change the answer.
_UNREAD = 0.005
# Of a picture with more lines than writing has, those that promise least are left unread, with their share of belief.
MOST_READ = 64
# So many lines of a piece in doubt are read with test-time augmentation, of those with so much of the belief.
_AUGMENTED, _DOUBT = 3, 0.05
_LEAST = 1e-12  # posteriors below have no penalty of their own

Crop = Callable[[Line], Pixels]


@dataclass(frozen=True)
class ReadField:
    """A line of a piece that was read.

    Attributes:
        field: where it stands.
        role: whose code it most likely holds.
        penalty: -log of the posterior that it holds the wanted code, in nats.
        code: the best code in it by itself; None = it holds none.
        confidence: of that code in this line by itself, 0..1.
        status: what would be said of the line by itself.
    """

    field: Field
    role: Role
    penalty: float
    code: str | None
    confidence: float
    status: str


@dataclass(frozen=True)
class PieceReading:
    """What was read on a piece.

    Attributes:
        verdict: the answer.
        answers: of each line; None = not read.
        fields: the lines that were read, the likeliest first.
        believed: calibrated confidence of each code of the piece, best first.
        judge: what the piece says of given codes, at most MOST_CANDIDATES: their calibrated confidences.
        threshold: the lowest of them to accept.
    """

    verdict: Verdict
    answers: tuple[Answer | None, ...]
    fields: tuple[ReadField, ...]
    believed: dict[str, float]
    judge: Callable[[Sequence[str]], list[float]]
    threshold: float


class PieceReader:
    """Reads pieces whose lines were found; several threads may read with one at a time."""

    def __init__(
        self, lines: LineReader, country: Country, weights: EvidenceWeights, max_error: float, n_best: int
    ) -> None:
        """Prepare.

        Args:
            lines: reads a line.
            country: of the codes.
            weights: of the evidence.
            max_error: share of wrong codes allowed among the accepted ones.
            n_best: candidates to report.
        """
        self._lines, self._country, self._weights = lines, country, weights
        self._max_error, self._n_best = max_error, n_best

    def read(
        self, scene: Scene, size: tuple[int, ...], crop: Crop, wanted: Wanted, every: bool, clock: Clock
    ) -> PieceReading:
        """Read a piece.

        Args:
            scene: its lines, at least one.
            size: width and height of the picture, px.
            crop: the pixels of a line's field.
            wanted: whose code is wanted.
            every: whether to read every line, also those that cannot change the answer.
            clock: takes the time; lines for which there is none keep their belief.

        Raises:
            OutOfTime: there is no time for any line.
        """
        lines = scene.lines
        piece = SoFar(scene, lay_out(lines, size[0], size[1]), self._country)
        try:
            belief = self._read_lines(piece, crop, wanted, every, clock)
        except OutOfTime:
            if len(piece.unread) == len(lines):
                raise
            belief = self._believe(piece, wanted)
        places, trust = [place_of(*piece.share_of(i)) for i in range(len(lines))], self._trust(wanted)
        verdict = decide_piece(belief, piece.readings, [line.field for line in lines], places, trust)
        believed = {found.code: trust.scaled(found.posterior) for found in belief.codes}
        fields, judge = self._fields(piece, belief), partial(self._judged, piece, wanted)
        return PieceReading(verdict, tuple(piece.answers), fields, believed, judge, trust.threshold)

    def _read_lines(self, piece: SoFar, crop: Crop, wanted: Wanted, every: bool, clock: Clock) -> Belief:
        """Read the lines of a piece until those left cannot change the answer; all arguments are those of `read`."""
        lines, trust = piece.lines, self._trust(wanted)

        def put(line: int) -> None:
            piece.put(line, self.read_line(crop(lines[line]), clock, "to read all of its lines"))

        if every or wanted == "any":
            for i in range(len(lines)):
                if every or not piece.located_alone(i):
                    put(i)
        belief = self._believe(piece, wanted)
        while (line := next_line(belief, piece.unread, piece.layout)) is not None:
            put(line)
            belief = self._believe(piece, wanted)
        again: list[int] = []
        while (
            line := next_again(belief, self._doubtful(piece), again, is_accepted(belief, piece.readings, trust))
        ) is not None:
            answer = piece.answers[line]
            assert answer is not None
            piece.put(line, self._lines.augmented([answer], clock)[0])
            again.append(line)
            belief = self._believe(piece, wanted)
        return belief

    def read_line(self, pixels: Pixels, clock: Clock, purpose: str) -> Answer:
        """Read a field, uint8 [H, W] or [H, W, 3], by itself and without augmentation; as `LineReader.read`."""
        return chosen(self._lines.read(pixels, clock, purpose))

    def _judged(self, piece: SoFar, wanted: Wanted, codes: Sequence[str]) -> list[float]:
        """Calibrated confidences of codes that another picture of the piece may have suggested."""
        belief, trust = self._believe(piece.weighing(codes, self._lines.believed), wanted), self._trust(wanted)
        found = {one.code: trust.scaled(one.posterior) for one in belief.codes}
        return [found.get(code, 0.0) for code in codes]

    def _doubtful(self, piece: SoFar) -> list[bool]:
        return [one is not None and is_doubtful(one.view) for one in piece.answers]

    def _believe(self, piece: SoFar, wanted: Wanted) -> Belief:
        if wanted == "any":
            found = [one for one in piece.explanations() if one.line is None or not piece.located_alone(one.line)]
            return believe(_of_any_role(found, self._weights.line), len(piece.answers))
        return believe(piece.weighed(wanted, self._weights.roles[wanted]), len(piece.answers))

    def _trust(self, wanted: Wanted) -> Trust:
        if wanted == "any":
            return Trust(lambda posterior: posterior, self._lines.threshold, self._n_best)
        role = self._weights.roles[wanted]
        return Trust(role.scale, role.threshold(self._max_error), self._n_best)

    def _fields(self, piece: SoFar, belief: Belief) -> tuple[ReadField, ...]:
        destination, sender = self._believe(piece, "destination").lines, self._believe(piece, "sender").lines
        found = []
        for i in sorted(range(len(piece.answers)), key=lambda i: (-belief.lines[i], i)):
            answer = piece.answers[i]
            if answer is None:
                continue
            roles: tuple[tuple[float, Role], ...] = (
                (destination[i], "destination"),
                (sender[i], "sender"),
                (1.0 - destination[i] - sender[i], "other"),
            )
            role = max(roles, key=lambda of: of[0])[1]
            penalty = -exact_log(max(_LEAST, belief.lines[i]))
            reading = answer.reading
            found.append(
                ReadField(piece.lines[i].field, role, penalty, reading.code, reading.confidence, reading.status)
            )
        return tuple(found)


def next_line(belief: Belief, unread: Sequence[int], layout: Layout) -> int | None:
    """The line to read next: the unread one with the most belief; None where they can no longer change the answer.

    One is read in any case, to have an answer, and at last the rows next to the best code's: they tell a code from the
    number of a house or a box. No more than MOST_READ are.

    Args:
        belief: over the piece.
        unread: lines that were not read yet.
        layout: how the lines stand to each other.
    """
    read = len(belief.lines) - len(unread)
    if not unread or read >= MOST_READ:
        return None
    if read == 0 or sum_in_order(belief.lines[i] for i in unread) >= _UNREAD:
        return max(unread, key=lambda i: (belief.lines[i], -i))
    near = layout.next_to(belief.codes[0].line) if belief.codes else ()
    return next((i for i in near if i in unread), None)


def next_again(belief: Belief, doubtful: Sequence[bool], again: Sequence[int], accepted: bool) -> int | None:
    """The line in doubt to look at next again; None where no more of them can decide.

    Once a code is accepted that is the line that it stands in; before, the one that promises most.

    Args:
        belief: over the piece.
        doubtful: of each line, whether it was read with doubt.
        again: the lines that were read so.
        accepted: whether a code is.
    """
    if len(again) >= _AUGMENTED:
        return None
    lines = sorted(range(len(doubtful)), key=lambda i: (-belief.lines[i], i))
    for line in [belief.codes[0].line] if accepted else lines:
        if line not in again and belief.lines[line] >= _DOUBT and doubtful[line]:
            return line
    return None


def _of_any_role(found: Sequence[Explanation], line: Mapping[str, float]) -> list[Alternative]:
    """The codes by what their lines say of them alone; "none of these" has what the surest leaves.

    Args:
        found: all alternatives of a piece.
        line: weights of what the words of a line say of the number between them.
    """
    codes = [one for one in found if one.code is not None]
    surest = max([one.share for one in codes], default=0.0)
    alternatives = [Alternative(-exact_log(max(_LEAST, 1.0 - surest)))]
    for one in codes:
        gain = sum_in_order(line[name] * one.evidence.get(name, 0.0) for name in IN_LINE)
        alternatives.append(Alternative(-(exact_log(one.share) + gain), one.line, one.code))
    return alternatives
