"""`posteye bench` as people call it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from device_runtime.commands import bench as command
from device_runtime.engines import ENGINES, trouble
from device_runtime.errors import PosteyeError
from device_runtime.piece.locator import bundle as locator
from device_runtime.samples import load_samples
from tests.device_runtime.program import ROOT, posteye

SAMPLES = load_samples()
HERE = [engine for engine in ENGINES if trouble(engine) is None]


@pytest.fixture
def nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, a home and a place for temporary files, none of which may be written to."""
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "here")}
    for name, folder in folders.items():
        folder.mkdir()
        folder.chmod(0o555)
        monkeypatch.setenv(name, str(folder))
    return folders["here"]


def mail(folder: Path) -> Path:
    """A user's folder: three fields, a file that is no image, labels, a hidden file and a folder."""
    folder.mkdir()
    for sample in SAMPLES[:3]:
        (folder / sample.file).write_bytes(sample.path.read_bytes())
    (folder / "broken.png").write_bytes(SAMPLES[0].path.read_bytes()[:300])
    (folder / "labels.csv").write_text("file,code\n")
    (folder / ".hidden").touch()
    (folder / "more").mkdir()
    return folder


def test_golden_images_give_the_promised_keys_and_nothing_is_written(nothing_written: Path) -> None:
    found = posteye("bench", "--seconds", 1, "--json", cwd=nothing_written)
    assert (found.returncode, found.stderr) == (0, "")
    assert list(nothing_written.parent.glob("*/*")) == []
    report = json.loads(found.stdout)
    assert list(report) == [
        *("posteye", "date", "folder", "seconds", "machine", "bundle", "engines", "missing", "failed", "warnings"),
    ]
    assert report["folder"] is None and report["bundle"]["model_bytes"] < report["bundle"]["bytes"]
    (run,) = report["engines"]
    assert run["name"] == HERE[0] and list(run["start"]) == ["python", "imports", "init", "first"]
    assert all(part["cpu_ms"] > 0 for part in run["start"].values())
    memory = run["memory"]
    assert 20 < memory["init_mb"] <= memory["first_mb"] <= memory["most_mb"] and memory["readers"] == 9
    stages = ["normalize", "scan", "decode", "total", "cpu"]
    assert {kind: list(part["ms"]) for kind, part in run["kinds"].items()} == {
        "fields": ["load", *stages],
        "pieces": ["load", "locate", *stages],
    }
    fields = run["kinds"]["fields"]
    assert fields["images"] == fields["seen"] == len(SAMPLES)
    assert (
        fields["readings"] % len(SAMPLES) == 0 and fields["statuses"]["no_code"] * 11 == fields["statuses"]["accepted"]
    )


def test_all_engines_are_measured_one_after_the_other_and_only_out_is_written(
    nothing_written: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    found = posteye("bench", "--engine", "all", "--seconds", 1, "--out", out, cwd=nothing_written)
    assert (found.returncode, found.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["bench.json", "bench.svg"]
    assert list(nothing_written.parent.glob("*/*")) == [*out.iterdir()]
    report = json.loads((out / "bench.json").read_text())
    assert [run["name"] for run in report["engines"]] == HERE
    assert sorted([*HERE, *report["missing"]]) == sorted(ENGINES)
    for engine in HERE:
        assert f"\nengine     {engine} " in found.stdout
    assert ElementTree.parse(out / "bench.svg").getroot().tag.endswith("svg")


def test_a_reader_that_misreads_is_no_benchmark(tmp_path: Path) -> None:
    from tests.stub import stub_bundle  # here, since it brings torch

    out = tmp_path / "out"
    found = posteye("bench", "--bundle", stub_bundle(), "--engine", "numpy", "--seconds", 1, "--out", out)
    assert found.returncode == 1 and "FAILED     numpy: 01-hand.png is read as" in found.stdout, found.stdout
    assert list(out.iterdir()) == []


def test_a_users_folder_is_read_and_what_is_no_image_in_it_is_told(tmp_path: Path) -> None:
    folder = mail(tmp_path / "mail")
    found = posteye("bench", folder, "--pattern", r"\d{5}", "--field", "--seconds", 1, "--json")
    assert found.returncode == 0, found.stderr
    report = json.loads(found.stdout)
    (fields,) = report["engines"][0]["kinds"].values()
    assert report["folder"] == str(folder) and (fields["images"], fields["seen"]) == (3, 3)
    assert fields["unreadable"] == {str(folder / "broken.png"): "is a damaged PNG: it ends too early"}
    assert fields["statuses"] == {"accepted": fields["readings"]}
    whole = posteye("bench", folder, "--country", "DE", "--seconds", 1)
    assert whole.returncode == 0 and f"unreadable {folder}/broken.png: is a damaged PNG" in whole.stdout
    assert "\npieces     3 images, " in whole.stdout and "\nlocate " in whole.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["empty"], "there are no files in empty: give a folder of images"),
        (["nowhere"], "nowhere cannot be read: No such file or directory"),
        (["--country", "DE"], "are for a FOLDER; golden images have their codes; see `posteye bench --help`"),
        (["--field"], "are for a FOLDER"),
        (["mail", "--pattern", "("], "pattern"),
        (["--bundle", "nowhere"], "there is no bundle at nowhere"),
        (["--seconds", "0"], "0 is not in the range"),
        (["--seconds", "nan"], "nan is no time; give 1 to 3600 seconds"),
        (["--seconds", "inf"], "inf is not in the range"),
        (["--out", ""], "'--out': the name is empty; give a folder, `.` for the current one"),
        (["", "--country", "DE"], "'[FOLDER]': the name is empty"),
        (["--engine", "abacus"], "'abacus' is not one of"),
        (["--out", "mail/none/out"], "mail/none/out cannot be made: No such file or directory"),
        (["--out", "mail/labels.csv"], "mail/labels.csv cannot be made: File exists"),
        (["texts", "--country", "DE"], "none of the 1 files can be read; texts/a.txt is not an image"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line(arguments: list[str], complaint: str, tmp_path: Path) -> None:
    mail(tmp_path / "mail")
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("80331")
    found = posteye("bench", *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "") and found.stderr.count("\n") == 1
    assert found.stderr.startswith("posteye: ") and complaint in found.stderr, found.stderr


@pytest.mark.parametrize(("options", "is_told"), [([], True), (["--country", "DE"], True), (["--field"], False)])
def test_a_locator_that_is_missing_is_told_before_pieces_are_measured(
    options: list[str], is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(*_: Any) -> Any:
        raise PosteyeError("measured")

    monkeypatch.setattr(locator, "shipped", lambda name: tmp_path / name)
    monkeypatch.setattr(command, "measured", measured)
    folder = [str(mail(tmp_path / "mail"))] if options else []
    with pytest.raises(PosteyeError, match=f"no bundle at {tmp_path / 'locator'}" if is_told else "measured"):
        command.bench.main([*folder, *options], standalone_mode=False)


def test_ctrl_c_ends_it_and_the_process_that_it_started() -> None:
    program = [sys.executable, "-m", "posteye", "bench", "--seconds", "60"]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": ROOT}
    ) as running:
        children: list[int] = []
        while not children and running.poll() is None:
            time.sleep(0.05)
            children = children_of(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "") and err.strip() == "posteye: interrupted"
    deadline = time.monotonic() + 20  # a child that has no job yet ends when its input does
    while any(map(runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children and not any(map(runs, children))


def runs(process: int) -> bool:
    """Whether a process is there and is no zombie."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def children_of(process: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


@pytest.mark.parametrize(("terminal", "after_s", "shown"), [(True, 3, True), (True, 1, False), (False, 3, False)])
def test_progress_is_shown_on_a_terminal_after_two_seconds(
    terminal: bool, after_s: float, shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    now = [100.0]
    monkeypatch.setattr(command.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    progress = command._Progress()
    now[0] += after_s
    progress.tell("litert: fields, 9%")
    progress.tell("numpy")
    progress.clear()
    said = "\rlitert: fields, 9%\rnumpy             \r     \r" if shown else ""
    assert capsys.readouterr().err == said
