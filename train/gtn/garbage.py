"""The garbage model as one table: what may stand beside a code, and what a whole line may hold.

RULES are read outwards from a code, on either side, and along a whole line from its beginning. The device's
`garbage_model.py` has them written out as sums, for speed; a test compares its masses with forward scores over this
table. Over-segmentation, its fit and the lattice of single codes know nothing of what the pixels show beside a code, so
that all rubbish counts as a space: their machines BEFORE, AFTER and LINE are the rules of columns with a space.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from device_runtime.recognition.costs import COSTS


class Reads(Enum):
    """What a column holds: any digit, blank, or rubbish."""

    DIGIT = "digit"
    BLANK = "blank"
    RUBBISH = "rubbish"


class Shows(Enum):
    """What the pixels show in a column; where several hold, the first."""

    SPACE = "space"
    MARK = "mark"
    TALL = "tall"
    NOTHING = "nothing"


class State(IntEnum):
    """Where a reading has come to.

    TOUCHING, MARKED, SPACED: blanks alone since the code; with a mark among them; with a space among them. ATTACHED:
    rubbish since the code, without a space. AHEAD, FIRST: before and inside the first number of a line. OUTSIDE,
    INSIDE: outside of numbers and inside a foreign one.
    """

    TOUCHING = 0
    MARKED = 1
    SPACED = 2
    ATTACHED = 3
    AHEAD = 4
    FIRST = 5
    OUTSIDE = 6
    INSIDE = 7


@dataclass(frozen=True)
class Rule:
    """A transition for each thing that a column may hold, in columns that show one of some things.

    Attributes:
        source: the state before the column.
        reads: what the column may hold.
        shows: what its pixels may show.
        destination: the state behind the column.
        costs: names of the costs to pay.
    """

    source: State
    reads: tuple[Reads, ...]
    shows: tuple[Shows, ...]
    destination: State
    costs: tuple[str, ...] = ()


_D, _B, _R = Reads.DIGIT, Reads.BLANK, Reads.RUBBISH
_SPACE, _MARK, _TALL, _NOTHING = Shows
_ANY, _NO_SPACE = tuple(Shows), (_MARK, _TALL, _NOTHING)
_FOREIGN, _CONTINUED, _LETTERS = "foreign_number", "continued", "letters"

RULES = (
    # Self-loops.
    Rule(State.TOUCHING, (_B,), (_TALL, _NOTHING), State.TOUCHING),
    Rule(State.MARKED, (_B,), _NO_SPACE, State.MARKED),
    Rule(State.SPACED, (_B,), _ANY, State.SPACED),
    Rule(State.ATTACHED, (_B, _R), _NO_SPACE, State.ATTACHED),
    Rule(State.AHEAD, (_B, _R), _ANY, State.AHEAD),
    Rule(State.FIRST, (_D, _B), _ANY, State.FIRST),
    Rule(State.OUTSIDE, (_B, _R), _ANY, State.OUTSIDE),
    Rule(State.INSIDE, (_D, _B), _ANY, State.INSIDE),
    # Away from a code.
    Rule(State.TOUCHING, (_B,), (_SPACE,), State.SPACED),
    Rule(State.TOUCHING, (_B,), (_MARK,), State.MARKED),
    Rule(State.TOUCHING, (_R,), (_SPACE,), State.OUTSIDE),
    Rule(State.TOUCHING, (_R,), (_MARK, _NOTHING), State.ATTACHED),
    Rule(State.TOUCHING, (_R,), (_TALL,), State.ATTACHED, (_LETTERS,)),
    Rule(State.MARKED, (_B,), (_SPACE,), State.SPACED),
    Rule(State.MARKED, (_R,), (_SPACE,), State.OUTSIDE),
    Rule(State.MARKED, (_R,), _NO_SPACE, State.ATTACHED),
    Rule(State.SPACED, (_R,), _ANY, State.OUTSIDE),
    Rule(State.ATTACHED, (_B, _R), (_SPACE,), State.OUTSIDE),
    Rule(State.ATTACHED, (_D,), _ANY, State.INSIDE, (_FOREIGN, _CONTINUED)),
    # Into numbers and out of them. The first number of a line is free.
    Rule(State.AHEAD, (_D,), _ANY, State.FIRST),
    Rule(State.FIRST, (_R,), _ANY, State.OUTSIDE),
    Rule(State.OUTSIDE, (_D,), _ANY, State.INSIDE, (_FOREIGN,)),
    Rule(State.INSIDE, (_R,), _ANY, State.OUTSIDE),
)


@dataclass(frozen=True)
class Transition:
    """One transition of a machine: it reads a column and costs so many nats."""

    source: int
    reads: Reads
    destination: int
    cost: float


@dataclass(frozen=True)
class Machine:
    """An automaton over what columns hold.

    Attributes:
        states: how many there are.
        transitions: between states, numbered from 0.
        start: states in which a reading may begin.
        final: states in which it may end.
    """

    states: int
    transitions: tuple[Transition, ...]
    start: frozenset[int]
    final: frozenset[int]

    def reversed(self) -> Machine:
        """The same, read from the end to the beginning."""
        turned = (Transition(t.destination, t.reads, t.source, t.cost) for t in self.transitions)
        return Machine(self.states, tuple(turned), self.final, self.start)


def _spaced_machine(start: State, final: State | None = None) -> Machine:
    """The rules of columns with a space, from a state on; final: the state to end in, None = any."""
    rules = [rule for rule in RULES if Shows.SPACE in rule.shows]
    states = {start}
    while reached := {rule.destination for rule in rules if rule.source in states} - states:
        states |= reached
    number = {state: i for i, state in enumerate(sorted(states))}
    transitions = tuple(
        Transition(number[r.source], reads, number[r.destination], sum(getattr(COSTS, name) for name in r.costs))
        for r in rules
        if r.source in states
        for reads in r.reads
    )
    ends = states if final is None else {final}
    return Machine(len(states), transitions, frozenset({number[start]}), frozenset(number[state] for state in ends))


# What stands left of a code, from left to right; right of it; and on a whole line.
BEFORE = _spaced_machine(State.OUTSIDE, State.OUTSIDE)
AFTER = _spaced_machine(State.SPACED)
LINE = _spaced_machine(State.AHEAD)
