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
    minutes: how long that takes. code: the files behind the figure. timed: times are among the values, so that nothing
    else may run. needs: a figure whose command must have run before.
    """

    name: str
    command: str
    minutes: float
    code: tuple[str, ...]
    timed: bool = False
    needs: str = ""


# What strings of test digits and generated fields are drawn and photographed by.
GENERATOR = (
    "benchmarks/string_fields.py",
    "benchmarks/strings.py",
    "train/camera.py",
    "train/digits.py",
    "train/fields.py",
    "train/fonts.py",
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
EVALUATING = ("train/evaluate.py", "train/shares.py", "train/mnist.py")
QUANTISED = ("train/quantization.py", "train/model.py", "train/restore.py")
TRAINING = (*GENERATOR, "train/*.py", "device_runtime/normalize.py")

_PEER_SETS = (
    "--amounts {data}/check_amounts --printed {data}/printed_postcode_lines --usps {data}/usps_digits/zip.train.gz "
    "--mnist --strings runs/strings"
)
_RUN = "RUN"  # a training folder, which is not part of the data

_MEASURED = (
    Figure(
        "strings",
        "benchmarks.mnist_strings read runs/strings --writers {data}/qmnist_writers",
        4,
        (*READING, *SCORES, *GENERATOR, "benchmarks/mnist_strings.py"),
    ),
    Figure(
        "accuracy",
        "benchmarks.accuracy {data}",
        1,
        (*READING, *EVALUATING, "benchmarks/accuracy.py", "train/usps.py", "train/model.py"),
    ),
    Figure(
        "parity",
        "benchmarks.parity --writers {data}/qmnist_writers",
        2,
        (*READING, *QUANTISED, *GENERATOR, "benchmarks/parity.py", "convert/parity.py", "convert/runners.py"),
    ),
    Figure(
        "surroundings",
        "benchmarks.surroundings --writers {data}/qmnist_writers",
        2.5,
        (
            *READING,
            *GENERATOR,
            "benchmarks/surroundings.py",
            "benchmarks/attack/drawn.py",
            "benchmarks/attack/numbers.py",
        ),
    ),
    Figure(
        "robustness",
        "benchmarks.robustness --writers {data}/qmnist_writers --count 400",
        4.5,
        (
            *READING,
            *SCORES,
            "benchmarks/robustness.py",
            "benchmarks/robustness_fields.py",
            "benchmarks/string_fields.py",
            "benchmarks/peer_sets.py",
            "train/fonts.py",
            "train/typeset.py",
        ),
    ),
    Figure(
        "polarity",
        "benchmarks.polarity --amounts {data}/check_amounts --printed {data}/printed_postcode_lines",
        0.5,
        (
            *READING,
            *GENERATOR,
            "benchmarks/polarity.py",
            "benchmarks/mnist_strings.py",
            "benchmarks/peer_fields.py",
            "train/mnist.py",
        ),
    ),
    Figure(
        "attack",
        "benchmarks.attack",
        8,
        (
            *READING,
            "device_runtime/commands/options.py",
            "device_runtime/commands/read.py",
            "device_runtime/report.py",
            "device_runtime/samples.py",
            "firmware_bridge/*.py",
            "benchmarks/attack/*.py",
            "train/camera.py",
            "train/fonts.py",
            "train/paper.py",
            "train/typeset.py",
        ),
    ),
    Figure(
        "peer-rates",
        f"benchmarks.peer_rates runs/peers --only posteye {_PEER_SETS}",
        5,
        (*READING, *SCORES, *GENERATOR, "benchmarks/mnist_strings.py", "benchmarks/peer_sets.py"),
        needs="strings",
    ),
    Figure(
        "peer-answers",
        f"benchmarks.peer_rates runs/peers --only others {_PEER_SETS}",
        3.5,
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
        needs="strings",
    ),
    Figure(
        "collapse",
        "benchmarks.output collapse benchmarks.collapse --plot docs/gtn/collapse.png",
        1,
        ("benchmarks/collapse.py", "train/gtn.py", "train/gtn_tables.py"),
    ),
    Figure(
        "gtn",
        "benchmarks.output gtn train.draw_gtn device_runtime/samples/02-hand.png --pattern '47(500|600|580)|41500' "
        "--out docs/gtn",
        0.1,
        (*READING, "train/draw_*.py"),
    ),
    Figure(
        "decoding",
        "benchmarks.decoding runs/decoding --writers {data}/qmnist_writers --amounts {data}/check_amounts "
        "--printed {data}/printed_postcode_lines --count 1000",
        7,
        (*READING, *EVALUATING, *GENERATOR, "benchmarks/decoding*.py", "benchmarks/lexicons.py", "train/judged.py"),
        timed=True,
    ),
    Figure(
        "costs",
        "benchmarks.costs runs/costs",
        0.6,
        (*READING, "device_runtime/samples.py", "benchmarks/cost*.py"),
        timed=True,
    ),
    Figure(
        "demo",
        "benchmarks.output demo device_runtime.cli demo",
        0.1,
        (*READING, "device_runtime/samples.py", "device_runtime/commands/demo.py"),
        timed=True,
    ),
    Figure(
        "lexicons",
        "benchmarks.lexicons runs/lexicons",
        0.3,
        (
            "benchmarks/lexicons.py",
            "device_runtime/grammar*.py",
            "device_runtime/automaton.py",
            "device_runtime/lexicon.py",
            "device_runtime/minimal.py",
        ),
        timed=True,
    ),
    Figure(
        "generator",
        "benchmarks.generator --writers {data}/qmnist_writers --digits {data}/train_digits",
        0.7,
        (*GENERATOR, "benchmarks/generator.py", "device_runtime/normalize.py"),
        timed=True,
    ),
    Figure("peers", "benchmarks.peers", 0.5, (*READING, "benchmarks/peer*.py", "-benchmarks/peer_page.py"), timed=True),
)
# Trainings, or what needs the folder that one left.
_RECORDS = (
    Figure(
        "adaptation",
        "benchmarks.adaptation runs/adaptation --folder {data}/check_amounts --writers {data}/qmnist_writers "
        "--digits {data}/train_digits --printed {data}/printed_postcode_lines --mnist-count 1000",
        15,
        (*READING, *TRAINING, "convert/*.py", "benchmarks/adaptation.py"),
    ),
    Figure(
        "mnist-scanner",
        f"benchmarks.mnist_scanner --seed 1 --seed 2 --seed 3 --from {_RUN}",
        60,
        (*READING, *TRAINING, "benchmarks/mnist_scanner.py"),
    ),
    Figure(
        "architectures",
        f"benchmarks.architectures {_RUN} --amounts {{data}}/check_amounts",
        30,
        (*READING, *TRAINING, "benchmarks/architectures.py"),
    ),
    Figure(
        "criteria",
        f"benchmarks.criteria runs/criteria --shards {_RUN}/shards --held-out {_RUN}/held-out-0.npz "
        f"--amounts {{data}}/check_amounts --printed {{data}}/printed_postcode_lines --start {_RUN}",
        600,
        (*READING, *TRAINING, "benchmarks/criteria*.py"),
    ),
    Figure("history", "", 0, (*READING, *TRAINING)),
    Figure(
        "mutants",
        "benchmarks.mutants",
        60,
        (
            "device_runtime/bundle.py",
            "device_runtime/decode.py",
            "device_runtime/normalize.py",
            "device_runtime/reject.py",
            "device_runtime/search.py",
            "firmware_bridge/link.py",
            "firmware_bridge/sorter.py",
            "train/mnist.py",
        ),
    ),
    Figure(
        "crosscheck",
        f"benchmarks.output crosscheck convert.crosscheck_cli {_RUN} device_runtime/bundles/digits",
        2,
        ("convert/crosscheck*.py", *QUANTISED),
    ),
    Figure(
        "lenet5",
        "benchmarks.output lenet5 convert.lenet5 runs/paper/lenet_5-1.npz --out runs/lenet5 --cross-check tensorflow",
        2,
        ("convert/lenet*.py", "convert/crosscheck*.py", "train/quant_lenet.py", "train/finetune_lenet.py", *QUANTISED),
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
FIGURES: dict[str, Figure] = {figure.name: figure for figure in (*_MEASURED, *_RECORDS)}
