"""The wheel of this repository and its dependencies, installed for another processor and Python without emulation."""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
import zipfile
from pathlib import Path

from tests.emulated.roots import (
    Architecture,
    Release,
    build_root,
    cache_folder,
    compile_python,
    fresh_folder,
    one_at_a_time,
    run_quietly,
)

_LOG = logging.getLogger(__name__)

REPOSITORY = Path(__file__).resolve().parents[2]
WHEEL_MACHINE: dict[Architecture, str] = {"amd64": "x86_64", "arm64": "aarch64"}
_OLDEST_GLIBC_MINOR = 17  # of the wheels that still count: manylinux2014 is glibc 2.17


def build_wheel(folder: Path, machine: str | None = None) -> Path:
    """Builds this repository's wheel into a folder and returns its path.

    machine: one of build_core.TARGETS, for which ziglang compiles; None = this one, with its own compiler, as pip does.
    """
    if machine is None:
        pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY))
    else:
        hatchling = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
        run_quietly(["env", "--chdir", str(REPOSITORY), f"POSTEYE_WHEEL_TARGET={machine}", *hatchling])
    (wheel,) = folder.glob("posteye-*.whl")
    return wheel


def install_dependencies(wheel: Path, release: Release, architecture: Architecture) -> Path:
    """Returns a folder with the wheel's lean dependencies for a release and processor, from the cache or from pip.

    pip judges the markers of dependencies by its own Python and processor; ours treat both processors alike.
    """
    constraints = REPOSITORY / "constraints" / f"{release.name}.txt"
    with zipfile.ZipFile(wheel) as contents:
        (metadata,) = (name for name in contents.namelist() if name.endswith(".dist-info/METADATA"))
        needs = [line for line in contents.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:")]
        own = {name.split("/")[0] for name in contents.namelist()}
    key = hashlib.sha256("\n".join([constraints.read_text(), *needs, *release.extras]).encode()).hexdigest()[:12]
    shelf = cache_folder() / f"{release.name}-{architecture}"
    with one_at_a_time(f"{shelf.name}-site"):
        return _installed(shelf / f"site-{key}", wheel, own, release, architecture)


def _installed(folder: Path, wheel: Path, own: set[str], release: Release, architecture: Architecture) -> Path:
    shelf, constraints = folder.parent, REPOSITORY / "constraints" / f"{release.name}.txt"
    if folder.exists():
        return folder
    for old in shelf.glob("site-*"):  # 200 MB each
        shutil.rmtree(old)
    unfinished = fresh_folder(folder.with_suffix(".unfinished"))
    extras = f"[{','.join(release.extras)}]" if release.extras else ""
    _LOG.info("installing the dependencies for %s on %s", release.name, architecture)
    pip(
        "install",
        *("--target", str(unfinished), "--constraint", str(constraints), "--only-binary=:all:", "--no-compile"),
        *("--implementation", "cp", "--python-version", release.python),
        *platform_options(release, WHEEL_MACHINE[architecture]),
        f"{wheel}{extras}",
    )
    for name in own:  # the cache holds the dependencies alone: our own code changes
        shutil.rmtree(unfinished / name)
    compile_python(build_root(release, "amd64"), release, unfinished)
    unfinished.rename(folder)
    return folder


def install_wheel(wheel: Path, folder: Path) -> Path:
    """Unpacks the wheel alone into a folder and returns it; pip would refuse one for another processor."""
    with zipfile.ZipFile(wheel) as contents:
        contents.extractall(folder)
    return folder


def platform_options(release: Release, machine: str) -> list[str]:
    """Every wheel platform that the release's C library runs on a machine, oldest first; options of pip."""
    major, newest = release.glibc
    names = [f"manylinux_{major}_{minor}_{machine}" for minor in range(_OLDEST_GLIBC_MINOR, newest + 1)]
    return [option for name in [f"manylinux2014_{machine}", *names] for option in ("--platform", name)]


def pip(command: str, *arguments: str) -> None:
    """Runs a command of this environment's pip; raises RuntimeError with what it said when it fails."""
    run_quietly([sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments])
