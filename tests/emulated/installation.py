"""The wheel installed under emulation by pip itself, beside Debian's NumPy and OpenCV."""

from __future__ import annotations

import logging
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

from packaging.requirements import Requirement

from tests.emulated.msgspec_wheel import build_msgspec
from tests.emulated.roots import build_root, compile_python, fresh_folder
from tests.emulated.systems import PIP, Computer, System
from tests.emulated.wheels import REPOSITORY, pip, platform_options

_LOG = logging.getLogger(__name__)


def install(wheel: Path, system: System, root: Path, folder: Path) -> Computer:
    """Install a wheel under emulation, without a network, and return the computer that has it.

    pip runs on the emulated processor and judges there what the wheel and its dependencies ask for. It finds Debian's
    NumPy and OpenCV installed; the rest it takes from a folder of wheels.

    Args:
        wheel: of this repository.
        system: to install it on.
        root: the system's tree.
        folder: an empty folder to install into.

    Raises:
        RuntimeError: pip refused the wheel or a dependency, or found none.
    """
    house = _dependencies(wheel, system, root)
    _LOG.info("installing the wheel on %s", system.name)
    Computer(system, root, (root / PIP,)).run(
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-cache-dir"),
        *("--no-index", "--find-links", str(house), "--prefix", str(folder)),
        f"{wheel}[{','.join(system.extras)}]" if system.extras else str(wheel),
    )
    [package] = folder.glob("**/device_runtime")
    compile_python(build_root(system.release, "amd64"), system.release, package.parent)
    return Computer(system, root, (package.parent,))


def _dependencies(wheel: Path, system: System, root: Path) -> Path:
    """A folder with the wheels that the wheel needs beside Debian's packages, from the cache or from PyPI."""
    constraints = REPOSITORY / "constraints" / f"{system.release.name}.txt"
    names = sorted(_needs(wheel, system) - {"numpy", "msgspec"})
    key = sha256("\n".join([constraints.read_text(), root.name, *names]).encode()).hexdigest()[:12]
    folder = system.shelf / f"house-{key}"
    if folder.exists():
        return folder
    for old in system.shelf.glob("house-*"):
        shutil.rmtree(old)
    unfinished = fresh_folder(folder.with_suffix(".unfinished"))
    pip(
        *("download", "--dest", str(unfinished), "--constraint", str(constraints), "--no-deps", "--only-binary=:all:"),
        *("--implementation", "cp", "--python-version", system.release.python),
        *platform_options(system.release, system.machine),
        *names,
    )
    if not system.msgspec:
        build_msgspec(root, system.release.python, system.machine, constraints, unfinished)
    unfinished.rename(folder)
    return folder


def _needs(wheel: Path, system: System) -> set[str]:
    """The names of what a wheel asks for on a system."""
    with zipfile.ZipFile(wheel) as contents:
        [metadata] = (name for name in contents.namelist() if name.endswith(".dist-info/METADATA"))
        lines = contents.read(metadata).decode().splitlines()
    there = {"platform_machine": system.machine, "python_version": system.release.python}
    found = set()
    for line in lines:
        if line.startswith("Requires-Dist: "):
            need = Requirement(line.removeprefix("Requires-Dist: "))
            extras = ("", *system.extras)
            if need.marker is None or any(need.marker.evaluate(there | {"extra": extra}) for extra in extras):
                found.add(need.name)
    return found
