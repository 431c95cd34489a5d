"""What an adaptation learns from: a station's fields, numbers recombined of their digits, and generated strips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scan_lattice import scan_lattice
from train.adaptation.recombine import Piece, Recombiner, cut
from train.adaptation.station_strip import station_strip
from train.data.labelled import Station
from train.data.target import Target
from train.scanner.penalties import penalties_of
from train.synthesis.generator import MAX_STRIP_WIDTH_PX
from train.synthesis.shards import Shard, load_shard

FIELD_SHARE, RECOMBINED_SHARE = 0.35, 0.35  # of a shard; the rest is rehearsal
_FEWEST_READ = 0.1  # of the fields before adaptation; below, labels and images do not belong together


@dataclass(frozen=True)
class TrainingMix:
    """What an adaptation learns from.

    Attributes:
        station: The labelled fields.
        pieces: Cut from their strips.
        rehearsal: Files of generated strips.
        shares: How often each field is drawn, float64 [fields], summing to 1; None = equally often.
    """

    station: Station
    pieces: tuple[Piece, ...]
    rehearsal: tuple[Path, ...]
    shares: NDArray[np.float64] | None = None

    def shard(self, seed: int, index: int, count: int) -> Shard:
        """Shard `index` of a seed, of about `count` strips: the same whenever it is made."""
        random = np.random.default_rng((seed, index))
        fields, recombined = round(FIELD_SHARE * count), round(RECOMBINED_SHARE * count)
        strips = [*self._fields(fields, random), *self._recombined(recombined, random)]
        strips += self._rehearsed(count - fields - recombined, index, random)
        return Shard([pixels for pixels, _ in strips], [target for _, target in strips])

    def _fields(self, count: int, random: np.random.Generator) -> list[tuple[NDArray[np.uint8], str]]:
        """Fields, each as often as its share, with its label and whatever marks stand around it."""
        station, strips = self.station, []
        for row in self._rows(count, random):
            pixels = station_strip(station.images[row], random)
            if pixels is not None:
                strips.append((pixels, Target.with_marks(station.codes[row]).text))
        return strips

    def _rows(self, count: int, random: np.random.Generator) -> NDArray[np.int64]:
        """Which fields to draw, int64 [count]."""
        fields = len(self.station.codes)
        if self.shares is not None:
            return random.choice(fields, count, p=self.shares)
        rounds = -(-count // fields)
        return np.concatenate([random.permutation(fields) for _ in range(rounds)])[:count]

    def _recombined(self, count: int, random: np.random.Generator) -> list[tuple[NDArray[np.uint8], str]]:
        writer = Recombiner(self.pieces, random)
        strips = [writer.strip() for _ in range(count)]
        return [strip for strip in strips if strip[0].shape[1] <= MAX_STRIP_WIDTH_PX]

    def _rehearsed(self, count: int, index: int, random: np.random.Generator) -> list[tuple[NDArray[np.uint8], str]]:
        shard = load_shard(self.rehearsal[index % len(self.rehearsal)])
        rows = random.permutation(len(shard.targets))[:count]
        return [(shard.pixels[row], shard.targets[row]) for row in rows]


def make_training_mix(
    station: Station,
    net: nn.Module,
    first_column_px: int,
    rehearsal: Sequence[Path],
    shares: NDArray[np.float64] | None = None,
) -> TrainingMix:
    """Cut the station's strips into pieces by what the net says of them.

    Args:
        station: The labelled fields.
        net: As it was shipped.
        first_column_px: Centre of its first column by the bundle's manifest; the net itself counts from another.
        rehearsal: Files of generated strips.
        shares: How often each field is drawn; None = equally often.

    Raises:
        PosteyeError: When the net reads hardly any field as it is labelled.
    """
    strips = [normalize(image).pixels for image in station.images]
    decoder = Decoder(Grammar.from_pattern(r"\d+", DIGITS), DIGITS, n_best=1)
    pieces: list[Piece] = []
    right = 0
    for row, said in penalties_of(net, strips):
        code = station.codes[row]
        found = decoder.decode(scan_lattice(said)).candidates
        right += bool(found) and found[0].code == code
        shifted = replace(said, x_px=said.x_px - said.x_px[0] + first_column_px)
        pieces += cut(strips[row], code, shifted)
    if right < _FEWEST_READ * len(strips) or not any(piece.digits for piece in pieces):
        raise PosteyeError(
            f"only {right} of the {len(strips)} fields in {station.name} are read as they are labelled; "
            "check that labels.csv goes with the images"
        )
    return TrainingMix(station, tuple(pieces), tuple(rehearsal), shares)
