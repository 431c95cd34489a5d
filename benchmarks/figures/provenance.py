"""Where a figure comes from: hashes of code, data, fonts and bundle, the commit, the versions, the machine.

Hashes are SHA-256 in hexadecimal. None of them depends on where a file lies, so that moving one changes nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import DEFAULT_BUNDLE, MANIFEST_FILE, MODEL_FILE
from device_runtime.errors import PosteyeError
from train.data.mnist import Digits
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts, found_families

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "device_runtime" / "bundles" / DEFAULT_BUNDLE
_PACKAGES = (
    "numpy",
    "opencv-python-headless",
    "ai-edge-litert",
    "tflite-runtime",
    "onnxruntime",
    "torch",
    "scikit-learn",
)
# Fields of the syntax tree that say nothing of what the code does, or that only some versions of Python have.
_SILENT = frozenset({"kind", "type_comment", "type_ignores", "type_params"})
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_hash(patterns: Sequence[str], root: Path = ROOT) -> str:
    """What the files do that the patterns name: globs below `root`, "-" before one leaves its files out again.

    Of Python files only the syntax tree counts, without docstrings; of others every byte.

    Raises:
        PosteyeError: A pattern matches nothing, or a file does not parse.
    """
    return _joined(_file_hash(path) for path in code_files(patterns, root))


def code_files(patterns: Sequence[str], root: Path = ROOT) -> list[Path]:
    """The files that patterns name, as `code_hash` takes them.

    Raises:
        PosteyeError: A pattern matches nothing.
    """
    found: set[Path] = set()
    for pattern in patterns:
        matched = {p for p in root.glob(pattern.removeprefix("-")) if p.is_file() and "__pycache__" not in p.parts}
        if not matched:
            raise PosteyeError(
                f"no file is named by {pattern!r}; mend the code of the figure in benchmarks/figures/list.py"
            )
        found = found - matched if pattern.startswith("-") else found | matched
    return sorted(found)


def _file_hash(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix != ".py":
        return hashlib.sha256(content).hexdigest()
    try:
        return hashlib.sha256(_meaning(ast.parse(content)).encode()).hexdigest()
    except SyntaxError as error:
        raise PosteyeError(f"{path.name} does not parse: {error}") from None


def _meaning(node: object) -> str:
    """A syntax tree as text without comments, layout and docstrings, the same in every version of Python.

    `ast.dump` will not do: it writes empty fields in some versions and not in others.
    """
    if isinstance(node, list):
        return f"[{' '.join(_meaning(part) for part in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    if isinstance(node, ast.JoinedStr):  # Python 3.12.0 and 3.12.1 add empty strings
        fields["values"] = [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    told = (
        f"{name}={_meaning(value)}" for name, value in fields.items() if name not in _SILENT and value not in (None, [])
    )
    return f"({type(node).__name__} {' '.join(told)})"


def data_hash(path: Path) -> str:
    """Of a file its bytes, of a folder the names and bytes of all in it.

    Raises:
        PosteyeError: It is missing.
    """
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if not path.is_dir():
        raise PosteyeError(f"{path} is missing; give the data that are to be measured")
    inside = sorted(p for p in path.rglob("*") if p.is_file())
    return _joined(f"{p.relative_to(path).as_posix()} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in inside)


def files_hash(paths: Iterable[Path]) -> str:
    """Of files that lie anywhere their names and bytes."""
    return _joined(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths)


def arrays_hash(*arrays: NDArray[np.generic]) -> str:
    """Of arrays their shapes, types and numbers."""
    return _joined(f"{a.shape} {a.dtype} {hashlib.sha256(a.tobytes()).hexdigest()}" for a in arrays)


def fonts_hash() -> str:
    """Of the fonts that generated fields are set in the names and bytes of their files."""
    return files_hash(find_fonts((*PRINT_FAMILIES, *HAND_FAMILIES)))


def fonts_found() -> dict[str, int | str]:
    """How many families for print and after handwriting are installed, and the names of those that are not."""
    here = {"print": found_families(PRINT_FAMILIES), "hand": found_families(HAND_FAMILIES)}
    missing = [family for family in (*PRINT_FAMILIES, *HAND_FAMILIES) if family not in {*here["print"], *here["hand"]}]
    return {kind: len(families) for kind, families in here.items()} | {"missing": ", ".join(missing) or "none"}


def mnist_hash(test: Digits) -> str:
    """Of MNIST its test digits; the loader refuses training images that are not the original ones."""
    return arrays_hash(test.images, test.labels)


def bundle_hash(bundle: Path = SHIPPED) -> str:
    """Of a bundle the model and what its manifest says (calibration included), however it is laid out."""
    try:
        said = msgspec.json.encode(msgspec.json.decode((bundle / MANIFEST_FILE).read_bytes()))
        return _joined(
            [hashlib.sha256(said).hexdigest(), hashlib.sha256((bundle / MODEL_FILE).read_bytes()).hexdigest()]
        )
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"the bundle {bundle} cannot be read ({error})") from None


def commit(patterns: Sequence[str]) -> tuple[str, bool]:
    """The commit that is checked out, and whether the files that the patterns name differ from it.

    Raises:
        PosteyeError: This is no git checkout.
    """
    head = _git("rev-parse", "HEAD").strip()
    files = [str(path.relative_to(ROOT)) for path in code_files(patterns)]
    return head, bool(_git("--no-optional-locks", "status", "--porcelain", "--", *files).strip())


def command() -> str:
    """How this program was called, with the name of a file or folder in place of an absolute path to it."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    program = f"python -m {spec.name.removesuffix('.__main__')}" if spec else Path(sys.argv[0]).name
    return f"{program} {shown(sys.argv[1:])}".rstrip()


def shown(words: Sequence[str]) -> str:
    """Words of a command line as they are typed, with the name of a file or folder in place of an absolute path."""
    return " ".join(_quoted(_named(word)) for word in words)


def versions() -> dict[str, str]:
    """Python and those packages that figures may depend on, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """The processor, and how busy it is now."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].split(":", 1)[1].strip() if models else platform.machine()
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _named(word: str) -> str:
    return Path(word).name if Path(word).is_absolute() or word.startswith(("..", "~")) else word


def _quoted(word: str) -> str:
    return f"'{word}'" if set(word) & set(" \\{}()|*?$") else word


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PosteyeError(f"a figure names its commit, and git cannot give it: {error}") from None
    return done.stdout


def _joined(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
