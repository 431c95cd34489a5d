"""The parts of the comparison that need no peer: figures, table, images, and the talk with a reader in a process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.command import run_command
from benchmarks.peers import __main__ as peers
from benchmarks.peers import fields as peer_fields
from benchmarks.peers import process as peer_env
from benchmarks.peers.figures import Ratios, Reader, ReaderFigures, Readings, digits_only, figures_text, ratios, verdict
from benchmarks.peers.process import Answer, Identity, Peer
from device_runtime.errors import PosteyeError
from device_runtime.samples import load_samples

# A reader that says how bright the image is, sleeps so that wall clock and processor time differ, and is noisy.
FAKE = """
import sys, time
from benchmarks.peers.serve import Recognizer, serve

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


def test_ratios_of_medians_and_of_pairs_differ_when_the_fields_do() -> None:
    posteye = Readings((1.0, 2.0, 4.0), (1.0, 1.0, 1.0))
    peer = Readings((3.0, 40.0, 20.0), (8.0, 9.0, 30.0))

    assert ratios(peer, posteye) == Ratios(medians=10.0, pairs=5.0, cpu=9.0)


def test_ratios_refuse_readings_of_different_fields() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratios(Readings((1.0,), (1.0,)), Readings((1.0, 1.0), (1.0, 1.0)))


@pytest.mark.parametrize(
    ("found", "met"),
    [(Ratios(10.0, 12.0, 10.0), True), (Ratios(14.0, 12.0, 9.9), False), (Ratios(9.9, 12.0, 14.0), False)],
)
def test_goal_is_judged_by_the_worst_ratio(found: Ratios, met: bool) -> None:
    judged, line = verdict(found)

    assert judged is met
    assert ("MISSED" in line) is not met
    assert "1/12.0 by pairs" in line


def row(wall_s: tuple[float, ...], cpu_s: tuple[float, ...]) -> ReaderFigures:
    reader = Reader("RapidOCR", "1.4.4", model_bytes=10_857_958, peak_bytes=132_000_000)
    return ReaderFigures(reader, Readings(wall_s, cpu_s), Ratios(12.34, 11.0, 10.5))


def test_row_gives_milliseconds() -> None:
    times_s = tuple(n / 1000 for n in range(101))

    figures = row(times_s, times_s)

    assert figures.median_ms == pytest.approx(50)
    assert figures.p95_ms == pytest.approx(95)
    assert figures.summary()["cpu_median_ms"] == pytest.approx(50)


def test_machine_is_busy_when_readers_wait_for_the_processor() -> None:
    assert row((0.030, 0.031, 0.020), (0.020, 0.020, 0.020)).is_busy
    assert not row((0.021, 0.022, 0.500), (0.020, 0.020, 0.020)).is_busy


def test_table_shows_every_figure() -> None:
    heads, units, figures, _, version = figures_text([row((0.025, 0.025), (0.024, 0.024))]).splitlines()

    assert figures.split() == [
        "RapidOCR",
        "10858",
        "25.00",
        "25.00",
        "24.00",
        "12.3x",
        "11.0x",
        "10.5x",
        "132",
    ]
    assert version.split() == ["RapidOCR", "1.4.4"]
    assert len(heads) == len(figures) == len(units)


def test_texts_are_compared_by_their_digits() -> None:
    assert digits_only("RM 22.970.- ²٣") == "22970"
    assert digits_only("Zo0") == "0"


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
        ("from benchmarks.peers.serve import serve\ndef make(): raise OSError('no model')\nserve(make)", "^no model$"),
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
from benchmarks.peers.serve import Recognizer, serve

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
    with Peer([sys.executable, "-m", "benchmarks.peers.posteye"]) as peer:
        assert peer.read(load_samples()[0].path).text
        assert len(os.listdir(f"/proc/{peer._process.pid}/task")) == 1


def test_drawn_fields_are_readable_images_and_always_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_fields, "SAMPLES_FOLDER", tmp_path)
    for name in "ab":
        (tmp_path / name).mkdir()

    first, second = (peer_fields.timed_fields(tmp_path / name) for name in "ab")

    assert "drawn by OpenCV" in first.origin
    for one, other in zip(first.paths, second.paths, strict=True):
        assert one.read_bytes() == other.read_bytes()
        gray = cv2.imread(str(one), cv2.IMREAD_GRAYSCALE)
        assert 2 < gray.shape[1] / gray.shape[0] < 5
        assert np.median(gray) > 180 > 120 > gray.min()  # dark ink on light paper


def test_environment_is_made_once_and_again_when_the_pins_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str]) -> None:
        commands.append(command)
        (tmp_path / "env" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "env" / "bin" / "python").touch()

    monkeypatch.setattr(peer_env, "_run", run)
    monkeypatch.setattr(peer_env.sys, "version_info", (3, 11, 7))
    pins = tmp_path / "pins.txt"
    for text, calls in (("a==1\n", 2), ("a==1\n", 2), ("a==2\n", 4)):
        pins.write_text(text)
        assert peer_env.peers_python(tmp_path / "env", pins) == tmp_path / "env" / "bin" / "python"
        assert len(commands) == calls
    assert {"--no-deps", "-r", str(pins)} < set(commands[-1])


def test_environment_of_a_python_that_is_too_new_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_env.sys, "version_info", (3, 13, 0))

    with pytest.raises(PosteyeError, match=r"python3\.12 -m benchmarks\.peers"):
        peer_env.peers_python(tmp_path / "env")


def test_every_pin_is_exact() -> None:
    pins = [line.split("#")[0].strip() for line in peer_env.PINS.read_text().splitlines()]

    assert [pin for pin in pins if pin and pin.count("==") != 1] == []
    assert any(pin.startswith("rapidocr-onnxruntime==") for pin in pins)


def test_a_missing_bundle_is_one_line_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["peers", "--bundle", str(tmp_path / "none")])

    with pytest.raises(SystemExit) as done:
        run_command(peers.peers)

    assert done.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("posteye: there is no bundle at")


def test_too_few_readings_are_refused() -> None:
    assert "x>=200" in CliRunner().invoke(peers.peers, ["--fields", "10"]).output


@pytest.mark.parametrize("tesseract", [True, False])
def test_a_run_reads_in_turn_and_reports(monkeypatch: pytest.MonkeyPatch, tesseract: bool) -> None:
    heard: list[tuple[str, str]] = []

    class Scripted:
        """A reader in this process: posteye takes 1 ms, the others 20 ms, and all read 12."""

        def __init__(self, command: list[str]) -> None:
            name = command[-1].rpartition(".")[2]
            self.identity = Identity(name, "1", 1000)
            self.seconds = 0.001 if name == "posteye" else 0.020

        def __enter__(self) -> Scripted:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, path: Path) -> Answer:
            heard.append((self.identity.name, path.name))
            return Answer("1 2", 1.0, self.seconds, self.seconds, 50_000_000)

    monkeypatch.setattr(peers, "Peer", Scripted)
    monkeypatch.setattr(peers, "peers_python", lambda: Path("python"))
    monkeypatch.setattr(peers.peer_tesseract, "library", lambda: "libtesseract.so" if tesseract else None)

    result = CliRunner().invoke(peers.peers)

    names = ["posteye", "rapidocr", "tesseract"][: 3 if tesseract else 2]
    assert result.exit_code == 0, result.output
    assert [name for name, _ in heard] == names * (len(heard) // len(names))
    assert {path for _, path in heard[-len(names) :]} == {heard[-1][1]}
    assert "20.0x" in result.output and "at most 1/10" in result.output
    assert ("apt-get install tesseract-ocr" in result.output) is not tesseract
