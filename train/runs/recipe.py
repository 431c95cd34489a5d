"""What decides the weights of a training, and the presets of `posteye train`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from train.scanner.sizes import LARGE, SMALL
from train.synthesis import SHARD_STRIPS
from train.synthesis.mix import SECOND, SHIPPED, Mix


@dataclass(frozen=True)
class Recipe:
    """All that decides the trained weights. Rates are the peak of a cosine schedule with a linear warm-up.

    Attributes:
        seed: of the strips, the first weights and the batches.
        shards: files of strips to train on.
        float_epochs: passes over them in the float phase.
        quantized_epochs: passes over them on int8 grids.
        batch: strips a step.
        turn_rate: Muon's, in the float phase; 0 leaves all to AdamW.
        float_rate: AdamW's, of what Muon leaves.
        quantized_rate: AdamW's, in the quantised phase.
        weight_decay: AdamW's.
        average: momentum of the running mean of the weights, which is what gets saved.
        bfloat16: whether the float phase's products are; halves the time on processors that have it.
        shard_strips: strips in each shard.
        held_out_strips: strips in each held-out file; the second decides blank's penalty.
        mix: what the strips are made of.
        channels: of the net's layers.
    """

    seed: int = 1998
    shards: int = 64
    float_epochs: int = 18
    quantized_epochs: int = 1
    batch: int = 96
    turn_rate: float = 0.02
    float_rate: float = 4e-3
    quantized_rate: float = 4e-4
    weight_decay: float = 1e-3
    average: float = 0.998
    bfloat16: bool = True
    shard_strips: int = SHARD_STRIPS
    held_out_strips: int = SHARD_STRIPS
    mix: Mix = SHIPPED
    channels: tuple[int, ...] = SMALL


@dataclass(frozen=True)
class Preset:
    """A recipe by name.

    Attributes:
        recipe: what it trains by.
        disk_mb: what it takes in --out, without what it goes on from.
        purpose: what for, as `--check` says it.
        after: the preset whose net it goes on from; None begins at random.
    """

    recipe: Recipe
    disk_mb: int
    purpose: str
    after: str | None = None


DEFAULT_PRESET = "shipped"
_WIDENED = Recipe(
    seed=2052,
    shards=48,
    float_epochs=4,
    batch=192,
    turn_rate=0.012,
    float_rate=2.5e-3,
    bfloat16=False,
    mix=SECOND,
    channels=LARGE,
)
# Other strips, and half the rates: a net that has learned keeps more of it, and what it learns last it learns slowly.
_SHIPPED = replace(_WIDENED, seed=2053, shards=64, float_epochs=3, turn_rate=0.006, float_rate=1.25e-3)
PRESETS = {
    "shipped": Preset(_SHIPPED, 700, "the recipe of the bundle digits; needs --strings", "widened"),
    "small": Preset(
        replace(_SHIPPED, channels=SMALL), 700, "the recipe of the bundle digits-small; needs --strings", "first"
    ),
    "widened": Preset(_WIDENED, 600, "the net of first, made wider; needs --strings", "first"),
    "first": Preset(Recipe(seed=2051), 700, "from nothing, on what installs by name"),
    "quick": Preset(
        Recipe(shards=12, float_epochs=3, bfloat16=False, held_out_strips=2048), 200, "a rough net within a break"
    ),
    "tiny": Preset(
        Recipe(shards=2, float_epochs=2, bfloat16=False, shard_strips=512, held_out_strips=256),
        50,
        "to try the whole chain",
    ),
}


def preset_options(name: str, recipe: Recipe) -> str:
    """The options of `posteye train` that give this recipe, from a preset on."""
    preset = asdict(PRESETS[name].recipe)
    words = [f"--preset {name}"]
    for key, value in asdict(recipe).items():
        option = key.replace("_", "-")
        if value != preset[key] and key == "mix":
            words.append(f"--mix {recipe.mix.name}")
        elif value != preset[key]:
            words.append(f"--{'' if value else 'no-'}{option}" if isinstance(value, bool) else f"--{option} {value:g}")
    return " ".join(words)


# What one core does in a second: measured on an AMD EPYC without bfloat16; with it, as the shipped training went.
_FLOAT_STRIPS, _BFLOAT16_STRIPS, _EMULATED_STRIPS = 280, 1190, 47
_QUANTIZED_STRIPS, _READINGS, _MADE = 268, 112, 510
_MEASUREMENTS = 7  # five penalties on blank, two nets
_START_S = 30


def seconds(recipe: Recipe, bfloat16: bool) -> float:
    """About how long a training takes on two cores, one of which makes strips.

    Args:
        recipe: of the training.
        bfloat16: whether the processor multiplies bfloat16 itself.
    """
    rate = (_BFLOAT16_STRIPS if bfloat16 else _EMULATED_STRIPS) if recipe.bfloat16 else _FLOAT_STRIPS
    a_pass = recipe.shards * recipe.shard_strips
    trained = a_pass * recipe.float_epochs / rate + a_pass * recipe.quantized_epochs / _QUANTIZED_STRIPS
    measured = recipe.held_out_strips * (_MEASUREMENTS / _READINGS + 2 / _MADE)
    return _START_S + measured + max(trained, a_pass / _MADE)


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself, as far as Linux tells; without, it takes six times float32."""
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False
    return bool(words & {"amx_bf16", "avx512_bf16", "bf16"})
