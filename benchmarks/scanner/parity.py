"""How far eight ways to run the shipped model differ, as the parity gate of `posteye convert` compares them.

    python -m benchmarks.scanner.parity --writers QMNIST

No training folder is needed: torch runs the bundle's net, restored (train/scanner/from_bundle.py), and the strips are
new ones of the training generator, written by MNIST's test writers.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.figures.command import results_option, run_command, writers_option
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED, data_hash, mnist_hash
from convert.backends import backends
from convert.parity import check_parity, table
from convert.pipeline import decoder
from device_runtime.bundle import ONNX_FILE, load_bundle
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import PosteyeError
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.scanner.from_bundle import restore_scanner
from train.scanner.postprocess import one_number
from train.synthesis.shards import make_shard

_SEED = 21


@click.command()
@writers_option
@click.option("--strips", default=2000, show_default=True, type=click.IntRange(min=1), help="Strips to compare.")
@click.option("--bundle", "folder", type=click.Path(path_type=Path), help="Folder of a bundle; default: shipped.")
@results_option
def parity(writers: Path, strips: int, folder: Path | None, results: Path | None) -> None:
    """Run the model in eight ways on the same strips and compare every pair; exit status 1 when the gate fails."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    bundle = load_bundle(folder)
    test = load_mnist(None, writers).test
    pixels: list[NDArray[np.uint8]] = []
    labels: list[str] = []
    shards = count()
    while len(labels) < strips:
        more = one_number(make_shard(writers_of(test), _SEED, next(shards)))
        pixels, labels = pixels + more[0], labels + more[1]
    net = read_net(bundle.model)
    contestants = backends(restore_scanner(bundle), _onnx(folder or SHIPPED), bundle.model, net.output)
    widths = bundle.manifest.input.widths_px
    report = check_parity(
        contestants,
        pixels[:strips],
        labels[:strips],
        widths,
        decoder(bundle.manifest),
        lambda line: click.echo(line, err=True),
    )
    output = table(report).splitlines()
    click.echo("\n".join(output))
    if results:
        worst = max(pair.max_lsb for pair in report.pairs)
        flips = sum(pair.string_flips for pair in report.pairs)
        values = {"strips": strips, "max_lsb": worst, "flips": flips, "ways": len(contestants), "output": output}
        data = {"mnist": mnist_hash(test), "qmnist_writers": data_hash(writers)}
        keep("parity", results, values, data=data, seed=_SEED, bundle=folder or SHIPPED)
    if not report.holds:
        raise SystemExit(1)


def _onnx(folder: Path) -> bytes:
    try:
        return (folder / ONNX_FILE).read_bytes()
    except OSError as error:
        raise PosteyeError(f"{folder / ONNX_FILE} cannot be read: {error.strerror}") from None


if __name__ == "__main__":
    run_command(parity)
