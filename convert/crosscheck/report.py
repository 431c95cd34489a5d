"""What a cross-check found, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convert.crosscheck.compare import NOTHING, Comparison, Count


@dataclass(frozen=True)
class CrossCheck:
    """A model of ours compared with TensorFlow's.

    Attributes:
        tensorflow: Its version.
        interpreter: In which both ran, with its version.
        images: How many both ran on.
        model: The files, compared.
        scores: How they differ; None where the structure differs, so that none were computed.
    """

    tensorflow: str
    interpreter: str
    images: int
    model: Comparison
    scores: Count | None

    @property
    def holds(self) -> bool:
        """Not one number of the models differs, and not one score."""
        return self.model.agrees and self.scores is not None and not self.scores.differing


def table(check: CrossCheck) -> str:
    """The cross-check as text for a terminal: how many numbers of each tensor differ, of how many."""
    lines = [f"against TensorFlow {check.tensorflow}, numbers that differ", ""]
    lines += [f"{'operator':<22}{'part':<10}{'form':<22}{'values':>18}{'scales':>12}{'zero points':>14}"]
    for pair in check.model.tensors:
        cells = f"{_share(pair.values):>18}{_share(pair.scales):>12}{_share(pair.zero_points):>14}"
        lines.append(f"{pair.operator:<22}{pair.part:<10}{pair.form:<22}{cells}{'' if pair.agrees else '   DIFFERS'}")
    lines += [f"DIFFERS: {line}" for line in check.model.structure]
    lines += ["", f"{'all':<10}{'differing':>26}{'largest difference':>21}"]
    for what, count in _totals(check.model):
        lines.append(f"{what:<14}{_share(count):>22}{count.largest:>21g}")
    if check.scores is None:
        lines += ["scores        not computed, since the structure differs"]
    else:
        lines += [f"{'scores':<14}{_share(check.scores):>22}{check.scores.largest:>17g} LSB"]
        lines += ["", f"scores: {check.images:,} images, both models in {check.interpreter}"]
    return "\n".join(lines)


def _totals(model: Comparison) -> Iterator[tuple[str, Count]]:
    for part, name in (("weight", "weights"), ("bias", "biases")):
        yield name, sum((pair.values for pair in model.tensors if pair.part == part), NOTHING)
    yield "scales", sum((pair.scales for pair in model.tensors), NOTHING)
    yield "zero points", sum((pair.zero_points for pair in model.tensors), NOTHING)


def _share(count: Count) -> str:
    return f"{count.differing:,} of {count.numbers:,}" if count.numbers else "-"
