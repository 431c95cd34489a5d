"""What decides the weights of a training, and the presets of `posteye train`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

SHARD_STRIPS = 4096


@dataclass(frozen=True)
class Recipe:
    """All that decides the trained weights. Rates are the peak of a cosine schedule with a linear warm-up."""

    seed: int = 1998
    shards: int = 64
    float_epochs: int = 18
    quantized_epochs: int = 1
    batch: int = 96
    turn_rate: float = 0.02  # Muon's, in the float phase; 0 leaves all to AdamW
    float_rate: float = 4e-3  # AdamW's, of what Muon leaves
    quantized_rate: float = 4e-4
    weight_decay: float = 1e-3
    average: float = 0.998  # of the running mean of the weights, which is what gets saved
    bfloat16: bool = True  # in the float phase; halves the time on processors that have it
    shard_strips: int = SHARD_STRIPS
    held_out_strips: int = SHARD_STRIPS  # in each held-out file; the second decides blank's handicap


@dataclass(frozen=True)
class Preset:
    """A recipe by name. minutes: what all of it takes on two cores, as docs/training.md says; disk_mb: in --out."""

    recipe: Recipe
    minutes: float
    disk_mb: int
    purpose: str


DEFAULT_PRESET = "shipped"
PRESETS = {
    "shipped": Preset(Recipe(seed=2051), 90, 700, "the recipe of the bundle that comes with the program"),
    "quick": Preset(Recipe(shards=20, float_epochs=5, held_out_strips=2048), 15, 200, "a net that reads most fields"),
    "tiny": Preset(
        Recipe(shards=2, float_epochs=2, shard_strips=512, held_out_strips=256), 1.5, 50, "to try the whole chain"
    ),
}


def preset_options(name: str, recipe: Recipe) -> str:
    """The options of `posteye train` that give this recipe, from a preset on."""
    preset = asdict(PRESETS[name].recipe)
    changed = {key: value for key, value in asdict(recipe).items() if value != preset[key]}
    return " ".join([f"--preset {name}", *(f"--{key.replace('_', '-')} {value:g}" for key, value in changed.items())])
