"""The alternatives of a piece with their evidence: which line holds the wanted code, and what it reads as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from device_runtime.exact import exact_log, sum_in_order
from device_runtime.piece.decision import Alternative
from device_runtime.piece.evidence.features import Evidence, Seen, misread_evidence, read_evidence
from device_runtime.piece.evidence.layout import Layout
from device_runtime.piece.evidence.weights import RoleWeights
from device_runtime.piece.evidence.words import Word, is_number
from device_runtime.types import Candidate

# Belief that a line was misread is never less: calibrations are of single fields, which stand alone and straight.
_LEAST_DOUBT = 0.002
# A word of an unread line is so many characters long for each of their heights.
_LETTERS_A_HEIGHT = 1.2
_NOT_READ = {"not read": 1.0}


@dataclass(frozen=True)
class Facts:
    """What was read in a line.

    Attributes:
        seen: the evidence in it.
        candidates: its codes with calibrated confidences, best first.
    """

    seen: Seen
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Explanation:
    """An alternative before its evidence is weighed.

    Attributes:
        line: that holds the code; None = no line does.
        code: what it reads as; None = it was misread or not read.
        share: belief of this in the line by itself, 0..1.
        evidence: for and against it, beside that of where its line stands.
    """

    line: int | None
    code: str | None
    share: float
    evidence: Evidence


NOTHING = Explanation(None, None, 1.0, {"none": 1.0})  # "none of these"
# The alternatives of lines, by line, with what they rest on.
Known = dict[int, tuple[Sequence[object], list[Explanation]]]


@dataclass(frozen=True)
class Country:
    """What the grammar and the country say of codes.

    Attributes:
        order: where a code stands on its line, "" if unknown.
        shortest: how many digits a code has at least.
        longest: at most.
    """

    order: str
    shortest: int
    longest: int


def explanations(
    layout: Layout, facts: Sequence[Facts | None], country: Country, known: Known | None = None
) -> list[Explanation]:
    """All alternatives of a piece.

    Args:
        layout: how its lines stand to each other.
        facts: what was read in each; None = not read yet.
        country: of the codes.
        known: those of the same piece with fewer lines read; what has not changed is taken from it, and the rest kept.
    """
    known = {} if known is None else known
    found = [NOTHING]
    best = [fact.candidates[0] if fact and fact.candidates else None for fact in facts]
    codes = Counter(one.code for one in best if one is not None)
    for block in layout.blocks:
        for place, row in enumerate(block):
            above, below = ([i for r in of for i in layout.rows[r]] for of in (block[:place], block[place + 1 :]))
            next_above = _above(facts, layout.rows[block[place - 1]]) if place > 0 else {}
            next_below = _below(facts, layout.rows[block[place + 1]]) if place + 1 < len(block) else {}
            for at, i in enumerate(layout.rows[row]):
                fact = facts[i]
                if fact is None:
                    found += known.setdefault(i, ((), [Explanation(i, None, 1.0, _NOT_READ)]))[1]
                    continue
                around = {
                    "code below": _another(layout, best, i, below),
                    "code above": _another(layout, best, i, above),
                    **next_above,
                    **next_below,
                }
                repeated = [codes[candidate.code] > (n == 0) for n, candidate in enumerate(fact.candidates)]
                grounds = (fact, *around.values(), *(facts[j] for j in layout.rows[row]), *repeated)
                if i not in known or not _same(known[i][0], grounds):
                    left = [word for j in layout.rows[row][:at] for word in _words(layout, facts, j)]
                    right = [word for j in layout.rows[row][at + 1 :] for word in _words(layout, facts, j)]
                    one = _of_line(i, fact, around, left, right, repeated, country)
                    known[i] = grounds, one
                found += known[i][1]
    return found


def _another(layout: Layout, best: Sequence[Candidate | None], line: int, others: Sequence[int]) -> float:
    """The confidence of the surest other code in other lines that do not stand over this line's middle."""
    mine, found = best[line], 0.0
    if mine is None:
        return found
    x, y = layout.boxes[line].middle
    for other in others:
        box, code = layout.boxes[other], best[other]
        over = box.left <= x <= box.right and box.top <= y <= box.bottom
        if code is not None and code.code != mine.code and not over:
            found = max(found, code.confidence)
    return found


def _above(facts: Sequence[Facts | None], row: Sequence[int]) -> Evidence:
    """Whether the row right above shows a number, as that of a house does above a code; nothing where it is unread."""
    read = [fact for fact in (facts[i] for i in row) if fact is not None]
    number = any(is_number(word) for fact in read for word in fact.seen.words)
    return {"number above": float(number), "no number above": float(not number and len(read) == len(row))}


def _below(facts: Sequence[Facts | None], row: Sequence[int]) -> Evidence:
    """Whether the row right below shows letters alone; nothing where it is unread."""
    read = [fact for fact in (facts[i] for i in row) if fact is not None]
    words = [word for fact in read for word in fact.seen.words]
    only = any(word.letters for word in words) and not any(is_number(word) for word in words)
    return {"words below": float(only and len(read) == len(row))}


def _same(before: Sequence[object], now: Sequence[object]) -> bool:
    """Whether what a line's alternatives rest on is what it was: the same facts, and equal numbers."""
    return len(before) == len(now) and all(
        a is b or (isinstance(a, float | bool) and a == b) for a, b in zip(before, now, strict=True)
    )


def weighed(alternatives: Sequence[Explanation], places: Sequence[float], weights: RoleWeights) -> list[Alternative]:
    """The alternatives with their penalties.

    Args:
        alternatives: of a piece.
        places: what the evidence of where each line stands adds up to, in nats, [lines].
        weights: of the evidence.
    """
    found = []
    for one in alternatives:
        place = 0.0 if one.line is None else places[one.line]
        mass = exact_log(one.share) + (place + weights.log_mass(one.evidence))
        found.append(Alternative(-mass, one.line, one.code))
    return found


def _of_line(
    line: int,
    fact: Facts,
    around: Evidence,
    left: Sequence[Word],
    right: Sequence[Word],
    repeated: Sequence[bool],
    country: Country,
) -> list[Explanation]:
    """The alternatives on which a line holds the code; repeated: of each candidate, whether it stands elsewhere too."""
    rest = 1.0 - sum_in_order(candidate.confidence for candidate in fact.candidates)
    misread = misread_evidence(fact.seen, country.shortest, country.longest)
    found = [Explanation(line, None, max(_LEAST_DOUBT, rest), misread)]
    if not fact.candidates or fact.seen.span is None:
        return found
    read = {**around, **read_evidence(fact.seen, left, right, country.order, fact.candidates[0])}
    for candidate, elsewhere in zip(fact.candidates, repeated, strict=True):
        if candidate.confidence > 0:
            evidence = {**read, "repeated": float(elsewhere)}
            found.append(Explanation(line, candidate.code, candidate.confidence, evidence))
    return found


def _words(layout: Layout, facts: Sequence[Facts | None], line: int) -> Sequence[Word]:
    """The words of a line; of one that was not read, one as long as the line."""
    fact = facts[line]
    if fact is not None:
        return fact.seen.words
    box = layout.boxes[line]
    wide = box.right - box.left
    return (Word(0.0, wide, "", max(1, round(_LETTERS_A_HEIGHT * wide / box.height)), 0),)
