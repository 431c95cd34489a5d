"""A piece while it is being read: the answers of its lines so far, and all alternatives that they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace

from device_runtime.line_reader import Answer
from device_runtime.piece.decision import Alternative
from device_runtime.piece.evidence.alternatives import Country, Explanation, Facts, Known, explanations, weighed
from device_runtime.piece.evidence.features import Seen, geometry
from device_runtime.piece.evidence.layout import Layout
from device_runtime.piece.evidence.weights import RoleWeights
from device_runtime.piece.evidence.words import irregularity, words_of
from device_runtime.piece.scene import Scene
from device_runtime.types import Candidate, Reading


class SoFar:
    """The lines of a piece while they are being read.

    Attributes:
        lines: of the piece.
        layout: how they stand to each other.
        answers: of each; None = not read yet.
    """

    def __init__(self, scene: Scene, layout: Layout, country: Country) -> None:
        self.lines, self.layout, self._country = scene.lines, layout, country
        self._opinions = scene.opinions
        self._places = geometry(layout, scene.lines, scene.opinions)
        self.answers: list[Answer | None] = [None] * len(scene.lines)
        self._facts: list[Facts | None] = [None] * len(scene.lines)
        self._known: Known = {}
        self._of_places: dict[str, list[float]] = {}
        self._of_evidence: dict[tuple[str, int], tuple[Explanation, Alternative]] = {}

    @property
    def readings(self) -> list[Reading | None]:
        """Of each line by itself; None = not read yet."""
        return [answer.reading if answer else None for answer in self.answers]

    @property
    def unread(self) -> list[int]:
        """The lines that were not read yet."""
        return [i for i, answer in enumerate(self.answers) if answer is None]

    def put(self, line: int, answer: Answer) -> None:
        """Keep the answer of a line."""
        self.answers[line], self._facts[line] = answer, facts_of(answer)

    def explanations(self) -> list[Explanation]:
        """All alternatives, as far as the lines were read."""
        return explanations(self.layout, self._facts, self._country, self._known)

    def weighed(self, role: str, weights: RoleWeights) -> list[Alternative]:
        """All alternatives by the evidence for a role; what was weighed before is kept."""
        if role not in self._of_places:
            self._of_places[role] = [weights.log_mass(evidence) for evidence in self._places]
        found = []
        for one in self.explanations():
            key = (role, id(one))
            if key not in self._of_evidence:  # its explanation is kept too, or another one could get its id
                self._of_evidence[key] = one, weighed([one], self._of_places[role], weights)[0]
            found.append(self._of_evidence[key][1])
        return found

    def weighing(self, codes: Sequence[str], believed: Callable[[Answer, Sequence[str]], Sequence[float]]) -> SoFar:
        """The same piece, whose lines that read as codes may also read as some others.

        Args:
            codes: at most MOST_CANDIDATES.
            believed: calibrated confidences of codes that are not among the candidates of a line.
        """
        piece = copy(self)
        piece._known, piece._of_evidence, piece._facts = {}, {}, list(self._facts)
        for line, (fact, answer) in enumerate(zip(self._facts, self.answers, strict=True)):
            if answer is None or fact is None or not fact.candidates:
                continue
            had = {candidate.code for candidate in fact.candidates}
            more = [code for code in codes if code not in had]
            found = (Candidate(code, sure) for code, sure in zip(more, believed(answer, more), strict=True))
            piece._facts[line] = replace(fact, candidates=(*fact.candidates, *found))
        return piece

    def located_alone(self, line: int) -> bool:
        """Whether the locator found a line, and the finder did not: such a one may be a piece of other writing."""
        return self._opinions[line].alone

    def share_of(self, line: int) -> tuple[float, float]:
        """Where a line stands: 0..1 from left to right and from top to bottom."""
        (x, y), half = self.layout.boxes[line].middle, self.layout.half
        return (x / half[0] + 1) / 2, (y / half[1] + 1) / 2


def facts_of(answer: Answer) -> Facts:
    """What the answer of a line says, as evidence."""
    scanned, reading = answer.scanned, answer.reading
    if scanned is None:
        return Facts(Seen((), None, 0.0), ())
    words = words_of(scanned.strip, scanned.scores, scanned.by.x_px(len(scanned.scores)), scanned.by.alphabet)
    # Characters of a stretched strip, in the strip as it is.
    stretch = scanned.strip.pixels.shape[1] / answer.view.strip.pixels.shape[1]
    places = [character.x_px * stretch for character in reading.characters]
    span = (places[0], places[-1]) if places else None
    free = answer.view.decoding.free
    unclear = 0.0 if free is None else max(0.0, -free) / max(1, len(scanned.scores))
    seen = Seen(words, span, irregularity(scanned.strip, span), unclear)
    return Facts(seen, reading.candidates if span else ())
