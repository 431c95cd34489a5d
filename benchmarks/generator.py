"""How many strips a second the field generator makes, normalisation included: `python -m benchmarks.generator`.

Each process first makes strips that are not counted: tracing the strokes of a writer and drawing the characters of a
font happen once a process. The processes then start together; the rate is that of all of them by the wall clock.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import click
import cv2

from device_runtime.errors import PosteyeError
from train.digits import Hand, hands_of, load_extra
from train.fields import FieldGenerator
from train.mnist import load_mnist

_SEED = 2031


@click.command()
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's files; default: as posteye train.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one writer a string.")
@click.option("--digits", type=click.Path(path_type=Path), help="Folder of further digits, .npz.")
@click.option("--strips", type=click.IntRange(min=1), default=2000, show_default=True, help="Counted, a process.")
@click.option("--warm-up", type=click.IntRange(min=0), default=3000, show_default=True, help="Not counted, a process.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(
    mnist: Path | None, writers: Path | None, digits: Path | None, strips: int, warm_up: int, as_json: bool
) -> None:
    """Measure the generator on one process and on two.

    \b
    Example:
      python -m benchmarks.generator --writers qmnist --strips 1000
    """
    hands = hands_of(load_mnist(mnist, writers).fit) + (load_extra(digits) if digits else [])
    rows = []
    for processes in (1, 2):
        wall, cpu = measure(hands, processes, strips, warm_up)
        rows.append(
            {
                "processes": processes,
                "strips_per_s": processes * strips / wall,
                "strips_per_cpu_s": processes * strips / cpu,
            }
        )
    if as_json:
        click.echo(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0], "rows": rows}))
        return
    click.echo("| processes | strips a second | strips a second of processor time |\n|---|---|---|")
    for row in rows:
        click.echo(f"| {row['processes']} | {row['strips_per_s']:.0f} | {row['strips_per_cpu_s']:.0f} |")
    click.echo(f"\n{os.cpu_count()} cores; load of the machine at the end {os.getloadavg()[0]:.1f}")


def measure(hands: list[Hand], processes: int, strips: int, warm_up: int) -> tuple[float, float]:
    """Seconds by the wall clock, and of processor time over all processes, for `strips` strips in each process.

    Raises PosteyeError when a process fails.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    results = context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(hands, _SEED + number, strips, warm_up, barrier, results), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spans = [results.get() for worker in workers if not worker.exitcode]
    if len(spans) < processes:
        raise PosteyeError("a process that makes strips ended with an error, which stands above; mend that first")
    begun, done, spent = zip(*spans, strict=True)
    return max(done) - min(begun), sum(spent)


def _work(
    hands: list[Hand],
    seed: int,
    strips: int,
    warm_up: int,
    barrier: Barrier,
    results: multiprocessing.SimpleQueue[tuple[float, float, float]],
) -> None:
    cv2.setNumThreads(1)
    try:
        generator = FieldGenerator(hands, seed)
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
    try:
        main()
    except PosteyeError as error:
        raise SystemExit(f"error: {error}") from None
