"""Words of recorded capitals: one writer's letters side by side, which mean nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.data.recorded import Letters
from train.data.skeleton import Line

_LIKE_DIGITS = frozenset("BGILOQSZ")  # a word of these alone could be a number
_LEAST_LETTERS = 8  # different ones, for a writer to write words
_LONGEST = 7


class WordWriter:
    """Writes words with recorded letters.

    Args:
        writers: letters of each; those who wrote few different ones are left aside.
        random: source of all draws.
    """

    def __init__(self, writers: Sequence[Letters], random: np.random.Generator) -> None:
        self.random = random
        self._writers = [letters for letters in writers if len(letters) >= _LEAST_LETTERS]

    def writer(self) -> Letters:
        """Draw a writer."""
        return self._writers[int(self.random.integers(len(self._writers)))]

    def word(self, letters: Letters, tall: float) -> tuple[list[Line], float]:
        """Write a word.

        Args:
            letters: of its writer.
            tall: height of its letters, in digit heights; they stand on y = 1.

        Returns:
            Lines from x = 0 on, and the width, in digit heights.
        """
        random = self.random
        known, text = sorted(letters), ""
        count = 2 if random.random() < 0.35 else int(random.integers(3, _LONGEST + 1))
        while not set(text) - _LIKE_DIGITS:
            text = "".join(known[i] for i in random.integers(0, len(known), count))
        lines: list[Line] = []
        wide, spacing, right = random.uniform(0.75, 1.1), random.uniform(0.05, 0.3), 0.0
        for letter in text:
            drawn = letters[letter][int(random.integers(len(letters[letter])))]
            high = tall * min(max(1 + random.normal(0, 0.07), 0.7), 1.3)
            ends = np.concatenate(drawn).max(axis=0)
            lines += [line * [wide * high, high / max(ends[1], 0.3)] + [right, 1 - high] for line in drawn]
            right += float(ends[0]) * wide * high + spacing * tall
        return lines, right - spacing * tall

    def words(self, letters: Letters, tall: float) -> tuple[list[Line], float]:
        """Write one or two words in a row; as `word`."""
        lines, right = self.word(letters, tall)
        if self.random.random() < 0.15:
            more, wide = self.word(letters, tall)
            gap = self.random.uniform(0.3, 0.8) * tall
            lines += [line + [right + gap, 0.0] for line in more]
            right += gap + wide
        return lines, right
