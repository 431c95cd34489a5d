"""A published figure, and the groups of files that several figures depend on.

Globs below the root of the repository; "-" before one leaves its files out again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One results file, `benchmarks/results/NAME.json`.

    Attributes:
        name: NAME.
        command: What measures it, behind `python -m`; {data} stands for the folder of data, and --results FILE is
            added. Empty where a figure is a folder of files, each measured on its own.
        minutes: How long that takes.
        code: The files behind the figure.
        timed: Times are among the values, so that nothing else may run.
        needs: A figure whose command must have run before.
    """

    name: str
    command: str
    minutes: float
    code: tuple[str, ...]
    timed: bool = False
    needs: str = ""


# From an image to a reading; what only the command line, the demo and the wire use is left out.
READING = (
    "device_runtime/*.py",
    "device_runtime/core/*.py",
    "device_runtime/core/c/**/*.[ch]",
    "device_runtime/decoding/*.py",
    "device_runtime/engines/*.py",
    "device_runtime/files/*.py",
    "device_runtime/grammar/*",
    "device_runtime/image/**/*.py",
    "device_runtime/piece/**/*.py",
    "device_runtime/piece/evidence/*.json",
    "device_runtime/recognition/*.py",
    "-device_runtime/cli.py",
    "-device_runtime/samples.py",
)
# A second opinion: beside READING, since nothing else loads it.
SECOND_OPINION = ("device_runtime/second_opinion/*.py", "device_runtime/second_opinion/calibration.json")
# What strings of test digits and generated fields are drawn and photographed by.
GENERATOR = (
    "benchmarks/mnist_strings/fields.py",
    "benchmarks/decoding/strings.py",
    "train/synthesis/camera.py",
    "train/data/writers.py",
    "train/synthesis/generator.py",
    "train/synthesis/writing/canvas.py",
    "train/synthesis/writing/fonts.py",
    "train/synthesis/writing/style.py",
    "train/synthesis/writing/marks.py",
    "train/synthesis/paper.py",
    "train/synthesis/writing/pen.py",
    "train/synthesis/writing/handwriter.py",
    "train/synthesis/writing/shapes_*.py",
    "train/data/skeleton.py",
    "train/synthesis/writing/strokes.py",
    "train/synthesis/writing/typeset.py",
)
# Tables and lines that are kept as they are shown.
PRINTED = ("benchmarks/figures/tables.py",)
# Strings of test digits as files, and what is read of them.
STRINGS = ("benchmarks/mnist_strings/sets.py", "train/data/labelled.py")
SCORES = ("benchmarks/readings.py", "train/evaluation/metrics.py")
EVALUATING = (
    "train/evaluation/alignment.py",
    "train/evaluation/evaluate.py",
    "train/evaluation/metrics.py",
    "train/data/labelled.py",
    "train/data/mnist.py",
)
# Rendered mail pieces, and how readings of whole pieces are judged.
PIECES = ("train/synthesis/pieces/**/*.py",)
JUDGING = (
    "train/data/piece_labels.py",
    "train/evaluation/breakdown.py",
    "train/evaluation/metrics.py",
    "train/evaluation/mistakes.py",
    "train/evaluation/pieces.py",
)
QUANTIZED = ("train/scanner/quantization.py", "train/scanner/model.py", "train/scanner/from_bundle.py")
# Heuristic over-segmentation, as far as it reads.
SEGMENTATION = ("train/segmentation/cuts.py", "train/segmentation/segment*.py")
# What makes a strip of a field, for training as on the device.
STRIPS = (
    "device_runtime/geometry.py",
    "device_runtime/core/strips.py",
    "device_runtime/core/c/common/*.[ch]",
    "device_runtime/core/c/image/*.[ch]",
    "device_runtime/image/normalize.py",
    "device_runtime/image/resize.py",
    "device_runtime/image/opencv/ink.py",
    "device_runtime/image/opencv/normalize.py",
    "device_runtime/image/opencv/resize.py",
    "device_runtime/image/opencv/text_line.py",
)
TRAINING = (*GENERATOR, "train/**/*.py", *STRIPS)
