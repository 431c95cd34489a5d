"""`posteye train` with a preset that goes on from others: they are trained first, once, and the net is told by them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS
from tests.train.blots import PRESET, Blots, MakerHere
from train.commands.train import train
from train.data.writers import Writer
from train.runs import folder as run_folder
from train.runs import origin, scratch, trainer
from train.runs.origin import Material, Origin
from train.runs.recipe import PRESETS, Preset
from train.synthesis.mix import SECOND

FIRST = replace(PRESET.recipe, channels=STUB_CHANNELS)
WIDENED = replace(FIRST, seed=4, float_epochs=1, channels=tuple(c + 2 for c in STUB_CHANNELS), mix=SECOND)
SMALLER_PRESETS = {
    "first": Preset(FIRST, 1, "tests"),
    "widened": Preset(WIDENED, 1, "tests", "first"),
    "shipped": Preset(replace(WIDENED, seed=5), 1, "tests", "widened"),
    "small": Preset(replace(WIDENED, channels=STUB_CHANNELS), 1, "tests", "first"),
}


def _small(patch: pytest.MonkeyPatch, writers: list[Writer]) -> None:
    for name, preset in SMALLER_PRESETS.items():
        patch.setitem(PRESETS, name, preset)
    for module in (scratch, run_folder):
        patch.setattr(module, "Generated", Blots)
        patch.setattr(module, "ShardMaker", MakerHere)
    patch.setattr(Origin, "load", lambda self: Material(writers, writers, ("strings" if self.strings else "digits",)))
    patch.setattr(origin, "require_collections", lambda folder: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, writers: list[Writer]) -> Path:
    """The folder of a chain that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        _small(patch, writers)
        assert run(out).exit_code == 0
    return out


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, writers: list[Writer], one_thread: None) -> None:
    """Blots for strips, few of them, and narrow nets."""
    _small(monkeypatch, writers)


def arguments(out: Path, *more: str, preset: str = "shipped") -> list[str]:
    """Of the command."""
    strings = [] if preset == "first" else ["--strings", "real"]
    return ["--out", str(out), "--preset", preset, *strings, "--workers", "1", *more]


def run(out: Path, *more: str, preset: str = "shipped") -> Result:
    """The command; errors come out as they are raised."""
    return CliRunner().invoke(train, arguments(out, *more, preset=preset), catch_exceptions=False)


def net_of(out: Path) -> dict[str, Any]:
    """What a run hands on to `posteye convert`."""
    found = torch.load(out / "qat.pt", weights_only=True)
    assert isinstance(found, dict)
    return found


def assert_same_net(out: Path, other: Path) -> None:
    """Both runs have ended in the same weights, to the bit."""
    one, two = net_of(out)["state"], net_of(other)["state"]
    assert one.keys() == two.keys() and all(torch.equal(value, two[name]) for name, value in one.items())


def test_what_a_preset_goes_on_from_is_trained_before_it(whole: Path) -> None:
    nets = {place.name: net_of(place) for place in (whole / "first", whole / "widened", whole)}
    assert [tuple(net["channels"]) for net in nets.values()] == [STUB_CHANNELS, WIDENED.channels, WIDENED.channels]
    first = "posteye train --out RUN --preset first"
    widened = f"posteye train --out RUN --preset widened --from ANOTHER_RUN --strings STRINGS # ANOTHER_RUN: {first}"
    shipped = f"posteye train --out RUN --preset shipped --from ANOTHER_RUN --strings STRINGS # ANOTHER_RUN: {widened}"
    assert [net["recipe"]["command"] for net in nets.values()] == [first, widened, shipped]
    # A mix that uses no real strings neither complains of them nor claims them.
    assert [net["sources"] for net in nets.values()] == [["digits"], ["strings"], ["strings"]]
    begun = [json.loads((place / "run.json").read_text())["start"] for place in (whole / "first", whole / "widened")]
    assert begun[0] is None and begun[1]


def test_a_finished_chain_is_not_done_again(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "held_out", None)
    again = run(whole)
    assert again.exit_code == 0
    lines = again.stderr.splitlines()
    assert lines[0].startswith("preset shipped: about ") and " for first and " in lines[0]
    told = [line for line in lines if line.startswith("training ")]
    assert told == [
        f"training {number} of 3: preset {name}, in {place}"
        for number, name, place in (
            (1, "first", whole / "first"),
            (2, "widened", whole / "widened"),
            (3, "shipped", whole),
        )
    ]
    assert again.stderr.count("nothing is left to do") == 3


def test_a_chain_that_is_interrupted_goes_on_where_it_was(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "cut"
    command = f"go on with: posteye train {shlex.join(arguments(out))}"
    # Every run has 2 shards for each pass: first 4 + 2, the others 2 + 2.
    first = pressed_in_shard(monkeypatch, 4, out)
    assert first.endswith(f"kept in {out / 'first'}: step 1 and 3 of 4 shards of step 2; {command}")
    second = pressed_in_shard(monkeypatch, 1 + 2 + 2, out)  # 1 float and 2 quantized of first, 2 of widened
    whole_first = f"and all of {out / 'first'}"
    assert second.endswith(f"kept in {out / 'widened'}: step 1 and 1 of 2 shards of step 2 {whole_first}; {command}")
    assert not (out / "run.json").exists()
    third = pressed_in_shard(monkeypatch, 1 + 2 + 1, out)  # 3 of widened are left
    assert third.endswith(f"kept in {out}: step 1 {whole_first} and all of {out / 'widened'}; {command}")
    assert run(out).exit_code == 0
    for name in ("first", "widened", "."):
        assert_same_net(out / name, whole / name)
    rows = (out / "first" / "metrics.jsonl").read_text().splitlines()
    assert len(rows) == 4 + 2  # no shard was trained twice


def pressed_in_shard(patch: pytest.MonkeyPatch, call: int, out: Path) -> str:
    """The last line of the command, with Ctrl-C pressed as it begins the so manieth shard."""
    function: Callable[..., Any] = trainer.Run._one_shard
    calls = 0

    def pressed(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return function(*given)

    with patch.context() as inner:
        inner.setattr(trainer.Run, "_one_shard", pressed)
        result = run(out)
    assert result.exit_code == 130, result.output
    return result.stderr.strip().splitlines()[-1]


def test_from_a_run_on_the_chain_begins_there(whole: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "own", "--from", str(whole / "first"), preset="widened").exit_code == 0
    assert not (tmp_path / "own" / "first").exists()
    assert_same_net(tmp_path / "own", whole / "widened")
    with pytest.raises(PosteyeError, match=r"does not fit into one of .*; choose another --preset"):
        run(tmp_path / "narrow", "--from", str(whole / "widened"), preset="first")


def test_another_preset_shares_what_both_go_on_from(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "first").symlink_to(whole / "first")
    done = run(tmp_path / "run", preset="small")
    assert done.exit_code == 0 and done.stderr.count("nothing is left to do") == 1
    # Nothing to be widened: it goes on from the float net.
    assert tuple(net_of(tmp_path / "run")["channels"]) == STUB_CHANNELS
    with pytest.raises(PosteyeError, match=r"run holds a run with another recipe; choose another folder or delete it"):
        run(tmp_path / "run", "--seed", "9", preset="small")


def test_a_folder_of_another_training_is_not_gone_on_from(tmp_path: Path) -> None:
    assert run(tmp_path / "run" / "first", "--seed", "9", preset="first").exit_code == 0
    with pytest.raises(PosteyeError, match=r"run/first holds a run with another recipe"):
        run(tmp_path / "run")
    assert not (tmp_path / "run" / "widened").exists()


def test_strings_are_asked_for_before_anything_is_trained(tmp_path: Path) -> None:
    without = CliRunner().invoke(train, ["--out", str(tmp_path / "run")])
    assert "needs --strings FOLDER" in str(without.exception) and "--preset first needs none" in str(without.exception)
    assert not (tmp_path / "run").exists()


def test_rounding_is_one_for_all_and_other_options_are_the_last_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []

    def noted(out: Path, recipe: Any, options: str, *more: Any) -> float:
        trained.append((out.name, options))
        return 0.5

    monkeypatch.setattr(scratch, "train_generated", noted)
    assert run(tmp_path / "run", "--no-bfloat16", "--float-epochs", "7").exit_code == 0
    assert trained == [
        ("first", "--preset first --no-bfloat16"),
        ("widened", "--preset widened --no-bfloat16"),
        ("run", "--preset shipped --float-epochs 7 --no-bfloat16"),
    ]
