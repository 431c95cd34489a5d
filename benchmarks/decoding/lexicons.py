"""Compiles lists of all ZIP codes and Postleitzahlen; `python -m benchmarks.decoding.lexicons DIR` measures them."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine
from benchmarks.figures.tables import columns
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar

# Data of PyPI, under their own licences (MIT; ODbL): downloaded for this measurement, no part of posteye.
PACKAGES = ("zipcodes==3.0.0", "countrystatecity-postal-codes==2.0.1")
_LOADS = 20


def installed() -> Path:
    """Return the folder that holds the packages, installed on the first call.

    Raises:
        PosteyeError: pip failed; its last line says why.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "posteye" / "lexicons"
    ready = folder / "ready"
    if ready.is_file() and ready.read_text() == "\n".join(PACKAGES):
        return folder
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps", "--upgrade"]
    done = subprocess.run([*pip, "--target", str(folder), *PACKAGES], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PosteyeError(f"the lists could not be installed: {done.stderr.strip().rpartition(chr(10))[2]}")
    ready.write_text("\n".join(PACKAGES))
    return folder


def us_codes(folder: Path) -> list[str]:
    """Return every ZIP code of the United States, of the military and of post-office boxes."""
    command = "import json, zipcodes; print(json.dumps([place['zip_code'] for place in zipcodes.list_all()]))"
    environment = os.environ | {"PYTHONPATH": str(folder)}
    out = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, env=environment)
    codes: list[str] = json.loads(out.stdout)
    return codes


def de_localities(folder: Path) -> Counter[str]:
    """Return every Postleitzahl of Germany with how many localities it serves."""
    places = folder / "countrystatecity_postal_codes" / "data" / "by-country" / "DE" / "postcodes.json"
    return Counter(place["code"] for place in json.loads(places.read_text("utf-8")))


def lists(folder: Path) -> dict[str, str]:
    """Return the text of each lexicon by its name.

    Returns:
        `us` and `de`, the codes alone; `de-counts`, with the number of localities; `us-counts`, with invented counts,
        whose logarithms are spread normally (sigma 1.5), since no list of mail volumes is free.
    """
    us, de = sorted(us_codes(folder)), sorted(de_localities(folder).items())
    rng = random.Random(1)
    return {
        "us": "".join(f"{code}\n" for code in us),
        "de": "".join(f"{code}\n" for code, _ in de),
        "us-counts": "".join(f"{code}\t{rng.lognormvariate(5, 1.5):.0f}\n" for code in us),
        "de-counts": "".join(f"{code}\t{count}\n" for code, count in de),
    }


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@results_option
def main(folder: Path, results: Path | None) -> None:
    """Write the lexicons as text and compiled into FOLDER, and print their sizes and times."""
    folder.mkdir(parents=True, exist_ok=True)
    before = machine()
    rows: list[tuple[str, ...]] = [("lexicon", "codes", "states", "arcs", "bytes", "compile ms", "load ms")]
    values: dict[str, Any] = {}
    texts = lists(installed())
    for name, text in texts.items():
        written, compiled = folder / f"{name}.txt", folder / f"{name}.grammar"
        written.write_text(text)
        grammar = Grammar.from_file(written)
        size = grammar.save(compiled)
        compile_ms = _median_ms(lambda written=written: Grammar.from_file(written), 3)  # type: ignore[misc]
        load_ms = _median_ms(lambda compiled=compiled: Grammar.from_file(compiled), _LOADS)  # type: ignore[misc]
        automaton = grammar.automaton
        codes, arcs = automaton.count_codes(), len(automaton.source)
        values[name] = {"codes": codes, "states": automaton.states, "arcs": arcs, "bytes": size}
        numbers = (str(number) for number in (codes, automaton.states, arcs, size))
        rows.append((name, *numbers, f"{compile_ms:.1f}", f"{load_ms:.2f}"))
    text = columns(rows, (-10, 6, 6, 6, 6, 10, 7), " ")
    click.echo(text)
    if results:
        data = {f"{name}.txt": folder / f"{name}.txt" for name in texts}
        keep("lexicons", results, values | {"output": text.splitlines()}, data=data, bundle=None, machine=before)


def _median_ms(action: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


if __name__ == "__main__":
    run_command(main)
