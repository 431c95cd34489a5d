"""`python -m convert.lenet5` from a checkpoint to two files, and its gate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import convert.lenet5.__main__
import convert.lenet5.gate
import convert.parity
from convert.lenet5.__main__ import lenet5
from convert.lenet5.gate import check_lenet
from tests.engines_here import requires
from tests.lenet_stub import converted, make_lenet, random_digits
from train.data.mnist import Digits, Mnist
from train.lenet1998.finetune import batched
from train.lenet1998.model import as_input
from train.lenet1998.rbf import digit_penalties

pytestmark = [requires("litert"), requires("tflite"), pytest.mark.usefixtures("one_thread")]
DIGITS = 60


def digits(seed: int) -> Digits:
    """Made-up digits, labelled as the float net answers."""
    images = random_digits(DIGITS, seed)
    labels = digit_penalties(batched(make_lenet(), as_input(images, 32))).argmin(1).numpy().astype(np.uint8)
    return Digits(images, labels, np.full(DIGITS, -1, np.int32))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint of the float net; the command finds made-up digits and a model that is converted already."""
    net = make_lenet()
    pairs = zip(net.weights, net.biases, strict=True)
    row = np.concatenate([p.detach().numpy().ravel() for pair in pairs for p in pair])
    np.savez(tmp_path / "run.npz", parameters=row, done=20, seed=1)
    monkeypatch.setattr(convert.lenet5.__main__, "load_mnist", lambda _: Mnist(digits(1), digits(2), digits(3)))
    monkeypatch.setattr(convert.lenet5.__main__, "convert_lenet", lambda _: converted())
    return tmp_path / "run.npz"


def call(run: Path, out: Path, *options: str) -> Result:
    return CliRunner().invoke(lenet5, [str(run), "--out", str(out), "--passes", "0", *options])


def test_files_are_written_when_the_gate_holds(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert.lenet5.gate, "LARGEST_LOSS", 1.0)  # random weights have no margins
    out = tmp_path / "new" / "lenet5"
    result = call(run, out, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report == json.loads((out / "parity.json").read_text())
    assert report["float_error"] == 0 and report["parity"]["strips"] == DIGITS
    assert report["tflite_bytes"] == len((out / "lenet5.tflite").read_bytes())
    assert report["onnx_bytes"] == len((out / "lenet5.onnx").read_bytes())


def test_no_model_is_written_when_kernels_differ(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert.lenet5.gate, "LARGEST_LOSS", 1.0)
    monkeypatch.setattr(convert.parity, "KERNELS_LSB", -1)
    result = call(run, tmp_path)
    assert result.exit_code == 1 and "FAILS" in result.stdout and "no model written" in result.stderr
    assert result.stdout.startswith("wrong: float net 0.00%, QAT torch ")
    assert (tmp_path / "parity.json").exists() and not (tmp_path / "lenet5.tflite").exists()


def test_kernels_agree_and_lost_accuracy_fails() -> None:
    test = digits(4)
    right = check_lenet(converted(), make_lenet(), test.images, test.labels, lambda _: None)
    pairs = [pair for pair in right.parity.pairs if pair.allowed_lsb == 0]
    assert len(pairs) == 21 and all(pair.max_lsb == 0 for pair in pairs) and right.parity.holds
    assert right.loss == pytest.approx(right.changed / DIGITS)
    flipped = np.where(np.arange(DIGITS) < 30, (test.labels + 1) % 10, test.labels).astype(np.uint8)
    wrong = check_lenet(converted(), make_lenet(), test.images, flipped, lambda _: None)
    assert wrong.float_error == 0.5 and abs(wrong.loss) <= right.changed / DIGITS


def test_bad_input_is_said_in_a_line(run: Path, tmp_path: Path) -> None:
    missing = call(tmp_path / "nothing.npz", tmp_path)
    assert missing.exit_code == 2 and "--only lenet_5 leaves one" in missing.stderr
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    assert call(tmp_path / "broken.npz", tmp_path).exit_code == 2
    np.savez(tmp_path / "short.npz", parameters=np.zeros(5, np.float32))
    short = call(tmp_path / "short.npz", tmp_path)
    assert short.exit_code == 2 and short.stderr.count("\n") == 1 and "not those of LeNet-5" in short.stderr
    (tmp_path / "taken").write_text("a file")
    taken = call(run, tmp_path / "taken" / "below")
    assert taken.exit_code == 2 and "cannot be written" in taken.stderr
