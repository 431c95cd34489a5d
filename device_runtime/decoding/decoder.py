"""From a lattice to the best codes of a grammar, with posteriors for the code and each character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph, make_decoding_graph
from device_runtime.decoding.masses import mass_of_all, masses
from device_runtime.decoding.search import Code, best_codes
from device_runtime.errors import GrammarError
from device_runtime.exact import FloatArray, exact_exp, exact_log, sum_in_order
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.recognition.costs import COSTS, FOREIGN_NUMBER_PENALTY, Costs
from device_runtime.recognition.lattice import MARKED, Lattice
from device_runtime.types import Candidate, Character, Decoding, Outside

# Codes scored beyond those asked for: Viterbi finds them, the forward score ranks them, and the two orders can differ.
RESERVE = 2
# Confidence threshold: above this posterior nothing outside of the grammar is looked for.
_CONFIDENCE_THRESHOLD = 0.5
# A grammar that holds a smaller share of all texts is a list, and means what it lists.
_LISTED = 0.5
_ANY_NUMBER = r"\d{1,32}"
_PRIOR = exact_exp(-FOREIGN_NUMBER_PENALTY)
_TINY = 1e-300
# When the codes found hold this share of all mass, the rest of the grammar's codes is not worth the time to add up.
_PLAIN_CASE = 0.98
# Odds that what stands in a field is no code of the grammar. A prior, not measured: without it a grammar would tell
# nothing about what stands there, only what to look for.
OUTSIDE_ODDS = 0.1
# No postal code is shorter. A grammar of shorter ones means numbers of any kind, which dots and commas may group.
SHORTEST_CODE = 3
# Numbers of any kind are grouped by marks, and signs of currency and closing strokes stand beside them.
NUMBER_COSTS = replace(COSTS, letters=0.0, mark=0.0)
ZEROS_ONLY = "zeros only: letters O and rings look like that, and no country has such a code"
# Why a code that would be believed at no such cost is not.
REASONS = {
    "mark": "a dot, comma or dash stands between its digits",
    "letters": "letters touch it",
    "continued": "a mark joins it to more digits",
}


class Decoder:
    """Finds the codes of a grammar in a line that may hold other writing too, and says how far to believe them.

    The codes are the best distinct ones by their best path, exactly (see `best_codes`); they are ranked and believed by
    their forward scores.

    Attributes:
        n_best: how many candidates it returns at most.
        graph: the grammar's decoding graph.
        grouped: whether dots and commas may group the digits of what is read.
        costs: what writing beside and in a code costs in this grammar.
    """

    def __init__(self, grammar: Grammar, alphabet: str, n_best: int = 3, *, grouped: bool | None = None) -> None:
        """Compile the decoding graph.

        Args:
            grammar: the codes to find.
            alphabet: the scanner's, without separators.
            n_best: how many candidates to return at most.
            grouped: whether dots and commas may group the digits of what is read, as they do in numbers but not in
                codes; None = they may where the grammar has codes too short for a postal code.

        Raises:
            GrammarError: the grammar needs a character that the alphabet lacks.
        """
        lacking = sorted(set(grammar.automaton.symbols) - set(SEPARATORS) - set(alphabet))
        if lacking:
            raise GrammarError(f"{grammar.name} needs {''.join(lacking)!r}; this model reads only {alphabet!r}")
        if n_best < 1:
            raise ValueError(f"n_best is {n_best}; ask for at least one candidate")
        self.n_best = n_best
        self.graph = make_decoding_graph(grammar.automaton, alphabet)
        self.grouped = self.graph.shortest < SHORTEST_CODE if grouped is None else grouped
        self.costs = NUMBER_COSTS if self.grouped else COSTS

    def decode(self, lattice: Lattice) -> Decoding:
        """Decode a lattice; no candidates when no code of the grammar fits into it.

        Numbers of any kind are decoded at their own costs: a lattice that was not built at `costs` is built again.

        Confidences are posteriors, not calibrated: constrained / free. Constrained is the forward score of all ways in
        which the code can stand in the line, free that of all lines, both under the prior on foreign numbers. They are
        divided by their sum when that exceeds 1, since several codes can stand in one line. Priors of a lexicon only
        shift belief between its own codes.
        Source: LeCun et al. 1998, section X-C.

        Raises:
            ValueError: the lattice is over another alphabet.
        """
        if lattice.alphabet != self.graph.alphabet:
            raise ValueError(f"lattices over {lattice.alphabet!r} do not fit a decoder over {self.graph.alphabet!r}")
        if self.grouped:
            lattice = lattice.at(self.costs)
        found = best_codes(self.graph, lattice, self.n_best, RESERVE)
        believed, total = _believe(self.graph, lattice, found)
        order = _rank(believed)
        codes, confidences = [found[i] for i in order], [believed[i] / total for i in order]
        decoding = self._conclude(lattice, codes, confidences, total, codes[0].ends if codes else ())
        return replace(decoding, candidates=decoding.candidates[: self.n_best])

    def judge(self, lattice: Lattice, codes: Sequence[str]) -> Decoding:
        """What `decode` would say of a lattice if these codes were all that was found in it, the first the best.

        Args:
            lattice: of the strip.
            codes: one or more of the grammar; they become the candidates in this order, whichever is believed most.

        Returns:
            Doubt and characters are those of the first code; no characters where it has no place in the lattice.

        Raises:
            ValueError: one is no code of the grammar, or there are none.
        """
        lattice = lattice.at(self.costs) if self.grouped else lattice
        given = [self._given(code) for code in codes]
        if not given:
            raise ValueError("there are no codes to judge; give at least one")
        believed, total = _believe(self.graph, lattice, given)
        placed = best_codes(self.graph.alone(given[0].arcs), lattice, 1)
        ends = placed[0].ends if placed else ()
        return self._conclude(lattice, given, [mine / total for mine in believed], total, ends)

    def _given(self, code: str) -> Code:
        arcs = self.graph.arcs_of(code)
        if arcs is None:
            raise ValueError(f"{code!r} is no code of the grammar")
        return Code(code, self.graph.prior_of(arcs), arcs)

    def _conclude(
        self, lattice: Lattice, codes: Sequence[Code], confidences: Sequence[float], total: float, ends: tuple[int, ...]
    ) -> Decoding:
        """All that is to be said of codes and their posteriors, the first taken for the best.

        total: mass that posteriors are shares of. ends: the nodes at which its characters end, () for no place.
        """
        confidence = confidences[0] if codes else 0.0
        outside = self._outside(lattice, confidence, total) if confidence < _CONFIDENCE_THRESHOLD else None
        if not codes:
            return Decoding((), (), outside, free=lattice.free)
        candidates = tuple(Candidate(one.code, mine) for one, mine in zip(codes, confidences, strict=True))
        characters = _characters(candidates, codes[0], ends, self.graph, lattice) if ends else ()
        return Decoding(candidates, characters, outside, self._doubt(lattice, codes[0], confidence), lattice.free)

    def _doubt(self, lattice: Lattice, best: Code, confidence: float) -> str | None:
        """Why the best code is not to be believed although it is written well, if so."""
        zeros = set(best.code) - set(SEPARATORS) == {"0"}
        if zeros and not self.grouped and self.graph.density > _LISTED:
            return ZEROS_ONLY
        if confidence >= _CONFIDENCE_THRESHOLD:
            return None
        if not self._believed_at(replace(self.costs, **dict.fromkeys(REASONS, 0.0)), lattice, best):
            return None
        for cost, reason in REASONS.items():
            if self._believed_at(replace(self.costs, **{cost: 0.0}), lattice, best):
                return reason
        return None

    def _believed_at(self, costs: Costs, lattice: Lattice, best: Code) -> bool:
        """Whether a code would be sure at other costs."""
        (believed,), total = _believe(self.graph, lattice.at(costs), [best])
        return believed / total >= _CONFIDENCE_THRESHOLD

    def _outside(self, lattice: Lattice, confidence: float, total: float) -> Outside | None:
        """The number that stands in the line, if the grammar does not have it and it is believed more than any code.

        total: mass that posteriors are shares of.
        """
        numbers = _any_number(self.graph.alphabet)
        arcs = numbers.arcs_of(lattice.number)
        if arcs is None or self.graph.allows(lattice.number):
            return None
        posterior = _outside_odds(self.graph) * (float(masses(numbers, lattice, [arcs])[0]) / total)
        if posterior <= confidence:
            return None
        return Outside(lattice.number, min(1.0, posterior), len(lattice.number) < self.graph.shortest)


@cache
def _any_number(alphabet: str) -> DecodingGraph:
    return make_decoding_graph(Grammar.from_pattern(_ANY_NUMBER, alphabet).automaton, alphabet)


def _believe(graph: DecodingGraph, lattice: Lattice, found: Sequence[Code]) -> tuple[list[float], float]:
    """How much of a lattice's mass each code has, and the mass that posteriors are shares of.

    A code with marks in the place of its separators looks like several numbers. What the free score charged its class
    paths for that is put right, and a code that is one of these pieces, beside foreign ones, loses the paths. (Exact
    for codes with one separator.)
    """
    odds, free = _outside_odds(graph), lattice.free_mass
    if not found:
        return [], free * odds
    mass = masses(graph, lattice, [code.arcs for code in found])
    with_separators = [row for row, code in enumerate(found) if len(code.arcs) < len(code.code)]
    if with_separators:
        marked = _marked(graph, lattice, [found[row].arcs for row in with_separators], mass[with_separators]).tolist()
        free += sum_in_order(marked) * (1 - _PRIOR)
        for row, share in zip(with_separators, marked, strict=True):
            for piece, code in enumerate(found):
                if _is_piece(code.code, found[row].code):
                    mass[piece] = max(0.0, float(mass[piece]) - share * _PRIOR)
    # Priors shift mass between the codes, and leave their sum as it is.
    prior = np.array([exact_exp(code.prior) for code in found])
    believed = mass * prior * (_sum(mass) / max(_sum(mass * prior), _TINY))
    # What posteriors are shares of: the codes of the grammar, and other lines by their odds.
    inside = _sum(believed)
    if graph.exact and inside < _PLAIN_CASE * free:
        inside = max(inside, mass_of_all(graph, lattice))
    total = max(inside + odds * max(free - inside, 0.0), _TINY)
    return believed.tolist(), total


def _rank(believed: Sequence[float]) -> list[int]:
    """The codes by descending belief.

    Rounded, so that codes that are equal but for the order of their sums stay in Viterbi's order.
    """
    keys = [float(np.rint(-exact_log(mine) * 1e6)) for mine in believed]
    return sorted(range(len(keys)), key=lambda i: keys[i])


def _sum(values: FloatArray) -> float:
    return sum_in_order(values.tolist())


def _outside_odds(graph: DecodingGraph) -> float:
    """How likely any one number outside of a grammar is beside a code of it: the rarer codes are, the less."""
    return min(1.0, OUTSIDE_ODDS * graph.density)


def _marked(graph: DecodingGraph, lattice: Lattice, codes: list[tuple[int, ...]], mass: FloatArray) -> FloatArray:
    """Mass of the paths of codes on which a mark stands in the place of a separator; mass: of all their paths."""
    unmarked = masses(graph, lattice, codes, blanks_only=True)
    may_be_left_out = [bool((graph.junction[list(arcs)] == MARKED).any()) for arcs in codes]
    marked: FloatArray = np.maximum(mass - np.where(may_be_left_out, 0.0, unmarked), 0.0)
    return marked


def _is_piece(code: str, whole: str) -> bool:
    """Tell whether a code is what stands before, after or between separators of a longer one."""
    alike = str.maketrans(dict.fromkeys(SEPARATORS, "|"))
    return code != whole and f"|{code.translate(alike)}|" in f"|{whole.translate(alike)}|"


def _characters(
    candidates: Sequence[Candidate], best: Code, ends: tuple[int, ...], graph: DecodingGraph, lattice: Lattice
) -> tuple[Character, ...]:
    """Give each character of the best code its position and its share of the doubt about the code.

    A character is doubted as much as the rivals that read something else there are believed. What no candidate
    explains is shared out by how weak the evidence for each character is. A posterior is thus never below the code's. A
    separator stands in the middle between its neighbours and is as sure as the less sure of them.
    """
    chars = graph.char[list(best.arcs)].tolist()
    begins = (0, *ends[:-1])
    evidence = [lattice.evidence(b, e, c) for b, e, c in zip(begins, ends, chars, strict=True)]
    weakness = [1.0 - probability for _, probability in evidence]
    weak = sum_in_order(weakness)
    unexplained = max(0.0, 1.0 - sum_in_order(candidate.confidence for candidate in candidates))
    doubt = [(mine / weak if weak > 0 else 1 / len(chars)) * unexplained for mine in weakness]
    written = [graph.alphabet[char] for char in chars]
    for rival in candidates[1:]:
        differs = _differs(written, [char for char in rival.code if char not in SEPARATORS])
        doubt = [mine + rival.confidence if other else mine for mine, other in zip(doubt, differs, strict=True)]
    sure = [
        Character(char, min(1.0, max(0.0, 1.0 - mine)), x_px)
        for char, mine, (x_px, _) in zip(written, doubt, evidence, strict=True)
    ]
    characters: list[Character] = []
    for char in best.code:
        if char not in SEPARATORS:
            characters.append(sure.pop(0))
            continue
        left, right = characters[-1], sure[0]
        characters.append(Character(char, min(left.confidence, right.confidence), (left.x_px + right.x_px) / 2))
    return tuple(characters)


def _differs(chars: list[str], rival: list[str]) -> list[bool]:
    """Tell where a rival reads something else: beyond the common beginning and end if it is longer or shorter."""
    if len(chars) == len(rival):
        return [a != b for a, b in zip(chars, rival, strict=True)]
    shorter = min(len(chars), len(rival))
    head = next((i for i in range(shorter) if chars[i] != rival[i]), shorter)
    tail = next((i for i in range(shorter) if chars[-1 - i] != rival[-1 - i]), shorter)
    return [head <= i < len(chars) - tail for i in range(len(chars))]
