"""Finding and loading the compiled core: what is used, and what is said when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

import build_core
from device_runtime.core import library


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the library is looked for."""
    path = tmp_path / library.LIBRARY_FILE.name
    monkeypatch.setattr(library, "LIBRARY_FILE", path)
    monkeypatch.delenv(library.SWITCH, raising=False)
    return path


def load() -> str | None:
    """What troubles a fresh load, past what this process has loaded before."""
    return library._load.__wrapped__()[1]


def test_the_core_that_is_compiled_here_is_used(file: Path) -> None:
    build_core.build(build_core.compiler(), file)
    assert load() is None


def test_a_missing_core_says_how_to_get_it(file: Path) -> None:
    assert load() == "not built: install gcc and libc6-dev, then posteye again (in a checkout `make core`)"


def test_a_damaged_core_is_not_used(file: Path) -> None:
    file.write_bytes(b"\x7fELF no more")
    assert (load() or "").startswith("libposteye_core.so cannot be loaded: ")


def test_a_core_of_another_interface_is_not_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_core.build(build_core.compiler(), file)
    monkeypatch.setattr(library, "ABI_VERSION", library.ABI_VERSION + 1)
    found, expected = library.ABI_VERSION - 1, library.ABI_VERSION
    assert load() == f"libposteye_core.so has interface {found}, not {expected}; build or install it again"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("numpy", "switched off by POSTEYE_CORE=numpy"),
        ("rust", "POSTEYE_CORE=rust is unknown; the only choice is numpy"),
    ],
)
def test_it_can_be_switched_off(file: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    build_core.build(build_core.compiler(), file)
    monkeypatch.setenv(library.SWITCH, value)
    assert load() == said
