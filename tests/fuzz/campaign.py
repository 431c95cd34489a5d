"""Runs libFuzzer on all targets at a time, and tells what came of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.corpus import FAULT, pack, unpack
from tests.fuzz.seeds import seeds

_MOST_BYTES = 8192
_NAME_LENGTH = 16  # of an input's name, which is a hash of what is in it
_LIMITS = (f"-max_len={_MOST_BYTES}", "-timeout=60", "-rss_limit_mb=2048", "-detect_leaks=0")


@dataclass(frozen=True)
class Outcome:
    """What a run of one target came to.

    Attributes:
        target: its name.
        executions: how often it was called.
        edges: of the compiled core and the target's own code that the inputs reach.
        inputs: that reach something each.
        faults: inputs that end it.
        trouble: the last words of a run that ended without one of them.
    """

    target: str
    executions: int
    edges: int
    inputs: int
    faults: tuple[Path, ...]
    trouble: str


class Run:
    """One target that is fuzzed; the run begins when this is made.

    What it finds stays in the folder, and is where the next run goes on. That begins with the faults found before.
    """

    def __init__(self, program: Path, seconds: int, folder: Path) -> None:
        """Start it.

        Args:
            program: of the target, whose name it has.
            seconds: how long.
            folder: for what it finds.
        """
        self.target = program.name
        self._folder = folder / self.target
        self._log = folder / f"{self.target}.log"
        self._faults = self._folder / "faults"
        grown, mended = self._folder / "grown", self._folder / "mended"
        for path in (self._faults, grown, mended):
            path.mkdir(parents=True, exist_ok=True)
        for path in _inputs_of_faults(self._faults):
            path.replace(mended / path.name)
        given = [grown, mended, *_given(self.target, self._folder)]
        limits = (*_LIMITS, f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={self._faults}/")
        with self._log.open("w") as log:
            self._process = subprocess.Popen([program, *limits, *given], stdout=log, stderr=subprocess.STDOUT)

    def outcome(self) -> Outcome:
        """Wait for its end, and tell what came of it."""
        code = self._process.wait()
        log = self._log.read_text(errors="replace")
        reached = re.findall(r"cov: (\d+) ft: \d+ corp: (\d+)/", log)
        edges, inputs = reached[-1] if reached else (0, 0)
        executions = re.findall(r"^stat::number_of_executed_units: (\d+)", log, re.MULTILINE)
        faults = tuple(_inputs_of_faults(self._faults))
        trouble = "\n".join(log.splitlines()[-10:]) if code and not faults else ""
        return Outcome(self.target, int(executions[-1]) if executions else 0, int(edges), int(inputs), faults, trouble)


def keep(program: Path, folder: Path) -> tuple[Path, int]:
    """Pack what runs have found to be the target's corpus, without what reaches nothing that other inputs do not.

    The inputs of faults that are mended are kept whatever they reach.

    Args:
        program: of the target, whose name it has.
        folder: of its runs.

    Returns:
        The packed file, and how many inputs are in it.
    """
    target = program.name
    merged = folder / target / "merged"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir()
    samples, corpus = _given(target, folder / target)
    for path in corpus.glob(f"{FAULT}*"):
        shutil.copy(path, merged)
    for path in (folder / target / "mended").iterdir():
        shutil.copy(path, merged / f"{FAULT}{path.name[-_NAME_LENGTH:]}")
    # Of the samples come those inputs that the corpus need not hold: they are made anew each time.
    arguments = [merged, samples, corpus, folder / target / "grown"]
    subprocess.run([program, "-merge=1", *_LIMITS, *arguments], check=True, capture_output=True)
    made = {path.read_bytes() for path in samples.iterdir()}
    inputs = {path.name: path.read_bytes() for path in merged.iterdir()}
    inputs = {name[:_NAME_LENGTH]: content for name, content in inputs.items() if content not in made}
    return pack(target, inputs), len(inputs)


def _inputs_of_faults(folder: Path) -> list[Path]:
    """What ended a run; an input that only takes long is no fault."""
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith("slow-unit-")]


def _given(target: str, folder: Path) -> tuple[Path, Path]:
    """The folders of the samples and of the corpus, written anew."""
    samples, corpus = folder / "samples", folder / "corpus"
    for path in (samples, corpus):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    for number, content in enumerate(seeds(target)):
        (samples / f"{number:02}").write_bytes(content)
    unpack(target, corpus)
    return samples, corpus
