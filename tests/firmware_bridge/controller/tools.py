"""Compilers and other programs that not every machine has: a test without its tool is skipped, and says so."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from build_core import ZIG


def need(command: Sequence[str], package: str) -> None:
    """Skip the test unless the program of a command is there.

    Args:
        command: of the program; that of ziglang may be missing, too.
        package: of Debian, that brings it.
    """
    if command[0] == ZIG[0]:
        if not find_spec("ziglang"):
            pytest.skip("THE CONTROLLER LIBRARY IS NOT COMPILED FOR SMALL PROCESSORS: pip install ziglang")
    elif not shutil.which(command[0]):
        pytest.skip(f"THE CONTROLLER LIBRARY IS NOT TRIED WITH {command[0]}: apt-get install {package}")
