"""What strips are written with: where digits, strings, strokes and fonts come from, and their names for a manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from device_runtime.errors import PosteyeError
from train.data.collections import SOURCES, Collections, load_collections, require_collections
from train.data.mnist import WHEEL_REQUIREMENT, load_mnist
from train.data.writers import Writer, load_extra, writers_of
from train.synthesis.mix import Mix
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts


@dataclass(frozen=True)
class Origin:
    """Where digits to write with come from.

    Attributes:
        mnist: folder of MNIST's files; None: by pip.
        writers: folder of QMNIST's writer ids, if they are used.
        digits: folder of further digits, if they are used.
        strings: folder of what people wrote, for the mixes that need it.
    """

    mnist: Path | None
    writers: Path | None
    digits: Path | None
    strings: Path | None = None

    def load(self) -> Material:
        """Load all; raises PosteyeError for what is missing."""
        data = load_mnist(self.mnist, self.writers)
        known = writers_of(data.fit) + (load_extra(self.digits) if self.digits else [])
        collections = load_collections(self.strings) if self.strings else (None, None)
        return Material(known, writers_of(data.validation), self._names(len(known)), *collections)

    def require(self, *mixes: Mix) -> None:
        """Check that there is what these mixes need, and nothing that all of them leave unused.

        Digits are no matter of it: every training loads them before anything else.

        Raises:
            PosteyeError: When not.
        """
        collected = [mix.name for mix in mixes if mix.collected]
        if collected and not self.strings:
            raise PosteyeError(
                f"the mix {collected[0]} needs --strings FOLDER, with real strings and recorded strokes; "
                "--preset first needs none"
            )
        if self.strings and not collected:
            raise PosteyeError(f"the mix {mixes[0].name} uses no --strings; leave it out, or choose another --mix")
        if self.strings:
            require_collections(self.strings)

    def of(self, mix: Mix) -> Origin:
        """What of it a mix uses."""
        return self if mix.collected else replace(self, strings=None)

    def options(self) -> str:
        """As the options of a command that is to be told to others, whose folders have other places."""
        told = (
            (self.writers, "--writers QMNIST"),
            (self.digits, "--digits FOLDER"),
            (self.strings, "--strings STRINGS"),
        )
        return "".join(f" {option}" for given, option in told if given)

    def _names(self, known: int) -> tuple[str, ...]:
        """Everything that generated strips are made of, by name, for the bundle's manifest.

        A run is known by these words: they stay as they are, "hands" too.
        """
        fonts = sorted({p.stem for p in find_fonts(PRINT_FAMILIES) + find_fonts(HAND_FAMILIES)})
        found = [f"MNIST training digits ({WHEEL_REQUIREMENT})"]
        found += ["NIST writer ids from QMNIST"] if self.writers else []
        found += [f"digits of {p.stem}" for p in sorted(self.digits.glob("*.npz"))] if self.digits else []
        found += SOURCES if self.strings else ()
        return (*found, f"{known} hands", f"fonts: {', '.join(fonts)}")


@dataclass(frozen=True)
class Material:
    """What strips are written with.

    Attributes:
        hands: digits of writers to train on.
        kept_apart: digits of writers for held-out strips.
        sources: names of what both and the print were taken from, for the bundle's manifest.
        collections: what people wrote, to train on; None where no mix needs it.
        collections_apart: the same, for held-out strips.
    """

    writers: list[Writer]
    kept_apart: list[Writer]
    sources: tuple[str, ...]
    collections: Collections | None = None
    collections_apart: Collections | None = None
