"""Tesseract as a reader, by its C interface, for its program starts anew for every field.

`python -m benchmarks.peers.readers.tesseract [MODE]` with a mode of MODES; `serve` beside it has the talk.
"""

from __future__ import annotations

import sys
from ctypes import CDLL, c_char_p, c_int, c_void_p, string_at
from ctypes.util import find_library
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.readers.serve import Recognizer, serve

PACKAGE = "tesseract-ocr"  # of Debian and Raspberry Pi OS
_DIGITS = b"0123456789"
# Page segmentation (--psm; 7: the image is one line, 10: one character) and whitelist, by what the images hold.
MODES = {"field": (7, _DIGITS), "digit": (10, _DIGITS), "line": (7, b"")}


def make() -> Recognizer:
    """Tesseract's English model as `tesseract --psm 7 -c tessedit_char_whitelist=0123456789` sets it up, or by a mode.

    Raises:
        RuntimeError: The library or the model is missing.
    """
    psm, whitelist = MODES[sys.argv[1] if len(sys.argv) > 1 else "field"]
    found = find_library("tesseract")
    if found is None:
        raise RuntimeError(f"Tesseract is not installed; apt-get install {PACKAGE}")
    api = _declared(CDLL(found))
    handle = api.TessBaseAPICreate()
    if api.TessBaseAPIInit3(handle, None, b"eng"):
        raise RuntimeError(f"Tesseract has no English model; apt-get install {PACKAGE}-eng")
    api.TessBaseAPISetVariable(handle, b"tessedit_char_whitelist", whitelist)
    api.TessBaseAPISetVariable(handle, b"debug_file", b"/dev/null")
    api.TessBaseAPISetPageSegMode(handle, psm)

    def read(gray: NDArray[np.uint8]) -> tuple[str, float]:
        height_px, width_px = gray.shape
        api.TessBaseAPISetImage(handle, gray.tobytes(), width_px, height_px, 1, width_px)
        text = api.TessBaseAPIGetUTF8Text(handle)
        if not text:
            return "", 0.0
        answer = string_at(text).decode().strip()
        api.TessDeleteText(text)
        return answer, api.TessBaseAPIMeanTextConf(handle) / 100

    model = Path(api.TessBaseAPIGetDatapath(handle).decode()) / "eng.traineddata"
    return Recognizer("Tesseract", f"{api.TessVersion().decode()}, eng", model.stat().st_size, read)


def _declared(api: CDLL) -> CDLL:
    """The functions used, with the types of tesseract/capi.h: ctypes would cut pointers to 32 bits."""
    for name, result, arguments in (
        ("TessVersion", c_char_p, []),
        ("TessBaseAPICreate", c_void_p, []),
        ("TessBaseAPIInit3", c_int, [c_void_p, c_char_p, c_char_p]),
        ("TessBaseAPISetVariable", c_int, [c_void_p, c_char_p, c_char_p]),
        ("TessBaseAPISetPageSegMode", None, [c_void_p, c_int]),
        ("TessBaseAPIGetDatapath", c_char_p, [c_void_p]),
        ("TessBaseAPISetImage", None, [c_void_p, c_char_p, c_int, c_int, c_int, c_int]),
        ("TessBaseAPIGetUTF8Text", c_void_p, [c_void_p]),
        ("TessBaseAPIMeanTextConf", c_int, [c_void_p]),
        ("TessDeleteText", None, [c_void_p]),
    ):
        function = getattr(api, name)
        function.restype, function.argtypes = result, arguments
    return api


if __name__ == "__main__":
    serve(make)
