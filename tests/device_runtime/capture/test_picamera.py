"""A Pi's camera, by a module that speaks as picamera2 does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from device_runtime.capture import picamera
from device_runtime.capture.sources import open_camera
from device_runtime.errors import CameraError, CameraLostError, CameraTimeoutError

PATIENT_S = 20.0
CONTROLS = ("ExposureTime", "AnalogueGain", "AeEnable", "AwbEnable", "ColourTemperature", "FrameDurationLimits")


class FakePicamera2:
    """A camera that takes a frame whenever it is asked.

    Attributes:
        asked: what it was configured with.
    """

    here: Any = ({"Model": "imx708"},)
    asked: Any = None
    released = closed = 0
    silent = False
    exposure_us = 5000

    def __init__(self, number: int) -> None:
        self.camera_controls = dict.fromkeys(CONTROLS)

    @classmethod
    def global_camera_info(cls) -> Any:
        return cls.here

    def create_video_configuration(self, main: dict[str, Any], controls: dict[str, Any]) -> dict[str, Any]:
        return {"main": main, "controls": controls}

    def configure(self, configuration: dict[str, Any]) -> None:
        FakePicamera2.asked = configuration

    def camera_configuration(self) -> dict[str, Any]:
        asked: dict[str, Any] = FakePicamera2.asked
        return asked

    def start(self) -> None:
        """It films from now on."""

    def stop(self) -> None:
        """It stops."""

    def close(self) -> None:
        FakePicamera2.closed += 1

    def capture_metadata(self) -> dict[str, Any]:
        read_out_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return {
            "SensorTimestamp": read_out_ns,
            "ExposureTime": self.exposure_us,
            "AnalogueGain": 2.0,
            "FrameDuration": 20_000,
        }

    def capture_request(self, wait: bool) -> Any:
        assert wait is False

        def get_result(timeout: float) -> Any:
            if self.silent:
                time.sleep(timeout)
                raise TimeoutError
            return SimpleNamespace(
                get_metadata=self.capture_metadata,
                make_array=lambda name: np.full((720, 1280, 3), (250, 0, 0), np.uint8),
                release=self._release,
            )

        return SimpleNamespace(get_result=get_result)

    def _release(self) -> None:
        FakePicamera2.released += 1


@pytest.fixture
def pi(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakePicamera2]]:
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=FakePicamera2))
    for name, value in (("here", ({"Model": "imx708"},)), ("silent", False), ("released", 0), ("closed", 0)):
        monkeypatch.setattr(FakePicamera2, name, value)
    yield FakePicamera2


def test_frames_are_stamped_at_the_start_of_their_exposure_in_rgb(pi: type[FakePicamera2]) -> None:
    with open_camera("picamera2:0?exposure=5&gain=2&fps=50", print) as camera:
        facts = camera.opened(PATIENT_S)
        trigger_s = time.monotonic()
        frame = camera.latest(trigger_s, PATIENT_S)
        arrived_s = time.monotonic()
    assert trigger_s < frame.captured_s <= arrived_s - 0.005
    assert frame.pixels.shape == (720, 1280, 3) and tuple(frame.pixels[0, 0]) == (250, 0, 0)
    assert (facts.device, facts.fps, facts.warnings) == ("imx708 (libcamera)", 50, ())
    assert pi.asked["main"] == {"format": "BGR888", "size": (1280, 720)}
    assert pi.asked["controls"] == {"ExposureTime": 5000, "AnalogueGain": 2.0, "FrameDurationLimits": (20_000, 20_000)}
    assert pi.closed == 1 and pi.released >= 1


def test_what_is_not_as_asked_is_told(pi: type[FakePicamera2]) -> None:
    with open_camera("picamera2:0?exposure=9&white_balance=4600&focus=3", print) as camera:
        facts = camera.opened(PATIENT_S)
    assert facts.warnings == (
        "it has no control of its focus, which stays as it is",
        "its exposure is 5, not 9",
    )
    assert pi.asked["controls"] == {"ExposureTime": 9000, "AwbEnable": False, "ColourTemperature": 4600}


def test_a_camera_that_is_not_there_or_silent_is_told(pi: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch) -> None:
    with open_camera("picamera2:1", print) as camera, pytest.raises(CameraLostError, match=r"is not there: 1 found"):
        camera.opened(PATIENT_S)
    monkeypatch.setattr(pi, "silent", True)
    with open_camera("picamera2:0", print) as camera, pytest.raises(CameraTimeoutError):
        camera.opened(PATIENT_S)
        camera.latest(0.0, 0.05)


def test_a_missing_picamera2_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)  # what cannot be imported
    with open_camera("picamera2:0", print) as camera, pytest.raises(CameraError) as error:
        camera.opened(PATIENT_S)
    assert str(error.value).startswith("picamera2 is not installed (") and "sudo apt-get install" in str(error.value)
    assert picamera.list_cameras() == []


def test_the_cameras_of_a_pi_are_listed(pi: type[FakePicamera2]) -> None:
    assert [one["url"] for one in picamera.list_cameras()] == ["picamera2:0"]
