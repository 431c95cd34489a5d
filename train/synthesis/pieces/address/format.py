"""What is known of the addresses of a country."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """The addresses of a country.

    Attributes:
        codes: forms of its codes, the usual one first.
        streets: templates of the street's line.
        places: templates of the last lines, "|" between lines; the usual one first.
        boxes: templates of a box's line, and forms of its number behind "=".
        towns: names of towns.
        ways: names of streets, without the number.
        name: of the country, for the last line of mail from abroad.
        states: "" or short forms.
        houses: forms of house numbers.
    """

    codes: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[str, ...]
    boxes: tuple[str, ...]
    towns: tuple[str, ...]
    ways: tuple[str, ...]
    name: str
    states: tuple[str, ...] = ("",)
    houses: tuple[str, ...] = ("N", "N#", "N#", "N##")
