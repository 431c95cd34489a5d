"""Which fonts drawn fields were set in: figures of such fields depend on what is installed."""

from __future__ import annotations

from benchmarks.figures.provenance import files_hash
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts, found_families


def fonts_found() -> dict[str, int | str]:
    """How many families for print and after handwriting are here, and the names of those that are not."""
    here = {"print": found_families(PRINT_FAMILIES), "hand": found_families(HAND_FAMILIES)}
    missing = [family for family in (*PRINT_FAMILIES, *HAND_FAMILIES) if family not in {*here["print"], *here["hand"]}]
    return {kind: len(families) for kind, families in here.items()} | {"missing": ", ".join(missing) or "none"}


def fonts_hash() -> str:
    """SHA-256 of the font files that fields are set in, by name and content."""
    return files_hash(find_fonts((*PRINT_FAMILIES, *HAND_FAMILIES)))
