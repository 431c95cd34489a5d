"""How many strips a second the field generator makes, normalisation included: `python -m benchmarks.scanner.generator`.

Each process first makes strips that are not counted: tracing the strokes of a writer and drawing the characters of a
font happen once a process. The processes then start together; the rate is that of all of them by the wall clock.
"""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import click
import cv2

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine, mnist_hash
from benchmarks.figures.tables import Table
from device_runtime.errors import PosteyeError
from train.data.mnist import load_mnist
from train.data.writers import Writer, load_extra, writers_of
from train.synthesis.generator import FieldGenerator

_SEED = 2031


@click.command()
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's files; default: as posteye train.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one writer a string.")
@click.option("--digits", type=click.Path(path_type=Path), help="Folder of further digits, .npz.")
@click.option("--strips", type=click.IntRange(min=1), default=2000, show_default=True, help="Counted, a process.")
@click.option("--warm-up", type=click.IntRange(min=0), default=3000, show_default=True, help="Not counted, a process.")
@results_option
def main(
    mnist: Path | None, writers: Path | None, digits: Path | None, strips: int, warm_up: int, results: Path | None
) -> None:
    """Measure the generator on one process and on two.

    \b
    Example:
      python -m benchmarks.scanner.generator --writers qmnist --strips 1000
    """
    data = load_mnist(mnist, writers)
    known = writers_of(data.fit) + (load_extra(digits) if digits else [])
    before = machine()
    lines: list[list[str]] = []
    for processes in (1, 2):
        wall, cpu = measure(known, processes, strips, warm_up)
        made = processes * strips
        lines.append([str(processes), f"{made / wall:.0f}", f"{made / cpu:.0f}"])
    rates = Table(["processes", "strips a second", "strips a second of processor time"], lines)
    click.echo(rates.markdown())
    if results:
        hashes: dict[str, Path | str] = {"mnist": mnist_hash(data.test)}
        hashes |= {path.name: path for path in (writers, digits) if path}
        keep(
            "generator",
            results,
            {"rates": rates},
            data=hashes,
            seed=_SEED,
            bundle=None,
            machine=before,
        )


def measure(writers: list[Writer], processes: int, strips: int, warm_up: int) -> tuple[float, float]:
    """Make strips in several processes at once.

    Args:
        hands: The writers of the strips.
        processes: How many.
        strips: Counted ones in each process.
        warm_up: Strips that each process makes before.

    Returns:
        Seconds by the wall clock, and seconds of processor time over all processes.

    Raises:
        PosteyeError: A process failed.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    results = context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(writers, _SEED + number, strips, warm_up, barrier, results), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spans = [results.get() for worker in workers if not worker.exitcode]
    if len(spans) < processes:
        raise PosteyeError("a process that makes strips ended with an error; its last lines say why")
    begun, done, spent = zip(*spans, strict=True)
    return max(done) - min(begun), sum(spent)


def _work(
    writers: list[Writer],
    seed: int,
    strips: int,
    warm_up: int,
    barrier: Barrier,
    results: multiprocessing.SimpleQueue[tuple[float, float, float]],
) -> None:
    cv2.setNumThreads(1)
    try:
        generator = FieldGenerator(writers, seed)
        for _ in range(warm_up):
            generator.strip()
    except BaseException:
        barrier.abort()  # or the others would wait for this one
        raise
    barrier.wait()
    begun, spent = time.time(), time.process_time()
    for _ in range(strips):
        generator.strip()
    results.put((begun, time.time(), time.process_time() - spent))


if __name__ == "__main__":
    run_command(main)
