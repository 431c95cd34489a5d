"""Printed text in freely licensed fonts: codes alone, and codes inside address lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from device_runtime.errors import PosteyeError

# Families whose licence (OFL, Apache, Bitstream Vera, GPL with font exception ...) lets anyone use them.
PRINT_FAMILIES = (
    "DejaVu Sans",
    "DejaVu Sans Mono",
    "DejaVu Serif",
    "DejaVu Sans Condensed",
    "Liberation Sans",
    "Liberation Sans Narrow",
    "Liberation Mono",
    "Liberation Serif",
    "FreeSans",
    "FreeMono",
    "FreeSerif",
    "Hack",
    "Inconsolata",
    "Roboto",
    "Roboto Condensed",
    "Roboto Slab",
    "Open Sans",
    "Lato",
    "Noto Mono",
    "Cantarell",
    "Anonymous Pro",
    "OCRA",
    "OCR B",
    "Terminus (TTF)",
    "Noto Sans Mono",
)
HAND_FAMILIES = (
    "DkgHandwriting",
    "Breip",
    "Because We Build",
    "Because We Connect",
    "Because We Create",
    "Because We Learn",
    "Because We Mentor",
    "Because We Organize",
    "Steve",
    "Delphine",
    "Kristi",
    "Rufscript",
    "Humor Sans",
    "Tomson Talks",
    "Havana",
    "Dancing Script",
    "Kaushan Script",
    "Ecolier_court",
    "Comic Neue",
)
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxyz", "aeiou"
_LIKE_DIGITS = ("bszglqt", "oia")  # in capitals
_FALSE_DIGITS = "SSSSBBOOGIZJTLQDAK"
_TITLES = ("JALAN", "Jln", "Str.", "No.", "NO", "LOT", "Block", "P.O. Box", "Taman", "Rua", "Via", "Weg", "TEL:", "#")


def find_fonts(families: tuple[str, ...]) -> list[Path]:
    """Font files of the given families that fontconfig knows on this machine, in a fixed order.

    Raises PosteyeError when fc-list is missing or none of the families is installed.
    """
    try:
        listing = subprocess.run(
            ["fc-list", "--format", "%{family}\t%{file}\n"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise PosteyeError("fc-list does not run; install fontconfig") from error
    wanted = {f.casefold() for f in families}
    found = set()
    for line in listing.stdout.splitlines():
        names, _, file = line.partition("\t")
        known = {n.strip().casefold() for n in names.split(",")}
        if known & wanted and Path(file).suffix.lower() in {".ttf", ".otf"}:
            found.add(file)
    if not found:
        raise PosteyeError(f"none of these fonts is installed: {', '.join(families)}; see docs/training.md")
    return [Path(f) for f in sorted(found)]


class Typesetter:
    """Sets lines of text in random fonts."""

    def __init__(self, fonts: list[Path], random: np.random.Generator) -> None:
        self.random = random
        self._fonts = [ImageFont.truetype(str(path), 40) for path in fonts]
        self._sized: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self._digit_heights = [max(f.getbbox("0123456789")[3] - f.getbbox("0123456789")[1], 1) for f in self._fonts]

    def set_line(self, text: str, height_px: float) -> NDArray[np.uint8]:
        """Draw a line of text, uint8, ink bright, with digits about `height_px` tall and a margin around."""
        random = self.random
        index = int(random.integers(len(self._fonts)))
        size = max(8, round(40 * height_px / self._digit_heights[index]))
        if (index, size) not in self._sized:
            self._sized[index, size] = self._fonts[index].font_variant(size=size)
        font = self._sized[index, size]
        spacing = random.uniform(-0.04, 0.2) * height_px if random.random() < 0.35 else 0.0
        left, top, right, bottom = font.getbbox(text)
        margin = round(height_px)
        width = int(right - left + spacing * len(text)) + 2 * margin
        image = Image.new("L", (width, int(bottom - top) + 2 * margin), 0)
        pen = ImageDraw.Draw(image)
        if spacing:
            x = float(margin - left)
            for char in text:
                pen.text((x, margin - top), char, 255, font=font)
                x += font.getlength(char) + spacing
        else:
            pen.text((margin - left, margin - top), text, 255, font=font)
        return np.array(image, np.uint8)


def random_word(random: np.random.Generator, letters: int | None = None, start: str = "") -> str:
    """A word that can be spoken but means nothing, in one of the usual cases; `start` is its first letter."""
    count = letters or int(random.integers(2, 10))
    turn = int(random.integers(2)) if not start else 1
    sets = _LIKE_DIGITS if random.random() < 0.25 else (_CONSONANTS, _VOWELS)
    drawn = (sets[(i + turn) % 2] for i in range(count - len(start)))
    word = start.lower() + "".join(kind[int(random.integers(len(kind)))] for kind in drawn)
    style = random.random()
    return word.upper() if style < 0.6 else word.capitalize() if style < 0.9 else word


def random_line(random: np.random.Generator, code: str) -> str:
    """A line of an address, a receipt or a label that holds the code, mostly with other writing around it."""
    words = [random_word(random) for _ in range(int(random.integers(1, 3)))]
    if random.random() < 0.45:  # what a reader takes for a digit, right beside the code
        words[0] = random_word(random, start=str(random.choice(list(_FALSE_DIGITS))))
    style = random.random()
    separator = str(random.choice([" ", " ", ", ", ",", " - ", ". "]))
    tail = " ".join(words) + str(random.choice(["", ".", ",", "", ", " + random_word(random)]))
    if style < 0.15:
        return code
    if style < 0.55:
        return code + separator + tail
    if style < 0.75:
        return tail + separator + code + str(random.choice(["", ".", ",", separator + random_word(random)]))
    if style < 0.82:
        return str(random.choice(["D-", "MY-", "F-", "B-", "CH-"])) + code + " " + tail
    number = str(random.integers(1, 10 ** int(random.integers(1, 5))))
    letter = str(random.choice(["U", "S", "SS", "B", "G", "PJS"]))
    other = str(
        random.choice([number, number + "/" + str(random.integers(1, 40)), number + "-" + number[:2], letter + number])
    )
    head = str(random.choice(_TITLES)) + " " + other
    return (
        head
        + str(random.choice([", ", " ", ","]))
        + (code + separator + tail if random.random() < 0.7 else tail + " " + code)
    )
