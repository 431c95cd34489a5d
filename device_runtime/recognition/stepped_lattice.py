"""What the lattices of both roads share; see `scan_lattice.py` and `segment_lattice.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from device_runtime.recognition.garbage_model import Surroundings
from device_runtime.recognition.lattice import MARKED, OPEN, FloatArray, stay, stay_back


class Stepped(ABC):
    """What both roads share: what stands around a code, and steps over what stands between two characters.

    around: as from `surroundings.py`. A road says what may stand between two neighbouring places.
    """

    around: Surroundings

    @property
    def before(self) -> FloatArray:
        """Log mass of what may stand left of a code: float64 [places]."""
        return self.around.before

    @property
    def after(self) -> FloatArray:
        """Log mass of what may stand right of a code: float64 [places]."""
        return self.around.after

    @property
    def free(self) -> float:
        """Log mass of all readings."""
        return self.around.free

    def apart(self, add: np.ufunc, ended: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`."""
        if junction != MARKED:
            return stay(add, ended, self._between(add, junction))
        untouched = add(ended, stay(add, ended, self._between(add, MARKED)))
        marked = np.full_like(untouched, -np.inf)
        marked[..., 1:] = untouched[..., :-1] + self._marks
        return np.asarray(add(marked, stay(add, marked, self._between(add, OPEN))))

    def apart_back(self, add: np.ufunc, begins: FloatArray, junction: int) -> FloatArray:
        """As in `Lattice`."""
        if junction != MARKED:
            return stay_back(add, begins, self._between(add, junction))
        marked = add(begins, stay_back(add, begins, self._between(add, OPEN)))
        untouched = np.full_like(marked, -np.inf)
        untouched[..., :-1] = marked[..., 1:] + self._marks
        return np.asarray(add(untouched, stay_back(add, untouched, self._between(add, MARKED))))

    @property
    @abstractmethod
    def _marks(self) -> FloatArray:
        """Score of a mark between each two neighbouring places: float64 [places - 1]."""

    @abstractmethod
    def _between(self, add: np.ufunc, junction: int) -> FloatArray:
        """Running sums, [places], of what may stand between characters: blanks (PLAIN), or blanks and marks (OPEN).

        MARKED: blanks alone, left of a mark that must follow.
        """
