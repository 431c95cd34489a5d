"""What a program loads until its first reading: time and memory that every start costs, held without a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.core.library import library, trouble
from device_runtime.samples import load_samples

ROOT = Path(__file__).parents[2]
SAMPLE = load_samples()[0]

# What other packages bring is theirs: they are loaded first, as far as they are there.
_LOADED_BY_US = """
import contextlib, io, json, runpy, sys
for name in ("click", "msgspec", "numpy", "flatbuffers", "ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
    with contextlib.suppress(ImportError):
        __import__(name)
before = set(sys.modules)
sys.argv[:] = ["posteye", *sys.argv[1:]]
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
    runpy.run_module("posteye", run_name="__main__")
print(json.dumps({"said": said.getvalue(), "loaded": sorted(set(sys.modules) - before)}))
"""


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command loads, beyond those of click, msgspec, NumPy and an interpreter."""
    command = [sys.executable, "-c", _LOADED_BY_US, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    found = json.loads(done.stdout)
    assert str(SAMPLE.expected) in found["said"], done.stderr
    return set(found["loaded"])


def test_a_reading_loads_nothing_that_it_does_not_use() -> None:
    loaded = loaded_by("read", str(SAMPLE.path), "--field", "--pattern", r"\d{5}")
    assert "device_runtime.reader" in loaded
    idle = {
        "importlib.metadata",
        "email",
        "difflib",
        "subprocess",
        "serial",
        "firmware_bridge",
        "device_runtime.report",
        "device_runtime.image.isolated",
        "device_runtime.piece.finding.lines",
        "device_runtime.samples",
        "device_runtime.second_opinion",
        "onnxruntime",
        "rapidocr",
    }
    assert not loaded & idle


@pytest.mark.skipif(
    library() is None, reason=f"without the compiled core a field needs OpenCV; the core is {trouble()}"
)
def test_the_core_reads_a_field_without_opencv() -> None:
    loaded = loaded_by("read", str(SAMPLE.path), "--field", "--pattern", r"\d{5}")
    assert "cv2" not in loaded
