"""Keying over the wire, and that nothing of it is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.image.load import decode_image, load_image
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from device_runtime.station.web.keying.answers import best_guess
from tests.device_runtime.station.web.serving import Served, served

ROOT = Path(__file__).parents[5]

# Keys strip after strip, and says each one that was taken.
_KEYS = """
import sys
from pathlib import Path
from device_runtime.station.web.keying.desk import Desk
desk = Desk(Path(sys.argv[1]))
for number in range(1, 100_000):
    desk.key(f"{number % 50 + 1:010d}.png", f"{number}", "Anna", False)
    print(number, flush=True)
"""


def test_strips_come_with_their_best_guess_and_go_with_a_label(tmp_path: Path) -> None:
    with served(tmp_path, harvested=3) as page:
        fields = load_samples()
        state = page.ask("/api/key?name=Anna").json
        assert state == {
            "strip": {"file": "0000000001.png", "guess": fields[1].expected, "keyed": False, "again": False},
            "labelled": 0,
            "waiting": 3,
        }
        picture = page.ask("/api/key/picture/0000000001.png")
        assert (decode_image(picture.body) == load_image(fields[1].path)).all()
        sent = {"file": "0000000001.png", "name": "Anna", "two": False, "digits": "47500"}
        assert page.post("/api/key", sent).json == {"labelled": True}
        assert page.post("/api/key", sent | {"file": "0000000002.png", "digits": None}).json == {"labelled": False}
        assert page.ask("/api/key?name=Anna&after=0000000002.png").json["strip"]["file"] == "0000000003.png"
        assert page.ask("/api/key?name=Anna&file=0000000001.png").json["strip"]["guess"] == "47500"
        assert (tmp_path / "harvest" / "labels.csv").read_text() == "file,digits\n0000000001.png,47500\n"


def test_a_guess_holds_digits_alone() -> None:
    sample = next(one for one in load_samples() if one.expected == "62704-1234")
    assert best_guess(Reader(country="US"), sample.path.read_bytes()) == "627041234"
    assert best_guess(Reader(country="US"), b"no picture") == ""


def test_a_station_without_a_harvest_says_so(tmp_path: Path) -> None:
    with served(tmp_path, harvested=1) as page:
        page.station.harvest_folder = None
        assert "keeps no pictures" in page.ask("/api/key?name=a").json["error"]


@pytest.mark.parametrize("sent", [None, [], {"file": "0000000001.png"}, {"file": 1, "name": "a", "two": False}, "x"])
def test_what_the_page_does_not_send_is_refused(page: Served, sent: object) -> None:
    assert page.post("/api/key", sent).status == 400


def test_a_strip_that_has_gone_is_told_by_its_own_status(page: Served) -> None:
    for file in ("0000009999.png", "../labels.csv"):
        assert page.post("/api/key", {"file": file, "name": "Anna", "two": False, "digits": "1"}).status == 410


def test_a_full_disk_is_told_and_the_label_is_not_lost_from_the_page(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    sent = {"file": "0000000002.png", "name": "Anna", "two": False, "digits": "1"}
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        found = page.post("/api/key", sent)
    assert (
        found.status == 507 and found.json["error"] == "harvest/labels.csv cannot be written: No space left on device"
    )
    assert page.post("/api/key", sent).json == {"labelled": True}


@pytest.mark.parametrize("killed_after", [1, 7, 40])
def test_what_was_taken_survives_a_kill(tmp_path: Path, killed_after: int) -> None:
    for number in range(1, 51):
        shutil.copy(load_samples()[0].path, tmp_path / f"{number:010d}.png")
    with subprocess.Popen(
        [sys.executable, "-c", _KEYS, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        taken = [int(child.stdout.readline()) for _ in range(killed_after)]
        os.kill(child.pid, signal.SIGKILL)
        taken += [int(line) for line in child.stdout.read().splitlines()]
    rows = (tmp_path / "labels.csv").read_text().splitlines()
    found = {row.split(",")[0]: int(row.split(",")[1]) for row in rows[1:]}
    wanted = {f"{number % 50 + 1:010d}.png": number for number in taken}
    last = taken[-1] + 1  # it may have been written and not told
    assert rows[0] == "file,digits"
    assert found in (wanted, wanted | {f"{last % 50 + 1:010d}.png": last})


def test_training_and_the_harvest_take_the_table_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training is not installed here")
    from device_runtime.station.journal.harvest import Harvest, Quota
    from train.data.labelled import read_labels

    with served(tmp_path, harvested=2) as page:
        page.post("/api/key", {"file": "0000000001.png", "name": "Anna", "two": False, "digits": "47500"})
        folder = tmp_path / "harvest"
        (label,) = read_labels(folder, digits_only=True)
        assert (label.name, label.code, label.path.is_file()) == ("0000000001.png", "47500", True)
        assert Harvest(folder, Quota()).trim(10**9) == 1, "the labelled one stays"
        assert (folder / "0000000001.png").is_file() and not (folder / "0000000002.png").exists()
