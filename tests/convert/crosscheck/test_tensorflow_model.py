"""TensorFlow makes of the stub nets the very files that `convert` writes, and sees a scanner that moved."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from convert.crosscheck.compare import Count, compare
from convert.crosscheck.nets import tensorflow_scanner
from convert.crosscheck.run import check_lenet
from device_runtime.bundle import MODEL_FILE
from tests.lenet_stub import converted, random_digits
from tests.stub import make_stub_scanner, stub_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None,
        reason="TensorFlow is not installed: pip install -e '.[crosscheck]'",
    ),
]


def test_tensorflows_model_is_ours(capfd: pytest.CaptureFixture[str]) -> None:
    ours = (stub_bundle() / MODEL_FILE).read_bytes()
    capfd.readouterr()
    theirs, version = tensorflow_scanner(make_stub_scanner())
    assert capfd.readouterr() == ("", "")  # none of TensorFlow's remarks
    assert version.split(".")[0] == "2"
    found = compare(ours, theirs)
    assert found.agrees, found


def test_one_weight_that_moved_by_a_step_is_the_one_that_differs() -> None:
    ours = (stub_bundle() / MODEL_FILE).read_bytes()
    scanner = make_stub_scanner()
    conv = list(scanner.convs())[3]
    scale = conv.integers(scanner.input_scale)[1]
    with torch.no_grad():
        place = tuple(int(i) for i in (conv.weight[0].abs() < 10 * scale[0]).nonzero()[0])
        conv.weight[(0, *place)] += scale[0]  # of int8; the net itself moves by four of them
    theirs, _ = tensorflow_scanner(scanner)
    (pair,) = [pair for pair in compare(ours, theirs).tensors if not pair.agrees]
    assert (pair.operator, pair.part) == ("7 CONV_2D", "weight")
    assert (pair.values.differing, pair.values.largest) == (1, 1.0)


def test_lenet_5_too_with_its_tanh_its_sub_sampling_and_its_distances() -> None:
    model = converted()
    check = check_lenet(model.trained, model.tflite, random_digits(20, seed=1), lambda _: None)
    assert check.holds, check
    kinds = {pair.operator.split()[1] for pair in check.model.tensors[1:]}
    assert kinds == {"CONV_2D", "DEPTHWISE_CONV_2D", "TANH", "MUL", "CONCATENATION"}
    assert check.scores == Count(200, 0, 0.0)
