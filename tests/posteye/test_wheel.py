"""The wheel in an environment of its own: what it puts there, what runs, and what a stranger's type checker says."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

import posteye
from device_runtime.samples import load_samples
from tests.emulated.wheels import build_wheel

pytestmark = pytest.mark.slow

STRANGER = """
from posteye import PosteyeError, Reader, Result, __version__


def code_of(path: str) -> str | None:
    try:
        result: Result = Reader(country="DE").read(path, field=True)
    except PosteyeError as error:
        raise SystemExit(f"{__version__}: {error}") from error
    return result.reading.code


print(code_of("PATH"))
"""


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel alone; its dependencies are those of this Python."""

    folder: Path
    site: Path

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        command = [str(self.folder / "bin" / words[0]), *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=cwd, env={}, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(folder)]
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    subprocess.run([*pip, "install", "--no-deps", str(wheel)], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    # A line of a .pth file is a folder to search; the .pth files in that folder, which name the checkout, are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Installed(folder, site)


def test_it_holds_what_a_device_needs_and_nothing_else(installed: Installed) -> None:
    found = {path.name for path in installed.site.iterdir()} - {"dependencies.pth"}
    ours = {"posteye", "device_runtime", "firmware_bridge"}
    assert found == ours | {f"posteye-{posteye.__version__}.dist-info"}
    assert all((installed.site / name / "py.typed").is_file() for name in ours)
    data = ("bundles/digits/model.tflite", "samples/samples.json", "grammar/countries.tsv")
    assert all((installed.site / "device_runtime" / name).is_file() for name in data)


def test_its_core_was_compiled_and_is_used(installed: Installed, tmp_path: Path) -> None:
    found = installed.run("posteye", "doctor", "--json", cwd=tmp_path)
    assert json.loads(found.stdout)["core"] == "C"


@pytest.mark.parametrize("words", [["posteye"], ["python", "-m", "posteye"]], ids=["script", "module"])
def test_the_command_reads_and_says_its_version(installed: Installed, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "train.py").write_text("raise SystemExit('the user\\'s own file ran')\n")
    assert installed.run(*words, "--version", cwd=tmp_path).stdout == f"posteye, version {posteye.__version__}\n"
    sample = load_samples()[0].path
    found = installed.run(*words, "read", str(sample), "--field", "--country", "DE", cwd=tmp_path)
    assert found.returncode == 0 and found.stdout.startswith("80331"), found.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("train", "train"),
        ("evaluate", "train"),
        ("explain", "train"),
        ("calibrate", "train"),
        ("convert", "train,convert,tflite"),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["--help"], ["mnist", "--seed", "3"]], ids=["alone", "help", "options"])
def test_a_workstation_command_says_where_it_runs_and_never_starts_a_users_file(
    installed: Installed, tmp_path: Path, command: str, extra: str, arguments: list[str]
) -> None:
    (tmp_path / "train.py").write_text("raise SystemExit('the user\\'s own file ran')\n")
    found = installed.run("python", "-m", "posteye", command, *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == f"posteye: posteye {command} runs from a checkout: pip install -e '.[{extra}]'\n"


def test_a_strangers_project_passes_mypy_strict(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "stranger.py").write_text(STRANGER.replace("PATH", str(load_samples()[0].path)))
    assert installed.run("python", "stranger.py", cwd=tmp_path).stdout == "80331\n"
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "stranger.py"]
    command += ["--python-executable", str(installed.folder / "bin" / "python")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path, env={}, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
