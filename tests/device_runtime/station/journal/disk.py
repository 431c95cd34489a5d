"""A disk whose power is cut: what of a recorded run may be on it then.

`disk_log.c` records what a program does to its files. A write is on the disk for sure when its file was synced after
it; until then it may be there, or not, or a part of its sectors. A change of names is there for sure when the folder
was synced after it. What programs map into their memory is not recorded: of SQLite's files that is `-shm`, which is
made anew.
"""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[4]
_SECTOR_BYTES = 512
_HEAD = struct.Struct("<4q")


@dataclass(frozen=True)
class Step:
    """A change: w(rite), t(runcate), s(ync), r(ename), l(ink), u(nlink)."""

    kind: str
    path: str
    data: bytes
    offset: int


@dataclass
class _File:
    synced: bytes = b""
    waiting: list[Step] = field(default_factory=list)


def recorded(script: str, folder: Path, work: Path) -> list[Step]:
    """Run a Python script, with the folder as its argument, and return what it did to the files in the folder."""
    library, log = work / "disk_log.so", work / "log"
    source = Path(__file__).with_name("disk_log.c")
    subprocess.run(["cc", "-O1", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "DISK_LOG": str(log),
        "DISK_LOG_FOLDER": f"{folder}",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", script, str(folder)], env=environment, check=True, timeout=300)
    data, at, steps = log.read_bytes(), 0, []
    while at < len(data):
        kind, path_bytes, data_bytes, offset = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        path, content = data[at : at + path_bytes].decode(), data[at + path_bytes : at + path_bytes + data_bytes]
        at += path_bytes + data_bytes
        if chr(kind) in "rl":  # the other name
            content = content.removeprefix(f"{folder}/".encode())
        steps.append(Step(chr(kind), path.removeprefix(f"{folder}").lstrip("/"), content, offset))
    return steps


def lay_out(steps: list[Step], folder: Path, draw: random.Random | None) -> None:
    """Fill an empty folder with what a disk holds after some steps.

    Args:
        steps: up to the moment.
        folder: to fill.
        draw: decides what of the unsynced is there; None: all of it, as after a kill.
    """
    names: dict[str, _File] = {}
    for number in range(len(steps)):
        _apply(steps[number], names, _sure(steps, number, draw))
    for name, file in names.items():
        content = bytearray(file.synced)
        for step in file.waiting:
            if draw is None:
                _write(content, step)
            elif step.kind == "t":
                if draw.random() < 0.5:
                    _write(content, step)
            else:  # sector by sector
                for start in range(0, len(step.data), _SECTOR_BYTES):
                    if draw.random() < 0.5:
                        part = step.data[start : start + _SECTOR_BYTES]
                        _write(content, Step("w", step.path, part, step.offset + start))
        (folder / name).write_bytes(content)


def _sure(steps: list[Step], number: int, draw: random.Random | None) -> bool:
    """Whether a change of names is there: if its folder was synced since, or else as luck has it."""
    if draw is None or steps[number].kind not in "rlu":
        return True
    return any(step.kind == "s" and not step.path for step in steps[number:]) or draw.random() < 0.7


def _apply(step: Step, names: dict[str, _File], sure: bool) -> None:
    if step.kind == "s":
        if file := names.get(step.path):
            content = bytearray(file.synced)
            for waiting in file.waiting:
                _write(content, waiting)
            file.synced, file.waiting = bytes(content), []
    elif step.kind in "wt":
        names.setdefault(step.path, _File()).waiting.append(step)
    elif sure and step.path in names:
        if step.kind == "u":
            del names[step.path]
        else:
            names[step.data.decode()] = names[step.path]
            if step.kind == "r":
                del names[step.path]


def _write(content: bytearray, step: Step) -> None:
    if step.kind == "t":
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.data)] = step.data
