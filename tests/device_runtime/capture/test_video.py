"""Videos are played at their rate; network streams that hang, refuse or send nonsense hang nobody."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.capture import camera as module
from device_runtime.capture import video  # before any video is written: what FFmpeg may print is read once
from device_runtime.capture.sources import open_camera
from device_runtime.errors import CameraEndedError, CameraError, CameraLostError, CameraTimeoutError
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.capture.stream_server import StreamServer
from tests.device_runtime.program import posteye

PATIENT_S = 20.0
FPS = 50
assert FPS != video.USUAL_FPS


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 10 frames, red, each brighter than the one before."""
    path = tmp_path_factory.mktemp("film") / "a.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (64, 48))
    for number in range(10):
        writer.write(np.full((48, 64, 3), (0, 0, 20 * number + 40), np.uint8))
    writer.release()
    return path


def test_a_video_is_played_at_its_own_rate_in_rgb(film: Path) -> None:
    with open_camera(f"file:{film}", print) as camera:
        facts = camera.opened(PATIENT_S)
        assert eventually(lambda: camera.trouble)
        last = camera.latest(0.0, PATIENT_S)
        with pytest.raises(CameraEndedError, match=r"has no more frames$"):
            camera.latest(last.captured_s, PATIENT_S)
    assert (facts.format, facts.size, facts.fps) == ("MJPG", (64, 48), FPS)
    red, green, blue = last.pixels[20, 20].astype(int)
    assert last.sequence == 9 and abs(red - 220) < 12 and max(green, blue) < 12


def test_a_video_takes_its_time_and_begins_again(film: Path) -> None:
    began_s = time.monotonic()
    with open_camera(f"file:{film}?fps=100&loop", print) as camera:
        assert eventually(lambda: (newest := camera.peek()) and newest.sequence > 12)
        first_s, newest = began_s, camera.peek()
    assert newest and newest.captured_s - first_s > newest.sequence / 100


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "there is no such file"),
        (b"", "is damaged, or no video"),
        (b"RIFF\xff\xff\xff\xffAVI LIST" + bytes(500), "is damaged, or no video|holds no frame"),
    ],
)
def test_what_is_no_video_is_told(data: bytes | None, complaint: str, tmp_path: Path, capfd: object) -> None:
    path = tmp_path / "a.mp4"
    if data is not None:
        path.write_bytes(data)
    with open_camera(f"file:{path}", print) as camera, pytest.raises(CameraError, match=complaint):
        camera.latest(0.0, PATIENT_S)
    assert capfd.readouterr() == ("", "")  # type: ignore[attr-defined]


def test_a_folder_or_pipe_is_no_video(tmp_path: Path) -> None:
    with open_camera(f"file:{tmp_path}", print) as camera, pytest.raises(CameraError, match=r"it is a folder"):
        camera.opened(PATIENT_S)


def test_a_network_camera_gives_its_newest_frame_and_comes_back_after_it_was_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SHORTEST_PAUSE_S", 0.01)
    told = list[str]()
    with StreamServer(frames_a_call=60) as server, open_camera(server.url, told.append) as camera:
        facts = camera.opened(PATIENT_S)
        trigger_s = time.monotonic()
        frame = camera.latest(trigger_s, PATIENT_S)
        assert frame.captured_s > trigger_s
        assert eventually(lambda: server.calls > 1 and camera.trouble is None)
        later = camera.latest(time.monotonic(), PATIENT_S)
    assert (facts.device, facts.size) == ("network camera", (64, 48)) and later.sequence > frame.sequence
    red, green, blue = later.pixels[20, 20].astype(int)
    assert red > 180 and max(green, blue) < 60
    assert told[0].startswith(f"{server.url} sends no more; check the network") and f"{server.url} is back" in told


@pytest.fixture
def deaf_server() -> Iterator[int]:
    """The port of a server that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        callers: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    callers.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        for caller in callers:
            caller.close()


def test_a_network_camera_that_hangs_hangs_nobody(deaf_server: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANGS_AFTER_S", 0.1)
    monkeypatch.setattr(module, "CLOSING_S", 0.05)
    camera = open_camera(f"rtsp://user:secret@127.0.0.1:{deaf_server}/live", print)
    with pytest.raises(
        CameraTimeoutError, match=r"^rtsp://user:\*\*\*@127.0.0.1:\d+/live gave no picture in .*: has not"
    ):
        camera.latest(0.0, 0.3)
    camera.close()
    assert camera._thread.is_alive()  # FFmpeg gives up later; until then the stream is taken
    with pytest.raises(CameraError, match=r"in use by another camera of this program"):
        open_camera(f"rtsp://user:secret@127.0.0.1:{deaf_server}/live", print)


@pytest.mark.slow  # FFmpeg's own limit is waited for, or it would end Python the hard way
def test_the_command_ends_while_a_network_camera_hangs(deaf_server: int, tmp_path: Path) -> None:
    done = posteye("camera", "snap", f"rtsp://127.0.0.1:{deaf_server}/live", tmp_path / "a.png", "--timeout", "0.5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"posteye: rtsp://127.0.0.1:{deaf_server}/live did not open in 0.5 s\n"


def test_a_network_camera_that_refuses_is_told_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    told = r"gives no stream; check address, path, user and password"
    with (
        open_camera(f"rtsp://user:secret@127.0.0.1:{port}/live", print) as camera,
        pytest.raises(CameraLostError, match=told) as error,
    ):
        camera.opened(PATIENT_S)
    assert "secret" not in str(error.value)
