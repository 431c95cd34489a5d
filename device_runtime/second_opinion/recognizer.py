"""PP-OCRv6 small out of the package rapidocr, run by ONNX Runtime: a line of writing in, probabilities out.

Of the package only the weights are used. Its own code would bring a detector, a downloader and a log with it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import read_regular
from device_runtime.second_opinion.classes import reduction

NAME = "PP-OCRv6 small"
MODEL_SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"  # in rapidocr 3.10.0
MISSING = "a second opinion needs rapidocr and onnxruntime; run: pip install 'posteye[second-opinion]'"
_MODEL, _MODEL_LIMIT_BYTES = "PP-OCRv6_rec_small.onnx", 64 << 20
_HEIGHT_PX = 48
_STRIDE_PX = 8  # from one column of the net to the next
_LEAST_WIDTH_PX, _MOST_WIDTH_PX = 320, 3200  # a field of ordinary shape is padded to the first

# A line's grey pixels, uint8 [H, W], dark on light -> float32 [columns, 12], probabilities of ten digits, blank and
# rubbish; the columns share the width of the line out evenly.
Recognise = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def load_recognizer() -> Recognise:
    """Load the weights; nothing of the extra is imported before.

    Raises:
        PosteyeError: the extra is not installed, or the weights are not those that were calibrated.
    """
    folder = find_spec("rapidocr")
    try:
        import onnxruntime
    except ImportError:
        folder = None
    if folder is None or folder.origin is None:
        raise PosteyeError(MISSING)
    session = _session(onnxruntime, _weights(Path(folder.origin).parent / "models" / _MODEL))
    # CTC's blank comes first and the space last; the model itself names what is between.
    characters = ["", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
    reduce, name = reduction(characters), session.get_inputs()[0].name

    def recognise(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
        pixels, columns = network_input(gray)
        return reduce(session.run(None, {name: pixels})[0][0, :columns])

    return recognise


def network_input(gray: NDArray[np.uint8]) -> tuple[NDArray[np.float32], int]:
    """A line as PP-OCR takes it: 48 px high, -1..1, the same in three channels, with grey on the right of a short one.

    Source: PaddleOCR, `resize_norm_img` of its recogniser.

    Args:
        gray: uint8 [H, W], dark on light.

    Returns:
        float32 [1, 3, 48, W'], and how many of the net's columns show the line.
    """
    from device_runtime.image.opencv import cv2  # here, as it is slow to load

    height, width = gray.shape
    shown_px = min(max(1, math.ceil(_HEIGHT_PX * width / height)), _MOST_WIDTH_PX)
    wide = np.zeros((_HEIGHT_PX, max(shown_px, _LEAST_WIDTH_PX)), np.float32)
    wide[:, :shown_px] = cv2.resize(gray, (shown_px, _HEIGHT_PX)).astype(np.float32) / 127.5 - 1
    return np.repeat(wide[None, None], 3, axis=1), math.ceil(shown_px / _STRIDE_PX)


def _weights(path: Path) -> bytes:
    try:
        content = read_regular(path, _MODEL_LIMIT_BYTES)
    except FileError as error:
        raise PosteyeError(f"the second opinion's weights {path} cannot be read: {error}; {_AGAIN}") from None
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise PosteyeError(f"the second opinion's weights {path} are not those that were calibrated; {_AGAIN}")
    return content


_AGAIN = "run: pip install --force-reinstall 'posteye[second-opinion]'"


def _session(onnxruntime: Any, model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # as the interpreter of our own net
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
