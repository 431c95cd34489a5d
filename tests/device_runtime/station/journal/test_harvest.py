"""Doubtful pieces are kept whole or not at all, the oldest go first, and nobody's labels are lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.errors import WriteError
from device_runtime.image.load import load_image
from device_runtime.station.journal import harvest as harvest_module
from device_runtime.station.journal.harvest import Harvest, Quota, doubt_of
from device_runtime.types import Reading

PLENTY = 10**12


def field(seed: int) -> NDArray[np.uint8]:
    """A picture of some 1,300 bytes that no compression makes smaller."""
    return np.random.default_rng(seed).integers(0, 256, (32, 40), np.uint8)


def opened(folder: Path, bytes_: int = 10**9, free: int = PLENTY) -> Harvest:
    return Harvest(folder, Quota(bytes_, 1000), lambda _: free)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_doubtful_is_told() -> None:
    def doubt(status: str, confidence: float = 0.9, reason: str | None = None) -> str | None:
        return doubt_of(Reading(status, "80331", reason, confidence, (), ()))  # type: ignore[arg-type]

    assert doubt_of(None) == "nothing read" and doubt("no_code") == "no code"
    assert doubt("rejected", reason="rival code 80337") == doubt("rejected", reason="rival 70173 at the top") == "rival"
    assert doubt("rejected", reason="low confidence in character 2 ('0')") == "rejected"
    assert doubt("accepted", 0.989) == "low confidence" and doubt("accepted", 0.99) is None


def test_pictures_are_kept_as_they_are(tmp_path: Path) -> None:
    found = opened(tmp_path / "new" / "harvest")
    frame = np.dstack([field(1), field(2), field(3)])
    kept = found.keep(7, field(0), frame)
    assert names(found.folder) == ["0000000007.png", "frames/0000000007.png"]
    assert np.array_equal(load_image(kept[0]), field(0)) and np.array_equal(load_image(kept[1]), frame)
    assert found.held_bytes == sum(path.stat().st_size for path in kept)
    assert opened(found.folder).held_bytes == found.held_bytes


def test_the_oldest_make_place_and_age_takes_the_others(tmp_path: Path) -> None:
    found = opened(tmp_path, 4 * 1400)
    for id_ in (9, 10, 11, 12, 100):
        found.keep(id_, field(id_))
    assert names(tmp_path) == [f"{id_:010d}.png" for id_ in (10, 11, 12, 100)]
    found = opened(tmp_path, 4 * 1400)  # and so it goes on in the next run
    found.keep(101, field(101))
    assert found.trim(100) == 2 and names(tmp_path) == ["0000000100.png", "0000000101.png"]
    assert found.held_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_labelled_pictures_stay(tmp_path: Path) -> None:
    found = opened(tmp_path, 3 * 1400)
    for id_ in (1, 2, 3):
        found.keep(id_, field(id_))
    labels = tmp_path / "labels.csv"
    labels.write_text("file,digits\n0000000001.png,80331\n")
    found.keep(4, field(4))
    assert names(tmp_path) == ["0000000001.png", "0000000003.png", "0000000004.png", "labels.csv"]
    assert found.trim(4) == 1
    labels.write_text("file,digits\n0000000001.png,80331\n0000000004.png,80331\n")
    found.keep(5, field(5))
    labels.write_bytes(b"file,\xff\n")
    with pytest.raises(WriteError, match="quota is taken by labelled ones"):
        found.keep(6, field(6))
    assert found.trim(6) == 0 and len(names(tmp_path)) == 4


def test_other_files_stay_and_what_a_kill_left_goes(tmp_path: Path) -> None:
    for name in ("notes.png", "12.png", ".posteye-0123456789abcdef.tmp", ".posteye-mine.tmp"):
        (tmp_path / name).write_bytes(b"x" * 5000)
    found = opened(tmp_path, 1400)
    found.keep(1, field(1))
    found.keep(2, field(2))
    assert names(tmp_path) == [".posteye-mine.tmp", "0000000002.png", "12.png", "notes.png"]


def test_the_last_of_the_disk_is_for_the_journal(tmp_path: Path) -> None:
    found = opened(tmp_path, free=2000)
    with pytest.raises(WriteError, match="the disk is almost full"):
        found.keep(1, field(1))
    assert names(tmp_path) == [] and found.held_bytes == 0


def test_a_picture_that_cannot_be_written_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(tmp_path)

    def full(path: Path, _: bytes) -> None:
        raise WriteError(f"{path} cannot be written: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(harvest_module, "write_bytes", full)
        with pytest.raises(WriteError, match="No space left"):
            found.keep(1, field(1))
    assert names(tmp_path) == [] and found.held_bytes == 0
    (tmp_path / "frames").write_text("in the way")
    with pytest.raises(WriteError, match=r"frames/0000000002\.png cannot be written"):
        found.keep(2, field(2), field(3))
    with pytest.raises(WriteError, match="cannot keep pictures"):
        opened(tmp_path / "frames")
