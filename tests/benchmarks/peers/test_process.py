"""A reader in a process of its own: its answers, its failures, its one thread."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.peers import process
from benchmarks.peers.process import Peer, start
from device_runtime.errors import PosteyeError
from device_runtime.samples import load_samples

# A reader that says how bright the image is, sleeps so that wall clock and processor time differ, and is noisy.
FAKE = """
import sys, time
from benchmarks.peers.readers.serve import Recognizer, serve

def read(grey):
    print("a library's chatter")
    time.sleep(0.02)
    if grey.max() == 0:
        raise ValueError("black\\nas night")
    if grey.max() == 1:
        sys.exit("fell over")
    return f"{grey.shape[1]}x{grey.shape[0]}:{grey.max()}", 0.5

def make():
    print("more chatter")
    return Recognizer("fake", "1.2", 345, read)

serve(make)
"""


def fake(code: str = FAKE) -> Peer:
    return Peer([sys.executable, "-c", code])


@pytest.fixture
def image(tmp_path: Path) -> Callable[[int], Path]:
    """Writes a grey image of 30 x 20 px of one brightness."""

    def write(brightness: int) -> Path:
        path = tmp_path / f"{brightness}.png"
        cv2.imwrite(str(path), np.full((20, 30), brightness, np.uint8))
        return path

    return write


def test_a_reader_in_a_process_answers_in_order_and_without_its_chatter(image: Callable[[int], Path]) -> None:
    with fake() as peer:
        answers = [peer.read(image(brightness)) for brightness in (7, 200)]

    assert (peer.identity.name, peer.identity.version, peer.identity.model_bytes) == ("fake", "1.2", 345)
    assert [answer.text for answer in answers] == ["30x20:7", "30x20:200"]
    assert answers[0].score == 0.5
    assert answers[0].seconds >= 0.02  # the sleep counts as time, not as the processor's
    assert answers[0].cpu_seconds < 0.02
    assert 5_000_000 < answers[0].peak_bytes < 500_000_000


def test_a_reader_outlives_an_image_that_it_cannot_read(image: Callable[[int], Path], tmp_path: Path) -> None:
    with fake() as peer:
        with pytest.raises(PosteyeError, match=r"^black as night$"):
            peer.read(image(0))
        with pytest.raises(PosteyeError, match=r"gone\.png is missing or no image"):
            peer.read(tmp_path / "gone.png")
        assert peer.read(image(3)).text == "30x20:3"


def test_a_reader_that_dies_is_reported_with_its_last_words(
    image: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # its chatter is then kept back to the end, by default
    with fake() as peer, pytest.raises(PosteyeError, match="exit code 1: fell over"):
        peer.read(image(1))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "from benchmarks.peers.readers.serve import serve\ndef make(): raise OSError('no model')\nserve(make)",
            "^no model$",
        ),
        ("import no_such_module", "exit code 1: ModuleNotFoundError: No module named 'no_such_module'"),
        ("print('hello')", "answered 'hello', which is no answer"),
        ("print('[1]')", "which is no answer"),
        ("""print('{"name": "x"}')""", "which is no answer"),
    ],
)
def test_a_reader_that_cannot_start_says_why_in_one_line(code: str, message: str) -> None:
    with pytest.raises(PosteyeError, match=message) as caught:
        fake(code)

    assert "\n" not in str(caught.value).strip()


# A reader whose libraries take all the threads that they are allowed; it answers with the threads of its process.
GREEDY = """
import os
import cv2, numpy as np
from benchmarks.peers.readers.serve import Recognizer, serve

def read(grey):
    np.ones((500, 500)) @ np.ones((500, 500))
    cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (31, 31), 3)
    return str(len(os.listdir("/proc/self/task"))), 1.0

serve(lambda: Recognizer("", "", 0, read))
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="libraries start no threads on a single core")
def test_readers_run_on_one_thread(image: Callable[[int], Path]) -> None:
    with fake(GREEDY) as peer:
        assert peer.read(image(200)).text == "1"


def test_posteye_is_timed_on_one_thread() -> None:
    with start("posteye") as peer:
        assert peer.read(load_samples()[0].path).text
        assert len(os.listdir(f"/proc/{peer._process.pid}/task")) == 1


@pytest.mark.parametrize(
    ("reader", "python"), [("rapidocr", "theirs"), ("ppocr", "theirs"), ("tesseract", sys.executable)]
)
def test_readers_start_in_the_environment_that_they_belong_to(
    monkeypatch: pytest.MonkeyPatch, reader: str, python: str
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(process, "Peer", commands.append)
    monkeypatch.setattr(process, "peers_python", lambda: Path("theirs"))

    start(reader, "line")

    assert commands == [[python, "-m", f"benchmarks.peers.readers.{reader}", "line"]]
