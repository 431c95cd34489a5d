"""The recogniser of PP-OCRv6 small, out of RapidOCR's newer package, as a reader; runs in the peers' environment.

`python -m benchmarks.peers.readers.ppocr [MODE]`; without a mode it is as it ships.
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

_MODEL = "PP-OCRv6_rec_small.onnx"  # the one that the package's own settings name


def make() -> Recognizer:
    """The recogniser alone, with the settings it ships with, on one thread; no detector, no classifier is loaded."""
    import rapidocr  # type: ignore[import-not-found]
    from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer  # type: ignore[import-not-found]
    from rapidocr.utils.parse_parameters import ParseParams  # type: ignore[import-not-found]

    package = Path(rapidocr.__file__).parent
    model = package / "models" / _MODEL
    settings = ParseParams.load(package / "config.yaml")
    engine = settings.EngineConfig.onnxruntime
    engine.intra_op_num_threads = engine.inter_op_num_threads = 1
    # What the package's own program adds to the settings; a model that is named is not looked for on the network.
    settings.Rec.engine_cfg, settings.Rec.font_path, settings.Rec.model_path = engine, None, str(model)
    recognize = TextRecognizer(settings.Rec)
    if sys.argv[1:] and sys.argv[1] in DIGIT_MODES:
        recognize.postprocess_op = DigitsOnly(recognize.postprocess_op, recognize.postprocess_op.character)

    def read(gray: NDArray[np.uint8]) -> tuple[str, float]:
        found = recognize(TextRecInput(img=cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)))
        return found.txts[0], float(found.scores[0])

    described = f"{version('rapidocr')}, {model.stem}, onnxruntime {version('onnxruntime')}"
    return Recognizer("PP-OCRv6", described, model.stat().st_size, read)


if __name__ == "__main__":
    serve(make)
