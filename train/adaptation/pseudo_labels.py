"""Which pictures are learned with which code, though nobody labelled them, and how often each is drawn.

The rules, the first that applies: docs/adaptation.md has them as a table. Their constants were chosen on photographed
numbers that no net was trained on (train.data.collections, what is kept apart).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.adaptation.views import Sight

ACCEPTED, AGREED, LEXICON, WEAK = "accepted", "views agree", "lexicon hit", "weak label"
# Mean posterior over the views.
AGREED_POSTERIOR = 0.7  # from which the best code of every view is believed
LEXICON_POSTERIOR = 0.5  # the same of a code that a list holds and that is read without the list too
WEAK_POSTERIOR = 0.05  # from which the other machine's code is believed
# Of the views, that must have a lexicon's code as their best.
LEXICON_VOTES = 4


@dataclass(frozen=True)
class PseudoLabel:
    """What is made of a picture.

    Attributes:
        name: The file's.
        code: Digits to learn it with; empty where it is left out.
        reason: The rule by which it has this code, or why it is left out.
        sure: Whether the device accepts the code and every view agrees.
    """

    name: str
    code: str
    reason: str
    sure: bool = False


def pseudo_label(sight: Sight, weak: str = "") -> PseudoLabel:
    """Decide on one picture.

    Args:
        sight: What the bundle reads of it.
        weak: The code that another machine gave, digits; empty where it gave none.
    """
    if sight.fault:
        return PseudoLabel(sight.name, "", sight.fault)
    best = sight.views[0][0][0] if sight.views and sight.views[0] else ""
    code = weak or sight.accepted or best
    posterior, votes = sight.posterior(code), sight.votes(code)
    agreed = votes == len(sight.views)
    sure = agreed and code == sight.accepted
    if weak:
        if posterior < WEAK_POSTERIOR:
            return PseudoLabel(sight.name, "", f"the other machine reads {weak}, which is no likely reading")
        return PseudoLabel(sight.name, weak, WEAK, sure)
    if sight.accepted:
        return PseudoLabel(sight.name, code, ACCEPTED, sure)
    if agreed and posterior >= AGREED_POSTERIOR:
        return PseudoLabel(sight.name, code, AGREED)
    if code and code == sight.any_number and votes >= LEXICON_VOTES and posterior >= LEXICON_POSTERIOR:
        return PseudoLabel(sight.name, code, LEXICON)
    return PseudoLabel(sight.name, "", "the views disagree" if not agreed else "too doubtful")


def balanced_shares(codes: Sequence[str]) -> NDArray[np.float64]:
    """How often to draw each field: rare digits more often, and a code that comes again and again less often.

    A field's share grows with the mean over its digits of 1/sqrt(how many there are of the digit), and is divided by
    sqrt(how many fields have its code).

    Args:
        codes: Of the fields, digits.

    Returns:
        float64 [fields], summing to 1.
    """
    digits, fields = Counter("".join(codes)), Counter(codes)
    shares = np.array([np.mean([digits[d] ** -0.5 for d in code]) * fields[code] ** -0.5 for code in codes])
    return np.asarray(shares / shares.sum(), np.float64)
