"""The figures of trainings, and of what needs the folder that one left: records."""

from __future__ import annotations

from benchmarks.figures.figure import PRINTED, QUANTIZED, READING, SECOND_OPINION, TRAINING, Figure

_RUN = "RUN"  # a training folder, which is not part of the data
_SHORT = ("benchmarks/scanner/short.py", "benchmarks/scanner/architectures.py", "benchmarks/readings.py")

RECORDS = (
    Figure(
        "adaptation",
        "benchmarks.scanner.adaptation runs/adaptation --folder {data}/check_amounts --writers {data}/qmnist_writers "
        "--digits {data}/train_digits --printed {data}/printed_postcode_lines --mnist-count 1000",
        15,
        (*READING, *TRAINING, "convert/**/*.py", "benchmarks/scanner/adaptation.py"),
    ),
    Figure(
        "harvest",
        "benchmarks.scanner.harvest runs/adaptation --folder {data}/check_amounts --writers {data}/qmnist_writers "
        "--digits {data}/train_digits",
        15,
        (*READING, *TRAINING, "convert/**/*.py", "benchmarks/scanner/adaptation.py", "benchmarks/scanner/harvest.py"),
        needs="adaptation",
    ),
    Figure(
        "distilled",
        "benchmarks.distilled runs/distilled --amounts {data}/check_amounts --writers {data}/qmnist_writers "
        "--digits {data}/train_digits --strings {data}/real_strings",
        25,
        (*READING, *SECOND_OPINION, *TRAINING, "benchmarks/distilled/*.py"),
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
        "nets",
        f"benchmarks.scanner.nets {_RUN}/shards {_RUN}/held-out-0.npz --data {{data}} --strings {{data}}/real_strings",
        20,
        (*READING, *TRAINING, *_SHORT, "benchmarks/scanner/nets.py"),
    ),
    Figure(
        "levers",
        f"benchmarks.scanner.levers runs/levers --data {{data}} --strings {{data}}/real_strings "
        f"--held-out {_RUN}/held-out-0.npz --writers {{data}}/qmnist_writers --digits {{data}}/train_digits",
        25,
        (*READING, *TRAINING, *_SHORT, "benchmarks/scanner/levers.py"),
    ),
    Figure(
        "self-supervised",
        f"benchmarks.scanner.self_supervised runs/self-supervised --shards {_RUN}/shards --data {{data}} "
        f"--strings {{data}}/real_strings --held-out {_RUN}/held-out-0.npz --writers {{data}}/qmnist_writers "
        "--digits {data}/train_digits",
        15,
        (*READING, *TRAINING, *_SHORT, "benchmarks/scanner/levers.py", "benchmarks/scanner/self_supervised.py"),
    ),
    Figure(
        "criteria",
        f"benchmarks.criteria runs/criteria --shards {_RUN}/shards --held-out {_RUN}/held-out-0.npz "
        f"--amounts {{data}}/check_amounts --printed {{data}}/printed_postcode_lines --start {_RUN}",
        600,
        (*READING, *TRAINING, "benchmarks/criteria/*.py"),
    ),
    Figure(
        "verifier",
        f"benchmarks.verifier {{data}} --shards {_RUN}/shards --held-out {_RUN} --strings {{data}}/real_strings",
        20,
        (
            *READING,
            *PRINTED,
            "benchmarks/verifier/*.py",
            "train/data/*.py",
            "train/evaluation/metrics.py",
            "train/synthesis/shards.py",
        ),
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
