"""`posteye doctor`, in this process: what it says of the core in C."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from device_runtime.commands.doctor import doctor
from device_runtime.core import library


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
