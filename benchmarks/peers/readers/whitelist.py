"""Digits alone for recognisers that have no whitelist: what Tesseract is told by tessedit_char_whitelist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = "0123456789"
DIGIT_MODES = ("field", "digit")  # the modes of benchmarks.peers.sets whose images hold digits and nothing else


class DigitsOnly:
    """Decodes scores by CTC with the classes of the digits and the blank alone."""

    def __init__(self, decode: Callable[..., Any], classes: Sequence[str]) -> None:
        """Wrap a decoder.

        Args:
            decode: Takes scores float32 [lines, columns, classes], probabilities, and more that is handed on.
            classes: Their characters; the first is the blank.
        """
        self._decode = decode
        self._barred: NDArray[np.bool_] = np.array([char not in DIGITS for char in classes], np.bool_)
        self._barred[0] = False

    def __call__(self, scores: NDArray[np.float32], *rest: Any, **named: Any) -> Any:
        """Decode as the wrapped decoder does, where all other classes are impossible."""
        return self._decode(np.where(self._barred, np.float32(0), scores), *rest, **named)
