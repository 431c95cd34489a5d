"""The controller library in C, compiled once."""

from __future__ import annotations

import ctypes

import pytest

from build_core import NoCompilerError, compiler
from tests.firmware_bridge.controller.c_library import load


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    try:
        return load(compiler(), tmp_path_factory.mktemp("controller"))
    except NoCompilerError as error:
        pytest.skip(f"THE CONTROLLER LIBRARY IN C IS NOT TESTED: {error}: apt-get install gcc")
