"""The cross-check of a converted net: its file against the one that TensorFlow makes of the same trained net."""

from __future__ import annotations

import importlib.metadata
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convert.bundle.writer import check_target, write_bundle
from convert.crosscheck.compare import ENGINE, compare, compare_outputs
from convert.crosscheck.nets import tensorflow_lenet, tensorflow_scanner
from convert.crosscheck.report import CrossCheck
from convert.crosscheck.tensorflow_model import require_tensorflow
from convert.parity import Report
from convert.pipeline import convert_folder
from convert.training_folder import load_strips, load_trained
from device_runtime.bundle import ONNX_FILE, Bundle, load_bundle
from device_runtime.engines.interpreter import RUNTIMES
from device_runtime.recognition.scanner import pad_to_width
from train.lenet1998.finetune import framed
from train.lenet1998.quantization import QuantLeNet
from train.scanner.quantization import INPUT_ZERO_POINT

Tell = Callable[[str], None]


def check_bundle(folder: Path, bundle: Bundle, strips: int, tell: Tell) -> CrossCheck:
    """Compare a bundle with what TensorFlow makes of the same scanner.

    Args:
        folder: What training left.
        bundle: The bundle.
        strips: How many of the folder's strips both scan.
        tell: Called with a line at each step.

    Raises:
        ConvertError: When the folder is unfit or TensorFlow is missing.
        PosteyeError: When the interpreter is missing.
    """
    require_tensorflow()
    trained = load_trained(folder)
    pixels, _ = load_strips(folder, strips)
    source = bundle.manifest.input
    padded = [pad_to_width(strip, source.widths_px) for strip in pixels]
    return check_model(bundle.model, partial(tensorflow_scanner, trained.scanner), padded, source.zero_point, tell)


def check_lenet(trained: QuantLeNet, tflite: bytes, digits: NDArray[np.uint8], tell: Tell) -> CrossCheck:
    """Compare a converted LeNet-5 with what TensorFlow makes of the same net.

    Args:
        trained: The net.
        tflite: The file that it was converted to.
        digits: uint8 [n, h, w], ink bright.
        tell: Called with a line at each step.

    Raises:
        PosteyeError: As `check_bundle` does.
    """
    images = list(framed(digits, trained.plan.side))
    return check_model(tflite, partial(tensorflow_lenet, trained), images, INPUT_ZERO_POINT, tell)


def check_model(
    ours: bytes,
    make_theirs: Callable[[], tuple[bytes, str]],
    images: Sequence[NDArray[np.uint8]],
    zero_point: int,
    tell: Tell,
) -> CrossCheck:
    """Compare a TFLite file with TensorFlow's, and what both compute from images.

    Args:
        ours: Our file.
        make_theirs: Gives TensorFlow's file and TensorFlow's version.
        images: uint8 [H, W] each.
        zero_point: What both take is q = pixel + zero_point.
        tell: Called with a line at each step.

    Raises:
        PosteyeError: As `check_bundle` does.
    """
    tell("cross-check: TensorFlow builds and converts the net")
    theirs, version = make_theirs()
    model = compare(ours, theirs)
    interpreter = f"{RUNTIMES[ENGINE].distribution} {importlib.metadata.version(RUNTIMES[ENGINE].distribution)}"
    if model.structure:
        return CrossCheck(version, interpreter, len(images), model, None)
    tell(f"cross-check: both models run on {len(images):,} images")
    quantized = ((image.astype(np.int16) + zero_point).astype(np.int8)[np.newaxis, ..., np.newaxis] for image in images)
    return CrossCheck(version, interpreter, len(images), model, compare_outputs(ours, theirs, quantized))


def convert_checked(folder: Path, out: Path, name: str, strips: int, tell: Tell) -> tuple[Report, CrossCheck | None]:
    """Convert as `convert_folder` does, and write the bundle only if it passes the cross-check as well.

    Args:
        folder: As in `convert_folder`.
        out: As in `convert_folder`.
        name: As in `convert_folder`.
        strips: As in `convert_folder`.
        tell: As in `convert_folder`.

    Returns:
        The parity report, and the cross-check unless the parity gate had failed.

    Raises:
        PosteyeError: As `convert_folder` and `check_bundle` do.
    """
    require_tensorflow()
    check_target(out)
    with tempfile.TemporaryDirectory(prefix="posteye-") as place:
        draft = Path(place) / "draft"
        report = convert_folder(folder, draft, name, strips, tell)
        if not report.holds:
            return report, None
        bundle = load_bundle(draft)
        check = check_bundle(folder, bundle, strips, tell)
        if check.holds:
            write_bundle(out, bundle.manifest, bundle.model, (draft / ONNX_FILE).read_bytes())
    return report, check
