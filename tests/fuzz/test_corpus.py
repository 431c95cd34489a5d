"""The fuzzers' corpora, given to the C code once more: sanitizers find nothing, and all of it is reached."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import build_controller
from build_core import SOURCES, NoCompilerError, compiler
from tests.fuzz.corpus import CORPORA, unpack
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import SANITIZERS, TARGETS, build_replays

try:
    COMPILER = compiler()
except NoCompilerError as error:
    pytest.skip(f"the fuzzers' corpora are not replayed: {error}", allow_module_level=True)

MOST_CORPORA_BYTES = 300_000


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of each target: its corpus, and the samples."""
    folder = tmp_path_factory.mktemp("inputs")
    found = {}
    for target in TARGETS:
        found[target] = unpack(target, folder / target)
        for number, content in enumerate(seeds(target)):
            found[target].append(folder / target / f"sample-{number}")
            found[target][-1].write_bytes(content)
    return found


@pytest.fixture(scope="module")
def replays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build_replays(COMPILER, SANITIZERS, tmp_path_factory.mktemp("replays"))


@pytest.mark.parametrize("target", TARGETS)
def test_the_core_stands_what_was_found(target: str, inputs: dict[str, list[Path]], replays: dict[str, Path]) -> None:
    done = subprocess.run([replays[target], *inputs[target]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1:]} ends {target}:\n{done.stderr}"
    assert len(done.stdout.splitlines()) == len(inputs[target])


def test_the_corpora_reach_every_function(inputs: dict[str, list[Path]], tmp_path: Path) -> None:
    gcov = shutil.which("gcov")
    maker = subprocess.run([*COMPILER, "--version"], capture_output=True, text=True, check=True).stdout
    if not gcov or "Free Software Foundation" not in maker:
        pytest.skip("what the corpora reach is not tested: that needs gcc with its gcov")
    for target, program in build_replays(COMPILER, ("--coverage", "-O0"), tmp_path).items():
        subprocess.run([program, *inputs[target]], stdout=subprocess.DEVNULL, check=True)
    notes = [path for path in tmp_path.glob("*.gcda") if path.name.partition("-")[0].isdigit()]
    told = subprocess.run([gcov, "--json-format", "--stdout", *notes], capture_output=True, check=True, cwd=tmp_path)
    documents = [json.loads(document) for document in told.stdout.splitlines()]
    for of, least_functions, share in ((SOURCES, 300, 0.98), (build_controller.SOURCES, 50, 0.95)):
        files = [file for one in documents for file in one["files"] if _is_source(Path(file["file"]), of)]
        functions = [function for file in files for function in file["functions"]]
        lines = [line["count"] > 0 for file in files for line in file["lines"]]
        assert len(functions) > least_functions
        assert not [function["name"] for function in functions if not function["execution_count"]]
        assert sum(lines) >= share * len(lines), f"{sum(lines)} of {len(lines)} lines of {of.name}"


def _is_source(path: Path, folder: Path) -> bool:
    return path.suffix == ".c" and path.is_relative_to(folder)


def test_the_corpora_are_small() -> None:
    packed = list(CORPORA.iterdir())
    assert sorted(path.name for path in packed) == sorted(f"{target}.tar.xz" for target in TARGETS)
    assert sum(path.stat().st_size for path in packed) <= MOST_CORPORA_BYTES
