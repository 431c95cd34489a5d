"""All figures that the pages show: the command that measures each, how long it takes, and the code behind it.

The code is named generously: whoever changes one of its files measures the figure again, or says why not
(docs/figures.md). Globs below the root of the repository; "-" before one leaves its files out again.
"""

from __future__ import annotations

from benchmarks.figures.figure import (
    EVALUATING,
    GENERATOR,
    PRINTED,
    QUANTIZED,
    READING,
    SCORES,
    SEGMENTATION,
    STRINGS,
    STRIPS,
    TRAINING,
    Figure,
)

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
        (*READING, *SCORES, *PRINTED, *GENERATOR, *STRINGS, "benchmarks/mnist_strings/*.py"),
    ),
    Figure(
        "accuracy",
        "benchmarks.scanner.accuracy {data}",
        1,
        (
            *READING,
            *EVALUATING,
            "benchmarks/scanner/accuracy.py",
            "benchmarks/scanner/architectures.py",
            "train/scanner/model.py",
        ),
    ),
    Figure(
        "parity",
        "benchmarks.scanner.parity --writers {data}/qmnist_writers",
        2,
        (
            *READING,
            *QUANTIZED,
            *GENERATOR,
            "benchmarks/scanner/parity.py",
            "convert/parity.py",
            "convert/backends.py",
            "convert/pipeline.py",
            "train/synthesis/shards.py",
        ),
    ),
    Figure(
        "surroundings",
        "benchmarks.no_code.costs --writers {data}/qmnist_writers",
        2.5,
        (
            *READING,
            *GENERATOR,
            "benchmarks/no_code/costs.py",
            "benchmarks/no_code/drawn.py",
            "benchmarks/no_code/numbers.py",
        ),
    ),
    Figure(
        "robustness",
        "benchmarks.robustness --writers {data}/qmnist_writers --count 400",
        4.5,
        (
            *READING,
            *SCORES,
            *STRINGS,
            "benchmarks/robustness/measure.py",
            "benchmarks/robustness/fields.py",
            "benchmarks/mnist_strings/fields.py",
            "benchmarks/peers/sets.py",
            "train/synthesis/writing/fonts.py",
            "train/synthesis/writing/typeset.py",
        ),
    ),
    Figure(
        "polarity",
        "benchmarks.robustness.polarity --amounts {data}/check_amounts --printed {data}/printed_postcode_lines",
        0.5,
        (
            *READING,
            *GENERATOR,
            "benchmarks/robustness/polarity.py",
            *STRINGS,
            "train/data/mnist.py",
        ),
    ),
    Figure(
        "attack",
        "benchmarks.attack",
        8,
        (
            *READING,
            *SEGMENTATION,
            "device_runtime/commands/options.py",
            "device_runtime/commands/read.py",
            "device_runtime/report.py",
            "device_runtime/samples.py",
            "firmware_bridge/*.py",
            "benchmarks/attack/**/*.py",
            "benchmarks/no_code/*.py",
            "train/synthesis/camera.py",
            "train/synthesis/writing/fonts.py",
            "train/synthesis/paper.py",
            "train/synthesis/writing/typeset.py",
        ),
    ),
    Figure(
        "locating",
        "benchmarks.locating --writers {data}/qmnist_writers --strokes {data}/real_strings",
        2,
        (
            "device_runtime/bundles/locator/manifest.json",
            "device_runtime/core/*.py",
            "device_runtime/core/c/**/*.[ch]",
            "device_runtime/engines/*.py",
            "device_runtime/exact.py",
            "device_runtime/image/resize.py",
            "device_runtime/piece/**/*.py",
            *GENERATOR,
            "train/synthesis/pieces/**/*.py",
            "train/locator/measure.py",
            "train/locator/shards.py",
            "benchmarks/locating/*.py",
        ),
        timed=True,
    ),
    Figure(
        "peer-rates",
        f"benchmarks.peers.rates runs/peers --only posteye {_PEER_SETS}",
        5,
        (*READING, *SCORES, *GENERATOR, *STRINGS, "benchmarks/peers/sets.py", "benchmarks/peers/rates.py"),
        needs="strings",
    ),
    Figure(
        "peer-answers",
        f"benchmarks.peers.rates runs/peers --only others {_PEER_SETS}",
        6,
        (
            *GENERATOR,
            *STRINGS,
            "benchmarks/peers/sets.py",
            "benchmarks/peers/rates.py",
            "benchmarks/peers/answers.py",
            "benchmarks/peers/readers/*.py",
            "-benchmarks/peers/readers/posteye.py",
            "benchmarks/peers/constraints.txt",
        ),
        needs="strings",
    ),
    Figure(
        "collapse",
        "benchmarks.figures.output collapse benchmarks.criteria.collapse --plot docs/gtn/collapse.png",
        1,
        (*PRINTED, "benchmarks/criteria/collapse.py", "train/gtn/loss.py", "train/gtn/tables.py"),
    ),
    Figure(
        "gtn",
        "benchmarks.figures.output gtn train.report.gtn_figures device_runtime/samples/02-hand.png "
        "--pattern '47(500|600|580)|41500' --out docs/gtn",
        0.1,
        (*READING, *SEGMENTATION, "train/gtn/draw.py", "train/report/gtn_figures.py", "train/segmentation/draw.py"),
    ),
    Figure(
        "decoding",
        "benchmarks.decoding runs/decoding --writers {data}/qmnist_writers --amounts {data}/check_amounts "
        "--printed {data}/printed_postcode_lines --count 1000",
        7,
        (
            *READING,
            *SEGMENTATION,
            *EVALUATING,
            *GENERATOR,
            "benchmarks/decoding/*.py",
        ),
        timed=True,
    ),
    Figure(
        "costs",
        "benchmarks.costs runs/costs",
        0.6,
        (*READING, "device_runtime/samples.py", "benchmarks/costs/*.py"),
        timed=True,
    ),
    Figure(
        "instructions",
        "benchmarks.instructions",
        2,
        (
            *READING,
            "device_runtime/samples.py",
            "device_runtime/samples/*",
            "benchmarks/instructions/counted.py",
            "benchmarks/instructions/counter.c",
            "benchmarks/instructions/measure.py",
            "benchmarks/instructions/probe.py",
        ),
    ),
    Figure(
        "demo",
        "benchmarks.figures.output demo posteye demo",
        0.1,
        (*READING, "device_runtime/samples.py", "device_runtime/commands/demo.py"),
        timed=True,
    ),
    Figure(
        "bench",
        "benchmarks.figures.output bench posteye bench --out docs/bench",
        0.5,
        (*READING, "device_runtime/samples.py", "device_runtime/bench/*.py", "device_runtime/commands/bench.py"),
        timed=True,
    ),
    Figure(
        "lexicons",
        "benchmarks.decoding.lexicons runs/lexicons",
        0.3,
        (*PRINTED, "benchmarks/decoding/lexicons.py", "device_runtime/grammar/*.py"),
        timed=True,
    ),
    Figure(
        "generator",
        "benchmarks.scanner.generator --writers {data}/qmnist_writers --digits {data}/train_digits",
        0.7,
        (*GENERATOR, "benchmarks/scanner/generator.py", *STRIPS),
        timed=True,
    ),
    Figure(
        "peers",
        "benchmarks.peers",
        0.8,
        (
            *READING,
            *PRINTED,
            "benchmarks/peers/**/*.py",
            "benchmarks/peers/constraints.txt",
            "-benchmarks/peers/page.py",
        ),
        timed=True,
    ),
)
# Trainings, or what needs the folder that one left.
_RECORDS = (
    Figure(
        "adaptation",
        "benchmarks.scanner.adaptation runs/adaptation --folder {data}/check_amounts --writers {data}/qmnist_writers "
        "--digits {data}/train_digits --printed {data}/printed_postcode_lines --mnist-count 1000",
        15,
        (*READING, *TRAINING, "convert/**/*.py", "benchmarks/scanner/adaptation.py"),
    ),
    Figure(
        "mnist-scanner",
        f"benchmarks.scanner.mnist_only --seed 1 --seed 2 --seed 3 --from {_RUN}",
        60,
        (*READING, *TRAINING, "benchmarks/scanner/mnist_only.py"),
    ),
    Figure(
        "architectures",
        f"benchmarks.scanner.architectures {_RUN} --amounts {{data}}/check_amounts",
        30,
        (*READING, *TRAINING, "benchmarks/scanner/architectures.py"),
    ),
    Figure(
        "criteria",
        f"benchmarks.criteria runs/criteria --shards {_RUN}/shards --held-out {_RUN}/held-out-0.npz "
        f"--amounts {{data}}/check_amounts --printed {{data}}/printed_postcode_lines --start {_RUN}",
        600,
        (*READING, *TRAINING, "benchmarks/criteria/*.py"),
    ),
    Figure("history", "", 0, (*READING, *TRAINING)),
    Figure("instructions-before", "", 0, READING),
    Figure(
        "mutants",
        "benchmarks.mutants",
        60,
        (
            "device_runtime/bundle.py",
            "device_runtime/decoding/decoder.py",
            "device_runtime/image/opencv/ink.py",
            "device_runtime/image/opencv/normalize.py",
            "device_runtime/image/opencv/text_line.py",
            "device_runtime/decoding/rejection.py",
            "device_runtime/decoding/masses.py",
            "device_runtime/decoding/search.py",
            "device_runtime/decoding/steps.py",
            "firmware_bridge/host/link.py",
            "firmware_bridge/controller/sorter.py",
            "train/data/mnist.py",
        ),
    ),
    Figure(
        "crosscheck",
        f"benchmarks.figures.output crosscheck convert.crosscheck {_RUN} device_runtime/bundles/digits",
        2,
        ("convert/crosscheck/*.py", *QUANTIZED),
    ),
    Figure(
        "lenet5",
        "benchmarks.figures.output lenet5 convert.lenet5 runs/paper/lenet_5-1.npz --out runs/lenet5 "
        "--cross-check tensorflow",
        2,
        (
            "convert/lenet5/*.py",
            "convert/crosscheck/*.py",
            "train/lenet1998/quantization.py",
            "train/lenet1998/finetune.py",
            *QUANTIZED,
        ),
    ),
    Figure(
        "paper",
        "",
        0,
        (
            "benchmarks/lenet1998/*.py",
            "-benchmarks/lenet1998/page.py",
            "train/lenet1998/model.py",
            "train/lenet1998/sdlm.py",
            "train/lenet1998/per_sample*.py",
            "train/lenet1998/losses.py",
            "train/lenet1998/rbf.py",
            "train/lenet1998/boosting.py",
            "train/lenet1998/distortions.py",
        ),
    ),
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in (*_MEASURED, *_RECORDS)}
