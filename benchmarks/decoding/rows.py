"""Reads a set of strings in every way that is compared, and keeps what was read.

The ways build on each other: the best class path alone, with a grammar, with a lexicon, and the last two with
test-time augmentation. What is kept are decodings, so that another calibration needs no further reading.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from tqdm import tqdm

from benchmarks.decoding.sets import Task
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.decoding.ensemble import Look, View, read_augmented
from device_runtime.decoding.masses import masses
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.recognizer import Recognize
from device_runtime.types import Candidate, Decoding, Strip

GREEDY, GRAMMAR, LEXICON = "greedy", "grammar", "lexicon"
GRAMMAR_AUGMENTED, LEXICON_AUGMENTED = "grammar, augmented", "lexicon, augmented"
# Each way of reading: what decodes, and whether a doubtful field gets test-time augmentation.
WAYS = {
    GREEDY: (GREEDY, False),
    GRAMMAR: (GRAMMAR, False),
    LEXICON: (LEXICON, False),
    GRAMMAR_AUGMENTED: (GRAMMAR, True),
    LEXICON_AUGMENTED: (LEXICON, True),
}
_NOTHING = Decoding((), (), None)

In = TypeVar("In")
Out = TypeVar("Out")


class Origin(msgspec.Struct, frozen=True):
    """What readings depend on.

    Attributes:
        task: The set.
        segmenter: The segmentation method.
        model: SHA-256 of the model.
        strings: How many.
        code: SHA-256 of the code.
    """

    task: str
    segmenter: str
    model: str
    strings: int
    code: str


class Read(msgspec.Struct, frozen=True):
    """What was read in one way.

    Attributes:
        decodings: One for each string.
        spent_ms: The time from each string's strip to its decoding.
    """

    decodings: list[Decoding]
    spent_ms: list[float]


class Kept(msgspec.Struct, frozen=True):
    """The readings of a set of strings by one segmentation method.

    Attributes:
        origin: What they depend on.
        engine: That ran the model.
        truths: What the strings hold.
        reads: The readings, by the way of reading.
    """

    origin: Origin
    engine: str
    truths: list[str]
    reads: dict[str, Read]


def keep(kept: Kept, path: Path) -> None:
    """Write readings to a JSON file, so that a reader sees all of it or nothing."""
    write_bytes(path, msgspec.json.encode(kept))


def find(path: Path, origin: Origin) -> Kept | None:
    """The readings in a file; None when there are none of this origin.

    Raises:
        PosteyeError: The file is broken.
    """
    if not path.exists():
        return None
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except msgspec.DecodeError as error:
        raise PosteyeError(f"{path} holds no readings ({error}); delete it") from None
    return kept if kept.origin == origin else None


def read(task: Task, origin: Origin, recognize: Recognize, alphabet: str, engine: str) -> Kept:
    """Read every string of a task in every way; a lattice is made, and decoded, once for all of them."""
    data = task.strings()
    listed = Decoder(task.lexicon(), alphabet) if task.lexicon else None
    greedy = Greedy(alphabet)
    formed: dict[str, Decoder] = {}  # by the name of the grammar: its plan is compiled once
    reads: dict[str, Read] = {}
    progress = tqdm(data.strips, desc=f"{origin.task}/{origin.segmenter}", unit="strip", leave=False, disable=None)
    for strip, truth in zip(progress, data.codes, strict=True):
        form = task.form(truth)
        if form.name not in formed:
            formed[form.name] = Decoder(form, alphabet)
        decoders: dict[str, Greedy | Decoder] = {GREEDY: greedy, GRAMMAR: formed[form.name]}
        if listed:
            decoders[LEXICON] = listed
        for way, (decoding, spent_ms) in _read_strip(strip, recognize, decoders).items():
            mine = reads.setdefault(way, Read([], []))
            mine.decodings.append(decoding)
            mine.spent_ms.append(spent_ms)
    return Kept(origin, engine, data.codes, reads)


class Greedy:
    """The plain reader: the longest number on the best class path, believed by its posterior under any number."""

    def __init__(self, alphabet: str) -> None:
        self._any = make_decoding_graph(Grammar.from_pattern(r"\d{1,32}", alphabet).automaton, alphabet)

    def decode(self, lattice: Lattice) -> Decoding:
        """Read a lattice."""
        number = lattice.number
        arcs = self._any.arcs_of(number)
        if arcs is None:
            return _NOTHING
        posterior = float(masses(self._any, lattice, [arcs])[0]) / lattice.free_mass
        return Decoding((Candidate(number, min(1.0, posterior)),), (), None)


class _Once(Generic[In, Out]):
    """Calls a function once for each value, and counts for every call the time that the first took."""

    def __init__(self, run: Callable[[In], Out], key: Callable[[In], Hashable]) -> None:
        self._run = run
        self._key = key
        self._known: dict[Hashable, tuple[Out, float]] = {}
        self.spent_ms = 0.0

    def __call__(self, value: In) -> Out:
        key = self._key(value)
        if key not in self._known:
            started = time.perf_counter()
            result = self._run(value)
            self._known[key] = result, (time.perf_counter() - started) * 1000
        result, spent_ms = self._known[key]
        self.spent_ms += spent_ms
        return result


class _Timed:
    """Looks at the widths of one strip; what is known is not reckoned again, and counts all the same.

    Args:
        lattices: of the strip at each width.
        decoder: finds the codes, and judges them if fields in doubt are read again.
    """

    def __init__(self, lattices: _Once[Strip, Lattice], decoder: Greedy | Decoder) -> None:
        self._lattices, self._decoder = lattices, decoder
        self._decode = _Once(decoder.decode, id)
        self._judge = _Once(self._judged, lambda of: (id(of[0]), of[1]))

    def __call__(self, strip: Strip) -> Look:
        lattice = self._lattices(strip)
        decoding = self._decode(lattice)
        return Look(View(strip, decoding), lambda codes: self._judge((lattice, tuple(codes))))

    def _judged(self, of: tuple[Lattice, tuple[str, ...]]) -> Decoding:
        assert isinstance(self._decoder, Decoder)  # the plain reader reads nothing again
        return self._decoder.judge(*of)

    def begin(self) -> None:
        """Count from nothing."""
        self._lattices.spent_ms = self._decode.spent_ms = self._judge.spent_ms = 0.0

    @property
    def spent_ms(self) -> float:
        """The time since it began."""
        return self._lattices.spent_ms + self._decode.spent_ms + self._judge.spent_ms


def _read_strip(
    strip: Strip, recognize: Recognize, decoders: dict[str, Greedy | Decoder]
) -> dict[str, tuple[Decoding, float]]:
    """Decoding and time of each way."""
    lattices = _Once(recognize, lambda strip: strip.pixels.shape[1])  # stretched, the same strip is wider
    looks = {name: _Timed(lattices, decoder) for name, decoder in decoders.items()}
    found = {}
    for way, (name, augmented) in WAYS.items():
        if name not in looks:
            continue
        look = looks[name]
        look.begin()
        decoding = _NOTHING
        if strip.has_ink:
            with contextlib.suppress(PosteyeError):  # longer than the model reads
                decoding = (read_augmented(strip, look) if augmented else look(strip).view).decoding
        found[way] = decoding, look.spent_ms
    return found
