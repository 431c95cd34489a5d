"""The wheels with a compiled core, and those without: what is in them, their names, and the same bytes twice."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import build_controller
from build_core import LIBRARY, ROOT, TARGETS, WARNINGS, compiler

pytestmark = pytest.mark.slow

IN_WHEEL = str(LIBRARY.relative_to(ROOT))
# What the build reads, and no more: a copy of the whole checkout would be gigabytes.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "build_core.py", "hatch_build.py")
PACKAGES = ("posteye", "device_runtime", "firmware_bridge")


def build(source: Path, out: Path, **environment: str) -> tuple[Path, str]:
    """Build a wheel; returns it and what the build said."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    done = subprocess.run(
        command, cwd=source, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    [wheel] = out.glob("*.whl")
    return wheel, done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the wheel is built of, with other file times."""
    folder = tmp_path / "elsewhere"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, copy_function=shutil.copy)
    for name in SOURCES:
        shutil.copy(ROOT / name, folder)
    return folder


def contents(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        return opened.namelist()


def test_a_wheel_has_the_same_bytes_whenever_and_wherever_it_is_built(checkout: Path, tmp_path: Path) -> None:
    digests = set()
    for number, source in enumerate((ROOT, checkout)):
        cache = str(tmp_path / f"cache-{number}")
        wheel, _ = build(
            source,
            tmp_path / f"wheel-{number}",
            POSTEYE_WHEEL_TARGET="aarch64",
            ZIG_GLOBAL_CACHE_DIR=cache,
            ZIG_LOCAL_CACHE_DIR=cache,
            TZ=f"UTC{number}",
        )
        assert wheel.name.endswith(f"-py3-none-{TARGETS['aarch64'].platform}.whl")
        digests.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("machine", TARGETS)
def test_a_wheel_brings_the_library_and_its_headers_and_auditwheel_accepts_its_name(
    machine: str, tmp_path: Path
) -> None:
    wheel, _ = build(ROOT, tmp_path, POSTEYE_WHEEL_TARGET=machine)
    core = {name for name in contents(wheel) if name.startswith("device_runtime/core/") and not name.endswith(".py")}
    headers = {f"device_runtime/core/c/posteye_{name}.h" for name in ("core", "base", "image", "decoding")}
    assert core == {IN_WHEEL} | headers
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "installed", headers)
    program = tmp_path / "program.c"
    program.write_text("#include <posteye_core.h>\nint main(void) { return sizeof(pe_strip) > sizeof(pe_decoding); }\n")
    include = f"-I{tmp_path / 'installed' / 'device_runtime' / 'core' / 'c'}"
    subprocess.run([*compiler(), "-std=c99", *WARNINGS, "-fsyntax-only", include, program], check=True)
    library = {name for name in contents(wheel) if name.startswith("firmware_bridge/controller/c/")}
    assert library == {str(path.relative_to(ROOT)) for path in build_controller.SOURCES.glob("*.[ch]")}
    show = [sys.executable, "-m", "auditwheel", "show", str(wheel)]
    shown = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    # The oldest glibc that the library would run with, which may be older than the one that the wheel's name promises.
    found = re.search(rf'the following platform tag:\s+"manylinux_2_(\d+)_{machine}"', shown)
    assert found is not None, shown
    assert int(found[1]) <= int(wheel.name.split("_")[2])


def test_without_a_compiler_the_wheel_is_for_any_machine_and_the_build_says_so(checkout: Path, tmp_path: Path) -> None:
    for name in (".gitignore", IN_WHEEL, IN_WHEEL.replace(".so", ".part")):
        (checkout / name).write_text("")  # a library of before, which nothing but the wheel's own rules keeps out
    wheel, said = build(checkout, tmp_path / "wheel", CC="no-such-compiler")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert [name for name in contents(wheel) if name.endswith((".so", ".part"))] == []
    assert "BUILT WITHOUT ITS CORE IN C" in said and "gcc libc6-dev" in said


def test_a_wheel_for_an_unknown_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="POSTEYE_WHEEL_TARGET=vax is unknown; known are x86_64, aarch64"):
        build(ROOT, tmp_path, POSTEYE_WHEEL_TARGET="vax")
