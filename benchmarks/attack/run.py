"""Putting a target's cases through child processes: whatever one of them does, the rest goes on."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.attack.child import Report, play_all
from benchmarks.attack.counts import Counts

# Wall clock: many times what any case needs, also where other programs hold the processors.
CASE_LIMIT_S = 120.0
_LOAD_LIMIT_S = 120.0
_END_LIMIT_S = 20.0
# Not more are described: they are all alike by then.
_FINDINGS = 20


@dataclass(frozen=True)
class Finding:
    """A case with a fault.

    Attributes:
        number: Of the case, to play it again.
        what: Traceback, crash, hang, memory or wrong, with its detail.
    """

    number: int
    what: str


@dataclass
class Result:
    """What became of the cases of a target.

    Attributes:
        kinds: Counts by kind of input.
        findings: The first cases with a fault.
    """

    kinds: dict[str, Counts] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def total(self) -> Counts:
        """All kinds together."""
        return sum(self.kinds.values(), Counts())


def attack(
    module: str,
    cases: int,
    seed: int,
    jobs: int = 2,
    case_limit_s: float = CASE_LIMIT_S,
    progress: Callable[[int], None] = lambda done: None,
) -> Result:
    """Play the cases of a target in processes of their own.

    Args:
        module: Full name of the target's module.
        cases: How many; their numbers begin at 0.
        seed: Of the cases.
        jobs: Processes at a time.
        case_limit_s: Seconds after which a case hangs.
        progress: Gets how many more are done.
    """
    result, lock = Result(), threading.Lock()

    def note(number: int, report: Report) -> None:
        kind, counts, detail = report
        with lock:
            result.kinds[kind] = result.kinds.get(kind, Counts()) + counts
            if counts.faults and len(result.findings) < _FINDINGS:
                result.findings.append(Finding(number, f"{_name(counts)}: {detail}" if detail else _name(counts)))
            progress(1)

    def play(first: int) -> None:
        numbers = range(first, cases, jobs)
        while len(numbers):
            numbers = numbers[_play(module, seed, numbers, case_limit_s, note) :]

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(play, range(jobs)))
    result.kinds = dict(sorted(result.kinds.items()))
    result.findings.sort(key=lambda finding: finding.number)
    return result


def _play(module: str, seed: int, numbers: range, limit_s: float, note: Callable[[int, Report], None]) -> int:
    """Play cases in one child until all are done or it is; return how many were."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=play_all, args=(module, seed, numbers, there), daemon=True)
    child.start()
    there.close()
    done = 0
    try:
        if not here.poll(_LOAD_LIMIT_S):
            raise RuntimeError(f"{module} was not loaded in {_LOAD_LIMIT_S:.0f} s")
        here.recv()
        for number in numbers:
            if not here.poll(limit_s):
                note(number, ("", Counts(tried=1, hangs=1), f"no answer in {limit_s:g} s"))
                child.kill()
                done += 1
                break
            try:
                report: Report = here.recv()
            except EOFError:
                child.join()
                if done and child.exitcode == 0:  # it stopped after a flood
                    break
                note(number, ("", Counts(tried=1, crashes=1), f"exit code {child.exitcode}"))
                done += 1
                break
            note(number, report)
            done += 1
    except EOFError:
        raise RuntimeError(f"{module} cannot be loaded") from None
    finally:
        child.join(_END_LIMIT_S)  # it clears up behind itself
        child.kill()
        child.join()
        here.close()
    return done


def _name(counts: Counts) -> str:
    """What kind of fault a case had."""
    names = {"wrong": counts.wrong, "traceback": counts.tracebacks, "crash": counts.crashes, "hang": counts.hangs}
    return next((name for name, count in names.items() if count), "memory")
