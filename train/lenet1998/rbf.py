"""LeNet-5's output layer: Euclidean radial basis functions whose centres are drawn characters (paper, II-B and Fig. 3).

Each class has a stylised picture of its character, 7 x 12 pixels of +1 (ink) and -1. The output is the squared distance
of the last hidden layer to it: a penalty, small where the pattern fits.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROWS, COLUMNS = 12, 7
CODE_UNITS = ROWS * COLUMNS
# One byte a row, seven bits each, the highest is the left pixel. Zero, two, four and five carry a bar on top because
# capitals share their shape.
_BITMAPS = (
    "3E001C3663636363361C0000",
    "0C1C3C0C0C0C0C0C0C3F0000",
    "3E003E6343061C30607F0000",
    "7F03060C1E030303633E0000",
    "3E00003333736363673F0303",
    "3E007F60603C1E03633E0000",
    "1E3060607E736363733E0000",
    "7F0303060C0C181818180000",
    "3E6363633E636363633E0000",
    "3E676363673F0303063C0000",
)


def digit_codes() -> NDArray[np.float32]:
    """The centres of the ten digits: float32 [10, 84], +1 and -1, row by row."""
    rows = np.array([list(bytes.fromhex(bitmap)) for bitmap in _BITMAPS], np.uint8)
    bits = np.unpackbits(rows[:, :, None], axis=2)[:, :, 8 - COLUMNS :]
    return (2.0 * bits.reshape(len(_BITMAPS), CODE_UNITS) - 1).astype(np.float32)


def squared_distances(outputs: Tensor, codes: Tensor) -> Tensor:
    """Penalties float32 [n, classes] of outputs [n, 84] against centres [classes, 84] (Eq. 7)."""
    return (outputs[:, None] - codes).square().sum(2)


def digit_penalties(outputs: Tensor) -> Tensor:
    """Penalties float32 [n, 10] of outputs [n, 84] against the ten digits."""
    return squared_distances(outputs, torch.from_numpy(digit_codes()))
