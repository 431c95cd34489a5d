"""A bundle is the old one or the new one at every instant, whatever goes wrong while it is written."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from convert.bundle import folder_swap
from convert.bundle.writer import check_target, write_bundle
from convert.errors import ConvertError
from device_runtime.bundle import ONNX_FILE, load_bundle
from device_runtime.errors import PosteyeError

CALLS = ("open", "mkdir", "chmod", "fsync", "replace", "rename", "unlink", "rmdir", "close")
SHIPPED = load_bundle()


def _write(folder: Path, name: str) -> None:
    onnx = (SHIPPED.folder / ONNX_FILE).read_bytes()
    write_bundle(folder, msgspec.structs.replace(SHIPPED.manifest, name=name), SHIPPED.model, onnx)


def _name(folder: Path) -> str | None:
    """What a reader finds there; None where there is no folder."""
    return load_bundle(folder).manifest.name if os.path.lexists(folder) else None


def _watch(patch: pytest.MonkeyPatch, before_call: Callable[[str, int], None]) -> None:
    """Call `before_call` with the name and number of each system call, before it is made."""
    made = iter(range(10_000))
    looking = threading.Lock()  # what looks makes system calls too

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if looking.acquire(blocking=False):
                try:
                    before_call(name, next(made))
                finally:
                    looking.release()
            return real(*arguments, **named)

        return call

    for name in CALLS:
        patch.setattr(os, name, watched(name, getattr(os, name)))
    patch.setattr(folder_swap, "_exchange", watched("exchange", folder_swap._exchange))


@pytest.mark.parametrize("old", ["old", None])
def test_at_every_instant_a_reader_finds_the_old_or_the_new_bundle(tmp_path: Path, old: str | None) -> None:
    """What stands there before each system call is what a kill at that instant leaves."""
    folder = tmp_path / "here"
    if old:
        _write(folder, old)
    seen: list[tuple[str, str | None]] = []
    with pytest.MonkeyPatch.context() as patch:
        _watch(patch, lambda call, _: seen.append((call, _name(folder))))
        _write(folder, "new")
    assert _name(folder) == "new" and os.listdir(tmp_path) == ["here"]
    assert {name for _, name in seen} == {old, "new"}
    calls = [call for call, _ in seen]
    swap = calls.index("exchange" if old else "rename")
    # A power cut: all files and their folder are on the disk before the swap, and the swap is before the call returns.
    assert calls[:swap].count("fsync") == 3 * 2 + 1 and calls[swap:].count("fsync") == 1
    assert calls[swap + 1 : swap + 4] == ["open", "fsync", "close"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", ["old", None])
def test_every_step_may_fail(tmp_path: Path, old: str | None, error: BaseException) -> None:
    outcomes = []
    for number in range(0, 90, 3):
        folder = tmp_path / str(number) / "here"
        folder.parent.mkdir()
        if old:
            _write(folder, old)

        def fail(_: str, at: int, number: int = number) -> None:
            if at == number:
                raise error

        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(PosteyeError, KeyboardInterrupt, OSError):
            _watch(patch, fail)
            _write(folder, "new")
        outcomes.append(_name(folder))
        assert outcomes[-1] in (old, "new")
    assert set(outcomes) == {old, "new"} and outcomes[-1] == "new"


def test_an_error_leaves_nothing_behind_and_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    _write(folder, "old")

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(folder_swap, "_exchange", fails)
    with pytest.raises(ConvertError, match=r"the bundle .*here cannot be written: Input/output error"):
        _write(folder, "new")
    assert _name(folder) == "old" and os.listdir(tmp_path) == ["here"]


def test_where_folders_cannot_be_exchanged_the_old_bundle_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    _write(folder, "old")

    def refused(*_: object) -> int:
        folder_swap.ctypes.set_errno(errno.EINVAL)
        return -1

    class Library:
        renameat2 = staticmethod(refused)

    monkeypatch.setattr(folder_swap.ctypes, "CDLL", lambda *_, **__: Library())
    with pytest.raises(ConvertError, match=r"cannot exchange two folders; give a new --out, or delete the old one"):
        _write(folder, "new")
    assert _name(folder) == "old" and os.listdir(tmp_path) == ["here"]
    _write(tmp_path / "there", "new")
    assert _name(tmp_path / "there") == "new"


def test_a_process_killed_at_the_swap_leaves_a_whole_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    _write(folder, "old")
    script = (
        "import os, signal, sys, pathlib\nfrom convert.bundle import folder_swap, writer\n"
        "from device_runtime.bundle import load_bundle, ONNX_FILE\n"
        "swap = folder_swap._exchange\n"
        "def killed(*paths):\n    swap(*paths)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "folder_swap._exchange = killed\nshipped = load_bundle()\n"
        "onnx = (shipped.folder / ONNX_FILE).read_bytes()\n"
        "writer.write_bundle(pathlib.Path(sys.argv[1]), shipped.manifest, shipped.model, onnx)\n"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=root, check=False)
    assert found.returncode == -signal.SIGKILL and _name(folder) == "digits"


def test_a_link_to_a_bundle_stays_a_link(tmp_path: Path) -> None:
    _write(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to("real")
    _write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and _name(tmp_path / "real") == "new"


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "b" / "here", "new")
    assert _name(tmp_path / "a" / "b" / "here") == "new"


def test_a_place_where_no_folder_can_be_made_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "bundle", Path(os.devnull) / "a" / "b"):
        with pytest.raises(ConvertError, match=r"cannot be made: .* is no folder to write in; choose another --out"):
            check_target(place)
    check_target(tmp_path / "new" / "deeper")
