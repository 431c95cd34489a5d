"""Debian systems for which PyPI has no NumPy and OpenCV: trees with Debian's own, and programs run in them."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.emulated.hollow import fill_missing_libraries
from tests.emulated.roots import (
    RELEASES,
    Release,
    build_root,
    cache_folder,
    compile_python,
    fresh_folder,
    unpack,
    write_processor_files,
)

PIP = "opt/pip"  # in a tree
_TIMEOUT_S = 900
_LOG = logging.getLogger(__name__)

# python3-numpy brings NumPy's own libraries, the others are what OpenCV decodes and works with.
_PACKAGES = "base-files,python3-numpy,libjpeg62-turbo,libtbb12,libtiff6,libwebp7,libopenjp2-7"
# Of OpenCV only what a reader calls: all of it brings Qt, VTK, FFmpeg and GDAL, and half a gigabyte a tree. Then the
# pip of Debian's environments, and the headers for msgspec. All without what they depend on, so by apt's download.
_DOWNLOADS = (
    "python3-opencv libopencv-core{0} libopencv-imgproc{0} libopencv-imgcodecs{0} python3-pip-whl libpython{1}-dev"
)
_DOWNLOAD = (
    'cd "$1" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download {} && '
    "for package in *.deb; do dpkg-deb -x $package . || exit; done && rm *.deb"
)


@dataclass(frozen=True)
class System:
    """A Debian release on a processor.

    architecture: Debian's name of the processor; machine: Python's.
    triplet: of the folder of its libraries.
    emulator: the command, as a processor that such a board has.
    opencv: of Debian's packages, as in libopencv-core406.
    png: Debian's package of libpng.
    engines: the engines that must run there.
    extras: as in `posteye[...]`.
    msgspec: whether Debian has it.
    versions: of Debian's NumPy and OpenCV.
    """

    release: Release
    architecture: str
    machine: str
    triplet: str
    emulator: tuple[str, ...]
    opencv: str
    png: str
    engines: tuple[str, ...]
    extras: tuple[str, ...]
    msgspec: bool
    versions: tuple[str, str]

    @property
    def name(self) -> str:
        return f"{self.release.name}-{self.architecture}"

    @property
    def shelf(self) -> Path:
        """The folder of the cache for what belongs to this system."""
        return cache_folder() / self.name


_BOOKWORM, _TRIXIE = RELEASES
_ARMHF = ("armhf", "armv7l", "arm-linux-gnueabihf", ("qemu-arm", "-cpu", "cortex-a7"))  # a Pi 2
_RISCV64 = ("riscv64", "riscv64", "riscv64-linux-gnu", ("qemu-riscv64",))
SYSTEMS = (
    System(_BOOKWORM, *_ARMHF, "406", "libpng16-16", ("numpy", "tflite"), ("tflite",), False, ("1.24.2", "4.6.0")),
    System(_TRIXIE, *_ARMHF, "410", "libpng16-16t64", ("numpy",), (), False, ("2.2.4", "4.10.0")),
    System(_TRIXIE, *_RISCV64, "410", "libpng16-16t64", ("numpy",), (), True, ("2.2.4", "4.10.0")),
)


@dataclass(frozen=True)
class Computer:
    """A system with folders that its Python searches."""

    system: System
    root: Path
    path: tuple[Path, ...]

    def run(self, *arguments: str, **environment: str) -> str:
        """Run its Python under emulation and return the standard output.

        Raises:
            RuntimeError: it failed; the message has the end of what it said.
        """
        python = str(self.root / f"usr/bin/python{self.system.release.python}")
        search = [*self.path, self.root / "usr/lib/python3/dist-packages"]
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONHOME": str(self.root / "usr"),
            "PYTHONPATH": ":".join(map(str, search)),
            "PYTHONNOUSERSITE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONSAFEPATH": "1",  # or the checkout, when it is the current folder, goes before the wheel
            "LC_ALL": "C.UTF-8",
        } | environment
        command = [*self.system.emulator, "-L", str(self.root), python, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, env=variables, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.system.name}: ended with {done.returncode}:\n{done.stdout}{done.stderr[-4000:]}")
        return done.stdout

    def posteye(self, *arguments: str) -> str:
        """Run the `posteye` command as `run` does (pip's script would start the host's Python)."""
        return self.run("-c", "import sys; from device_runtime.cli import main; sys.exit(main())", *arguments)


def build_system(system: System) -> Path:
    """The tree of a system, from the cache or unpacked from Debian's packages; nothing is emulated for it.

    Raises:
        MissingTool: this machine cannot do it.
        RuntimeError: mmdebstrap or the compiler failed.
    """
    python = system.release.python
    packages = f"{_PACKAGES},{system.png},python{python}-minimal,libpython{python}-stdlib"
    packages += ",python3-msgspec" if system.msgspec else ""
    download = _DOWNLOAD.format(_DOWNLOADS.format(system.opencv, python))
    code = Path(__file__).read_bytes() + Path(__file__).with_name("hollow.py").read_bytes()
    root = system.shelf / f"root-{hashlib.sha256(code).hexdigest()[:12]}"
    if root.exists():
        return root
    shutil.rmtree(system.shelf, ignore_errors=True)
    unfinished = fresh_folder(root.with_suffix(".unfinished"))
    unpack(system.release.name, system.architecture, packages, unfinished, [download])
    libraries = unfinished / "usr/lib" / system.triplet
    for name in ("blas/libblas.so.3", "lapack/liblapack.so.3"):  # by a package's script otherwise
        (libraries / Path(name).name).symlink_to(name)
    for archive in libraries.parent.rglob("*.a"):
        archive.unlink()
    [opencv] = (unfinished / "usr/lib/python3/dist-packages").glob("cv2*.so")
    fill_missing_libraries(opencv, unfinished, system.triplet, system.machine)
    [pip] = (unfinished / "usr/share/python-wheels").glob("pip-*.whl")
    with zipfile.ZipFile(pip) as contents:
        contents.extractall(unfinished / PIP)
    write_processor_files(unfinished)
    compile_python(build_root(system.release, "amd64"), system.release, unfinished)
    unfinished.rename(root)
    return root
