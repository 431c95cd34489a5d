"""`posteye camera`: lists, shows and snaps, for people and for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from device_runtime.capture import picamera
from device_runtime.capture.source import Facts, Frame
from device_runtime.capture.v4l2 import source as v4l2
from device_runtime.commands import camera as module
from device_runtime.commands.camera import camera
from device_runtime.errors import CameraTimeoutError, PosteyeError
from tests.device_runtime.program import ROOT, posteye


def called(*arguments: object) -> Result:
    return CliRunner().invoke(camera, [str(one) for one in arguments])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((20, 30, 3), (0, 10 * number, 200), np.uint8))
    return folder


def test_snap_writes_what_the_source_gave(pictures: Path, tmp_path: Path) -> None:
    done = called("snap", f"dir:{pictures}", tmp_path / "out.png", "--json")
    told = json.loads(done.stdout)
    assert (told["width"], told["height"], told["channels"], told["sequence"]) == (30, 20, 3, 0) and told["age_ms"] >= 0
    assert np.array_equal(cv2.imread(str(tmp_path / "out.png")), cv2.imread(str(pictures / "0.png")))
    assert called("snap", pictures / "1.png", tmp_path / "out.png").stdout.startswith(
        f"{tmp_path}/out.png: 30 x 20 px, colour"
    )


def test_snap_reads_standard_input_in_a_process_of_its_own(pictures: Path, tmp_path: Path) -> None:
    with (pictures / "2.png").open("rb") as stdin:
        command = [sys.executable, "-m", "posteye", "camera", "snap", "-", str(tmp_path / "out.png")]
        subprocess.run(command, stdin=stdin, env={"PYTHONPATH": ROOT, "PATH": ""}, check=True, timeout=120)
    assert np.array_equal(cv2.imread(str(tmp_path / "out.png")), cv2.imread(str(pictures / "2.png")))


def test_show_measures_the_rate_and_the_age_of_frames(pictures: Path) -> None:
    told = json.loads(called("show", f"dir:{pictures}?fps=40&loop", "--seconds", 0.5, "--json").stdout)
    assert told["size"] == [30, 20] and told["seen"] <= told["frames"]
    assert 0 < told["measured_fps"] < 41 and 0 <= told["age_ms"]["median"] <= told["age_ms"]["max"]
    page = called("show", pictures / "0.png").stdout
    assert "format   image, 30 x 20 px" in page and "frames   1, 1 of them seen, one by one" in page


class SlowCamera:
    """A camera on a clock of its own, whose opening takes 2 s; its first frame comes 5 s later, then two a second."""

    name = "slow:0"

    def __init__(self) -> None:
        self.now_s = 50.0
        self.asked: list[tuple[float, float]] = []

    def __enter__(self) -> SlowCamera:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def opened(self, timeout_s: float) -> Facts:
        self.now_s += 2.0
        return Facts("slow", "GREY")

    def latest(self, after_s: float, timeout_s: float) -> Frame:
        pause_s = 0.5 if self.asked else 5.0
        self.asked.append((after_s, timeout_s))
        self.now_s += min(pause_s, timeout_s)
        if pause_s > timeout_s:
            raise CameraTimeoutError("slow:0 gave no picture")
        return Frame(np.zeros((20, 30), np.uint8), self.now_s, len(self.asked), self.name)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowCamera:
    one = SlowCamera()
    monkeypatch.setattr(module, "open_camera", lambda url, tell: one)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: one.now_s))
    return one


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["snap", "dir:in?watch", "out.png"], (52.0, 1.0)),
        (["snap", "v4l2:/dev/video0", "out.png"], (53.0, 2.0)),  # films for a second more
        (["show", "dir:in?watch"], (float("-inf"), 1.0)),
    ],
)
def test_the_time_out_holds_for_opening_and_picture_together(
    arguments: list[str], asked: tuple[float, float], slow: SlowCamera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(called(*arguments, "--timeout", 3).exception, CameraTimeoutError)
    assert slow.asked == [asked]


def test_show_counts_from_the_first_frame_on(slow: SlowCamera) -> None:
    told = json.loads(called("show", "dir:in?watch", "--seconds", 2, "--json").stdout)
    assert (told["frames"], told["seen"], told["measured_fps"]) == (5, 5, 2.0)


def test_show_names_controls_and_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.device_runtime.capture.v4l2.fake_video import FakeCamera, FakeControl

    hardware = FakeCamera(controls={0x009A0901: FakeControl(3, 0, 3), 0x009A0902: FakeControl(156, 3, 40)})
    monkeypatch.setattr(v4l2.V4l2Source.__init__, "__defaults__", (hardware.connect,))
    wait = hardware.changed.wait_for
    monkeypatch.setattr(hardware.changed, "wait_for", lambda *a: hardware.film(bytes((200, 128)) * 512) and wait(*a))
    done = called("show", "v4l2:/dev/video9?size=32x16&exposure=5", "--seconds", 0.2)
    assert "device   Fake Camera (fake)\nformat   YUYV, 32 x 16 px\n" in done.stdout
    assert "control  exposure 4 ms (of 0.3 to 4)" in done.stdout
    assert "warning: v4l2:/dev/video9?size=32x16&exposure=5: its exposure is 4, not 5; it takes 0.3 to 4" in done.stderr


def test_list_shows_what_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"url": "v4l2:/dev/video0", "name": "Cam\nera", "formats": ["YUYV"], "always": "v4l2:/dev/v4l/by-id/a"}
    monkeypatch.setattr(
        v4l2, "list_cameras", lambda: [one, {"url": "v4l2:/dev/video1", "trouble": "Permission denied"}]
    )
    monkeypatch.setattr(picamera, "list_cameras", list)
    assert called("list").stdout.splitlines() == [
        "v4l2:/dev/video0      Cam\\nera  YUYV  always v4l2:/dev/v4l/by-id/a",
        "v4l2:/dev/video1      cannot be opened: Permission denied",
    ]
    assert json.loads(called("list", "--json").stdout.splitlines()[0]) == one
    monkeypatch.setattr(v4l2, "list_cameras", list)
    assert (called("list").stdout, called("list").exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["snap", "none.png", "out.jpg"], "out.jpg is no name of a PNG; end it with .png"),
        (["snap", "none.png", ""], "'' is no name of a PNG; end it with .png"),
        (["snap", "", "out.png"], "'' names no source; write for example v4l2:/dev/video0"),
        (["show", ""], "'' names no source; write for example v4l2:/dev/video0"),
        (["snap", "none.png", "none/out.png"], "none/out.png cannot be written: No such file or directory"),
        (["snap", "none.png", "out.png"], "none.png cannot be read: No such file or directory"),
        (["show", "dir:none?fbs=3"], "dir:none?fbs=3: unknown option 'fbs'; did you mean fps?"),
        (["show", "v4l2:/dev/video99"], "v4l2:/dev/video99 is not there; plug it in, or see `posteye camera list`"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = called(*arguments)
    assert isinstance(done.exception, PosteyeError) and str(done.exception) == complaint
    assert done.output == ""
    assert not (tmp_path / "out.png").exists()


def test_a_call_without_a_verb_shows_the_help_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    assert "posteye camera snap picamera2:0 piece.png" in posteye("camera", "--help").stdout
    wrong = posteye("camera", "snp", cwd=tmp_path)
    assert wrong.returncode == 2 and wrong.stderr.count("\n") == 1 and "no such command 'snp'" in wrong.stderr
