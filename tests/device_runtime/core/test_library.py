"""Finding and loading the compiled core: what is used, and what is said when it cannot be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import build_core
from device_runtime.core import library
from device_runtime.errors import PosteyeError


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


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_core_that_was_cut_off_is_not_loaded(file: Path, share: float) -> None:
    build_core.build(build_core.compiler(), file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    assert load() == "libposteye_core.so is incomplete: install posteye again (in a checkout `make core`)"


def test_a_core_whose_end_was_never_written_is_not_loaded(file: Path) -> None:
    build_core.build(build_core.compiler(), file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    assert "is incomplete" in (load() or "")


def test_a_core_for_another_machine_is_not_used(file: Path) -> None:
    build_core.build(build_core.compiler(), file)
    whole = bytearray(file.read_bytes())
    whole[18:20] = b"\xf3\x00" if whole[18:20] != b"\xf3\x00" else b"\x3e\x00"  # RISC-V; else x86-64
    file.write_bytes(whole)
    assert (load() or "").startswith("libposteye_core.so cannot be loaded: ")


def test_a_library_without_the_functions_is_not_used(file: Path, tmp_path: Path) -> None:
    source = tmp_path / "little.c"
    source.write_text("int pe_abi_version(void) { return 1; }\n")
    subprocess.run([*build_core.compiler(), "-shared", "-fPIC", str(source), "-o", str(file)], check=True)
    assert "undefined symbol: pe_normalize" in (load() or "")


def test_a_core_of_another_interface_is_not_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_core.build(build_core.compiler(), file)
    monkeypatch.setattr(library, "ABI_VERSION", library.ABI_VERSION + 1)
    found, expected = library.ABI_VERSION - 1, library.ABI_VERSION
    assert load() == f"libposteye_core.so has interface {found}, not {expected}; build or install it again"


def test_it_can_be_switched_off_by_one_word_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_core.build(build_core.compiler(), file)
    monkeypatch.setenv(library.SWITCH, "numpy")
    assert load() == "switched off by POSTEYE_CORE=numpy"
    monkeypatch.setenv(library.SWITCH, "rust")
    with pytest.raises(PosteyeError, match=r"^POSTEYE_CORE='rust' is unknown; the only choice is numpy$"):
        load()
