"""Lines of print put together from characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from train.synthesis.writing.typeset import Typesetter, margin_px


@pytest.mark.parametrize("height_px", [16.0, 26.0, 33.0, 44.0])
def test_digits_come_out_at_their_height(fonts: tuple[list[Path], list[Path]], height_px: float) -> None:
    line = Typesetter(fonts[0], np.random.default_rng(0)).set_line("1147", height_px)
    rows = np.flatnonzero(line.max(axis=1) > 100)
    assert abs(rows[-1] - rows[0] + 1 - height_px) < 0.12 * height_px + 1
    margin = margin_px(height_px)
    assert not line[: margin - 1].any() and not line[:, : margin - 1].any()
    assert line[margin : -margin or None].any()


def test_characters_follow_each_other(fonts: tuple[list[Path], list[Path]]) -> None:
    setter = Typesetter(fonts[0], np.random.default_rng(1))
    widths = [setter.set_line(text, 30).shape[1] for text in ("47", "4 7", "4     7", "4     750123")]
    assert widths[1] < widths[2] < widths[3] and widths[0] < widths[2]
