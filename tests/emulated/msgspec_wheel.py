"""msgspec for 32-bit ARM, of which PyPI has no wheel and Debian no package: its one C file, compiled by ziglang."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from email.parser import HeaderParser
from hashlib import sha256
from pathlib import Path

import build_core
from tests.emulated.wheels import pip


def build_msgspec(root: Path, python: str, machine: str, constraints: Path, folder: Path) -> None:
    """Write the wheel of the version that the constraints name into a folder.

    Args:
        root: a tree with the headers of its Python.
        python: that Python's version, as in "3.11".
        machine: one of build_core.TARGETS.
        constraints: a file of pip's.
        folder: for the wheel.
    """
    with tempfile.TemporaryDirectory() as work:
        pip("download", "--dest", work, "--constraint", str(constraints), "--no-deps", "--no-binary=msgspec", "msgspec")
        [archive] = Path(work).glob("msgspec-*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(work, filter="data")
        source = archive.with_name(archive.name.removesuffix(".tar.gz"))
        package = source / "src" / "msgspec"
        # Without a tag of the processor in its name: Python takes the plain .so as well.
        headers = [f"-I{root}/usr/include/python{python}", f"-I{root}/usr/include"]
        flags = ["-O2", "-DNDEBUG", "-w", "-shared", "-fPIC", *headers]
        library = [str(package / "_core.c"), "-o", str(package / "_core.so")]
        subprocess.run([*build_core.cross_compiler(machine), *flags, *library], check=True)
        version = HeaderParser().parsestr((source / "PKG-INFO").read_text())["Version"]
        cpython = f"cp{python.replace('.', '')}"
        tag = f"{cpython}-{cpython}-{build_core.TARGETS[machine].platform}"
        info = f"msgspec-{version}.dist-info"
        code = (file for file in package.iterdir() if file.suffix in (".py", ".so"))
        files = {f"msgspec/{file.name}": file.read_bytes() for file in code}
        files[f"{info}/METADATA"] = (source / "PKG-INFO").read_bytes()
        files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
        record = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items()]
        files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(folder / f"msgspec-{version}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files.items():
            wheel.writestr(name, data)


def _digest(data: bytes) -> str:
    """As RECORD has it. Source: the binary distribution format of the Python packaging specifications."""
    return urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")
