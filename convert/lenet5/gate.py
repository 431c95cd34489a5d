"""LeNet-5 in all its formats on the same digits: the parity gate, and what int8 costs in accuracy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from convert.backends import QAT, Formats, Scores, all_backends
from convert.chain import Chain, products
from convert.chain_engine import ChainEngine
from convert.lenet5.export import export_lenet
from convert.onnx_files.reader import read_chain
from convert.parity import Report, check_parity, table
from convert.tflite_writer import write_tflite
from train.lenet1998.finetune import batched, framed
from train.lenet1998.model import LeNet, as_input
from train.lenet1998.quantization import QuantLeNet
from train.lenet1998.rbf import digit_penalties

LARGEST_LOSS = 0.0005  # of accuracy by int8: 0.05 point


@dataclass(frozen=True)
class LenetModel:
    """A finished net in the three formats that are compared.

    Attributes:
        trained: In torch.
        chain: What the files compute.
        onnx: The ONNX file.
        tflite: The TFLite file.
    """

    trained: QuantLeNet
    chain: Chain
    onnx: bytes
    tflite: bytes


@dataclass(frozen=True)
class LenetReport:
    """What int8 costs.

    Attributes:
        float_error: Share of the digits that the float net gets wrong.
        changed: Digits that int8 answers otherwise.
        products: Multiply-accumulates for one digit.
        onnx_bytes: Size of the ONNX file.
        tflite_bytes: Size of the TFLite file.
        parity: The gate, whose `strips` are the digits.
    """

    float_error: float
    changed: int
    products: int
    onnx_bytes: int
    tflite_bytes: int
    parity: Report

    @property
    def loss(self) -> float:
        """The share of wrong answers that int8 adds, at worst among the backends."""
        return 1 - min(contestant.exact_share for contestant in self.parity.contestants) - self.float_error

    @property
    def holds(self) -> bool:
        """All kernels agree, and int8 costs no more than LARGEST_LOSS."""
        return self.parity.holds and self.loss <= LARGEST_LOSS + 1e-9


def convert_lenet(trained: QuantLeNet) -> LenetModel:
    """Write a finished net as ONNX and as TFLite.

    Raises:
        ConvertError: When it cannot be written.
    """
    model = export_lenet(trained)
    chain = read_chain(model)
    tflite = write_tflite(chain, f"{trained.plan.name}, int8", trained.plan.side)
    return LenetModel(trained, chain, model.SerializeToString(deterministic=True), tflite)


def check_lenet(
    model: LenetModel,
    source: LeNet,
    digits: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    tell: Callable[[str], None],
) -> LenetReport:
    """Compare every pair of backends and the float net on digits.

    Args:
        model: In all its formats.
        source: The float net.
        digits: uint8 [n, h, w], ink bright.
        labels: uint8 [n].
        tell: Called with a line at each step.

    Raises:
        PosteyeError: When an interpreter is missing.
    """
    side = source.plan.side
    penalties = batched(lambda images: digit_penalties(source(images)), as_input(digits, side)).numpy()
    answers = penalties.argmin(1)
    strips = list(framed(digits, side))
    numpy = partial(ChainEngine, model.chain)
    formats = Formats(model.trained.penalty_map, model.onnx, model.tflite, numpy, model.chain.output, as_scores)
    found = all_backends(formats)
    parity = check_parity(found, strips, [str(label) for label in labels], (side,), read_digit, tell)
    reference = found[0].run(np.stack(strips))[:, 0].argmax(1)
    return LenetReport(
        float_error=float((answers != labels).mean()),
        changed=int((answers != reference).sum()),
        products=products(model.chain, side),
        onnx_bytes=len(model.onnx),
        tflite_bytes=len(model.tflite),
        parity=parity,
    )


def as_scores(penalties: NDArray[np.int8]) -> Scores:
    """Penalties int8 [n, 10, 1, columns] -> scores [n, columns, 10], the least penalty highest: -1 - q."""
    return ~penalties[:, :, 0].transpose(0, 2, 1)


def read_digit(scores: Scores) -> str:
    """The class of the best score [1, 10]."""
    return str(int(scores[0].argmax()))


def lenet_table(report: LenetReport) -> str:
    """The report as text for a terminal."""
    errors = {contestant.name: 1 - contestant.exact_share for contestant in report.parity.contestants}
    qat = errors.pop(QAT)
    lines = [
        f"wrong: float net {report.float_error:.2%}, {QAT} {qat:.2%}, int8 at worst {max(errors.values()):.2%}",
        f"{report.changed} of {report.parity.strips:,} digits are answered otherwise than by the float net",
        f"{report.products:,} multiply-accumulates, "
        f"{report.tflite_bytes:,} bytes of TFLite, {report.onnx_bytes:,} of ONNX",
    ]
    return "\n".join([*lines, "", table(report.parity)])
