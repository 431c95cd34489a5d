"""The presets: the shipped one is the bundle's recipe, and the options that are told give it again."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import pairwise

from device_runtime.bundle import load_bundle
from train.recipe import DEFAULT_PRESET, PRESETS, Recipe, preset_options


def test_the_shipped_preset_is_the_recipe_of_the_shipped_bundle() -> None:
    told = load_bundle().manifest.recipe
    recipe = asdict(PRESETS["shipped"].recipe)
    assert {name: recipe[name] for name in told if name in recipe} == {n: v for n, v in told.items() if n in recipe}
    assert set(told) - set(recipe) == {"command", "blank_handicap"}
    # What that training had no name for was always this.
    assert {name: recipe[name] for name in set(recipe) - set(told)} == {"shard_strips": 4096, "held_out_strips": 4096}
    assert DEFAULT_PRESET == "shipped"


def test_options_name_what_differs_from_the_preset() -> None:
    quick = PRESETS["quick"].recipe
    assert preset_options("quick", quick) == "--preset quick"
    changed = replace(quick, seed=7, float_rate=0.002)
    assert preset_options("quick", changed) == "--preset quick --seed 7 --float-rate 0.002"


def test_smaller_presets_take_less() -> None:
    def passes(recipe: Recipe) -> int:
        return recipe.shards * recipe.shard_strips * recipe.float_epochs

    order = [PRESETS[name] for name in ("tiny", "quick", "shipped")]
    for less, more in pairwise(order):
        assert passes(less.recipe) < passes(more.recipe)
        assert less.minutes < more.minutes and less.disk_mb < more.disk_mb
