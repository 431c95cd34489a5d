"""The C program of docs/core-from-c.md, made and called as the page says, reads what Python reads, to the last bit."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from build_core import LIBRARY, ROOT, SOURCES, WARNINGS, build
from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.engines import Engine
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.recognizer import ScanRecognizer
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import SAMPLES_FOLDER

PAGE = ROOT / "docs" / "core-from-c.md"
INFER = Path(__file__).parent / "infer_by_file.c"
Gray = NDArray[np.uint8]


def listing(language: str) -> str:
    """The page's code in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    return str(found)


def environment() -> dict[str, str]:
    """In which `python3` is this Python, with this checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's program, compiled by the page's commands, with warnings as errors."""
    if not shutil.which("cc"):
        pytest.skip("the program of docs/core-from-c.md is not tested: there is no C compiler named cc")
    folder = tmp_path_factory.mktemp("page")
    core = folder / "core"
    build(["cc"], core / LIBRARY.name)
    (core / "c").symlink_to(SOURCES)
    (folder / "export.py").write_text(listing("python"))
    (folder / "read_code.c").write_text(listing("c"))
    shutil.copy(INFER, folder / "infer.c")
    where, export, compile_, run = listing("sh").splitlines()
    assert where.startswith("core=") and run == "./read_code field.pgm"
    commands = [f"core={core}", export, compile_.replace("-std=c99", " ".join(("-std=c99", *WARNINGS)))]
    subprocess.run(["sh", "-e", "-c", "\n".join(commands)], cwd=folder, env=environment(), check=True)
    return folder / "read_code"


def test_the_page_finds_header_and_library_where_the_package_has_them() -> None:
    where = listing("sh").splitlines()[0]
    command = ["sh", "-e", "-c", f'{where}\nprintf %s "$core"']
    found = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout
    assert Path(found) / "c" == SOURCES and Path(found) / LIBRARY.name == LIBRARY


def inverted(field: Gray) -> Gray:
    return np.asarray(255 - field, np.uint8)


def crossed(field: Gray) -> Gray:
    """Light writing whose ground is in pieces, none of which can be a panel."""
    light = inverted(field)
    for line in range(3):  # px
        light[:, line :: light.shape[1] // 4] = 255
    return light


class Recorder:
    """An engine that keeps what it was given and what it gave."""

    def __init__(self, engine: Engine) -> None:
        self.name, self.version, self._engine, self.kept = engine.name, engine.version, engine, b""

    def scores(self, strip: NDArray[np.int8]) -> NDArray[np.int8]:
        found = self._engine.scores(strip)
        self.kept += struct.pack("=2i", strip.shape[2], found.size) + strip.tobytes() + found.tobytes()
        return found


def by_python(field: Gray, inks: list[str]) -> tuple[list[tuple[str, str, float, bool]], bytes]:
    """What Python finds without augmentation and calibration, and what passed the net."""
    bundle = load_bundle()
    recorder = Recorder(engines.pick("numpy", bundle.model))
    decoder = Decoder(Grammar.from_country("DE"), bundle.manifest.alphabet)
    recognize = ScanRecognizer(Scanner(bundle, recorder), decoder.costs)
    lines = []
    for ink in inks:
        found = decoder.decode(recognize(normalize(inverted(field) if ink == "light" else field)))
        for place, candidate in enumerate(found.candidates):
            lines.append((ink, candidate.code, candidate.confidence, place == 0 and found.doubt is not None))
    return lines, recorder.kept


def in_c(program: Path, folder: Path, field: Gray, kept: bytes) -> list[tuple[str, str, float, bool]]:
    """What the program finds."""
    height, width = field.shape
    (folder / "field.pgm").write_bytes(b"P5\n%d %d\n255\n" % (width, height) + field.tobytes())
    (folder / "net").write_bytes(kept)
    done = subprocess.run([program, "field.pgm"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = re.findall(r"^(\w+) ink: (\S+) (\S+)( doubtful)?$", done.stdout, re.M)
    assert len(lines) == done.stdout.count("\n")
    return [(ink, code, float(confidence), bool(doubt)) for ink, code, confidence, doubt in lines]


@pytest.mark.parametrize(
    ("sample", "drawn", "inks", "best"),
    [
        ("01-hand.png", np.array, ["dark"], "80331"),
        ("01-hand.png", inverted, ["dark", "light"], "80331"),  # white on black may be a panel
        ("04-hand.png", crossed, ["light"], None),
        ("12-smeared.png", np.array, ["dark", "light"], None),
    ],
)
def test_it_reads_what_python_reads(
    program: Path, tmp_path: Path, sample: str, drawn: Callable[[Gray], Gray], inks: list[str], best: str | None
) -> None:
    field = drawn(load_gray(SAMPLES_FOLDER / sample))
    expected, kept = by_python(field, inks)
    assert in_c(program, tmp_path, field, kept) == expected
    assert best is None or max(expected, key=lambda line: line[2])[1] == best


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"P5 9 9 255\nshort", "the image ends too early"),
        (b"P5 99999 9 255\n", "give a binary PGM file of 8 bits"),
        (b"P5 9 9 65535\n", "give a binary PGM file of 8 bits"),
        (b"P2 9 9 255\n", "give a binary PGM file of 8 bits"),
        (b"", "give a binary PGM file of 8 bits"),
        (b"P5 4000 64 255\n" + (b"\xdc" * 9 + b"\x1e" * 9) * 16000, "the field is too long"),
    ],
)
def test_what_it_cannot_read_is_told(program: Path, tmp_path: Path, file: bytes, said: str) -> None:
    (tmp_path / "field.pgm").write_bytes(file)
    done = subprocess.run([program, "field.pgm"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "") and said in done.stderr
