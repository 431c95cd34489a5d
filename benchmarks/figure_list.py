"""All figures that the pages show: the command that measures each, how long it takes, and the code behind it.

The code is named generously: whoever changes one of its files measures the figure again, or says why not
(docs/figures.md). Globs below the root of the repository; "-" before one leaves its files out again.
"""

from __future__ import annotations

from dataclasses import dataclass

# From an image to a reading; what only the command line, the demo and the wire use is left out.
READING = (
    "device_runtime/*.py",
    "device_runtime/engines/*.py",
    "device_runtime/countries.tsv",
    "-device_runtime/cli.py",
    "-device_runtime/report.py",
    "-device_runtime/samples.py",
)


@dataclass(frozen=True)
class Figure:
    """One results file, `benchmarks/results/NAME.json`.

    command: what measures it, behind `python -m`; {data} stands for the folder of data, and --results FILE is added.
    Nothing where a figure is a folder of files, each measured on its own.
    minutes: how long that takes on two cores. code: the files behind the figure.
    """

    name: str
    command: str
    minutes: float
    code: tuple[str, ...]


# What strings of test digits and generated fields are drawn and photographed by.
GENERATOR = (
    "benchmarks/string_fields.py",
    "benchmarks/strings.py",
    "train/camera.py",
    "train/digits.py",
    "train/fields.py",
    "train/handwriting.py",
    "train/marks.py",
    "train/paper.py",
    "train/pen.py",
    "train/penman.py",
    "train/raster.py",
    "train/shapes_*.py",
    "train/skeleton.py",
    "train/strokes.py",
    "train/typeset.py",
)
SCORES = ("benchmarks/field_readings.py", "train/shares.py")

_PEER_SETS = (
    "--amounts {data}/check_amounts --printed {data}/printed_postcode_lines --usps {data}/usps_digits/zip.train.gz "
    "--mnist --strings runs/strings"
)

_FIGURES = (
    Figure(
        "robustness",
        "benchmarks.robustness --writers {data}/qmnist_writers --count 400",
        4,
        (
            *READING,
            *SCORES,
            "benchmarks/robustness.py",
            "benchmarks/robustness_fields.py",
            "benchmarks/string_fields.py",
            "benchmarks/peer_sets.py",
            "train/typeset.py",
        ),
    ),
    Figure(
        "peer-answers",
        f"benchmarks.peer_rates runs/peers --only others {_PEER_SETS}",
        6,
        (
            *GENERATOR,
            "benchmarks/mnist_strings.py",
            "benchmarks/peer_sets.py",
            "benchmarks/peer_answers.py",
            "benchmarks/peer_serve.py",
            "benchmarks/peer_rapidocr.py",
            "benchmarks/peer_tesseract.py",
            "benchmarks/peers-constraints.txt",
        ),
    ),
    Figure(
        "peer-rates",
        f"benchmarks.peer_rates runs/peers --only posteye {_PEER_SETS}",
        4,
        (*READING, *SCORES, *GENERATOR, "benchmarks/mnist_strings.py", "benchmarks/peer_sets.py"),
    ),
    Figure(
        "paper",
        "",
        0,
        (
            "benchmarks/paper_*.py",
            "-benchmarks/paper_page.py",
            "-benchmarks/paper_charts.py",
            "train/lenet.py",
            "train/sdlm.py",
            "train/one_pattern*.py",
            "train/paper_losses.py",
            "train/rbf.py",
            "train/boosting.py",
            "train/distortions.py",
        ),
    ),
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _FIGURES}
