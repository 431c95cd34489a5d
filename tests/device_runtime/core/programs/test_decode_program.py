"""A C program decodes with the core's header alone; the compiler warns of nothing, and sanitizers find nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from build_core import SOURCES, WARNINGS, NoCompilerError, compiler
from device_runtime.core.decoding import Net, Options
from device_runtime.decoding.core_decoder import plain_graph
from device_runtime.decoding.decoder import REASONS, RESERVE, ZEROS_ONLY, Decoder
from device_runtime.grammar.grammar import DIGITS, SEPARATORS, Grammar
from device_runtime.recognition.scanner import exponentials
from device_runtime.types import Decoding
from tests.device_runtime.core.programs.task_file import write_task
from tests.device_runtime.core.scored import COLUMNS, SCORES, STRIPS, by_numpy, draw_scores, draw_strip

PROGRAM = Path(__file__).parent / "decode_alone.c"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
REASONS_IN_ORDER = [None, ZEROS_ONLY, *REASONS.values()]
PATTERNS = (r"\d{3,9}", r"\d{3}(-\d\d)?", r"12345|9\d{4}|5\d{2}-\d{3}", r"\d{3} \d{2}")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled with sanitizers."""
    try:
        command = compiler()
    except NoCompilerError as error:
        pytest.skip(f"the core's C program is not tested: {error}")
    path = tmp_path_factory.mktemp("program") / "decode_alone"
    sources = [str(source) for source in sorted(SOURCES.rglob("*.c"))]
    flags = ("-std=c99", "-O1", "-g", "-ffp-contract=off", *WARNINGS, *SANITIZERS, f"-I{SOURCES}")
    subprocess.run([*command, *flags, str(PROGRAM), *sources, "-lm", "-o", str(path)], check=True)
    return path


def as_printed(decoding: Decoding) -> list[str]:
    """The lines that the program prints for what NumPy found."""
    signs = DIGITS + SEPARATORS

    def numbers(code: str) -> str:
        return "".join(f" {signs.index(char)}" for char in code)

    assert decoding.free is not None
    lines = [f"free {decoding.free.hex()} doubt {REASONS_IN_ORDER.index(decoding.doubt)}"]
    lines += [f"candidate {c.confidence.hex()}{numbers(c.code)}" for c in decoding.candidates]
    lines += [f"character {c.confidence.hex()} {c.x_px.hex()}" for c in decoding.characters]
    if decoding.outside:
        outside = decoding.outside
        lines.append(f"outside {outside.confidence.hex()} {int(outside.too_short)}{numbers(outside.number)}")
    return lines


def parsed(lines: list[str]) -> list[list[object]]:
    """Lines with their hexadecimal numbers read, which C and Python write differently."""
    return [[float.fromhex(word) if "0x" in word else word for word in line.split()] for line in lines]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_c_program_decodes_the_same_and_sanitizers_find_nothing(program: Path, tmp_path: Path, pattern: str) -> None:
    decoder = Decoder(Grammar.from_pattern(pattern), DIGITS)
    costs = decoder.costs
    options = Options(3, RESERVE, (costs.foreign_number, costs.continued, costs.letters, costs.mark), ())
    net = Net(DIGITS, COLUMNS.first_px, COLUMNS.stride_px, 0.25, exponentials(0.25))
    graph = plain_graph(decoder.graph, decoder.grouped)
    for seed, kind in enumerate(SCORES * 2):
        random = np.random.default_rng(seed)
        columns = int(random.integers(1, 80))
        scores = draw_scores(kind, random, columns, 12)
        strip = draw_strip(STRIPS[seed % 4], random, 2 * columns + 3, 1.3 if seed % 3 else 1.0)
        write_task(tmp_path / "task", net, graph, options, strip, scores)
        done = subprocess.run([program, tmp_path / "task"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert parsed(done.stdout.splitlines()) == parsed(as_printed(by_numpy(decoder, strip, scores)))
