"""The program of docs/controller-library.md, compiled as the page says, answers the frames of the protocol's page."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from build_controller import ROOT, SOURCES
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol.frame import FrameReader

PAGE = ROOT / "docs" / "controller-library.md"


def listing(language: str) -> str:
    """The page's code in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    return str(found)


def test_the_pages_program_sorts_the_pages_frames(examples: dict[str, tuple[bytes, bytes]], tmp_path: Path) -> None:
    if not shutil.which("cc"):
        pytest.skip("THE PROGRAM OF docs/controller-library.md IS NOT TESTED: there is no C compiler named cc")
    (tmp_path / "controller").mkdir()
    (tmp_path / "controller" / "c").symlink_to(SOURCES)
    (tmp_path / "mysorter.c").write_text(listing("c"))
    compiling = listing("sh").splitlines()[0]
    assert shlex.split(compiling)[0] == "cc"
    subprocess.run(compiling + " -Wall -Wextra -Wconversion -Wpedantic -Werror", shell=True, cwd=tmp_path, check=True)
    names = (
        "hello",
        "reading-accepted",
        "reading-accepted",
        "reading-rejected",
        "reading-no-code",
        "reading-bin",
        "no-read",
    )
    sent = b"".join(examples[name][1] for name in names)
    done = subprocess.run([tmp_path / "mysorter"], input=sent, capture_output=True, check=True)
    assert done.stderr.decode().splitlines() == [
        "piece 7: 10115",
        "piece 8: to be sorted by hand",
        "piece 9: to be sorted by hand",
        "piece 10: 10115",
        "piece 11: to be sorted by hand",
    ]
    answers = FrameReader().feed(done.stdout)
    assert [answer.type for answer in answers] == [wire.WELCOME, *6 * [wire.ACK]]


def test_the_page_names_every_file_of_the_library() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"`{path.name}`" in text for path in SOURCES.glob("*.c"))
