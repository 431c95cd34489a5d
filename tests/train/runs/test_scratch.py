"""`posteye train --preset tiny`, interrupted anywhere: nothing is done twice, and the weights come out the same."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from device_runtime.errors import PosteyeError
from tests.train.blots import PRESET, Blots
from train.commands.train import train
from train.data.writers import Writer
from train.runs import folder as run_folder
from train.runs import phase, scratch, trainer
from train.runs.checkpoint import Checkpoints
from train.runs.origin import Material, Origin
from train.runs.recipe import PRESETS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, writers: list[Writer]) -> Path:
    """The folder of a run that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        _small(patch, writers)
        assert run(out).exit_code == 0
    return out


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, writers: list[Writer], one_thread: None) -> None:
    """Blots for strips, and few of them."""
    _small(monkeypatch, writers)


def _small(patch: pytest.MonkeyPatch, writers: list[Writer]) -> None:
    patch.setitem(PRESETS, "tiny", PRESET)
    patch.setattr(scratch, "Generated", Blots)
    patch.setattr(run_folder, "Generated", Blots)
    patch.setattr(Origin, "load", lambda self: Material(writers, writers, ("made up",)))


def run(out: Path, *more: str) -> Result:
    """The command; errors come out as they are raised."""
    arguments = ["--out", str(out), "--preset", "tiny", "--workers", "1", *more]
    return CliRunner().invoke(train, arguments, catch_exceptions=False)


def interrupted(patch: pytest.MonkeyPatch, owner: Any, name: str, call: int, out: Path) -> Result:
    """The command, with Ctrl-C pressed in the so manieth call of a function."""
    function: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def pressed(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return function(*given, **named)

    with patch.context() as inner:
        inner.setattr(owner, name, pressed)
        return run(out)


def state_of(out: Path) -> dict[str, Any]:
    """All that a run hands on to `posteye convert`."""
    found = torch.load(out / "qat.pt", weights_only=True)
    assert isinstance(found, dict)
    return found


def assert_same(out: Path, other: Path) -> None:
    """Both runs have ended in the same, to the bit."""
    a, b = state_of(out), state_of(other)
    nets = a.pop("state"), b.pop("state")
    assert nets[0].keys() == nets[1].keys() and all(torch.equal(v, nets[1][k]) for k, v in nets[0].items())
    assert a == b
    floats = [torch.load(place / "float.pt", weights_only=True)["state"] for place in (out, other)]
    assert all(torch.equal(value, floats[1][name]) for name, value in floats[0].items())
    with np.load(out / "parity_strips.npz") as one, np.load(other / "parity_strips.npz") as two:
        assert all(np.array_equal(one[name], two[name]) for name in ("pixels", "widths", "labels"))


def test_a_run_that_is_interrupted_everywhere_ends_in_the_same_weights(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "cut"
    presses = (
        (run_folder, "wait_for_all", 1, "nothing yet"),
        (trainer.Run, "_one_shard", 2, "step 1 and 1 of 4 shards of step 2"),
        (phase, "average_into", 1, "step 1"),  # in the middle of a shard: that one is trained again
        (trainer.Run, "_log", 2, "step 1 and 2 of 4 shards of step 2"),
        (Checkpoints, "save", 1, "step 1"),
        (trainer.Run, "_one_shard", 2, "steps 1 to 2"),
        (trainer.Run, "_one_shard", 2, "steps 1 to 2 and 1 of 2 shards of step 3"),
        (run_folder, "exact_rate", 3, "steps 1 to 3 and all up to the handicap of 0.5 of step 4"),
        (run_folder, "exact_rate", 5, "steps 1 to 4 and all up to the float net of step 5"),
        (scratch, "save_result", 1, "steps 1 to 4 and all up to the int8 net of step 5"),
    )
    for owner, name, call, kept in presses:
        result = interrupted(monkeypatch, owner, name, call, out)
        assert result.exit_code == 130, (name, result.output)
        last = result.stderr.strip().splitlines()[-1]
        command = f"posteye train {shlex.join(['--out', str(out), '--preset', 'tiny', '--workers', '1'])}"
        assert last.startswith(f"posteye: interrupted; kept in {out}: ") and last.endswith(f"; go on with: {command}")
        assert not (out / "qat.pt").exists()
        if name != "_one_shard" or call == 2:
            assert kept in last, (name, last)
    assert run(out).exit_code == 0
    assert_same(out, whole)
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [(row["phase"], row["shard"]) for row in rows if row["phase"] == "quantized"] == [
        ("quantized", 1),
        ("quantized", 2),
    ]


def test_a_finished_run_is_not_done_again_and_another_is_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "held_out", None)
    again = run(whole)
    assert again.exit_code == 0 and "nothing is left to do" in again.stderr
    with pytest.raises(PosteyeError, match="holds a run with another recipe; choose another folder or delete it"):
        run(whole, "--seed", "4")
    monkeypatch.setattr(Origin, "load", lambda self: Material([], [], ("other digits",)))
    with pytest.raises(PosteyeError, match="another set of fonts, digits or writers"):
        run(whole)


def test_steps_are_numbered_and_the_net_says_what_it_was_made_by(whole: Path, tmp_path: Path) -> None:
    saved = state_of(whole)
    assert saved["recipe"]["command"] == "posteye train --out RUN --preset tiny"
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "qat.pt").unlink()
    lines = run(tmp_path / "run").stderr.splitlines()
    assert [line[:11] for line in lines if line.startswith("step")] == [f"step {n} of 5" for n in range(1, 6)]
    assert lines[0].startswith("preset tiny: about ")
    assert f"next: posteye convert {tmp_path / 'run'} --out BUNDLE --strips 12" in lines


_AGAIN = "it is made again"


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("checkpoint.pt", "cut", "going on from the checkpoint before it"),
        ("checkpoint.pt", "changed", "going on from the checkpoint before it"),
        ("qat.pt", "empty", _AGAIN),
        ("qat.pt", "changed", _AGAIN),
        ("parity_strips.npz", "cut", _AGAIN),
        ("held-out-1.npz", "cut", _AGAIN),
        ("held-out-1.npz", "changed", _AGAIN),
        ("shards/shard-00001.npz", "empty", _AGAIN),
        ("measured.json", "cut", "what is in it is measured again"),
    ],
)
def test_what_is_damaged_is_said_in_a_line_and_made_again(
    whole: Path, tmp_path: Path, name: str, damage: str, said: str
) -> None:
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    content = bytearray((out / name).read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = bytes(40)
    (out / name).write_bytes({"cut": bytes(content[:-40]), "changed": bytes(content), "empty": b""}[damage])
    if name != "qat.pt" and name != "parity_strips.npz":
        (out / "qat.pt").unlink()
    if name.startswith("shards"):  # else nobody would look at it again
        (out / "checkpoint.pt").unlink()
    result = run(out)
    assert result.exit_code == 0
    lines = [line for line in result.stderr.splitlines() if " is damaged (" in line]
    assert len(lines) == 1 and re.search(rf"/{re.escape(name)} is damaged \(.+\); {said}", lines[0]), lines
    assert_same(out, whole)


def test_what_took_hours_is_not_thrown_away_unasked(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    for path in (out / "qat.pt", out / "checkpoint.pt", out / "checkpoint-before.pt"):
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(
        PosteyeError, match=r"checkpoint\.pt is damaged .*delete .*checkpoint\*\.pt to begin this phase"
    ):
        run(out)
    for path in out.glob("checkpoint*.pt"):
        path.unlink()
    with pytest.raises(PosteyeError, match=r"qat\.pt is damaged .*delete it, and the same command makes it again"):
        run(out)
    (out / "qat.pt").unlink()
    (out / "float.pt").write_bytes(b"PK")
    with pytest.raises(PosteyeError, match=r"float\.pt is damaged .*to train the float phase again") as error:
        run(out)
    assert "\n" not in str(error.value)
    (out / "float.pt").unlink()
    assert run(out).exit_code == 0
    assert_same(out, whole)


def test_a_run_begun_with_other_threads_goes_on_with_those(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    known = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(known | {"threads": 2}))
    run(out)
    assert torch.get_num_threads() == 2
    (out / "run.json").write_text("{")
    with pytest.raises(PosteyeError, match=r"run\.json is damaged .*delete it if you are sure"):
        run(out)
