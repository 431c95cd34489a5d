"""The probe finds the reader's stages, and its pictures hold lines; the plugin compiles without a warning."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from benchmarks.figures.provenance import ROOT
from benchmarks.instructions.counted import counted
from benchmarks.instructions.measure import COUNTER, FLAGS
from benchmarks.instructions.probe import PICTURES, picture
from device_runtime.image.load import load_gray
from device_runtime.piece.finding import find_lines
from device_runtime.samples import load_samples
from tests.engines_here import requires

# Calls of functions stand for instructions: those are counted under an emulator only.
_PROBE = """
import sys
from benchmarks.instructions import probe

class Calls:
    def __init__(self, path):
        self.count = 0
        sys.setprofile(self.add)

    def add(self, frame, event, argument):
        self.count += event in ("call", "c_call")

    def total(self):
        return self.count

    def copy(self):
        return bytes(64)

probe.Table = Calls
probe.main("", ["12-smeared"])  # read at several widths: the calls around its stages are few
"""


@requires("litert")
def test_the_reader_passes_where_it_is_counted() -> None:
    done = subprocess.run([sys.executable, "-c", _PROBE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer["versions"]) == {"python", "numpy", "opencv-python-headless", "ai-edge-litert"}
    found = counted(answer["counted"]["12-smeared"]).stages
    assert found["load"] > 0 and found["rest"] > 0
    assert found["whole"] > found["normalize"] > found["polarity"] > 0
    assert found["whole"] > found["decode"] > 0
    assert found["whole"] > found["scan"] > found["invoke"] > 0


def test_pictures_are_the_same_everywhere_and_hold_all_lines() -> None:
    fields = [load_gray(sample.path) for sample in load_samples()]
    for height, width in PICTURES.values():
        drawn = picture(height, width, fields)
        assert drawn.shape == (height, width)
        np.testing.assert_array_equal(drawn, picture(height, width, fields))
        assert len(find_lines(drawn)) >= len(fields)


def test_the_plugin_has_no_warning() -> None:
    subprocess.run(["cc", *FLAGS, "-fsyntax-only", str(COUNTER)], check=True)
