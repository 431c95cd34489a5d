"""Fields come out cut and photographed another time, and still readable."""

from __future__ import annotations

import numpy as np

from tests.train.data.test_labelled import field
from train.adaptation.augment import augmented_strip


def test_disturbed_fields_differ_and_keep_their_ink() -> None:
    random = np.random.default_rng(2)
    strips = [augmented_strip(field("2503"), random) for _ in range(20)]
    assert all(s is not None and s.shape[0] == 32 and 300 < int((s > 128).sum()) < 3000 for s in strips)
    assert len({s.tobytes() for s in strips if s is not None}) == 20
    assert augmented_strip(np.full((40, 90), 200, np.uint8), random) is None
