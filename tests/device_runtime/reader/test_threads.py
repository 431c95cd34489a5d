"""A Reader, and each engine, gives from many threads at once what it gives from one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.engines import pick
from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from tests.engines_here import ALL_ENGINES, requires

THREADS = 4
Answer = TypeVar("Answer")


def _from_threads(work: Callable[[int], Answer], rounds: int) -> list[tuple[int, Answer]]:
    """All numbers 0..rounds - 1 in every thread, each in another order, started together; errors are raised here."""
    barrier, answers, errors = threading.Barrier(THREADS), list[tuple[int, Answer]](), list[BaseException]()

    def run(thread: int) -> None:
        order = np.random.default_rng(thread).permutation(rounds)
        barrier.wait()
        try:
            for number in order:
                answers.append((int(number), work(int(number))))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    assert len(answers) == THREADS * rounds
    return answers


@pytest.mark.parametrize("name", ALL_ENGINES)
def test_scores_from_many_threads_are_those_of_one(name: str) -> None:
    random = np.random.default_rng(7)
    engine = pick(name, load_bundle().model)
    widths = [96, 160, 96, 256, 384] * 12
    strips = [random.integers(-128, 128, (1, 32, width, 1)).astype(np.int8) for width in widths]
    alone = [engine.scores(strip) for strip in strips]
    wrong = [
        n for n, found in _from_threads(lambda n: engine.scores(strips[n]), len(strips)) if (found != alone[n]).any()
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ALL_ENGINES)
def test_one_reader_reads_alike_from_many_threads(name: str) -> None:
    reader = Reader(engine=name)
    fields: list[Path] = [sample.path for sample in load_samples()[:9]]

    def read(number: int) -> tuple[object, ...]:
        reading = reader.read(fields[number], field=True).reading
        return reading.code, reading.status, reading.confidence, reading.candidates, reading.characters

    alone = [read(number) for number in range(len(fields))]
    assert len({answer[0] for answer in alone}) > 4
    assert [number for number, found in _from_threads(read, len(fields)) if found != alone[number]] == []


@requires("litert")
def test_interpreters_are_used_again_and_few_are_kept() -> None:
    engine = InterpreterEngine("litert", load_bundle().model)
    for width in (96, 160, 96, 160, 96):
        engine.scores(np.zeros((1, 32, width, 1), np.int8))
    assert sorted(prepared.shape[2] for prepared in engine._idle) == [96, 160]
    kept = engine._idle[-1].interpreter
    engine.scores(np.zeros((1, 32, 96, 1), np.int8))
    assert engine._idle[-1].interpreter is kept
    for width in range(64, 256, 4):
        engine.scores(np.zeros((1, 32, width, 1), np.int8))
    assert [prepared.shape[2] for prepared in engine._idle] == list(range(160, 256, 4))
