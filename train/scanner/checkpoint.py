"""Nets and states on the disk: written whole or not at all, and told apart from damaged ones."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE, DamagedFileError


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state; raises WriteError when it cannot be written."""
    content = BytesIO()
    torch.save(state, content)
    write_bytes(path, content.getvalue())


def load(path: Path, keys: Iterable[str], cure: str, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a state that holds these keys.

    Raises DamagedFileError, which says `cure`, when it is not whole, and PosteyeError when it is not there.
    """
    require_regular(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PosteyeError(f"{path} cannot be read: {error.strerror}; {cure}") from error
    return parse(content, path, keys, cure, device)


def parse(content: bytes, path: Path, keys: Iterable[str], cure: str, device: torch.device | str) -> dict[str, Any]:
    """A state from the bytes of a file, as `load` reads it."""
    try:
        broken = zipfile.ZipFile(BytesIO(content)).testzip()  # torch itself compares no checksum
        if broken:
            raise ValueError(f"the checksum of {broken} is wrong")
        state = torch.load(BytesIO(content), map_location=device, weights_only=True)
    except UNREADABLE as error:
        raise DamagedFileError(path, error, cure) from error
    if not isinstance(state, dict) or not set(keys) <= state.keys():
        raise DamagedFileError(path, "it holds something else", cure)
    return state
