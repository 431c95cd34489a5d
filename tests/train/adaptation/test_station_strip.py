"""A labelled field comes out disturbed but readable."""

from __future__ import annotations

import cv2
import numpy as np

from train.adaptation.station_strip import station_strip


def test_disturbed_fields_differ_and_keep_their_ink() -> None:
    field = np.full((50, 126), 210, np.uint8)
    cv2.putText(field, "2503", (10, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 40, 2, cv2.LINE_AA)
    random = np.random.default_rng(2)
    strips = [station_strip(field, random) for _ in range(20)]
    assert all(s is not None and s.shape[0] == 32 and 300 < int((s > 128).sum()) < 3000 for s in strips)
    assert len({s.tobytes() for s in strips if s is not None}) == 20
    assert station_strip(np.full((40, 90), 200, np.uint8), random) is None
