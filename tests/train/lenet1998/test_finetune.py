"""Fine-tuning brings the integer net nearer to the float net."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from device_runtime.errors import PosteyeError
from tests.lenet_stub import make_lenet, random_digits
from train.lenet1998.finetune import FineTuning, batched, fine_tune, framed
from train.lenet1998.model import LENET_5, as_input, with_parameters
from train.lenet1998.quantization import RBF_AMPLITUDE, QuantLeNet
from train.scanner.quantization import INPUT_SCALE

pytestmark = pytest.mark.usefixtures("one_thread")


def distance(net: QuantLeNet, digits: np.ndarray) -> float:
    """Mean squared distance of its outputs to the float net's."""
    strips = torch.from_numpy(framed(digits, 32))[:, None] * INPUT_SCALE
    found = RBF_AMPLITUDE * batched(net.units, strips).flatten(1)
    return float((found - batched(make_lenet(), as_input(digits, 32))).square().sum(1).mean())


def test_the_distance_to_the_float_net_falls_and_runs_repeat() -> None:
    digits, told = random_digits(256, seed=5), list[str]()
    plain = fine_tune(make_lenet(), digits, FineTuning(passes=0), told.append)
    assert not told
    course = FineTuning(passes=2, batch=32, rate=3e-4)
    tuned = fine_tune(make_lenet(), digits, course, told.append)
    assert len(told) == 2 and told[1].startswith("pass 2 of 2: squared distance to the float net")
    assert distance(tuned, digits) < 0.9 * distance(plain, digits)
    again = fine_tune(make_lenet(), digits, course, told.append)
    assert all(torch.equal(a, b) for a, b in zip(tuned.parameters(), again.parameters(), strict=True))


def test_digits_are_framed_where_the_float_net_has_them() -> None:
    digits = random_digits(2, seed=6)
    gray = torch.from_numpy(framed(digits, 32)) * INPUT_SCALE
    torch.testing.assert_close(1.28 * gray - 0.1, as_input(digits, 32))


def test_parameters_of_a_run_fill_a_net() -> None:
    source = make_lenet()
    pairs = zip(source.weights, source.biases, strict=True)
    row = np.concatenate([p.detach().numpy().ravel() for pair in pairs for p in pair])
    again = with_parameters(LENET_5, row)
    assert all(torch.equal(a, b) for a, b in zip(source.parameters(), again.parameters(), strict=True))
    with pytest.raises(PosteyeError, match="not those of LeNet-5"):
        with_parameters(LENET_5, row[1:])
    with pytest.raises(PosteyeError, match="connect maps that LeNet-5 does not"):
        with_parameters(LENET_5, np.where(row == 0, np.float32(1), row))
