"""A file is the old one or the new one, whatever goes wrong, and the reason comes in one line."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device_runtime.errors import WriteError
from device_runtime.files.atomic import replacing, require_writable, write_bytes, write_text

STEPS = ("open", "fstat", "fchmod", "fsync", "replace", "close")
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fail_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> list[str]:
    """Let the call `number` of all the system calls that are made raise; returns the list that tells them."""
    made: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            made.append(name)
            if len(made) - 1 == number:
                raise error
            return real(*arguments, **named)

        return call

    for name in STEPS:
        monkeypatch.setattr(os, name, counted(name, getattr(os, name)))
    return made


def test_a_file_is_written_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old")
    write_text(str(path), "n€w\n")
    assert path.read_bytes() == "n€w\n".encode() and os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [FULL, OSError(errno.EIO, "bad card"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [b"old" * 9000, None])
def test_every_step_may_fail(tmp_path: Path, error: BaseException, old: bytes | None) -> None:
    path, new = tmp_path / "a", b"new" * 9000
    outcomes = []
    for number in range(20):
        if old is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(old)
            path.chmod(0o666)  # more than the umask leaves, so that the step that gives it is among those that fail
        with pytest.MonkeyPatch.context() as patch:
            made = _fail_at(patch, number, error)
            with contextlib.suppress(WriteError, KeyboardInterrupt):
                write_bytes(path, new)
        found = path.read_bytes() if path.exists() else None
        assert found in (old, new), made
        assert os.listdir(tmp_path) == ([] if found is None else ["a"]), made
        outcomes.append(found)
    assert outcomes[0] == old and outcomes[-1] == new and len(made) >= 6


def test_a_block_that_raises_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"half of it")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_a_process_killed_while_it_writes_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    script = (
        "import os, signal, sys\nfrom device_runtime.files.atomic import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write(bytes(1 << 20))\n    file.flush()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", script, str(path)], cwd=root, check=False)
    assert found.returncode == -signal.SIGKILL and path.read_bytes() == b"old"


def test_the_mode_stays_and_a_new_file_has_that_of_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a"
    before = os.umask(0o027)
    try:
        write_bytes(path, b"1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        for mode in (0o600, 0o666, 0o755):
            path.chmod(mode)
            write_bytes(path, b"2")
            assert stat.S_IMODE(path.stat().st_mode) == mode
    finally:
        os.umask(before)


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_bytes(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def write_nothing(path: Path | str) -> None:
    write_bytes(path, b"")


@pytest.mark.parametrize("attempt", [write_nothing, require_writable])
def test_what_is_no_file_is_refused_in_one_line(attempt: Callable[[Path | str], None], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "kept").mkdir()
    for name, reason in (("pipe", "no ordinary file"), ("kept", "no ordinary file"), ("none/a", "No such file")):
        with pytest.raises(WriteError, match=f"{name} cannot be written: .*{reason}") as caught:
            attempt(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(WriteError, match="/dev/null cannot be written"):
        attempt("/dev/null")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode) and (tmp_path / "kept").is_dir()


@pytest.mark.parametrize("attempt", [write_nothing, require_writable])
def test_a_protected_file_is_left_alone(
    attempt: Callable[[Path | str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser may write everywhere
    with pytest.raises(WriteError, match="protected from writing"):
        attempt(path)
    assert path.read_bytes() == b"old"


def test_to_try_a_path_changes_nothing(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"old")
    before = old.stat()
    for path in (old, new):
        require_writable(path)
    assert [path.name for path in tmp_path.iterdir()] == ["old"] and old.read_bytes() == b"old"
    assert (old.stat().st_mtime_ns, old.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_writers_that_seek_can_use_it(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.npz") as file:
        np.savez_compressed(file, numbers=np.arange(5))
    with np.load(tmp_path / "a.npz") as found:
        assert found["numbers"].tolist() == [0, 1, 2, 3, 4]
