"""`posteye config`: writes an example, checks and shows a file; exit status and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from device_runtime.commands.config import config
from device_runtime.errors import ConfigError, WriteError

GIVE = 'give a text such as "v4l2:/dev/video0?size=1280x720&exposure=5&gain=16"'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(config, [str(argument) for argument in arguments])


def test_an_example_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").output == "station.toml is written; change it, then: posteye config check station.toml\n"
    assert isinstance(run("init").exception, WriteError)
    assert run("init", "-").output == (tmp_path / "station.toml").read_text()


def test_a_check_names_what_is_wrong_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text('[camera]\n[read]\ncountry = "DE"\n')
    found = run("check", path)
    assert found.exit_code == 1
    assert found.output == f"{path}, line 1: [camera] url is missing; {GIVE}\n1 thing is wrong\n"
    row = json.loads(run("check", path, "--json").output)
    assert row["fine"] is False and row["notes"] == []
    assert row["problems"] == [{"file": str(path), "line": 1, "key": "[camera] url", "said": f"is missing; {GIVE}"}]


def test_a_check_of_what_is_right_passes(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text('[camera]\nurl = "dir:."\n[plan]\npath = "plan.csv"\n[read]\ncountry = "DE"\n')
    (tmp_path / "plan.csv").write_text("codes,bin\noverflow,other\nreject,hand\n0*..8*,all\n")
    found = run("check", path)
    assert found.exit_code == 0
    assert found.output.splitlines() == [
        f"note: {path}, line 4: [plan] path leaves 10,000 codes of DE without a row; they go to overflow",
        f"{path} is fine",
    ]


def test_what_is_no_configuration_is_told(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text("[camera\n")
    for action in ("check", "show"):
        assert isinstance(run(action, path).exception, ConfigError)


def test_all_values_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text('[camera]\nurl = "-"\n[plan]\npath = "plan.csv"\n')
    assert (
        f'[plan]\npath = "{tmp_path}/plan.csv"\n\n[journal]\npath = "{tmp_path}/station.j' in run("show", path).output
    )
    row = json.loads(run("show", path, "--json").output)
    assert row["read"]["max_error"] == 0.01 and row["wire"] == {"url": None, "outbox": None}
