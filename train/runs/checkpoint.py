"""Nets and states on the disk: written whole or not at all, and told apart from damaged ones."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE, DamagedFileError

_KEYS = ("recipe", "phase", "done", "net", "mean", "optimiser")


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state; raises WriteError when it cannot be written."""
    content = BytesIO()
    torch.save(state, content)
    write_bytes(path, content.getvalue())


def load(path: Path, keys: Iterable[str], cure: str, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a state.

    Args:
        path: the file.
        keys: what the state must hold.
        cure: what the error for a damaged file says to do.
        device: where the tensors go.

    Raises:
        DamagedFileError: when it is not whole.
        PosteyeError: when it is not there.
    """
    require_regular(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PosteyeError(f"{path} cannot be read: {error.strerror}; {cure}") from error
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


def require_recipe(state: dict[str, Any], recipe: dict[str, Any], folder: Path) -> None:
    """Check that a state is one of a run.

    Args:
        state: as it was loaded.
        recipe: of the run.
        folder: of the run.

    Raises:
        PosteyeError: when another recipe made the state.
    """
    if state["recipe"] != recipe:
        raise PosteyeError(f"{folder} holds a run with another recipe; choose another folder or delete it")


class Checkpoints:
    """The last checkpoint of a run's folder and the one before it, for when the last is damaged."""

    def __init__(self, folder: Path) -> None:
        self._last, self._before = folder / "checkpoint.pt", folder / "checkpoint-before.pt"
        self._cure = f"delete {folder}/checkpoint*.pt to begin this phase again"

    def save(self, state: dict[str, Any]) -> None:
        """Write the last checkpoint, and keep the one before it."""
        if self._last.exists():
            self._last.replace(self._before)
        save(state, self._last)

    def newest_whole(self, say: Callable[[str], None]) -> Path | None:
        """The newest checkpoint that is not damaged, None when there is none; damaged ones before it are deleted.

        Args:
            say: told of a damaged one in a line.

        Raises:
            DamagedFileError: when all are damaged.
        """
        damaged: list[DamagedFileError] = []
        for path in (self._last, self._before):
            if not path.exists():
                continue
            try:
                self.load(path, "cpu")
            except DamagedFileError as error:
                damaged.append(error)
                continue
            for other in damaged:
                say(f"{str(other).partition(';')[0]}; going on from the checkpoint before it")
                other.path.unlink()
            return path
        if damaged:
            raise damaged[0]
        return None

    def load(self, path: Path, device: torch.device | str) -> dict[str, Any]:
        """Read a checkpoint; raises DamagedFileError."""
        return load(path, _KEYS, self._cure, device)
