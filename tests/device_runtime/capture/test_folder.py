"""Folders: played, taken one by one, watched; files are taken when they are whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.capture import folder as module
from device_runtime.capture.sources import open_camera
from device_runtime.errors import CameraEndedError, CameraError, CameraTimeoutError
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.capture.pictures import encoded, level, write

PATIENT_S = 20.0
SOON_S = 0.1


def arrive(path: Path, value: int) -> None:
    """Let a file arrive whole, under a name that no picture has until then."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(encoded(value, path.suffix))
    part.rename(path)


def taken(url: str, told: list[str] | None = None) -> list[int]:
    """The brightness of all pictures of a source, one by one."""
    found = list[int]()
    with open_camera(url, (told if told is not None else []).append) as camera, pytest.raises(CameraEndedError):
        while True:
            found.append(level(camera.latest(time.monotonic(), PATIENT_S)))
    return found


def test_without_a_rate_every_picture_is_taken_in_the_order_of_names(tmp_path: Path) -> None:
    for name, value in (("b.png", 20), ("a.BMP", 10), ("c.tif", 30), (".hidden.png", 99)):
        write(tmp_path / name, value)
    (tmp_path / "notes.txt").touch()
    assert taken(f"dir:{tmp_path}") == [10, 20, 30]


def test_colour_stays_colour_in_rgb(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "red.png"), np.full((4, 4, 3), (0, 0, 255), np.uint8))
    with open_camera(f"dir:{tmp_path}", print) as camera:
        frame = camera.latest(0.0, PATIENT_S)
    assert frame.pixels.shape == (4, 4, 3) and tuple(frame.pixels[0, 0]) == (255, 0, 0)


def test_with_a_rate_it_is_played_as_a_camera_films(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / f"{number}.png", number)
    with open_camera(f"dir:{tmp_path}?fps=50&loop", print) as camera:
        first = camera.latest(float("-inf"), PATIENT_S)
        time.sleep(0.2)  # who is late misses frames
        late = camera.latest(first.captured_s, PATIENT_S)
        trigger_s = time.monotonic()
        after = camera.latest(trigger_s, PATIENT_S)
        following = camera.latest(after.captured_s, PATIENT_S)
    assert late.sequence > first.sequence + 1 and after.captured_s > trigger_s
    period_s = (following.captured_s - after.captured_s) / (following.sequence - after.sequence)
    assert period_s > 0.019


def test_a_played_folder_ends_after_its_last_picture(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.png", number)
    with open_camera(f"dir:{tmp_path}?fps=200", print) as camera:
        assert eventually(lambda: camera.trouble == f"dir:{tmp_path}?fps=200 has no more pictures")
        assert level(camera.latest(0.0, PATIENT_S)) == 2


def test_hostile_files_are_left_out_by_name(tmp_path: Path) -> None:
    write(tmp_path / "a.png", 1)
    (tmp_path / "b.png").write_bytes(b"no picture")
    (tmp_path / "c.jpg").write_bytes(encoded(3, ".jpg")[:-30])
    os.mkfifo(tmp_path / "d.png")
    (tmp_path / "e.png").mkdir()
    bomb = bytearray(encoded(5))
    bomb[16:24] = (30_000).to_bytes(4, "big") * 2
    (tmp_path / "f.png").write_bytes(bomb)
    (tmp_path / "g.png").touch()
    write(tmp_path / "h.png", 8)
    told = list[str]()
    assert taken(f"dir:{tmp_path}", told) == [1, 8]
    assert [Path(line.split(" ")[0]).name for line in told] == ["b.png", "c.jpg", "d.png", "e.png", "f.png", "g.png"]
    assert all(line.endswith("; it is left out") and "\n" not in line for line in told)


def test_a_folder_of_damaged_pictures_that_is_played_over_and_over_ends(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert taken(f"dir:{tmp_path}?loop") == []


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (None, "cannot be read: No such file or directory"),
        ("file", "is no folder; give one, or a picture without dir:"),
        ("folder", "holds no picture; put .png, "),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(made: str | None, complaint: str, tmp_path: Path) -> None:
    place = tmp_path / "in"
    if made == "file":
        place.touch()
    elif made:
        place.mkdir()
    with open_camera(f"dir:{place}", print) as camera, pytest.raises(CameraError, match=complaint):
        camera.opened(PATIENT_S)


def test_a_watched_folder_gives_what_is_there_and_then_what_arrives_in_that_order(tmp_path: Path) -> None:
    for name, value, changed_s in (("z.png", 1, 100), ("a.png", 2, 200)):
        write(tmp_path / name, value)
        os.utime(tmp_path / name, (changed_s, changed_s))
    with open_camera(f"dir:{tmp_path}?watch", print) as camera:
        seen = [level(camera.latest(time.monotonic(), PATIENT_S)) for _ in range(2)]
        for name, value in (("m.png", 3), ("b.webp", 4), ("z.png", 5)):  # z.png: another file by an old name
            arrive(tmp_path / name, value)
            seen.append(level(camera.latest(time.monotonic(), PATIENT_S)))
        with pytest.raises(CameraTimeoutError):
            camera.latest(time.monotonic(), SOON_S)
    assert seen == [1, 2, 3, 4, 5]


def test_a_watched_folder_can_be_asked_for_new_pictures_alone(tmp_path: Path) -> None:
    write(tmp_path / "old.png", 1)
    with open_camera(f"dir:{tmp_path}?watch=new", print) as camera:
        camera.opened(PATIENT_S)
        arrive(tmp_path / "new.png", 2)
        assert level(camera.latest(time.monotonic(), PATIENT_S)) == 2


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
def test_a_half_written_file_is_taken_when_it_is_whole_and_others_overtake_it(suffix: str, tmp_path: Path) -> None:
    data = encoded(77, suffix)
    told = list[str]()
    with open_camera(f"dir:{tmp_path}?watch", told.append) as camera:
        with (tmp_path / f"slow{suffix}").open("wb") as slow:
            for start in range(0, len(data) - 40, len(data) // 4):
                slow.write(data[start : start + len(data) // 4][: len(data) - 40 - start])
                slow.flush()
                with pytest.raises(CameraTimeoutError):
                    camera.latest(time.monotonic(), 0.03)
            arrive(tmp_path / "quick.png", 5)
            assert level(camera.latest(time.monotonic(), PATIENT_S)) == 5
            slow.seek(0)
            slow.write(data)
        assert level(camera.latest(time.monotonic(), PATIENT_S)) in (76, 77, 78)
    assert told == []


def test_a_file_that_stays_damaged_is_left_out_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP_S", 0.05)
    (tmp_path / "cut.png").write_bytes(encoded(1)[:-9])
    told = list[str]()
    with open_camera(f"dir:{tmp_path}?watch", told.append) as camera:
        with pytest.raises(CameraTimeoutError):
            camera.latest(time.monotonic(), 0.5)
        arrive(tmp_path / "good.png", 2)
        assert level(camera.latest(time.monotonic(), PATIENT_S)) == 2
    assert told == [f"{tmp_path}/cut.png is a damaged PNG: it ends too early; it is left out"]


def test_a_watched_folder_that_goes_and_comes_back_gives_no_picture_twice(tmp_path: Path) -> None:
    inbox, away = tmp_path / "in", tmp_path / "away"
    inbox.mkdir()
    write(inbox / "a.png", 1)
    told = list[str]()
    with open_camera(f"dir:{inbox}?watch", told.append) as camera:
        assert level(camera.latest(time.monotonic(), PATIENT_S)) == 1
        inbox.rename(away)
        with pytest.raises(CameraTimeoutError, match=r"cannot be read: No such file or directory"):
            camera.latest(time.monotonic(), 0.5)
        write(away / "b.png", 2)
        away.rename(inbox)
        assert level(camera.latest(time.monotonic(), PATIENT_S)) == 2
    assert told[-1] == f"dir:{inbox}?watch is back"
