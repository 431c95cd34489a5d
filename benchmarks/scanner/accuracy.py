"""What the shipped bundles read of the four sets of accuracy.md, as `posteye evaluate` measures them.

    python -m benchmarks.scanner.accuracy DATA --results benchmarks/results/accuracy.json

DATA holds check_amounts, printed_postcode_lines and usps_digits/zip.train.gz; MNIST comes by pip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from benchmarks.figures.command import bundle_option, mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED, mnist_hash
from benchmarks.scanner.architectures import macs
from device_runtime.bundle import SMALL_BUNDLE, Bundle, load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.recognizer import scan_recognizer
from train.data.labelled import Labeled, folder_strips, mnist_strips, usps_strips
from train.data.mnist import load_mnist
from train.evaluation.evaluate import ERRORS, FIELDS_NOTE, Outcome, read_all, table
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import ScanningLeNet

LENGTH = "amounts-length"


@dataclass(frozen=True)
class Set:
    """A set of labelled strips.

    Attributes:
        words: The arguments of `posteye evaluate` that measure the set.
        strings: Makes the set.
        country: Whose codes it holds, if it is read by country.
        pattern: What it is read with otherwise.
    """

    words: str
    strings: Callable[[], Labeled]
    country: str | None = None
    pattern: str | None = None


def read_set(asked: Set, bundle: Bundle) -> dict[str, Any]:
    """The figures of one set: shares 0..1, and the output of the command."""
    alphabet = bundle.manifest.alphabet
    grammar = Grammar.chosen(asked.country, asked.pattern, None, alphabet)
    assert grammar is not None
    recognize = scan_recognizer(bundle)
    outcome = read_all(asked.strings(), recognize, Decoder(grammar, alphabet), asked.words.split()[0])
    note = FIELDS_NOTE if "--field" in asked.words else ""
    output = [
        f"$ posteye evaluate {asked.words}",
        *table([(f"int8 {recognize.scanner.engine.name}", outcome)], note).splitlines(),
    ]
    return {**figures_of(outcome), "output": output}


def read_of_known_length(data: Labeled, bundle: Bundle) -> dict[str, Any]:
    """The figures of numbers of which the reader is told how many digits each has."""
    recognize, alphabet = scan_recognizer(bundle), bundle.manifest.alphabet
    outcomes = []
    for length in sorted({len(code) for code in data.codes}):
        rows = [i for i, code in enumerate(data.codes) if len(code) == length]
        part = Labeled([data.strips[i] for i in rows], [data.codes[i] for i in rows], [data.names[i] for i in rows])
        grammar = Grammar.from_pattern(rf"\d{{{length}}}", alphabet)
        outcomes.append(read_all(part, recognize, Decoder(grammar, alphabet), grammar.name))
    confidences, correct = (np.concatenate([getattr(o, name) for o in outcomes]) for name in ("confidences", "correct"))
    return figures_of(Outcome([one for o in outcomes for one in o.decodings], confidences, correct))


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """The figures of readings; at-1: share accepted when the threshold leaves 1 % errors among the accepted."""
    at = {f"at-{100 * error:g}".replace(".", "_"): round(outcome.accept_rate(error), 4) for error in ERRORS}
    exact = round(outcome.exact, 4)
    return {"strings": len(outcome.decodings), "exact": exact, "wrong": round(1 - exact, 4), **at}


def read_sets(sets: Mapping[str, Set], bundle: Bundle, option: str = "") -> dict[str, Any]:
    """The figures of all sets, printed as they come; and what the model costs.

    Args:
        sets: By name.
        bundle: To read with.
        option: That names it to `posteye evaluate`.
    """
    values: dict[str, Any] = {"model": size_of(bundle)}
    for name, asked in sets.items():
        values[name] = read_set(replace(asked, words=asked.words + option), bundle)
        click.echo("\n".join(values[name]["output"]) + "\n")
    values[LENGTH] = read_of_known_length(sets["amounts"].strings(), bundle)
    click.echo(f"check_amounts, each of known length: {values[LENGTH]['exact']:.1%} exact\n")
    return values


def size_of(bundle: Bundle) -> dict[str, int]:
    """The model's file in bytes, the net's parameters, and its multiply-accumulates for a strip of 32 x 160."""
    net = ScanningLeNet(restore_scanner(bundle).channels)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    return {"bytes": len(bundle.model), "parameters": parameters, "macs": macs(net)}


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@mnist_option
@bundle_option
@results_option
def accuracy(data: Path, mnist: Path | None, bundle: Path | None, results: Path | None) -> None:
    """Read check amounts, printed lines, MNIST's and USPS's digits; print what `posteye evaluate` prints of each."""
    cv2.setNumThreads(1)
    test = load_mnist(mnist).test
    folders = {name: data / name for name in ("check_amounts", "printed_postcode_lines")}
    usps = data / "usps_digits" / "zip.train.gz"
    sets = {
        "amounts": Set(
            r"check_amounts --field --pattern '\d{1,8}'",
            lambda: folder_strips(folders["check_amounts"]),
            pattern=r"\d{1,8}",
        ),
        "printed": Set(
            "printed_postcode_lines --field --country MY",
            lambda: folder_strips(folders["printed_postcode_lines"]),
            country="MY",
        ),
        "mnist": Set("mnist", lambda: mnist_strips(test), pattern=r"\d"),
        "usps": Set("usps --usps zip.train.gz", lambda: usps_strips(usps), pattern=r"\d"),
    }
    values = read_sets(sets, load_bundle(bundle))
    if bundle is None:
        values["small"] = read_sets(sets, load_bundle(SMALL_BUNDLE), f" --bundle {SMALL_BUNDLE}")
    if results:
        hashes: dict[str, Path | str] = {**folders, "usps": usps, "mnist": mnist_hash(test)}
        keep("accuracy", results, values, data=hashes, bundle=bundle or SHIPPED)


if __name__ == "__main__":
    run_command(accuracy)
