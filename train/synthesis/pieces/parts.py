"""What training pieces and test pieces are drawn with: fonts, countries, hands, layouts; only countries are shared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from train.synthesis.pieces.address.countries import FORMATS, LETTERED
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts

Part = Literal["train", "test"]
PARTS: tuple[Part, ...] = ("train", "test")
TEST_PRINT = (
    "Liberation Sans", "Liberation Sans Narrow", "Roboto", "Roboto Condensed", "OCRA", "Inconsolata", "FreeSerif",
    "Noto Mono", "Noto Sans Mono",
)  # fmt: skip
TEST_HAND = (
    "Because We Learn", "Because We Mentor", "Because We Organize", "Breip", "Dancing Script", "Ecolier_court",
)  # fmt: skip
TEST_COUNTRIES = ("PT", "HR", "TR", "KR")
_COUNTRIES = tuple(country for country in FORMATS if country not in LETTERED)
# No shapes for mail: outlines, inverted type, hairlines; and a family whose words nobody can read at these sizes.
_ODD_FACES = ("OCRBX", "OCRBE", "OCRBF", "Hairline", "Thin", "ExtraLight")


@dataclass(frozen=True)
class Supplies:
    """What the pieces of one part are drawn with.

    Attributes:
        print_fonts: files.
        hand_fonts: files.
        countries: of destinations.
    """

    print_fonts: tuple[Path, ...]
    hand_fonts: tuple[Path, ...]
    countries: tuple[str, ...]


def supplies(part: Part) -> Supplies:
    """Find what pieces of a part are drawn with.

    Raises:
        PosteyeError: no font of the part is installed.
    """
    test = part == "test"
    print_fonts = find_fonts(TEST_PRINT if test else [f for f in PRINT_FAMILIES if f not in TEST_PRINT])
    hand_fonts = find_fonts(TEST_HAND if test else [f for f in HAND_FAMILIES if f not in TEST_HAND])
    countries = tuple(c for c in _COUNTRIES if test or c not in TEST_COUNTRIES)
    return Supplies(_usual(print_fonts), _usual(hand_fonts), countries)


def _usual(fonts: list[Path]) -> tuple[Path, ...]:
    return tuple(path for path in fonts if not any(odd in path.name for odd in _ODD_FACES))
