"""A journal begins in a file of its own; devices, pipes, folders and links to nothing stay as they are."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from device_runtime.errors import JournalError
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.reading import JournalReader
from tests.device_runtime.station.journal.pieces import Clock, recorded


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(240, 0))
    except PermissionError:
        pytest.skip("only root can make a device node: nothing is tried on one")


def make_socket(path: Path) -> None:
    os.chdir(path.parent)  # the name of a socket may have 107 bytes
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_device, "it is a device, not a file"),
        (os.mkfifo, "it is a named pipe, not a file"),
        (make_socket, "it is a socket, not a file"),
        (os.mkdir, "it is a folder"),
        (lambda path: path.symlink_to(path.parent / "usb" / "journal"), "it is a link to "),
        (lambda path: path.symlink_to(path), "it is a link to |Too many levels"),
    ],
    ids=["device", "pipe", "socket", "folder", "link to nothing", "link to itself"],
)
def test_what_is_no_file_is_refused_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "journal"
    make(path)
    before = os.lstat(path)
    with pytest.raises(JournalError, match=words) as told:
        Journal(path, Clock())
    assert "\n" not in str(told.value) and str(told.value).startswith(f"the journal {path} cannot be written: ")
    after = os.lstat(path)
    assert (after.st_ino, after.st_mode, after.st_rdev) == (before.st_ino, before.st_mode, before.st_rdev)
    assert [one.name for one in tmp_path.iterdir()] == ["journal"]


def test_a_link_to_a_journal_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    real, link = tmp_path / "usb" / "real", tmp_path / "journal"
    real.touch()  # an empty file may be taken
    link.symlink_to(real)
    clock = Clock()
    for path in (link, real, link):
        with Journal(path, clock) as journal:
            recorded(journal, clock)
    assert link.is_symlink() and [one.name for one in tmp_path.iterdir() if one != link] == ["usb"]
    with JournalReader(real) as reader:
        assert [entry.piece.id for entry in reader.since()] == [1, 2, 3]


@pytest.mark.parametrize("name", [".", "", "..", "/", "a\0b"])
def test_names_of_no_file_are_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(JournalError, match=r"cannot be written: (it is a folder|embedded null byte)"):
        Journal(name, Clock())
    assert not list(tmp_path.iterdir())
