"""PP-OCRv6 small, out of RapidOCR's newer package, as a reader; runs in the peers' environment.

`python -m benchmarks.peers.readers.ppocr [MODE]`: the recogniser alone reads fields, and without a mode it is as it
ships; with the mode `page` all of it reads whole pictures: detector, classifier of upside-down lines and recogniser.
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

PAGE = "page"
_MODEL = "PP-OCRv6_rec_small.onnx"  # the one that the package's own settings name


def make() -> Recognizer:
    """The reader of the mode on the command line."""
    return _of_pages() if sys.argv[1:] == [PAGE] else _of_fields()


def _of_pages() -> Recognizer:
    """All of the package with the settings it ships with, on one thread.

    Its text is every line that it finds, one below the other, however unsure it is of it: nothing is held back.
    """
    import rapidocr  # type: ignore[import-not-found]

    threads = {f"EngineConfig.onnxruntime.{pool}_op_num_threads": 1 for pool in ("intra", "inter")}
    engine = rapidocr.RapidOCR(params={**threads, "Global.text_score": 0.0, "Global.log_level": "warning"})
    models = sorted((Path(rapidocr.__file__).parent / "models").glob("*.onnx"))

    def read(rgb: NDArray[np.uint8]) -> tuple[str, float]:
        found = engine(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        return "\n".join(found.txts or ()), float(min(found.scores or (0.0,)))

    described = f"{version('rapidocr')}, {', '.join(m.stem for m in models)}, onnxruntime {version('onnxruntime')}"
    return Recognizer("PP-OCRv6", described, sum(model.stat().st_size for model in models), read, color=True)


def _of_fields() -> Recognizer:
    """The recogniser alone, with the settings it ships with, on one thread; no detector, no classifier is loaded."""
    import rapidocr
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
