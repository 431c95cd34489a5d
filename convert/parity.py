"""The parity gate: do all kernels give the same bits, and the trained model the same strings?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from convert.backends import QAT, Backend, Scores
from device_runtime.recognition.scanner import pad_to_width
from train.scanner.model import COLUMNS

# Between integer kernels nothing may differ: training chooses its grids so (train/scanner/quantization.py). Torch sums
# in floating point, and an algorithm such as Winograd's rounds on the way.
KERNELS_LSB = 0
TORCH_LSB = 2

Decode = Callable[[Scores], str | None]


@dataclass(frozen=True)
class Pair:
    """How two backends differ.

    Attributes:
        first: The name of one.
        second: The name of the other.
        max_lsb: Largest difference, in steps of the scores' grid.
        differing_share: Share of scores that differ.
        argmax_flips: Columns whose best class differs.
        string_flips: Strips whose string differs.
        allowed_lsb: The difference that is allowed.
    """

    first: str
    second: str
    max_lsb: int
    differing_share: float
    argmax_flips: int
    string_flips: int
    allowed_lsb: int

    @property
    def holds(self) -> bool:
        """Within bounds: the difference allowed, and not one string flipped."""
        return self.max_lsb <= self.allowed_lsb and not self.string_flips


@dataclass(frozen=True)
class Contestant:
    """A backend in the comparison.

    Attributes:
        name: As in `Backend`.
        version: As in `Backend`.
        exact_share: Share of strips that it reads as labelled.
    """

    name: str
    version: str
    exact_share: float


@dataclass(frozen=True)
class Report:
    """The outcome of the gate.

    Attributes:
        strips: How many were compared.
        columns: Of all of them together.
        scores: One for every column and class.
        contestants: The backends.
        pairs: Every two of them.
    """

    strips: int
    columns: int
    scores: int
    contestants: tuple[Contestant, ...]
    pairs: tuple[Pair, ...]

    @property
    def holds(self) -> bool:
        """Every pair is within its bounds."""
        return all(pair.holds for pair in self.pairs)


def check_parity(
    backends: Sequence[Backend],
    strips: Sequence[NDArray[np.uint8]],
    labels: Sequence[str],
    widths_px: tuple[int, ...],
    decode: Decode,
    tell: Callable[[str], None],
) -> Report:
    """Compare every pair of backends on strips, padded to the fixed widths as on the device.

    Args:
        backends: At least two.
        strips: uint8 [32, W] each.
        labels: The string of each strip.
        widths_px: Ascending; each strip is padded to the next.
        decode: Scores int8 [columns, classes] of a strip -> its string.
        tell: Called with a line at each step.

    Raises:
        PosteyeError: When a strip is wider than the widest.
    """
    found: dict[str, list[Scores]] = {}
    strings: dict[str, list[str | None]] = {}
    known: dict[bytes, str | None] = {}  # most backends give the same scores: decode them once
    for backend in backends:
        tell(f"parity: {backend.name} {backend.version}")
        found[backend.name] = _scores(backend, strips, widths_px)
        strings[backend.name] = [_decoded(scores, decode, known) for scores in found[backend.name]]
    flat = {name: np.concatenate(scores) for name, scores in found.items()}
    pairs = [_compare(a, b, flat, strings) for a, b in combinations(flat, 2)]
    contestants = []
    for backend in backends:
        right = sum(read == label for read, label in zip(strings[backend.name], labels, strict=True))
        contestants.append(Contestant(backend.name, backend.version, right / len(strips)))
    columns, classes = next(iter(flat.values())).shape
    return Report(len(strips), columns, columns * classes, tuple(contestants), tuple(pairs))


def table(report: Report) -> str:
    """The report as text for a terminal."""
    lines = [f"{report.strips:,} strips, {report.columns:,} columns, {report.scores:,} scores", ""]
    lines += [f"{'':<18}{'version':<16}{'strings right':>13}"]
    lines += [f"{c.name:<18}{c.version:<16}{c.exact_share:>13.2%}" for c in report.contestants]
    heads = f"{'max LSB':>8}{'allowed':>9}{'differing':>11}{'arg-max flips':>15}{'string flips':>14}"
    lines += ["", f"{'pair':<37}{heads}"]
    for pair in report.pairs:
        numbers = f"{pair.max_lsb:>8}{pair.allowed_lsb:>9}{pair.differing_share:>11.4%}"
        flips = f"{pair.argmax_flips:>15}{pair.string_flips:>14}"
        lines.append(f"{pair.first:<18} {pair.second:<18}{numbers}{flips}{'' if pair.holds else '   FAILS'}")
    return "\n".join(lines)


def _scores(backend: Backend, strips: Sequence[NDArray[np.uint8]], widths_px: tuple[int, ...]) -> list[Scores]:
    """Scores of each strip, without the columns of the padding; strips of one padded width run together."""
    padded = [pad_to_width(strip, widths_px) for strip in strips]
    scores: list[Scores] = [np.empty((0, 0), np.int8)] * len(strips)
    for width in sorted({strip.shape[1] for strip in padded}):
        members = [i for i, strip in enumerate(padded) if strip.shape[1] == width]
        together = backend.run(np.stack([padded[i] for i in members]))
        for i, one in zip(members, together, strict=True):
            scores[i] = one[: COLUMNS.count(strips[i].shape[1])]
    return scores


def _decoded(scores: Scores, decode: Decode, known: dict[bytes, str | None]) -> str | None:
    key = scores.tobytes()
    if key not in known:
        known[key] = decode(scores)
    return known[key]


def _compare(first: str, second: str, flat: dict[str, Scores], strings: dict[str, list[str | None]]) -> Pair:
    a, b = flat[first].astype(np.int16), flat[second].astype(np.int16)
    return Pair(
        first,
        second,
        max_lsb=int(np.abs(a - b).max()),
        differing_share=float((a != b).mean()),
        argmax_flips=int((a.argmax(axis=1) != b.argmax(axis=1)).sum()),
        string_flips=sum(x != y for x, y in zip(strings[first], strings[second], strict=True)),
        allowed_lsb=TORCH_LSB if QAT in (first, second) else KERNELS_LSB,
    )
