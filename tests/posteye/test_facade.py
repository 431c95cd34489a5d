"""The installed name: what `import posteye` gives and costs, one version, and a stranger's folder around it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import posteye
from device_runtime.samples import load_samples

ROOT = Path(__file__).parents[2]
HOSTILE = ("train", "convert", "benchmarks", "tests")


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python with the checkout behind the working folder on the path, as an editable install has it."""
    command = [sys.executable, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd=cwd, check=False)


def test_the_names_are_those_of_the_runtime_and_any_other_is_refused() -> None:
    for name in ("Reader", "Result"):
        assert getattr(posteye, name) is getattr(importlib.import_module("device_runtime.reader"), name)
    assert posteye.PosteyeError is importlib.import_module("device_runtime.errors").PosteyeError
    assert sorted(posteye.__all__) == ["PosteyeError", "Reader", "Result", "__version__"]
    with pytest.raises(AttributeError, match="no attribute 'reader'"):
        posteye.reader  # noqa: B018


def test_completion_knows_the_names_before_they_are_loaded() -> None:
    found = run("-c", "import sys, posteye; print({*posteye.__all__} <= {*dir(posteye)}, 'numpy' in sys.modules)")
    assert found.stdout == "True False\n", found.stderr


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = "('numpy', 'cv2', 'msgspec', 'click', 'serial', 'torch')"
    found = run("-c", f"import sys, posteye; print(posteye.__version__, [m for m in {heavy} if m in sys.modules])")
    assert found.stdout == f"{posteye.__version__} []\n", found.stderr


def test_the_version_is_written_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"] and "version" not in project["project"]
    source = ROOT / project["tool"]["hatch"]["version"]["path"]
    assert f'VERSION = "{posteye.__version__}"' in source.read_text()
    assert run("-m", "posteye", "--version").stdout == f"posteye, version {posteye.__version__}\n"


def test_a_bundle_for_the_next_version_is_refused_and_one_for_this_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = importlib.import_module("device_runtime.bundle")
    assert posteye.__version__ == bundle.VERSION
    monkeypatch.setattr(bundle, "VERSION", "0.0.9")
    with pytest.raises(posteye.PosteyeError, match=r"posteye 0\.0\.9 reads schema"):
        posteye.Reader(country="DE")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A user's folder with files and folders of the names that our workstation packages have; none may be imported."""
    for name in HOSTILE:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the user\\'s own file ran')\n")
    (tmp_path / "convert.py").unlink()
    (tmp_path / "convert").mkdir()
    (tmp_path / "convert" / "__init__.py").write_text("raise SystemExit('the user\\'s own folder ran')\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [["read", str(load_samples()[0].path), "--field", "--country", "DE"], ["demo", "--quick"]],
    ids=["read", "demo"],
)
def test_a_users_own_train_py_breaks_no_reading(hostile: Path, arguments: list[str]) -> None:
    found = run("-m", "posteye", *arguments, cwd=hostile)
    assert found.returncode == 0 and "80331" in found.stdout, found.stderr


@pytest.mark.parametrize("command", ["train", "evaluate", "explain", "calibrate", "convert"])
def test_a_workstation_command_is_ours_in_any_folder(hostile: Path, command: str) -> None:
    found = run("-m", "posteye", command, "--help", cwd=hostile)
    assert (found.returncode, found.stderr) == (0, "") and f"Usage: posteye {command}" in found.stdout


def test_a_reader_works_in_a_folder_with_a_users_own_train_py(hostile: Path) -> None:
    code = f"from posteye import Reader; print(Reader(country='DE').read({str(load_samples()[0].path)!r}).reading.code)"
    found = run("-c", code, cwd=hostile)
    assert found.stdout == "80331\n", found.stderr
