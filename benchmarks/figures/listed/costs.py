"""The figures that say what reading takes, or what programs print and draw, measured again when their code changes."""

from __future__ import annotations

from benchmarks.figures.figure import (
    EVALUATING,
    GENERATOR,
    JUDGING,
    PIECES,
    PRINTED,
    READING,
    SCORES,
    SECOND_OPINION,
    SEGMENTATION,
    STRIPS,
    Figure,
)

DRAWN = (
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
)
COSTS = (
    Figure(
        "controller",
        "benchmarks.controller",
        0.2,
        ("build_controller.py", "firmware_bridge/controller/c/*.[ch]", "benchmarks/controller/*.py"),
    ),
    Figure(
        "belt",
        "benchmarks.belt --minutes 10 --fifo 10",
        12,
        (
            *READING,
            "device_runtime/samples.py",
            "device_runtime/capture/*.py",
            "device_runtime/station/journal/*.py",
            "device_runtime/station/plan/*.py",
            "device_runtime/station/loop/*.py",
            "device_runtime/commands/watching/build_station.py",
            "benchmarks/belt/*.py",
        ),
        timed=True,
    ),
    Figure(
        "second-opinion",
        "benchmarks.second_opinion --amounts {data}/check_amounts --printed {data}/printed_postcode_lines",
        3,
        (*READING, *SECOND_OPINION, *SCORES, *PRINTED, "benchmarks/peers/sets.py", "benchmarks/second_opinion/*.py"),
        timed=True,
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
            "benchmarks/instructions/frame.jpg",
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
    Figure(
        "piece-peers",
        "benchmarks.pieces.peer {data} --only posteye",
        8,
        (
            *READING,
            *GENERATOR,
            *PIECES,
            *JUDGING,
            "benchmarks/peers/process.py",
            "benchmarks/peers/readers/ppocr.py",
            "benchmarks/peers/readers/serve.py",
            "benchmarks/peers/constraints.txt",
            "benchmarks/instructions/frame.jpg",
            "benchmarks/pieces/peer.py",
            "benchmarks/pieces/rendered.py",
            "benchmarks/pieces/sets.py",
        ),
        timed=True,
    ),
)
