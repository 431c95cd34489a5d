"""Only regular files of a stated size are read, and none is waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from device_runtime.errors import BundleError, FileError, GrammarError
from device_runtime.files.regular import printable, read_regular
from device_runtime.grammar.grammar import Grammar
from device_runtime.reader import Reader


def test_bytes_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 9000)
    assert read_regular(path, 2_304_000) == bytes(range(256)) * 9000
    assert read_regular(str(path), 3_000_000) == bytes(range(256)) * 9000
    (tmp_path / "empty").touch()
    assert read_regular(tmp_path / "empty", 10) == b""


def test_files_of_the_kernel_without_a_size_are_read_to_the_limit() -> None:
    assert b"cpu" in read_regular("/proc/stat", 1_000_000)
    with pytest.raises(FileError, match="at most 100"):
        read_regular("/proc/self/status", 100)


def test_pipes_sockets_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="named pipe"):
        read_regular(tmp_path / "pipe", 1000)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(FileError, match="socket"):
            read_regular(tmp_path / "socket", 1000)
    for device in ("/dev/zero", "/dev/null", "/dev/tty"):
        with pytest.raises(FileError, match="device"):
            read_regular(device, 1000)
    with pytest.raises(FileError, match="folder"):
        read_regular(tmp_path, 1000)
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with pytest.raises(FileError, match="named pipe"):
        read_regular(tmp_path / "link", 1000)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    path.touch()
    os.truncate(path, 5_000_000_000)
    with pytest.raises(FileError, match="5,000,000,000 bytes, and at most 64,000,000"):
        read_regular(path, 64_000_000)


@pytest.mark.parametrize("name", ["nul\0byte", "lone\ud800surrogate", "x" * 300, "missing"])
def test_impossible_names_are_errors_for_users(name: str) -> None:
    with pytest.raises(FileError):
        read_regular(name, 1000)


def test_names_are_shown_on_one_line() -> None:
    assert printable("Straße 5.png") == "Straße 5.png"
    assert printable(os.fsdecode(b"caf\xe9\n\x1b[31m.png")) == r"caf\udce9\n\x1b[31m.png"


def test_no_lexicon_or_bundle_is_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(GrammarError, match="named pipe"):
        Grammar.from_file(pipe)
    with pytest.raises(GrammarError, match="device"):
        Grammar.from_file("/dev/zero")
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(BundleError, match="named pipe"):
        Reader(bundle=tmp_path)


def test_no_labels_are_waited_for(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="train is not installed: folders of labelled fields belong to it")
    from device_runtime.errors import PosteyeError
    from train.data.labelled import folder_strips, load_station

    os.mkfifo(tmp_path / "labels.csv")
    for load in (folder_strips, load_station):
        with pytest.raises(PosteyeError, match="named pipe"):
            load(tmp_path)
