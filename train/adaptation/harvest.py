"""Harvest: a station teaches itself from pictures of its own fields that nobody labelled.

The bundle reads every picture of a folder. Those that it reads with good reason to believe it are learned with what it
reads (pseudo-labels, pseudo_labels.py). What is found is kept in the run's folder: in parts while the pictures are
read, then as a table and as strips.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np

from device_runtime.bundle import Bundle
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.files.atomic import write_bytes, write_text
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.image.load import load_image
from device_runtime.image.normalize import normalize
from train.adaptation.held_back import GENERATED, LABELLED, SUREST
from train.adaptation.lessons import Taught
from train.adaptation.pseudo_labels import PseudoLabel, balanced_shares, pseudo_label
from train.adaptation.views import Codes, Sight, Viewer
from train.data.labelled import FEWEST, LABELS, Station, read_labels
from train.data.target import Target
from train.progress import Progress
from train.synthesis.shards import Shard, save_shard

WEAK_LABELS = "weak.csv"
TABLE_FILE, STRIPS_FILE = "harvest.csv", "harvest.npz"
MOST_FIELDS = 10_000  # that are learned; more do not fit into the memory of small workstations
HELD_BACK_SHARE, MOST_HELD_BACK = 0.1, 500  # of the pictures with a code; among the sure ones
_PART_PICTURES = 200
_NO_PICTURES = (".csv", ".txt", ".md", ".json")
_SEED = 11  # beside the run's


@dataclass(frozen=True)
class _Seen:
    """A part of the pictures.

    Attributes:
        sights: Of those that can be read.
        damaged: What is wrong with the others, a line each.
    """

    sights: tuple[Sight, ...]
    damaged: tuple[str, ...]


@dataclass(frozen=True)
class Harvest:
    """A folder of pictures of fields without labels.

    `weak.csv` in it may tell what another machine read of some of them, `labels.csv` what people read: such fields are
    not learned, but held back to judge by.

    Attributes:
        folder: Of the pictures.
        codes: That they may hold.
    """

    steps: ClassVar[int] = 1
    folder: Path
    codes: Codes = field(default_factory=Codes)

    @property
    def option(self) -> str:
        """As the command has it; a lexicon is told without its place."""
        given = (
            ("--country", self.codes.country),
            ("--pattern", self.codes.pattern),
            ("--lexicon", self.codes.lexicon and "FILE"),
        )
        return "--harvest FOLDER" + "".join(f" {name} {shlex.quote(value)}" for name, value in given if value)

    def known_by(self) -> dict[str, Any]:
        """The folder's files and the lexicon by a hash, country and pattern as they are.

        What can be refused is refused here, before the pictures are read, which takes long.

        Raises:
            PosteyeError: When the codes cannot be used, there are too few pictures, or a table or a labelled picture
                cannot be read.
        """
        Grammar.chosen(self.codes.country, self.codes.pattern, self.codes.lexicon)
        _ = self._labels, self._weak
        if len(self._pictures) < FEWEST:
            raise PosteyeError(
                f"{self.folder} holds {len(self._pictures)} pictures without labels; collect at least {FEWEST}, "
                "better some thousand"
            )
        for name in self._labels:
            try:
                load_image(self.folder / name)
            except ImageError as error:
                raise PosteyeError(f"{error}; {LABELS} names it: mend the picture, or take the row away") from error
        tables = [path for name in (LABELS, WEAK_LABELS) if (path := self.folder / name).is_file()]
        lexicon = [self.codes.lexicon] if self.codes.lexicon else []
        digest = hashlib.sha256()
        for path in [*self._pictures, *(self.folder / name for name in self._labels), *tables, *lexicon]:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return {"folder": digest.hexdigest(), "codes": [self.codes.country, self.codes.pattern]}

    def teach(self, bundle: Bundle, out: Path, seed: int, progress: Progress) -> Taught:
        """Read the pictures and decide which to learn, with which code; raises PosteyeError when they are too few."""
        viewer = Viewer(bundle, self.codes)
        progress.step(f"what the given bundle reads of {len(self._pictures):,} pictures in {self._name}")
        seen = self._seen(viewer, out / "harvest", progress)
        for complaint in (line for part in seen for line in part.damaged):
            progress.say(f"left out: {complaint}")
        found = [pseudo_label(sight, self._weak.get(sight.name, "")) for part in seen for sight in part.sights]
        random = np.random.default_rng((seed, _SEED))
        back = set() if self._labels else _held_back(found, random)
        learned = [one for one in found if one.code and one.name not in back]
        learned = [learned[row] for row in sorted(random.permutation(len(learned))[:MOST_FIELDS])]
        names = {one.name for one in learned}
        _write_table(out / TABLE_FILE, [(one, _use(one, names, back)) for one in found])
        rules = Counter(one.reason for one in learned)
        told = ", ".join(f"{rule} {count:,}" for rule, count in rules.most_common()) or "none"
        progress.say(
            f"{len(learned):,} of {len(self._pictures):,} pictures are learned ({told}); see {out / TABLE_FILE}"
        )
        if len(learned) < FEWEST:
            raise PosteyeError(
                f"of {len(self._pictures)} pictures in {self._name} only {len(learned)} are read surely enough to be "
                f"learned, and {FEWEST} are the least; collect more, or say what codes they hold (--country, --pattern)"
            )
        images = tuple(viewer.ink(load_image(self.folder / one.name)) for one in learned)
        strips = [normalize(image).pixels for image in images]
        save_shard(Shard(strips, [Target.with_marks(one.code).text for one in learned]), out / STRIPS_FILE)
        held_back = self._judges([one for one in found if one.name in back], viewer)
        return Taught(
            Station(self._name, images, tuple(one.code for one in learned)),
            balanced_shares([one.code for one in learned]),
            {"folder": self._name, "pictures": len(self._pictures), "used": len(learned), "by": dict(rules)},
            f"harvested fields, unlabelled: {len(learned)} used of {len(self._pictures)}",
            held_back,
            (LABELLED,) if self._labels else (*held_back, GENERATED),
        )

    def _seen(self, viewer: Viewer, kept: Path, progress: Progress) -> list[_Seen]:
        """What is read of all pictures, part by part; a part that was read before is not read again."""
        kept.mkdir(parents=True, exist_ok=True)
        pictures, parts = self._pictures, []
        with progress.bar(len(pictures), "pictures") as bar:
            for first in range(0, len(pictures), _PART_PICTURES):
                part, path = pictures[first : first + _PART_PICTURES], kept / f"{first // _PART_PICTURES:05d}.json"
                parts.append(_load(path, progress) or _look(viewer, part, bar.advance))
                write_bytes(path, msgspec.json.encode(parts[-1]))
                bar.to(first + len(part))
                progress.keep(f"{bar.done:,} of {len(pictures):,} pictures")
        return parts

    def _judges(self, back: Sequence[PseudoLabel], viewer: Viewer) -> dict[str, Shard]:
        """The held-back strips: of the labelled fields if there are any, else of the sure ones that are held back."""
        part = LABELLED if self._labels else SUREST
        codes = self._labels or {one.name: one.code for one in back}
        strips = [normalize(viewer.ink(load_image(self.folder / name))).pixels for name in codes]
        return {part: Shard(strips, [Target.with_marks(code).text for code in codes.values()])} if codes else {}

    @property
    def _name(self) -> str:
        return self.folder.resolve().name

    @cached_property
    def _pictures(self) -> tuple[Path, ...]:
        """The files that may be pictures and are not labelled, by name."""
        try:
            files = sorted(path for path in self.folder.iterdir() if path.is_file())
        except OSError as error:
            raise PosteyeError(f"{self.folder} cannot be read: {error.strerror}; give a folder of pictures") from error
        left_out = self._labels.keys()
        return tuple(
            path
            for path in files
            if path.suffix.lower() not in _NO_PICTURES and not path.name.startswith(".") and path.name not in left_out
        )

    @cached_property
    def _labels(self) -> dict[str, str]:
        """What people read, by file; empty without labels.csv."""
        if not (self.folder / LABELS).is_file():
            return {}
        labels = {label.name: label.code for label in read_labels(self.folder, digits_only=True)}
        if len(labels) < FEWEST:
            raise PosteyeError(
                f"{self.folder / LABELS} labels {len(labels)} fields to judge by; label at least {FEWEST}, "
                "or take the table away"
            )
        return labels

    @cached_property
    def _weak(self) -> dict[str, str]:
        """What the other machine read, digits alone, by file; empty without weak.csv, and where it read nothing."""
        if not (self.folder / WEAK_LABELS).is_file():
            return {}
        silent = dict.fromkeys(map(ord, SEPARATORS))
        return {row.name: row.code.translate(silent) for row in read_labels(self.folder, table=WEAK_LABELS)}


def _look(viewer: Viewer, pictures: Sequence[Path], advance: Callable[[int], None]) -> _Seen:
    sights, damaged = [], []
    for path in pictures:
        try:
            sights.append(viewer.look(path.name, load_image(path)))
        except ImageError as error:
            damaged.append(str(error))
        advance(1)
    return _Seen(tuple(sights), tuple(damaged))


def _load(path: Path, progress: Progress) -> _Seen | None:
    """A part that was read before; None where there is none, or it is damaged."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Seen)
    except msgspec.DecodeError as error:
        progress.say(f"{path} is damaged ({error}); its pictures are read again")
        return None


def _held_back(found: Sequence[PseudoLabel], random: np.random.Generator) -> set[str]:
    """Which pictures are not learned but judged by: some of those that are read most surely."""
    sure = [one.name for one in found if one.sure]
    count = min(MOST_HELD_BACK, round(HELD_BACK_SHARE * sum(bool(one.code) for one in found)), len(sure) // 2)
    return {sure[row] for row in random.permutation(len(sure))[:count]}


def _use(one: PseudoLabel, learned: set[str], back: set[str]) -> str:
    return "learned" if one.name in learned else "held back" if one.name in back else "left out"


def _write_table(path: Path, rows: Sequence[tuple[PseudoLabel, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "code", "use", "reason"))
    writer.writerows((one.name, one.code, use, one.reason) for one, use in rows)
    write_text(path, text.getvalue())
