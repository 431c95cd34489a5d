"""A mix's shards mix fields, recombined numbers and rehearsal, the same each time, and refuse foreign labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from tests.stub import random_strips
from tests.train.data.test_labelled import field
from train.adaptation.training_mix import TrainingMix, make_training_mix
from train.data.labelled import Station
from train.scanner.from_bundle import restore_scanner
from train.synthesis.shards import Shard, save_shard

CODES = ("2503", "10115", "447", "8006")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of strips whose targets no field has."""
    path = tmp_path_factory.mktemp("rehearsal") / "0.npz"
    save_shard(Shard(random_strips(40, 1), ["#"] * 40), path)
    return path


@pytest.fixture(scope="module")
def mix(rehearsal: Path) -> TrainingMix:
    """A mix of four lettered fields, cut by the shipped net."""
    bundle = load_bundle()
    station = Station("bay", tuple(field(code) for code in CODES), CODES)
    return make_training_mix(station, restore_scanner(bundle), bundle.manifest.output.first_column_px, [rehearsal])


def test_pieces_are_the_digits_of_the_fields(mix: TrainingMix, one_thread: None) -> None:
    assert sorted("".join(piece.digits for piece in mix.pieces)) == sorted("".join(CODES))
    assert {piece.digits for piece in mix.pieces} <= {*"0123456789", "00"}  # lettered zeros touch


def test_a_shard_has_all_three_kinds_and_is_the_same_again(mix: TrainingMix) -> None:
    shard, again, other = mix.shard(3, 1, 60), mix.shard(3, 1, 60), mix.shard(3, 2, 60)
    rehearsed = [target for target in shard.targets if target == "#"]
    fields = [target for target in shard.targets if target.strip("~") in CODES]
    assert len(shard.targets) == 60 and len(rehearsed) == 18 and len(fields) >= 21
    assert {f"~{code}~" for code in CODES} <= set(shard.targets)
    assert shard.targets == again.targets and shard.targets != other.targets
    for a, b in zip(shard.pixels, again.pixels, strict=True):
        np.testing.assert_array_equal(a, b)


def test_labels_of_other_images_are_refused(rehearsal: Path) -> None:
    bundle = load_bundle()
    net = restore_scanner(bundle)
    station = Station("bay", tuple(field(code) for code in CODES), CODES)
    shuffled = replace(station, codes=CODES[1:] + CODES[:1])
    with pytest.raises(PosteyeError, match=r"check that labels\.csv goes with the images") as error:
        make_training_mix(shuffled, net, bundle.manifest.output.first_column_px, [rehearsal])
    assert "\n" not in str(error.value)
