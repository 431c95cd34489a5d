"""`posteye convert` from a training folder to a bundle that reads, and its refusals."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner, Result

import convert.crosscheck.run
import convert.parity
from convert.commands.convert import convert as command
from convert.errors import ConvertError
from convert.parity import Report
from device_runtime.bundle import MODEL_FILE, load_bundle
from device_runtime.engines import pick
from device_runtime.recognition.scanner import Scanner
from tests.stub import stub_bundle
from tests.trained_folder import STRIPS, make_trained_folder, saved


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_trained_folder(tmp_path / "trained")


def _convert(folder: Path, out: Path, *options: str) -> Result:
    arguments = [str(folder), "--out", str(out), "--strips", str(STRIPS), *options]
    return CliRunner().invoke(command, arguments)


def test_a_trained_folder_becomes_a_bundle_that_scans(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "digits"
    result = _convert(folder, out, "--name", "trial", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["strips"] == STRIPS
    assert {key: report[key] for key in report} == json.loads((folder / "parity.json").read_text())
    bundle = load_bundle(out)
    manifest = bundle.manifest
    assert (manifest.name, manifest.seed, manifest.recipe["epochs"]) == ("trial", 7, 3)
    assert manifest.calibration == {}
    scores = Scanner(bundle, pick("numpy", bundle.model)).scores(np.zeros((32, 100), np.uint8))
    assert scores.shape == (50, 12)
    assert sorted(path.name for path in out.parent.iterdir()) == ["digits"]  # no temporary folder stays


def test_an_older_bundle_stays_when_the_gate_fails(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "digits"
    assert _convert(folder, out).exit_code == 0
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(convert.parity, "TORCH_LSB", -1)
    result = _convert(folder, out, "--name", "other")
    assert result.exit_code == 1
    assert "FAILS" in result.stdout and "no bundle was written" in result.stderr
    assert (out / "manifest.json").read_bytes() == before
    assert json.loads((folder / "parity.json").read_text())["pairs"][0]["allowed_lsb"] == -1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"channels": (4, 4, 4, 4, 4, 4)}, "no model of .*6 numbers of channels for a net of 8 layers"),
        ({"channels": (4,) * 8}, "no model of .*size mismatch"),
        ({"seed": "seven"}, "seed"),
    ],
)
def test_an_unfit_model_is_refused(folder: Path, tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    torch.save(saved(**changes), folder / "qat.pt")
    result = _convert(folder, tmp_path / "out")
    assert isinstance(result.exception, ConvertError)
    assert result.exception.args[0].count("\n") == 0
    with pytest.raises(ConvertError, match=complaint):
        raise result.exception


def test_a_file_that_runs_code_is_refused(folder: Path, tmp_path: Path) -> None:
    torch.save({"state": Path("/")}, folder / "qat.pt")  # any class of Python's could have side effects
    result = _convert(folder, tmp_path / "out")
    assert isinstance(result.exception, ConvertError) and "qat.pt" in str(result.exception)


def test_missing_and_short_input_is_named(folder: Path, tmp_path: Path) -> None:
    assert "there is no" in str(_convert(tmp_path, tmp_path / "out").exception)
    more = CliRunner().invoke(command, [str(folder), "--out", str(tmp_path / "out"), "--strips", "2000"])
    assert isinstance(more.exception, ConvertError) and "12 strips, fewer than the 2000" in str(more.exception)
    (folder / "parity_strips.npz").write_bytes(b"PK nothing")
    assert "cannot be read" in str(_convert(folder, tmp_path / "out").exception)


def test_a_folder_that_is_no_bundle_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("keep me")
    result = _convert(folder, precious)
    assert isinstance(result.exception, ConvertError) and "is no bundle" in str(result.exception)
    assert (precious / "letter.txt").read_text() == "keep me"


def _theirs(monkeypatch: pytest.MonkeyPatch, zero_point: int) -> None:
    """Let the stub bundle's own file stand for TensorFlow's, but for the zero point of its scores."""
    ours = (stub_bundle() / MODEL_FILE).read_bytes()
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(ours, 0))
    head = tree.subgraphs[0].tensors[tree.subgraphs[0].outputs[0]].quantization
    head.zeroPoint = np.array([zero_point], np.int64)
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(tree.Pack(builder), b"TFL3")
    monkeypatch.setattr(convert.crosscheck.run, "tensorflow_scanner", lambda _: (bytes(builder.Output()), "9.9.9"))
    monkeypatch.setattr(convert.crosscheck.run, "require_tensorflow", lambda: None)


def test_the_cross_check_stands_in_the_report(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _theirs(monkeypatch, 0)
    out = tmp_path / "digits"
    result = _convert(folder, out, "--cross-check", "tensorflow", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found.pop("cross_check")["tensorflow"] == "9.9.9"
    assert found == json.loads((folder / "parity.json").read_text())
    assert load_bundle(out).manifest.seed == 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits", "trained"]


def test_nothing_is_written_where_tensorflow_differs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def converted(folder: Path, out: Path, name: str, strips: int, tell: object) -> Report:
        shutil.copytree(stub_bundle(), out)
        return Report(strips, 1, 1, (), ())

    _theirs(monkeypatch, 1)
    monkeypatch.setattr(convert.crosscheck.run, "convert_folder", converted)
    result = _convert(folder, tmp_path / "digits", "--cross-check", "tensorflow")
    assert result.exit_code == 1
    assert "DIFFERS" in result.stdout and "no bundle was written" in result.stderr
    assert not (tmp_path / "digits").exists()


def test_a_missing_tensorflow_is_named_before_any_work(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    result = _convert(folder, tmp_path / "digits", "--cross-check", "tensorflow")
    assert isinstance(result.exception, ConvertError)
    assert "pip install -e '.[crosscheck]'" in str(result.exception)
    assert not (folder / "parity.json").exists()


def test_loading_the_command_imports_neither_torch_nor_onnx() -> None:
    heavy = "('torch', 'onnx', 'ai_edge_litert')"
    code = f"import sys, convert.commands.convert; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
