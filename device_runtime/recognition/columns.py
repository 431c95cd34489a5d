"""Where a scanner's columns lie in a strip: one geometry for the device, the training and the conversion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Columns:
    """The columns that a scanner writes side by side over a strip.

    Attributes:
        first_px: Centre of the first column, px from the strip's left edge.
        stride_px: From one column's centre to the next, px.
        sub_columns: How many columns one step of the net writes.
    """

    first_px: int
    stride_px: int
    sub_columns: int

    @property
    def step_px(self) -> int:
        """How far the net moves at a step, px; a strip's width is padded to a multiple of it."""
        return self.stride_px * self.sub_columns

    def count(self, width_px: int) -> int:
        """How many columns belong to a strip of this width, without those of the paper beside it."""
        return -(-width_px // self.step_px) * self.sub_columns

    def x_px(self, count: int) -> NDArray[np.float32]:
        """The centres of the first `count` columns: float32 [count]."""
        return (self.first_px + self.stride_px * np.arange(count)).astype(np.float32)
