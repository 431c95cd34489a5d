"""The named evidence for and against each alternative of a piece, as numbers that weights are multiplied with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from device_runtime.exact import exact_log, sum_in_order
from device_runtime.piece.evidence.layout import Layout
from device_runtime.piece.evidence.words import Word
from device_runtime.piece.scene import Opinion
from device_runtime.types import Candidate, Line

Evidence = Mapping[str, float]

_PLACES = tuple(f"{row} {column}" for row in ("top", "middle", "bottom") for column in ("left", "center", "right"))
_ORDERS = ("before", "after", "alone", "unknown")
_ORDER_WORDS = {
    "before": "the code stands before the town",
    "after": "the code stands after the town",
    "alone": "the code has a line of its own",
    "unknown": "no country is given",
}
_LOCATED = (
    ("destination", "the destination's code there"),
    ("sender", "the sender's"),
    ("other", "another number"),
    ("none", "no number"),
)
_SIDES = ("above", "below", "left of", "right of")
_POSITIONS = ("first", "last", "only", "inner")
_POSITION_WORDS = {
    "first": "first of the words on its line",
    "last": "last of the words on its line",
    "only": "the only word on its line",
    "inner": "between words of its line",
}

# What each feature says, by its name. Of the line that holds the code, before it was read:
GEOMETRY = {
    **{place: f"near the {place} of the picture" for place in _PLACES},
    "single row": "its block has no other row",
    "last row": "last row of its block",
    "second row from below": "last row of its block but one",
    "third row from below": "last row but two",
    "first row": "first row of its block, of two and more",
    "second row": "second row of its block, of three and more",
    "long block": "its block has seven rows or more",
    "beside": "other lines stand beside it in its row",
    "height": "log of the height of its characters in units of the piece's median, within -1.5 and 1.5",
    "size": "log of the same in units of 1/40 of the picture's longer side, within -1.5 and 1.5",
    "block height": "the same for the tallest line of its block, against the tallest of all",
    **{f"block {side}": f"another block of two rows and more stands {side} its block" for side in _SIDES},
    "lone": "the piece has no other block of two rows and more",
    "lone, size": "the size, on such a piece",
    "lone, top": "how near the top of the picture it stands, on such a piece",
    "lone, left": "how near the left edge, on such a piece",
    "narrow": "too narrow for a code",
    "as wide as a code": "as wide as a code alone",
    "very wide": "wider than an address",
    **{f"located {role}": f"log-probability of the locator for {meaning}, -3 at least" for role, meaning in _LOCATED},
    "located alone": "the locator found it, and the line finder did not",
    "boxes": "it stands in preprinted boxes",
    "light": "light ink on dark ground",
}
# Of a code that was read in it:
READ = {
    "code": "a code was read",
    "read surely": "its line by itself has it at a confidence of 0.95 or more",
    "read with doubt": "at less than 0.5",
    **{
        f"{order}, {position}": f"{_ORDER_WORDS[order]} in this country, and this one is {_POSITION_WORDS[position]}"
        for order in _ORDERS
        for position in _POSITIONS
    },
    "state": "a word of two letters, after other words, stands left of a code that is last",
    "short word alone": "one word of two or three letters is all that stands left of a code that is last",
    "two and three letters": "words of two and of three letters are all that stands left of it",
    "prefix": "letters of a country and a dash are joined to it",
    "letters joined": "other letters are joined to it",
    "digits joined": "more digits are joined to it",
    "marks joined": "how many dots, commas and dashes are joined to it, up to two",
    "numbers left": "how many other numbers stand left of it in its row, up to two",
    "numbers right": "how many stand right of it, up to two",
    "code below": "confidence of another code in a lower row of its block",
    "code above": "confidence of another code in a higher row of its block",
    "number above": "the row right above it shows a number",
    "no number above": "it shows none",
    "words below": "the row right below it shows letters and no number",
    "repeated": "the same code stands in another line",
    "irregular": "how unevenly high its characters are, in heights: by hand more than in print, up to 0.3",
    "unclear": "how far its line is from being plainly digits and letters, in units of 0.05 nats a column, up to 1",
}
# Of a line that holds it but was misread or not read; and of a piece without one:
UNREAD = {
    "misread": "the line was read, and the code is another than was read there",
    "misread, no digits": "it shows no digits at all",
    "misread, few digits": "it shows digits, but fewer than a code has",
    "misread, many digits": "it shows more digits than a code has",
    "misread, irregular": "how unevenly high its characters are, in heights, up to 0.3",
    "misread, unclear": "how far it is from being plainly digits and letters, in units of 0.05 nats a column, up to 1",
    "not read": "the line was not read yet",
    "none": "no line holds it",
}
FEATURES = {**GEOMETRY, **READ, **UNREAD}
# What the words of a line say by themselves of a number, in countries where the code stands after the town: there no
# code is first. Elsewhere towns stand before codes often enough.
LINE_ORDER = "after"
IN_LINE = ("after, first", "after, last", "after, inner", "state", "short word alone", "two and three letters")

_LEAST_LOG = -3.0  # the locator has a vote and no veto: there are pieces unlike those that it learned from
_SURE, _DOUBTED = 0.95, 0.5
_HEIGHT_RANGE, _MOST_IRREGULAR, _MOST, _UNCLEAR = 1.5, 0.3, 2.0, 20.0
# In heights of characters: narrower than a code; as wide as one, alone; wider than a line of an address.
_NARROW, _CODE_WIDE, _VERY_WIDE = 3.0, 8.0, 30.0
_LONG_BLOCK = 7
_SIZES = 40  # heights of characters along a picture's longer side


@dataclass(frozen=True)
class Seen:
    """What was read in a line, as evidence.

    Attributes:
        words: of the line.
        span: x of the first and the last character of the best code in the strip; None = no code was read.
        irregular: how unevenly high its characters are, in heights.
        unclear: nats a column by which all readings of the line together fall short of certainty.
    """

    words: tuple[Word, ...]
    span: tuple[float, float] | None
    irregular: float
    unclear: float = 0.0


def geometry(layout: Layout, lines: Sequence[Line], opinions: Sequence[Opinion]) -> list[dict[str, float]]:
    """The evidence of where lines stand, one a line.

    Args:
        layout: how they stand to each other.
        lines: of the piece.
        opinions: what the locator says of each.
    """
    boxes = layout.boxes
    heights = sorted(box.height for box in boxes)
    median, tallest = (heights[len(heights) // 2], heights[-1]) if heights else (1.0, 1.0)
    found: list[dict[str, float]] = [{} for _ in lines]
    for of, opinion in zip(found, opinions, strict=True):
        for role, _ in _LOCATED:
            of[f"located {role}"] = max(_LEAST_LOG, getattr(opinion.roles, role))
        of["located alone"] = float(opinion.alone)
    unit = 2 * max(layout.half) / _SIZES
    spans = [_span(layout, block) for block in layout.blocks]
    for block, span in zip(layout.blocks, spans, strict=True):
        others = [other for rows, other in zip(layout.blocks, spans, strict=True) if rows != block and len(rows) > 1]
        sides = {
            "block above": float(any(other[3] <= span[1] for other in others)),
            "block below": float(any(other[1] >= span[3] for other in others)),
            "block left of": float(any(other[2] <= span[0] for other in others)),
            "block right of": float(any(other[0] >= span[2] for other in others)),
        }
        members = [i for row in block for i in layout.rows[row]]
        block_height = max(boxes[i].height for i in members)
        for place, row in enumerate(block):
            from_below = len(block) - 1 - place
            for i in layout.rows[row]:
                box, line, of = boxes[i], lines[i], found[i]
                place_shares = _place(box.middle[0] / layout.half[0], box.middle[1] / layout.half[1])
                of.update(place_shares)
                if len(block) == 1:
                    of["single row"] = 1.0
                elif from_below < 3:
                    of[("last row", "second row from below", "third row from below")[from_below]] = 1.0
                of["first row"], of["second row"] = float(place == 0 < from_below), float(place == 1 and from_below > 0)
                of["long block"] = float(len(block) >= _LONG_BLOCK)
                of["beside"] = float(len(layout.rows[row]) > 1)
                of["height"] = _log_ratio(box.height, median)
                of["size"] = _log_ratio(box.height, unit)
                of["block height"] = _log_ratio(block_height, tallest)
                of.update(sides)
                if not others:
                    of["lone"], of["lone, size"] = 1.0, of["size"]
                    of["lone, top"] = _share_at(place_shares, "top")
                    of["lone, left"] = _share_at(place_shares, "left")
                wide = (box.right - box.left) / box.height
                of["narrow"] = float(wide < _NARROW)
                of["as wide as a code"] = float(_NARROW <= wide < _CODE_WIDE)
                of["very wide"] = float(wide >= _VERY_WIDE)
                of["boxes"], of["light"] = float(line.boxes > 0), float(line.light)
    return found


def read_evidence(
    seen: Seen, left: Sequence[Word], right: Sequence[Word], order: str, best: Candidate
) -> dict[str, float]:
    """The evidence of the best code of a line and of what stands around it.

    Args:
        seen: what was read in the line; it has a span.
        left: the words of the lines left of it in its row.
        right: those of the lines right of it.
        order: where a code stands on its line in the country, "" if that is not known.
        best: the code that was read.
    """
    assert seen.span is not None
    x0, x1 = seen.span
    before = [*left, *(word for word in seen.words if word.right <= x0)]
    after = [*(word for word in seen.words if word.left > x1), *right]
    own = [word for word in seen.words if word.right > x0 and word.left <= x1]
    words_left, words_right = _lettered(before), _lettered(after)
    position = ("inner" if words_right else "last") if words_left else ("first" if words_right else "only")
    letters, marks = sum(word.letters for word in own), sum(word.marks for word in own)
    digits = sum(len(word.digits) for word in own)
    found = {"code": 1.0, f"{order or 'unknown'}, {position}": 1.0}
    found["read surely"] = float(best.confidence >= _SURE)
    found["read with doubt"] = float(best.confidence < _DOUBTED)
    if position == "last":
        sizes = [word.letters for word in words_left]
        found["state"] = float(sizes[-1] == 2 and len(sizes) > 1 and not words_left[-1].digits)
        found["short word alone"] = float(len(sizes) == 1 and sizes[0] in (2, 3))
        found["two and three letters"] = float(sizes == [2, 3])
    found["prefix"] = float(1 <= letters <= 3 and marks == 1)
    found["letters joined"] = float(letters > 0 and not found["prefix"])
    found["digits joined"] = float(digits > sum(char.isdecimal() for char in best.code))
    found["marks joined"] = min(_MOST, float(marks))
    found["numbers left"] = min(_MOST, float(sum(1 for word in before if word.digits)))
    found["numbers right"] = min(_MOST, float(sum(1 for word in after if word.digits)))
    found["irregular"] = min(_MOST_IRREGULAR, seen.irregular)
    found["unclear"] = min(1.0, _UNCLEAR * seen.unclear)
    return found


def misread_evidence(seen: Seen, shortest: int, longest: int) -> dict[str, float]:
    """The evidence for a line that holds the code and was misread.

    Args:
        seen: what was read in it.
        shortest: how many digits a code has at least.
        longest: how many it has at most.
    """
    digits = sum(len(word.digits) for word in seen.words)
    return {
        "misread": 1.0,
        "misread, no digits": float(digits == 0),
        "misread, few digits": float(0 < digits < shortest),
        "misread, many digits": float(digits > longest),
        "misread, irregular": min(_MOST_IRREGULAR, seen.irregular),
        "misread, unclear": min(1.0, _UNCLEAR * seen.unclear),
    }


def _lettered(words: Sequence[Word]) -> list[Word]:
    """Words that have letters: no numbers and no marks."""
    return [word for word in words if word.letters]


def _place(x: float, y: float) -> dict[str, float]:
    """How near a point is to each of nine places of the picture: shares of 1, linear between the places.

    Args:
        x: from -1, the left edge, to 1, the right edge.
        y: from -1, the top, to 1, the bottom.
    """
    shares = [[max(0.0, 1 - abs(min(1.0, max(-1.0, 1.5 * at)) - knot)) for knot in (-1.0, 0.0, 1.0)] for at in (x, y)]
    return {
        place: shares[1][number // 3] * shares[0][number % 3]
        for number, place in enumerate(_PLACES)
        if shares[1][number // 3] * shares[0][number % 3] > 0
    }


def _share_at(places: Mapping[str, float], side: str) -> float:
    """How near a point with these places is to one side of the picture, 0..1."""
    return sum_in_order(share for place, share in places.items() if side in place.split())


def _span(layout: Layout, block: Sequence[int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a block's middles of lines and edges along them."""
    boxes = [layout.boxes[i] for row in block for i in layout.rows[row]]
    return (
        min(box.left for box in boxes),
        min(box.middle[1] for box in boxes),
        max(box.right for box in boxes),
        max(box.middle[1] for box in boxes),
    )


def _log_ratio(value: float, unit: float) -> float:
    return min(_HEIGHT_RANGE, max(-_HEIGHT_RANGE, exact_log(value / unit)))
