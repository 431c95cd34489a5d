"""From the scanner's penalties to the best codes of a grammar, with posteriors for the code and each character."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import GrammarError
from device_runtime.grammar import SEPARATORS, Grammar
from device_runtime.graph import FloatArray, IntArray, emit, entries, forward_scores, join, step_back, viterbi_forward
from device_runtime.search import best_codes
from device_runtime.spotting import (
    FOREIGN_NUMBER_PENALTY,
    any_char,
    code_trellis,
    emission_columns,
    free_trellis,
    spotting_graph,
)
from device_runtime.types import Candidate, Character, Decoding, Penalties

# Codes scored beyond those asked for: Viterbi finds them, the forward score ranks them, and the two orders can differ.
_RESERVE = 2
# The penalty below which a column is of one class beyond doubt: all others together have this probability.
DOUBT = 1e-4


class Decoder:
    r"""Finds the codes of a grammar in a line that may hold other writing too.

    Codes are found by Viterbi and ranked by their forward score. The first two found are exact for positional grammars
    (`\d{5}`, `\d{1,8}`, every country), further ones and those of cyclic grammars (`\d+`) good: see `best_codes`.
    """

    def __init__(self, grammar: Grammar, alphabet: str, n_best: int = 3) -> None:
        """Compile the decoding graph; n_best: how many candidates to return at most.

        Raises GrammarError when the grammar needs a character that the scanner's alphabet lacks.
        """
        lacking = sorted(set(grammar.automaton.symbols) - set(SEPARATORS) - set(alphabet))
        if lacking:
            raise GrammarError(f"{grammar.name} needs {''.join(lacking)!r}; this model reads only {alphabet!r}")
        if n_best < 1:
            raise ValueError(f"n_best is {n_best}; ask for at least one candidate")
        self._alphabet = alphabet
        self._n_best = n_best
        self._graph = spotting_graph(grammar.automaton, alphabet)
        self._free = free_trellis(alphabet)

    def __call__(self, penalties: Penalties) -> Decoding:
        """Decode one strip; no candidates when no code of the grammar fits into the columns.

        Confidences are posteriors, not calibrated: exp(-(constrained - free)). Constrained is the forward score of all
        ways in which the code can stand in the line, free that of all class paths, both under the prior on foreign
        numbers. They are divided by their sum when that exceeds 1, since several codes can stand in one line.
        Raises ValueError for penalties of another alphabet or shape, or with NaN or infinity in them.
        Source: LeCun et al. 1998, section X-C.
        """
        self._check(penalties)
        if not len(penalties.values):
            return _NOTHING
        values, first = condense(penalties.values, penalties.blank)
        columns = emission_columns(values, self._alphabet)
        codes = best_codes(self._graph, self._alphabet, columns, self._n_best + _RESERVE)
        if not codes:
            return _NOTHING
        scored = self._score(codes, columns)
        path, spans = self._align(scored[0].code, columns)
        bounds = np.append(first, len(penalties.values))
        spans = [slice(int(bounds[span.start]), int(bounds[span.stop])) for span in spans]
        characters = _characters(scored, spans, penalties)
        return Decoding(tuple(scored[: self._n_best]), characters, path.repeat(np.diff(bounds)))

    def _check(self, penalties: Penalties) -> None:
        shape = (len(penalties.x_px), len(self._alphabet) + 2)
        if penalties.alphabet != self._alphabet or penalties.values.shape != shape:
            raise ValueError(
                f"penalties {penalties.values.shape} over {penalties.alphabet!r} do not fit: "
                f"this decoder takes {shape} over {self._alphabet!r}"
            )
        if not np.isfinite(penalties.values).all():
            raise ValueError("penalties hold NaN or infinity; the scanner's output is broken")

    def _score(self, codes: list[str], columns: FloatArray) -> list[Candidate]:
        """Give each code its posterior and sort them, best first.

        A code with marks in the place of its separators looks like several numbers. What the free score charged its
        class paths for that is put right, and a code that is one of these pieces, beside foreign ones, loses the paths.
        (Exact for codes with one separator; several nested pieces lower the posterior somewhat.)
        """
        whole = [i for i, code in enumerate(codes) if any(char in SEPARATORS for char in code)]
        parts = [code_trellis(code, self._alphabet)[0] for code in codes]
        parts += [code_trellis(codes[i], self._alphabet, FOREIGN_NUMBER_PENALTY)[0] for i in whole]
        trellis, first_state = join([*parts, self._free])
        scores = forward_scores(trellis, emit(trellis, columns), first_state)
        mass = np.exp(scores.min() - scores)
        constrained, charged, free = mass[: len(codes)], mass[len(codes) : -1], mass[-1]
        undercharged = constrained[whole] - charged
        free += undercharged.sum()
        for i, owed in zip(whole, undercharged / np.expm1(FOREIGN_NUMBER_PENALTY), strict=True):
            for j, code in enumerate(codes):
                if _is_piece(code, codes[i]):
                    constrained[j] = max(0.0, constrained[j] - owed)
        total = max(free, constrained.sum())
        # Rounded, so that the last bits, in which processors differ, leave two equal codes in Viterbi's order.
        with np.errstate(divide="ignore"):
            rank = np.argsort(-np.log(constrained).round(6), kind="stable")
        return [Candidate(codes[i], float(constrained[i] / total)) for i in rank]

    def _align(self, code: str, columns: FloatArray) -> tuple[NDArray[np.int16], list[slice]]:
        """Lay the code on the columns: the class in each column, and the columns of each character of the alphabet."""
        trellis, states = code_trellis(code, self._alphabet)
        emitted = emit(trellis, columns)
        ahead = viterbi_forward(trellis, emitted)
        entered = entries(emitted, ahead)
        strongest = columns[:, : len(self._alphabet)].argmin(axis=1)
        path = np.empty(len(columns), dtype=np.int16)
        spans: dict[int, slice] = {}
        column, state = len(columns) - 1, int(np.argmin(ahead[-1] + trellis.final))
        while True:
            entry = int(entered[column, state])
            spans[state] = slice(entry, column + 1)
            foreign = trellis.emission[state] == any_char(self._alphabet)
            path[spans[state]] = strongest[spans[state]] if foreign else trellis.emission[state]
            if not entry:
                return path, [spans[int(state)] for state in states]
            column, state = entry - 1, step_back(trellis, ahead, entry, state)


def condense(values: NDArray[np.float32], blank: int) -> tuple[FloatArray, IntArray]:
    """Take each run of columns that are blank (or rubbish) beyond doubt as one, whose penalties are the run's sums.

    values: float32 [columns, classes], at least one column; blank and rubbish are the last two classes. Returns float64
    [condensed, classes] and the first column of each, int [condensed]. Most columns of a strip are such, so decoding
    gets several times quicker. What is lost are paths through other classes inside a run; all of them together hold
    less than DOUBT of a column's probability.
    """
    sure = values[:, blank:] < DOUBT
    first = np.flatnonzero(np.append(True, ~(sure[1:] & sure[:-1]).any(axis=1)))
    return np.add.reduceat(values.astype(np.float64), first, axis=0), first


_NOTHING = Decoding((), (), np.empty(0, dtype=np.int16))


def _is_piece(code: str, whole: str) -> bool:
    """Tell whether a code is what stands before, after or between separators of a longer one."""
    alike = str.maketrans(dict.fromkeys(SEPARATORS, "|"))
    return code != whole and f"|{code.translate(alike)}|" in f"|{whole.translate(alike)}|"


def _characters(scored: list[Candidate], spans: list[slice], penalties: Penalties) -> tuple[Character, ...]:
    """Give each character of the best code its place and its share of the doubt about the code.

    A character is doubted as much as the rivals that read something else there are believed. What no candidate
    explains is shared out by how weak the characters are at their strongest columns. A posterior is thus never below
    the code's. A separator stands in the middle between its neighbours and is as sure as the less sure of them.
    """
    best = scored[0]
    chars = [char for char in best.code if char not in SEPARATORS]
    strongest = [
        span.start + int(penalties.values[span, penalties.alphabet.index(char)].argmin())
        for char, span in zip(chars, spans, strict=True)
    ]
    penalty = [
        float(penalties.values[column, penalties.alphabet.index(char)])
        for char, column in zip(chars, strongest, strict=True)
    ]
    weakness = -np.expm1(-np.array(penalty, dtype=np.float64))
    weakness = weakness / weakness.sum() if weakness.sum() > 0 else np.full(len(chars), 1 / len(chars))
    doubt = weakness * max(0.0, 1.0 - sum(candidate.confidence for candidate in scored))
    for rival in scored[1:]:
        doubt += rival.confidence * _differs(chars, [char for char in rival.code if char not in SEPARATORS])
    sure = [
        Character(char, min(1.0, max(0.0, 1.0 - float(d))), float(penalties.x_px[column]))
        for char, d, column in zip(chars, doubt, strongest, strict=True)
    ]
    characters: list[Character] = []
    for char in best.code:
        if char not in SEPARATORS:
            characters.append(sure.pop(0))
            continue
        left, right = characters[-1], sure[0]
        characters.append(Character(char, min(left.confidence, right.confidence), (left.x_px + right.x_px) / 2))
    return tuple(characters)


def _differs(chars: list[str], rival: list[str]) -> NDArray[np.bool_]:
    """Tell where a rival reads something else: beyond the common beginning and end if it is longer or shorter."""
    if len(chars) == len(rival):
        return np.array([a != b for a, b in zip(chars, rival, strict=True)])
    shorter = min(len(chars), len(rival))
    head = next((i for i in range(shorter) if chars[i] != rival[i]), shorter)
    tail = next((i for i in range(shorter) if chars[-1 - i] != rival[-1 - i]), shorter)
    index = np.arange(len(chars))
    return (index >= head) & (index < len(chars) - tail)
