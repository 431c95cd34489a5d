"""RapidOCR's recogniser (PP-OCRv4) as a reader; runs in the peers' environment.

`python -m benchmarks.peers.readers.rapidocr [MODE]`; without a mode it is as it ships.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.readers.serve import Recognizer, serve
from benchmarks.peers.readers.whitelist import DIGIT_MODES, DigitsOnly


def make() -> Recognizer:
    """The recogniser alone, with the settings it ships with, on one thread; no detector, no classifier is loaded."""
    from rapidocr_onnxruntime.ch_ppocr_rec import TextRecognizer  # type: ignore[import-not-found]
    from rapidocr_onnxruntime.main import DEFAULT_CFG_PATH  # type: ignore[import-not-found]
    from rapidocr_onnxruntime.utils import read_yaml, update_model_path  # type: ignore[import-not-found]

    config = update_model_path(read_yaml(DEFAULT_CFG_PATH))["Rec"]
    model = Path(config["model_path"])
    recognize = TextRecognizer(config | {"intra_op_num_threads": 1, "inter_op_num_threads": 1})
    if sys.argv[1:] and sys.argv[1] in DIGIT_MODES:
        recognize.postprocess_op = DigitsOnly(recognize.postprocess_op, recognize.postprocess_op.character)

    def read(gray: NDArray[np.uint8]) -> tuple[str, float]:
        [(text, score)], _ = recognize(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
        return text, float(score)

    described = f"{version('rapidocr-onnxruntime')}, {model.stem}, onnxruntime {version('onnxruntime')}"
    return Recognizer("RapidOCR", described, model.stat().st_size, read)


if __name__ == "__main__":
    serve(make)
