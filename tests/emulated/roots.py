"""Debian file trees for the ARM check: built without emulation, kept in a cache, and a Python to run inside each."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Architecture = Literal["amd64", "arm64"]
Cpu = Literal["cortex-a53", "cortex-a76"]  # of a Pi 3 and a Zero 2 W, and of a Pi 5

_LOG = logging.getLogger(__name__)

# base-files brings /lib -> usr/lib (trixie), without which the loader is not found.
_PACKAGES = "base-files,python{0}-minimal,libpython{0}-stdlib,libstdc++6,libatomic1"

# A Raspberry Pi 3's own. Emulation shows a program the host's /proc, and LiteRT crashes when it meets an x86 cpuinfo
# on ARM; files in the tree come first.
_CPUINFO = """\
processor\t: {}
BogoMIPS\t: 38.40
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd03
CPU revision\t: 4

"""
_CORES = 4


class MissingTool(Exception):
    """The check cannot run here: the message says what to install or to set."""


@dataclass(frozen=True)
class Release:
    """A Debian release as a Pi runs it.

    glibc: (major, minor) of its C library, which says what wheels it takes.
    extras: what is installed of this repository beyond the default, as in `posteye[...]`.
    engines: the engines that must run there.
    """

    name: str
    python: str
    glibc: tuple[int, int]
    extras: tuple[str, ...]
    engines: tuple[str, ...]


RELEASES = (
    Release("bookworm", "3.11", (2, 36), ("tflite",), ("numpy", "tflite", "litert")),
    Release("trixie", "3.13", (2, 41), (), ("numpy", "litert")),
)


def cache_folder() -> Path:
    """Where trees and wheels are kept between runs: `$POSTEYE_CACHE/arm`, else `~/.cache/posteye/arm`."""
    return Path(os.environ.get("POSTEYE_CACHE", "~/.cache/posteye")).expanduser() / "arm"


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Keeps other processes from building what has this name in the cache; tests run in several."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def require_tools() -> None:
    """Checks that this machine can do the check at all.

    Raises MissingTool, naming the package to install.
    """
    if platform.machine() != "x86_64":
        raise MissingTool(f"the check compares ARM with x86-64: run it on x86-64, not on {platform.machine()}")
    packages = {"qemu-aarch64": "qemu-user", "mmdebstrap": "mmdebstrap", "apt-get": "apt", "tar": "tar"}
    missing = [package for tool, package in packages.items() if shutil.which(tool) is None]
    if missing:
        raise MissingTool(f"install what is missing: sudo apt-get install --no-install-recommends {' '.join(missing)}")


def build_root(release: Release, architecture: Architecture) -> Path:
    """Returns a tree with the release's Python, from the cache or unpacked from Debian's packages.

    No script of a package is run, so nothing is emulated and no root user is needed.
    Raises MissingTool or RuntimeError.
    """
    with one_at_a_time(f"{release.name}-{architecture}"):
        return _built_root(release, architecture)


def _built_root(release: Release, architecture: Architecture) -> Path:
    packages = _PACKAGES.format(release.python)
    key = hashlib.sha256((packages + _CPUINFO).encode()).hexdigest()[:12]
    root = cache_folder() / f"{release.name}-{architecture}" / f"root-{key}"
    if root.exists():
        return root
    unfinished = fresh_folder(root.with_suffix(".unfinished"))
    unpack(release.name, architecture, packages, unfinished)
    if architecture == "arm64":
        write_processor_files(unfinished)
        compile_python(build_root(release, "amd64"), release, unfinished)
    else:
        compile_python(unfinished, release, unfinished)
    unfinished.rename(root)
    return root


def unpack(release: str, architecture: str, packages: str, folder: Path, hooks: Sequence[str] = ()) -> None:
    """Unpacks Debian's packages and what they depend on into an empty folder.

    Args:
        release: Debian's name of it.
        architecture: Debian's name of it.
        packages: their names, with commas between.
        folder: to unpack into.
        hooks: shell commands of mmdebstrap, run when all is unpacked.
    """
    archive = folder / "root.tar"
    mmdebstrap = [
        "mmdebstrap",
        "--mode=chrootless",
        "--skip=check/chrootless",  # as root it asks for a second yes, for fear of package scripts; none is run
        "--variant=extract",
        "--aptopt=Acquire::Retries 3",
        f"--architectures={architecture}",
        f"--include={packages}",
        *(f"--extract-hook={hook}" for hook in hooks),
        release,
        str(archive),
        _debian_mirror(),
    ]
    _LOG.info("unpacking %s for %s", release, architecture)
    run_quietly(mmdebstrap)
    # Through an archive, so that every file belongs to the user and no device node is asked for.
    run_quietly(["tar", "-x", "--no-same-owner", "--exclude=./dev/*", "-f", str(archive), "-C", str(folder)])
    archive.unlink()


def python_command(
    root: Path,
    release: Release,
    architecture: Architecture,
    path: Sequence[Path],
    cpu: Cpu = "cortex-a53",
    emulator: Sequence[str] = (),
) -> list[str]:
    """Returns the command line, up to the script's name, of the tree's Python with `path` as its PYTHONPATH.

    arm64 runs as `cpu` under user-mode emulation with further options of the emulator, amd64 straight on this processor
    with the tree's own loader.
    """
    python = str(root / f"usr/bin/python{release.python}")
    if architecture == "arm64":
        # A program asks the emulated processor for what it can do; that the tree's cpuinfo says A53 changes no count.
        start = ["qemu-aarch64", "-cpu", cpu, *emulator, "-L", str(root), python]
    else:
        libraries = f"{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu"
        start = [str(root / "lib64/ld-linux-x86-64.so.2"), "--library-path", libraries, python]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONHOME": str(root / "usr"),
        "PYTHONPATH": ":".join(map(str, path)),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",  # or the checkout, when it is the current folder, goes before the wheel
        "LC_ALL": "C.UTF-8",
    }
    return ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), *start]


def compile_python(amd64_root: Path, release: Release, folder: Path) -> None:
    """Writes the byte code of every module under a folder, with the release's own Python on this processor.

    Byte code is the same on every processor; without it each start under emulation costs seconds more.
    """
    python = python_command(amd64_root, release, "amd64", [])
    # Its exit status tells of files that are no modules (templates, samples of wrong code), not of a failure.
    # No -j: that starts the tree's Python again, without the tree's loader.
    subprocess.run([*python, "-m", "compileall", "-q", "-q", str(folder)], check=False)


def run_quietly(command: list[str]) -> str:
    """Runs a command and returns its standard output; when it fails, raises RuntimeError with what it said."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed with {done.returncode}:\n{done.stderr[-4000:]}")
    return done.stdout


def fresh_folder(folder: Path) -> Path:
    """Makes an empty folder, deleting what was there (left by a run that was stopped)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _debian_mirror() -> str:
    """The address of the Debian archive that this machine's own apt uses."""
    system = platform.freedesktop_os_release()
    if system["ID"] != "debian":
        raise MissingTool(
            f"the check takes a mirror from Debian's apt sources: run it on Debian, not on {system['ID']}"
        )
    targets = ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    for line in run_quietly(targets).splitlines():
        site, suite, component = line.split()
        if component == "main" and suite in (system["VERSION_CODENAME"], "stable", "testing", "unstable"):
            return site
    raise MissingTool(f"apt's sources name no archive with {system['VERSION_CODENAME']} main; add Debian's")


def write_processor_files(root: Path) -> None:
    """Writes into a tree what the system says of a Pi's processor."""
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc/cpuinfo").write_text("".join(_CPUINFO.format(core) for core in range(_CORES)))
    cpu = root / "sys/devices/system/cpu"
    cpu.mkdir(parents=True)
    for name in ("possible", "present", "online"):
        (cpu / name).write_text(f"0-{_CORES - 1}\n")
