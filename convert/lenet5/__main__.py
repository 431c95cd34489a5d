"""LeNet-5 of the paper's comparison to int8: `python -m convert.lenet5 RUN.npz --out DIR`."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path

import click
import numpy as np
import torch

from convert.crosscheck import report as crosscheck_report
from convert.crosscheck import run as crosscheck_run
from convert.crosscheck.tensorflow_model import require_tensorflow
from convert.errors import ConvertError
from convert.lenet5.gate import LARGEST_LOSS, check_lenet, convert_lenet, lenet_table
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes, write_text
from train.data.mnist import load_mnist
from train.lenet1998.finetune import FineTuning, fine_tune
from train.lenet1998.model import LENET_5, LeNet, with_parameters

ONNX_FILE, TFLITE_FILE, REPORT_FILE = "lenet5.onnx", "lenet5.tflite", "parity.json"


def load_run(path: Path) -> LeNet:
    """The float net of a checkpoint (.npz) of the rows lenet_5 and dist_lenet_5.

    Raises:
        ConvertError: When the file is missing or no such checkpoint.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            row = kept["parameters"]
    except FileNotFoundError as error:
        raise ConvertError(f"there is no {path}: python -m benchmarks.lenet1998 --only lenet_5 leaves one") from error
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ConvertError(f"{path} is no checkpoint of benchmarks.lenet1998: {error}") from error
    return with_parameters(LENET_5, row)


def say(line: str) -> None:
    """A line of progress on stderr, where the bars are too."""
    click.echo(line, err=True)


@click.command()
@click.argument("run", metavar="RUN.npz", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="To write.")
@click.option("--passes", default=FineTuning.passes, show_default=True, type=click.IntRange(min=0), help="Over MNIST.")
@click.option("--seed", default=FineTuning.seed, show_default=True, help="Of the order of the digits.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--cross-check", type=click.Choice(["tensorflow"]), help="Compare with a model of another converter.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def lenet5(
    run: Path, out: Path, passes: int, seed: int, mnist: Path | None, cross_check: str | None, as_json: bool
) -> None:
    """Fine-tune a trained LeNet-5 with quantisation on, write it as ONNX and int8 TFLite, and compare all kernels.

    RUN.npz is a checkpoint of the paper's comparison. The gate runs on MNIST's 10,000 test digits; its report goes to
    DIR/parity.json. Exit status: 0 written, 1 the gate failed and no model was written, 2 bad input.

    \b
    python -m benchmarks.lenet1998 --only lenet_5
    python -m convert.lenet5 runs/paper/lenet_5-1.npz --out runs/lenet5
    """
    torch.set_num_threads(1)
    try:
        if cross_check:
            require_tensorflow()
        source = load_run(run)
        data = load_mnist(mnist)
        digits = np.concatenate([data.fit.images, data.validation.images])
        model = convert_lenet(fine_tune(source, digits, FineTuning(passes=passes, seed=seed), say))
        report = check_lenet(model, source, data.test.images, data.test.labels, say)
        check = crosscheck_run.check_lenet(model.trained, model.tflite, data.test.images, say) if cross_check else None
        text = json.dumps(dataclasses.asdict(report), indent=1)
        out.mkdir(parents=True, exist_ok=True)
        write_text(out / REPORT_FILE, text + "\n")
        if report.holds and (check is None or check.holds):
            write_bytes(out / ONNX_FILE, model.onnx)
            write_bytes(out / TFLITE_FILE, model.tflite)
    except PosteyeError as error:
        click.echo(f"posteye: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        click.echo(f"posteye: {error.filename} cannot be written: {error.strerror}; name another --out", err=True)
        raise SystemExit(2) from None
    click.echo(text if as_json else lenet_table(report))
    if check is not None:
        say(crosscheck_report.table(check))
    if not report.holds:
        allowed = f"{100 * LARGEST_LOSS:.2f}"
        say(f"int8 costs {100 * report.loss:.2f} points (at most {allowed} may be) or kernels differ: no model written")
        raise SystemExit(1)
    if check is not None and not check.holds:
        say("the other converter's model differs: no model written")
        raise SystemExit(1)


if __name__ == "__main__":
    lenet5()
