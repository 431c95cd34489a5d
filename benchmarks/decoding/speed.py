"""Times one decoding, and what a grammar costs to load and to hold.

Other programs on the machine only make a decoding slower, so the least of several times counts for each strip. The
scanner runs on the same strips in the same rounds: the ratio to it holds on other machines too.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from benchmarks.figures.tables import Table
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner, penalties_of_values
from device_runtime.types import Decoding, Penalties, Strip

COLUMNS = 33
PATTERN = r"\d{5}"
N_BEST = (1, 10)
_ROUNDS = 15
_LOADS = 20
_DIGITS = "0123456789"


class Timed(msgspec.Struct, frozen=True):
    """The times of one way to decode.

    Attributes:
        grammar: Its name.
        n_best: How many codes are asked for.
        columns: How many columns the strips have.
        spent_ms: The least over the rounds for each strip.
        scan_ms: The same of scanning the strip.
    """

    grammar: str
    n_best: int
    columns: str
    spent_ms: list[float]
    scan_ms: list[float]

    def line(self) -> list[str]:
        """Its row of the table."""
        ratio = statistics.median(ours / theirs for ours, theirs in zip(self.spent_ms, self.scan_ms, strict=True))
        slow = statistics.quantiles(self.spent_ms, n=10, method="inclusive")[-1]
        middle = statistics.median(self.spent_ms)
        return [self.grammar, str(self.n_best), self.columns, f"{middle:.3f}", f"{slow:.3f}", f"{ratio:.2f}"]


class Loaded(msgspec.Struct, frozen=True):
    """What a grammar's file costs.

    Attributes:
        file: Its name.
        size: Its bytes.
        load_ms: To load it.
        decoder_ms: To make a decoder of it.
        grown_kb: Resident memory of both.
    """

    file: str
    size: int
    load_ms: float
    decoder_ms: float
    grown_kb: float

    def line(self) -> list[str]:
        """Its row of the table."""
        return [
            self.file,
            f"{self.size / 1000:.1f}",
            f"{self.load_ms:.2f}",
            f"{self.decoder_ms:.2f}",
            f"{self.grown_kb:.0f}",
        ]


class Timing(msgspec.Struct, frozen=True):
    """All that was timed, and on what machine."""

    machine: str
    decoding: list[Timed]
    loading: list[Loaded]

    @property
    def scan_ms(self) -> float:
        """Median time of one scan."""
        return statistics.median(self.decoding[0].scan_ms)


def thinned(penalties: Penalties, columns: int) -> Penalties:
    """Penalties with at most so many columns, of each piece of the strip the one that is least like blank.

    The scanner has a column for every 2 px; in so few columns as the paper's, a strip has one for every 4 px or so.
    """
    blank = penalties.values[:, penalties.blank]
    pieces = np.array_split(np.arange(len(blank)), min(columns, len(blank)))
    kept = np.array([piece[blank[piece].argmax()] for piece in pieces])
    rows = penalties.values[kept], penalties.x_px[kept], penalties.weights[kept]
    return Penalties(rows[0], rows[1], penalties.alphabet, rows[2])


def time_decoding(strips: Sequence[Strip], scanner: Scanner, grammars: dict[str, Grammar]) -> list[Timed]:
    """Time every grammar at every N_BEST on the strips' own columns and on COLUMNS, one thread."""
    whole = [scanner(strip) for strip in strips]
    few = [thinned(penalties, COLUMNS) for penalties in whole]
    own = f"own ({min(len(p.values) for p in whole)} to {max(len(p.values) for p in whole)})"
    ways: dict[tuple[str, int, str], tuple[Callable[[Penalties], Decoding], list[Penalties]]] = {}
    for name, grammar in grammars.items():
        for n_best in N_BEST:
            decode = _decode(Decoder(grammar, whole[0].alphabet, n_best))
            ways[name, n_best, str(COLUMNS)] = decode, few
            ways[name, n_best, own] = decode, whole
    least = {way: np.full(len(strips), np.inf) for way in ways}
    scan = np.full(len(strips), np.inf)
    for _ in tqdm(range(_ROUNDS), desc="timing", unit="round", leave=False, disable=None):
        for row, strip in enumerate(strips):
            scan[row] = min(scan[row], _ms(lambda strip=strip: scanner(strip)))  # type: ignore[misc]
            for way, (decode, penalties) in ways.items():
                spent = _ms(lambda decode=decode, given=penalties[row]: decode(given))  # type: ignore[misc]
                least[way][row] = min(least[way][row], spent)
    return [Timed(*way, times.tolist(), scan.tolist()) for way, times in least.items()]


def time_loading(path: Path) -> Loaded:
    """Time a grammar's file and a decoder of it, and measure what they add to a fresh process."""
    grammar = Grammar.from_file(path)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        grown = pool.apply(grown_kb, (path,))
    return Loaded(
        path.name,
        path.stat().st_size,
        _median_ms(lambda: Grammar.from_file(path)),
        _median_ms(lambda: Decoder(grammar, _DIGITS)),
        grown,
    )


def decoding_table(timing: Timing) -> Table:
    """The times of decoding side by side."""
    heads = ["grammar", "n-best", "columns", "median ms", "slowest tenth from", "median of ratios to one scan"]
    return Table(heads, [timed.line() for timed in timing.decoding])


def loading_table(timing: Timing) -> Table:
    """What the files of grammars cost."""
    heads = ["file", "KB", "load ms", "make the decoder ms", "process grows by KB"]
    return Table(heads, [loaded.line() for loaded in timing.loading])


def grown_kb(path: Path) -> float:
    """Resident memory that a decoder with a grammar takes, measured in this process (make a new one for it)."""
    random = np.random.default_rng(0)
    values = random.exponential(3, (100, 12)).astype(np.float32)
    penalties = penalties_of_values(values, np.arange(100, dtype=np.float32), _DIGITS)
    _decode(Decoder(Grammar.from_pattern(r"\d"), _DIGITS))(penalties)
    before = _resident_kb()
    decoder = Decoder(Grammar.from_file(path), _DIGITS, max(N_BEST))
    _decode(decoder)(penalties)
    return _resident_kb() - before


def _decode(decoder: Decoder) -> Callable[[Penalties], Decoding]:
    return lambda penalties: decoder.decode(scan_lattice(penalties))


def _resident_kb() -> float:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(fields["VmRSS"].split()[0])


def _ms(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def _median_ms(run: Callable[[], object]) -> float:
    return statistics.median(_ms(run) for _ in range(_LOADS))
