"""Hashes change with what they stand for and with nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.figures.provenance import arrays_hash, bundle_hash, code_files, code_hash, command, commit, data_hash
from device_runtime.errors import PosteyeError
from tests.stub import stub_bundle

CODE = 'def double(x: int) -> int:\n    """Twice."""\n    return 2 * x\n'


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_comments_layout_docstrings_and_places_do_not_count_but_code_does(tmp_path: Path) -> None:
    plain = code_hash(["*.py"], write(tmp_path / "a", one=CODE, two="x = None\n"))
    layout = '"""A module."""\n\ndef double(\n    x: int,\n) -> int:  # twice\n    return (2 * x)\n'
    assert code_hash(["*.py"], write(tmp_path / "b", moved=layout, other="x = None  # nothing\n")) == plain
    for changed in (CODE.replace("2", "3"), CODE.replace("x", "y"), CODE.replace("return", "yield")):
        assert code_hash(["*.py"], write(tmp_path / "c", one=changed, two="x = None\n")) != plain
    assert code_hash(["*.py"], write(tmp_path / "d", one=CODE, two="x = []\n")) != plain


def test_the_hash_is_the_same_in_every_version_of_python(tmp_path: Path) -> None:
    text = CODE + 'class A:\n    b: str = f"{CODE!r:>{9}} and"\n    def c(self, *d, e=(), **f): del d[1:], e\n'
    assert code_hash(["*.py"], write(tmp_path, one=text)).startswith("c4ee6737a587")


def test_files_of_data_count_by_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text("a\tb\n")
    before = code_hash(["*.tsv"], tmp_path)
    (tmp_path / "table.tsv").write_text("a\tb \n")
    assert code_hash(["*.tsv"], tmp_path) != before


def test_patterns_leave_out_and_must_match(tmp_path: Path) -> None:
    write(tmp_path, one="a = 1\n", two="b = 1\n")
    assert [path.name for path in code_files(["*.py", "-two.py"], tmp_path)] == ["one.py"]
    with pytest.raises(PosteyeError, match=r"no file is named by 'three\.py'"):
        code_files(["*.py", "three.py"], tmp_path)
    write(tmp_path, one="a = (\n")
    with pytest.raises(PosteyeError, match=r"one\.py does not parse"):
        code_hash(["*.py"], tmp_path)


def test_data_count_by_names_and_bytes_wherever_they_lie(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "1.png").write_bytes(b"1")
        (tmp_path / name / "labels.csv").write_bytes(b"file,code\n")
    before = data_hash(tmp_path / "here")
    assert data_hash(tmp_path / "there") == before
    (tmp_path / "there" / "sub" / "1.png").rename(tmp_path / "there" / "1.png")
    (tmp_path / "here" / "sub" / "1.png").write_bytes(b"2")
    assert len({before, data_hash(tmp_path / "there"), data_hash(tmp_path / "here")}) == 3
    with pytest.raises(PosteyeError, match="is missing; give the data"):
        data_hash(tmp_path / "nowhere")


def test_arrays_count_by_shape_type_and_numbers() -> None:
    numbers = np.arange(6)
    found = [arrays_hash(a) for a in (numbers, numbers.reshape(2, 3), numbers.astype(np.float64), numbers + 1)]
    assert len(set(found)) == 4 and arrays_hash(numbers.copy()) == found[0]


def test_a_bundle_counts_by_model_and_manifest_but_not_by_layout(tmp_path: Path) -> None:
    source = stub_bundle()
    for name in ("model.tflite", "manifest.json"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    before = bundle_hash(source)
    text = (tmp_path / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(text.replace("\n", "\n\n"))
    assert bundle_hash(tmp_path) == before
    (tmp_path / "manifest.json").write_text(text.replace('"seed"', '"seeds"'))
    assert bundle_hash(tmp_path) != before


def test_commands_tell_no_place_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["/usr/lib/x.py", "/home/me/check_amounts", "runs/strings", "../usps/zip.gz", "--pattern", r"\d{5}"]
    monkeypatch.setattr(sys, "argv", words)
    assert command().split(" ")[-5:] == ["check_amounts", "runs/strings", "zip.gz", "--pattern", r"'\d{5}'"]
    assert "/home" not in command() and "/usr" not in command()
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", SimpleNamespace(name="benchmarks.attack.__main__"))
    assert command().startswith("python -m benchmarks.attack check_amounts")


def test_the_commit_is_told_with_what_differs_from_it() -> None:
    head, _ = commit(["benchmarks/figures/provenance.py"])
    assert len(head) == 40 and set(head) <= set("0123456789abcdef")
