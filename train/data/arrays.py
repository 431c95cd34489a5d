"""Arrays of a file that others collected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE


def load_arrays(path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Load arrays of an npz file in the folder of `--strings`.

    Args:
        path: Of the file.
        names: Of the arrays.

    Raises:
        PosteyeError: When it is missing or damaged, or holds others.
    """
    if not path.exists():
        raise PosteyeError(f"there is no {path}; --strings takes the folder that holds it")
    require_regular(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            return {name: data[name] for name in names}
    except UNREADABLE as error:
        raise PosteyeError(f"{path} is damaged, or holds no arrays {', '.join(names)}; fetch it again") from error
