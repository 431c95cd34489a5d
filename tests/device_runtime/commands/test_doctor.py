"""`posteye doctor`, in this process: what it says of the core in C and of the bundles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from device_runtime.commands.doctor import doctor
from device_runtime.core import library
from device_runtime.errors import BundleError
from device_runtime.piece.locator import bundle as locator


@pytest.mark.parametrize(
    ("name", "trouble", "said"),
    [
        ("C", None, "C"),
        ("NumPy", "not built: install gcc", "NumPy: not built: install gcc"),
        ("NumPy", "it is incomplete", "NumPy: it is incomplete"),
    ],
    ids=["loaded", "missing", "damaged"],
)
def test_it_says_whether_the_core_in_c_is_used_and_why_not(
    monkeypatch: pytest.MonkeyPatch, name: str, trouble: str | None, said: str
) -> None:
    damaged = trouble == "it is incomplete"
    monkeypatch.setattr(library, "is_damaged", lambda: damaged)
    monkeypatch.setattr(library, "name", lambda: name)
    monkeypatch.setattr(library, "trouble", lambda: trouble)
    # A missing core is not ill health: NumPy reads.
    page, values = (CliRunner().invoke(doctor, options) for options in ([], ["--json"]))
    assert (page.exit_code, values.exit_code) == (damaged, damaged), page.output
    assert f"core     {said}" in page.output.splitlines()
    assert json.loads(values.output)["core"] == said


def test_both_bundles_are_looked_at() -> None:
    page, values = (CliRunner().invoke(doctor, options) for options in ([], ["--json"]))
    found = json.loads(values.output)
    assert [found[of]["name"] for of in ("bundle", "locator")] == ["digits", "locator"]
    versions = [found[of]["version"] for of in ("bundle", "locator")]
    assert [line for line in page.output.splitlines() if line.startswith("bundle")] == [
        f"bundle   digits {versions[0]}",
        f"bundle   locator {versions[1]}",
    ]


def test_a_bundle_of_the_locator_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locator, "shipped", lambda name: tmp_path / name)
    found = CliRunner().invoke(doctor)
    assert isinstance(found.exception, BundleError) and found.output == ""
    assert str(found.exception).startswith(f"there is no bundle at {tmp_path / 'locator'}")
