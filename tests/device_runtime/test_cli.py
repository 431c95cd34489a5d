"""The command as people call it: output, exit codes, one-line errors, and what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from device_runtime import cli, errors
from device_runtime.cli import COMMANDS
from device_runtime.commands.doctor import doctor
from device_runtime.samples import load_pieces, load_samples
from firmware_bridge import PortError
from tests.device_runtime.program import posteye, run_in_shell

SAMPLES = load_samples()


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv=['posteye','--help']\nfrom device_runtime.cli import main\n"
    code += "try:\n main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('numpy','cv2','torch','serial') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.rstrip().endswith("[]")
    assert "posteye read" in found.stdout


TRAINING = ("torch", "tqdm", "matplotlib", "PIL", "jinja2", "sklearn", "onnx", "onnxruntime", "onnxscript")
WITHOUT = """
import sys
class Lean:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Lean())
from device_runtime.cli import main
main()
"""


def lean(*arguments: str, hidden: tuple[str, ...] = TRAINING) -> subprocess.CompletedProcess[str]:
    """Run the command where only the reader's packages can be imported, or all but those that are hidden."""
    command = [sys.executable, "-c", f"HIDDEN = {hidden}{WITHOUT}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_the_extras(command: str) -> None:
    found = lean(command, "--help")
    assert (found.returncode, found.stderr) == (0, "") and f"Usage: posteye {command}" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["evaluate", "mnist"], "train"),
        (["explain", "a.png", "--out", "a.html"], "train"),
        (["calibrate", "a", "--strips", "b"], "train"),
        (["convert", "a", "--out", "b"], "train,convert,tflite"),
    ],
)
def test_what_needs_an_extra_says_how_to_install_it(arguments: list[str], extra: str) -> None:
    found = lean(*arguments)
    assert found.returncode == 2 and found.stderr.count("\n") == 1
    assert found.stderr.startswith(f"posteye: `posteye {arguments[0]}` needs ")
    assert f"in a checkout of posteye run: pip install -e '.[{extra}]'" in found.stderr


@pytest.mark.parametrize("arguments", [["demo"], ["read", str(load_pieces()[0].path)]], ids=["demo", "read"])
def test_a_missing_opencv_says_how_to_install_it(arguments: list[str]) -> None:
    found = lean(*arguments, hidden=("cv2",))
    assert found.returncode == 2 and "Traceback" not in found.stderr
    last = found.stderr.splitlines()[-1]
    assert last.startswith("posteye: OpenCV is not installed (") and "sudo apt-get install python3-opencv, " in last


def test_the_doctor_is_not_content_without_opencv() -> None:
    found = lean("doctor", hidden=("cv2",))
    assert found.returncode == 1 and "opencv   OpenCV is not installed (" in found.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["grammar", "--list"]], ids=["help", "list"])
def test_a_reader_of_the_output_that_has_seen_enough_is_no_failed_check(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "posteye", *arguments]
    found = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=120, check=False)
    os.close(writing)
    assert (found.returncode, found.stderr) == (0, b"")


def test_a_pipe_that_breaks_elsewhere_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def breaks(**_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")  # of a process that decodes or generates, say

    monkeypatch.setattr(sys, "argv", ["posteye", "doctor"])
    monkeypatch.setattr(doctor, "callback", breaks)
    monkeypatch.setattr(cli, "_is_unread", lambda: False)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    said = "posteye: another process ended before this one was done with it (broken pipe)\n"
    assert capsys.readouterr().err.endswith(said)


def test_a_picture_that_cannot_be_written_is_one_line_before_anything_is_read(tmp_path: Path) -> None:
    found = posteye("demo", "--picture", str(tmp_path / "none" / "a.png"))
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == f"posteye: {tmp_path}/none/a.png cannot be written: No such file or directory\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["read"], "missing argument 'IMAGES...'; see `posteye read --help`"),
        (["read", "a.png", "--colour"], "no such option '--colour'"),
        (["read", "a.png", "--engine", "abacus"], "invalid value for '--engine': 'abacus' is not one of"),
        (["read", "a.png", "--segmenter", "hos"], "to cut fields up first, `posteye evaluate --segmenter hos`"),
        (["raed"], "no such command 'raed'"),
        (["read", "a.png", "--country"], "option '--country' requires an argument; see `posteye read"),
        (
            ["grammar", "--list", "--country", "DE"],
            "--list takes no FILE, --country, --pattern or --out; see `posteye g",
        ),
    ],
)
def test_wrong_usage_is_one_line_like_every_error(arguments: list[str], complaint: str) -> None:
    found = posteye(*arguments)
    assert found.returncode == 2 and found.stdout == "" and found.stderr.count("\n") == 1
    assert found.stderr.startswith("posteye: ") and complaint in found.stderr.replace(": --colour", " '--colour'")
    assert found.stderr.endswith("--help`\n")


class PosteyeError(Exception):
    """A stranger's error that has the name of ours."""


@pytest.mark.parametrize(
    ("error", "told"),
    [(errors.ImageError("a.png is none"), True), (PortError("it is gone"), True), (PosteyeError("x"), False)],
)
def test_only_our_own_errors_become_one_line(
    error: Exception, told: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.posteye, "main", fail)
    with pytest.raises(SystemExit if told else PosteyeError):
        cli.main()
    assert capsys.readouterr().err == (f"posteye: {error}\n" if told else "")


@pytest.mark.parametrize(
    "line",
    [
        "posteye read x.png --bundle '{}'",
        "posteye read x.png --pattern 1 --serial '{}'",
        "posteye grammar --pattern 1 --out '/nowhere/{}'",
        "posteye sorter '{}'",
    ],
)
def test_an_error_is_one_line_whatever_the_name_in_it(tmp_path: Path, line: str) -> None:
    found = run_in_shell(line.format("a\nb"), tmp_path)
    assert found.returncode == 2 and found.stderr.count("\n") == 1 and "a\\nb" in found.stderr


@pytest.mark.parametrize("what", ["read {} --field --pattern 1", "grammar --list", "grammar --list --json", "--help"])
def test_a_full_disk_under_stdout_is_one_line(tmp_path: Path, what: str) -> None:
    found = run_in_shell(f"posteye {what.format(SAMPLES[0].path)} >/dev/full", tmp_path)
    assert (found.returncode, found.stderr) == (2, "posteye: No space left on device; output is lost\n")


def test_alone_it_shows_its_help() -> None:
    found = posteye()
    assert found.returncode == 0 and found.stdout == posteye("--help").stdout and "Usage: posteye" in found.stdout


def test_doctor_finds_everything_well() -> None:
    found = posteye("doctor", "--json")
    assert found.returncode == 0, found.stdout + found.stderr
    report = json.loads(found.stdout)
    assert report["healthy"] and report["engines"]["numpy"] == "ok"
