"""docs/training.md gives the numbers that stand in the code: presets with their times, and what fields are made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from train.duration import duration
from train.runs.chain import about, chain
from train.runs.recipe import DEFAULT_PRESET, PRESETS, seconds
from train.synthesis.mix import KINDS, REST, SECOND, SHIPPED

PAGE = (Path(__file__).parents[2] / "docs" / "training.md").read_text("utf-8")


def row_of(start: str) -> list[str]:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(start))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_stand_as_they_are(name: str) -> None:
    preset = PRESETS[name]
    recipe = preset.recipe
    cells = row_of(f"| `{name}`")
    assert cells[1:3] == [f"{recipe.shards} x {recipe.float_epochs}", f"{recipe.shard_strips:,}"]
    assert cells[3] == ("bfloat16" if recipe.bfloat16 else "float32")
    assert cells[4].startswith(f"{seconds(recipe, True) / 60:.0f} min")
    assert cells[5] == (f"{preset.disk_mb} MB" if preset.disk_mb < 100 else f"{preset.disk_mb / 1000:.1f} GB")
    assert cells[6] == (f"`{preset.after}`" if preset.after else "")


def test_processors_without_bfloat16_take_the_hours_that_are_told() -> None:
    recipe = PRESETS["first"].recipe
    assert row_of("| `first`")[4].endswith(f"or {seconds(recipe, False) / 3600:.0f} h")
    hours = (
        f"{seconds(replace(recipe, bfloat16=False), False) / 3600:.0f} hours of the {seconds(recipe, False) / 3600:.0f}"
    )
    assert hours in PAGE


def test_the_whole_chain_takes_the_hours_that_are_told() -> None:
    links = chain(DEFAULT_PRESET, Path("RUN"))
    quick, slow = (duration(sum(seconds(link.recipe, here) for link in links)) for here in (True, False))
    plain = duration(sum(seconds(replace(link.recipe, bfloat16=False), False) for link in links))
    assert f"{quick} in all, or {slow} where bfloat16 is emulated ({plain} with `--no-bfloat16`)" in " ".join(
        PAGE.split()
    )
    for name in PRESETS:
        time, *cure = about(chain(name, Path()), bfloat16=False)
        assert f"preset  {time}; {PRESETS[name].purpose}\n" in PAGE
        assert all(f"\n            {line}\n" in PAGE for line in cure)


def test_the_shares_of_fields_are_those_of_the_mixes() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in PAGE.splitlines() if " % |" in line]
    kinds = [row[0].strip("`") for row in rows]
    assert sorted(kinds) == sorted((*KINDS, REST))
    for column, mix in ((1, SHIPPED), (2, SECOND)):
        shares = dict(zip((*KINDS, REST), (*mix.shares, mix.rest), strict=True))
        assert [row[column] for row in rows] == [f"{shares[kind]:.0%}".replace("%", " %") for kind in kinds]
