"""The whole way through real system calls: a process whose C library has a V4L2 driver in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.device_runtime.program import ROOT

HEADER = Path("/usr/include/linux/videodev2.h")
DEVICE = "/dev/video77"

# The program under the driver. A frame's brightness is its number, so pixels and stamp can be held against each other.
_PROGRAM = """
import json, sys, time
from pathlib import Path
from device_runtime.capture import camera as module
from device_runtime.capture.camera import Camera
from device_runtime.capture.sources import make_source

def number(pixels):
    return round(float(pixels[0, 0, 1]) * 219 / 255)

module.SHORTEST_PAUSE_S = module.LONGEST_PAUSE_S = 0.01
url, gone = sys.argv[1:]
source = make_source(url)
facts = source.open(print)
time.sleep(0.3)  # thirty frames: the queue is full of the oldest
trigger_s = time.monotonic()
stale = source.read(1)
source.close()
report = {"facts": [facts.device, facts.format, facts.size, facts.fps, facts.warnings, facts.controls[0].value]}
report["stale_s"] = trigger_s - stale.captured_s

class Late:
    '''The same source, read by a thread that the machine stops again and again.'''
    def __getattr__(self, name): return getattr(source, name)
    def read(self, timeout_s):
        time.sleep(0.1)
        return source.read(timeout_s)

told = []
with Camera(Late(), told.append) as camera:
    seen = []
    for _ in range(5):
        time.sleep(0.03)
        trigger_s = time.monotonic()
        frame = camera.latest(trigger_s, 20)
        seen.append([frame.captured_s - trigger_s, frame.sequence, number(frame.pixels), frame.captured_s])
    Path(gone).touch()
    while not camera.trouble:
        time.sleep(0.005)
    report["lost"] = camera.trouble
    Path(gone).unlink()
    frame = camera.latest(time.monotonic(), 20)
    report["back"] = [frame.sequence > seen[-1][1], number(frame.pixels) < 200]
report |= {"seen": seen, "told": told}
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program saw."""
    if not HEADER.exists() or not shutil.which("cc"):
        pytest.skip("needs a C compiler and linux/videodev2.h")
    folder = tmp_path_factory.mktemp("driver")
    driver = folder / "driver.so"
    source = Path(__file__).with_name("driver.c")
    # Without the C library's checks, whose headers put other functions in the place of open and poll.
    options = ["-std=gnu11", "-Wall", "-O1", "-U_FORTIFY_SOURCE", "-shared", "-fPIC"]
    subprocess.run(["cc", *options, "-o", driver, source, "-ldl"], check=True)
    settings = {"LD_PRELOAD": str(driver), "FAKE_VIDEO": DEVICE, "FAKE_VIDEO_GONE": str(folder / "gone")}
    command: list[str | Path] = [
        sys.executable,
        "-c",
        _PROGRAM,
        f"v4l2:{DEVICE}?size=64x32&exposure=5",
        folder / "gone",
    ]
    environment = os.environ | settings | {"PYTHONPATH": ROOT}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_driver_is_understood(report: dict[str, Any]) -> None:
    assert report["facts"] == ["Test camera (preloaded)", "YUYV", [64, 32], 100, [], 5.0]


def test_the_drivers_queue_holds_stale_frames_and_none_reaches_the_caller(report: dict[str, Any]) -> None:
    assert report["stale_s"] > 0.2  # what reading without the stamps would have taken for the piece under the camera
    assert all(after_s > 0 for after_s, *_ in report["seen"])


def test_stamps_numbers_and_pixels_are_of_the_same_frame(report: dict[str, Any]) -> None:
    _, first, first_shown, first_s = report["seen"][0]
    for _, sequence, shown, captured_s in report["seen"][1:]:
        assert (shown - first_shown) % 200 == (sequence - first) % 200
        assert captured_s - first_s == pytest.approx((sequence - first) / 100, abs=1e-5)


def test_it_is_lost_and_back(report: dict[str, Any]) -> None:
    assert "is not there; plug it in" in report["lost"]
    assert report["back"] == [True, True] and report["told"][-1].endswith(" is back")
