"""Leaving a part of the mix out: the rest keeps its proportions, and every arm is held against the whole mix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.figures.files import load
from benchmarks.scanner import levers
from benchmarks.scanner.levers import ARMS, WHOLE, less_of_the_hard, place_of, without
from benchmarks.scanner.short import Asked
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from tests.stub import STUB_CHANNELS, random_strips, stub_bundle
from tests.train.blots import Blots
from train.data.collections import Collections
from train.data.real_strings import RealStrings
from train.data.recorded import Recorded
from train.data.writers import Writer
from train.runs.origin import Material, Origin
from train.synthesis.mix import KINDS, REST, SECOND
from train.synthesis.shards import Shard, save_shard

NO_STRINGS = RealStrings((), (), np.zeros(0), 0)
COLLECTIONS = Collections(NO_STRINGS, Recorded((), (), ()))


def test_what_is_left_keeps_its_proportions() -> None:
    mix = without(SECOND, "boxed", "struck", light=0.0)
    assert (mix.boxed, mix.struck, mix.light) == (0, 0, 0)
    kept = {kind: getattr(SECOND, kind) for kind in KINDS if kind not in ("boxed", "struck")}
    ratios = [getattr(mix, kind) / share for kind, share in kept.items()] + [mix.rest / SECOND.rest]
    assert ratios == pytest.approx([1 / 0.94] * len(ratios), rel=1e-4)
    assert REST not in KINDS and (mix.school, mix.device_way) == (SECOND.school, SECOND.device_way)


def test_the_hardest_strips_of_a_batch_count_a_fifth() -> None:
    losses = torch.tensor([1.0] * 9 + [11.0], requires_grad=True)
    loss = less_of_the_hard(losses)
    assert float(loss.detach()) == pytest.approx((9 + 0.2 * 11) / 9.2)
    loss.backward()
    assert losses.grad is not None and float(losses.grad[9]) == pytest.approx(0.2 / 9.2)


def test_every_arm_differs_from_the_whole_mix_in_one_thing() -> None:
    whole = ARMS[WHOLE]
    others = {name: arm for name, arm in ARMS.items() if name != WHOLE}
    assert all(
        [arm.mix != whole.mix, arm.seed != whole.seed, arm.weigh is not whole.weigh].count(True) == 1
        for arm in others.values()
    )
    # Strips are made once for arms that have the same ones.
    assert len({place_of(arm) for arm in ARMS.values()}) == len(ARMS) - 1


def test_arms_are_trained_alike_and_held_against_the_whole_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> None:
    shard = Shard(random_strips(20, 1, 80), ["12"] * 20)
    decoder = Decoder(Grammar.from_pattern(r"\d{1,8}", DIGITS), DIGITS)
    strips = [Strip(pixels, np.eye(2, 3), True) for pixels in shard.pixels]
    sets = [Asked(name, strips, shard.targets, decoder) for name in ("held-out", "amounts", "printed", "clinic")]
    monkeypatch.setattr(levers, "sets_of", lambda *_: sets)
    monkeypatch.setattr(levers, "Generated", Blots)
    monkeypatch.setattr(levers, "SMALL", STUB_CHANNELS)
    monkeypatch.setattr(Origin, "load", lambda self: Material([Writer(())], [], ("made up",), COLLECTIONS, COLLECTIONS))
    save_shard(shard, tmp_path / "held-out.npz")
    for name in ("check_amounts", "printed_postcode_lines", "strings"):
        (tmp_path / name).mkdir()
    words = [str(tmp_path / "work"), "--data", str(tmp_path), "--strings", str(tmp_path / "strings"), "--held-out"]
    words += [
        str(tmp_path / "held-out.npz"),
        "--count",
        "1",
        "--strips",
        "16",
        "--passes",
        "1",
        "--bundle",
        str(stub_bundle()),
    ]
    done = CliRunner().invoke(
        levers.levers, [*words, "--results", str(tmp_path / "levers.json")], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    kept = load(tmp_path / "levers.json").values
    assert [line[0] for line in kept["arms"]["lines"]] == [line[0] for line in kept["accepted"]["lines"]] == list(ARMS)
    assert kept["rows"][0]["gains"] == {} and set(kept["rows"][1]["gains"]) == {asked.name for asked in sets}
    assert len(list((tmp_path / "work").iterdir())) == len(ARMS) - 1
