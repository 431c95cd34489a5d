"""Single images: a file, and standard input."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_runtime.capture import still
from device_runtime.capture.sources import open_camera
from device_runtime.errors import CameraEndedError, CameraError, CameraTimeoutError, ImageError
from tests.device_runtime.capture.pictures import encoded, level, write

PATIENT_S = 20.0


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The writing end of a pipe that stands for standard input."""
    reading, writing = os.pipe()
    monkeypatch.setattr(still, "_STDIN", reading)
    yield writing
    os.close(reading)


def test_an_image_is_one_frame(tmp_path: Path) -> None:
    write(tmp_path / "a.png", 7)
    with open_camera(str(tmp_path / "a.png"), print) as camera:
        trigger_s = time.monotonic()
        frame = camera.latest(trigger_s, PATIENT_S)
        assert frame.captured_s > trigger_s and level(frame) == 7
        with pytest.raises(CameraEndedError, match=r"a.png is a single picture, which was taken already"):
            camera.latest(frame.captured_s, PATIENT_S)


def test_a_damaged_image_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(1)[:30])
    with open_camera(str(tmp_path / "a.png"), print) as camera, pytest.raises(ImageError, match=r"is a damaged PNG"):
        camera.latest(0.0, PATIENT_S)


def test_standard_input_is_a_frame_when_its_last_byte_is_there(stdin: int) -> None:
    data = encoded(9)
    with open_camera("-", print) as camera:
        os.write(stdin, data[:40])
        with pytest.raises(CameraTimeoutError):
            camera.latest(time.monotonic(), 0.05)
        with pytest.raises(CameraError, match=r"^- is in use by another camera"):
            open_camera("-", print)
        os.write(stdin, data[40:])
        os.close(stdin)
        assert level(camera.latest(time.monotonic(), PATIENT_S)) == 9


@pytest.mark.parametrize(("data", "complaint"), [(b"", "is empty"), (b"\x89PNG\r\n\x1a\nxx", "damaged PNG")])
def test_what_is_no_image_on_standard_input_is_told(data: bytes, complaint: str, stdin: int) -> None:
    os.write(stdin, data)
    os.close(stdin)
    with open_camera("-", print) as camera, pytest.raises(ImageError, match=f"^standard input .*{complaint}"):
        camera.latest(0.0, PATIENT_S)


def test_more_than_an_image_may_have_is_not_read(stdin: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still, "MAX_FILE_BYTES", 100)
    os.write(stdin, bytes(101))
    with open_camera("-", print) as camera, pytest.raises(ImageError, match=r"more than 100 bytes; give one image"):
        camera.latest(0.0, PATIENT_S)
    os.close(stdin)
