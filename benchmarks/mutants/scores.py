"""Runs mutmut, and works out the score of each module."""

from __future__ import annotations

import ast
import datetime
import difflib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec

from benchmarks.figures import provenance
from benchmarks.figures.files import Results, save
from benchmarks.figures.list import FIGURES
from benchmarks.mutants.page import PAGE, RESULTS, Group, Score, load_scores, render
from device_runtime.core.library import SWITCH
from device_runtime.errors import PosteyeError

ROOT = Path(__file__).parents[2]
COPY = ROOT / "mutants"  # where mutmut puts the mutated modules and what it found
COMMAND = "make mutants"
# One thread in every library: mutants run side by side, and a thread pool does not live through a fork.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
_KILLED, _SURVIVED, _TIMEOUT = {1, 3}, {0, 5, 33}, {-24, 24, 36, 152, 255}


def modules() -> list[str]:
    """The modules to be mutated, as pyproject.toml names them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return sorted(tomllib.load(file)["tool"]["mutmut"]["only_mutate"])


def explanations(path: Path) -> list[Group]:
    """The survivors that were looked at and are let live, with the reasons."""
    with path.open("rb") as file:
        return msgspec.convert(tomllib.load(file)["group"], list[Group])


def run(chosen: list[str], copy: Path = COPY) -> None:
    """Have mutmut try every mutant of the modules.

    Raises:
        PosteyeError: It cannot.
    """
    patterns = [f"{module.removesuffix('.py').replace('/', '.')}.*" for module in chosen]
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(len(os.sched_getaffinity(0))), *patterns]
    # What is mutated is Python: the core in C would read in its place.
    environment = os.environ | ONE_THREAD | {SWITCH: "numpy"}
    if subprocess.run(command, cwd=copy.parent, env=environment, check=False).returncode:
        raise PosteyeError("mutmut stopped; its last lines say why (the tests must pass before anything is mutated)")


def survivors(module: str, copy: Path = COPY) -> list[str]:
    """The mutants of a module that no test noticed: "function: the changed line"."""
    codes, text = _exit_codes(module, copy), (copy / module).read_text(encoding="utf-8")
    lines = text.splitlines()
    functions = {
        node.name: lines[node.lineno - 1 : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    found = []
    for key, code in codes.items():
        if code in _SURVIVED:
            name = key.rpartition(".")[2]
            original = functions[f"{name.rpartition('_')[0]}_orig"]
            found.append(f"{_readable(name)}: {_changed(original, functions[name])}")
    return found


def score(module: str, when: str, groups: list[Group], copy: Path = COPY) -> tuple[Score, list[str]]:
    """A module's score as mutmut left it.

    Args:
        module: Its file.
        when: Column of the table, "before" or "after".
        groups: The survivors that are explained.
        copy: mutmut's folder.

    Returns:
        The score, and the survivors that no group explains.

    Raises:
        PosteyeError: Mutants ended in no known way.
    """
    every = _exit_codes(module, copy)
    codes = [code for code in every.values() if code is not None]
    odd = [code for code in codes if code not in _KILLED | _SURVIVED | _TIMEOUT]
    if odd:
        raise PosteyeError(f"{len(odd)} of {len(codes)} mutants of {module} have no verdict ({odd[0]}); run again")
    alive = survivors(module, copy)
    known = {mutant for group in groups if group.module == module for mutant in group.mutants}
    new = [mutant for mutant in alive if mutant not in known]
    killed, timeout = (sum(code in verdict for code in codes) for verdict in (_KILLED, _TIMEOUT))
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=copy.parent, capture_output=True, text=True)
    today = datetime.date.today().isoformat()
    explained = len(alive) - len(new)
    return (
        Score(
            module,
            when,
            commit.stdout.strip(),
            today,
            COMMAND,
            len(every),
            len(codes),
            killed,
            timeout,
            len(alive),
            explained,
        ),
        new,
    )


def write(scores: list[Score], groups: list[Group]) -> None:
    """Put scores in the place of those of the same module and time, and write the page again."""
    rows = {(row.module, row.when): row for row in [*load_scores(), *scores]}
    kept = sorted(rows.values(), key=lambda row: (row.module, row.when != "before"))
    code = FIGURES["mutants"].code
    commit, changed = provenance.commit(code)
    record = Results(
        state="record",
        reason="an hour for each round; every row names the commit that it holds for.",
        command="python -m benchmarks.mutants",
        commit=commit,
        changed=changed,
        date=datetime.date.today().isoformat(),
        seed=1998,
        data={},
        bundle=None,
        code=provenance.code_hash(code),
        versions=provenance.versions(),
        machine=None,
        values={"scores": msgspec.to_builtins(kept)},
    )
    save(record, RESULTS)
    PAGE.write_text(render(kept, groups), encoding="utf-8")


def _exit_codes(module: str, copy: Path) -> dict[str, int | None]:
    try:
        codes: dict[str, int | None] = json.loads((copy / f"{module}.meta").read_bytes())["exit_code_by_key"]
    except OSError as error:
        raise PosteyeError(
            f"mutmut left nothing about {module} ({error}); name one of {', '.join(modules())}"
        ) from error
    return codes


def _readable(name: str) -> str:
    """`xǁClassǁmethod__mutmut_3` or `x_function__mutmut_3` as Class.method or function."""
    bare = name.rpartition("__mutmut_")[0]
    return ".".join(bare.split("ǁ")[1:]) if "ǁ" in bare else bare.removeprefix("x_")


def _changed(original: list[str], mutant: list[str]) -> str:
    """The first line that a mutant has and the original has not, or the line that it lacks."""
    lines = [*difflib.unified_diff(original[1:], mutant[1:], n=0, lineterm="")][2:]
    added, removed = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "+-")
    if added:
        return added[0]
    return f"without {removed[0]}" if removed else mutant[0].partition("(")[2]
