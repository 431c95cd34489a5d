"""What becomes of an engine whose process crashes, fails or is not there; and when figures are doubted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device_runtime.bench import parent, trial
from device_runtime.bench.job import Job, decoded
from device_runtime.bench.machine import State
from device_runtime.bench.parent import bench, warnings
from device_runtime.bench.report import EngineRun
from device_runtime.engines import ENGINES, interpreter, trouble
from device_runtime.errors import PosteyeError
from tests.device_runtime.bench.made_report import made_readings, made_run

FINE = made_readings([1.0] * 100)


def answering(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the child do something else."""
    monkeypatch.setattr(parent, "_CHILD", code)


def tell(_: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", "its process crashed (SIGABRT)"),
        ("import os; os.kill(os.getpid(), 40)", "its process crashed (signal 40)"),
        ("import os; os.kill(os.getpid(), 9)", "was killed (SIGKILL): the system does so when memory runs out"),
        ("raise SystemExit(3)", "ended with exit status 3"),
        ("", "ended without an answer"),
        ("""print('{"engine": "litert", "doing": "fields", "share": 0.5}')""", "ended without an answer"),
        ("""print('{"found": {"name": "lit', end="")""", "ended without an answer"),
    ],
)
def test_an_engine_that_ends_its_process_is_named_and_the_next_is_measured(
    code: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, code)
    report = bench(Job(None, None, 1), ["litert", "numpy"], None, tell)
    assert list(report.failed) == ["litert", "numpy"] and reason in report.failed["litert"] and not report.engines


def test_the_fastest_engine_is_named_as_far_as_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, """print('{"engine": "numpy", "doing": "fields", "share": 0}'); raise SystemExit(3)""")
    assert list(bench(Job(None, None, 1), [None], None, tell).failed) == ["numpy"]
    answering(monkeypatch, "raise SystemExit(3)")
    fastest = next(name for name in ENGINES if "is not installed" not in (trouble(name) or ""))
    assert list(bench(Job(None, None, 1), [None], None, tell).failed) == [f"the fastest engine ({fastest})"]


def test_a_missing_engine_is_an_error_alone_and_a_note_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, f"print({json.dumps({'missing': 'pip install it'})!r})")
    with pytest.raises(PosteyeError, match="pip install it"):
        bench(Job(None, None, 1), ["tflite"], None, tell)
    report = bench(Job(None, None, 1), ["litert", "tflite"], None, tell)
    assert report.missing == dict.fromkeys(("litert", "tflite"), "pip install it")


def test_the_child_is_asked_for_its_share_and_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    code = """
import sys, json
job = json.loads(sys.stdin.readline())
print(json.dumps({"engine": job["engine"], "doing": f"for {job['seconds']} s", "share": 0.5}))
print(json.dumps({"failed": "no"}))
"""
    answering(monkeypatch, code)
    bench(Job(None, None, 8), ["litert", "numpy"], None, told.append)
    assert told == ["litert: for 4.0 s, 25%", "numpy: for 4.0 s, 75%"]


def test_a_bundle_that_is_none_is_told_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(PosteyeError, match="there is no bundle at"):
        bench(Job(None, str(tmp_path / "none"), 1), [None], None, tell)


def test_a_job_survives_its_line() -> None:
    job = Job("numpy", None, 2.5, ("a b.png", "caf\udce9\n.png"), True, pattern="\\d{5}")
    assert decoded(job.encoded()) == job and job.encoded().count(b"\n") == 1


def test_an_engine_that_is_not_installed_is_missing_and_a_wrong_pattern_is_the_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runtime = interpreter.Runtime("nowhere", "posteye-has-no-such-engine", 2, "pip install nothing")
    monkeypatch.setitem(interpreter.RUNTIMES, "litert", runtime)
    answer = trial.run(Job("litert", None, 1), (1, 1), (1, 1), lambda *_: None)
    assert answer == {"missing": "the engine 'litert' is not installed: pip install nothing"}
    wrong = trial.run(Job("numpy", None, 1, ("a.png",), pattern="("), (1, 1), (1, 1), lambda *_: None)
    assert list(wrong) == ["wrong"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (made_run({"fields": FINE}), None),
        (made_run({"fields": made_readings([1.0] * 100, cpu=0.7)}), "1.4 times the processor's time"),
        (made_run({"fields": made_readings([1.0] * 100, settled=False)}), "the warm-up of fields was cut short"),
        (made_run({"fields": FINE}, after=State(throttled=0)), None),
        (made_run({"fields": FINE}, after=State(throttled=0x20000)), "frequency capped since the start"),
        (made_run({"fields": FINE}, after=State(throttled=0x4)), "throttled now"),
    ],
)
def test_figures_are_doubted_where_there_is_reason(run: EngineRun, words: str | None) -> None:
    found = warnings([run])
    assert len(found) == (words is not None) and (words or "") in "".join(found)


def test_throttling_from_before_the_run_is_no_reason() -> None:
    run = made_run({"fields": FINE}, after=State(throttled=0x50000))
    earlier = EngineRun(
        run.name, run.version, run.core, run.start, run.memory, run.kinds, State(throttled=0x50000), run.after
    )
    assert warnings([earlier]) == []
