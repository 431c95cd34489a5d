"""What a station harvests is what training takes: with labels, and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from device_runtime.station.journal.harvest import Harvest, Quota
from train.adaptation.harvest import Harvest as Lesson
from train.data.labelled import FEWEST, load_station


def test_a_harvested_folder_is_learned_from(tmp_path: Path) -> None:
    random, found = np.random.default_rng(1), Harvest(tmp_path, Quota(), lambda _: 10**12)
    for id_ in range(1, 2 * FEWEST + 1):
        paper = np.full((40, 120), 230, np.uint8)
        paper[8:30, 10 : 20 + int(random.integers(80))] = 20
        found.keep(id_, paper, np.dstack([paper] * 3) if id_ == 1 else None)
    assert len(Lesson(tmp_path)._pictures) == 2 * FEWEST  # the frame is not taken for a field
    rows = "".join(f"{id_:010d}.png,80331\n" for id_ in range(1, FEWEST + 1))
    (tmp_path / "labels.csv").write_text(f"file,digits\n{rows}")
    assert len(load_station(tmp_path).images) == FEWEST
    lesson = Lesson(tmp_path)
    assert len(lesson._pictures) == FEWEST and set(lesson.known_by()) == {"folder", "codes"}
