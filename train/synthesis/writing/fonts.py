"""The free fonts that fields are set in, by the Debian package that brings each.

`python -m train.synthesis.writing.fonts` names those that are missing here.

Needs nothing but the standard library, so that it can say what to install before anything is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from device_runtime.errors import PosteyeError

# Families whose licence (OFL, Apache, Bitstream Vera, GPL with font exception ...) lets anyone use them.
PRINT_PACKAGES = {
    "fonts-dejavu-core": ("DejaVu Sans", "DejaVu Sans Mono", "DejaVu Serif"),
    "fonts-dejavu-extra": ("DejaVu Sans Condensed",),
    "fonts-liberation": ("Liberation Sans", "Liberation Sans Narrow", "Liberation Mono", "Liberation Serif"),
    "fonts-freefont-ttf": ("FreeSans", "FreeMono", "FreeSerif"),
    "fonts-hack": ("Hack",),
    "fonts-inconsolata": ("Inconsolata",),
    "fonts-roboto-unhinted": ("Roboto", "Roboto Condensed"),
    "fonts-open-sans": ("Open Sans",),
    "fonts-lato": ("Lato",),
    "fonts-noto-mono": ("Noto Mono", "Noto Sans Mono"),
    "fonts-cantarell": ("Cantarell",),
    "fonts-anonymous-pro": ("Anonymous Pro",),
    "fonts-ocr-a": ("OCRA",),
    "fonts-ocr-b": ("OCR B",),
    "fonts-terminus": ("Terminus (TTF)",),
}
HAND_PACKAGES = {
    "fonts-dkg-handwriting": ("DkgHandwriting",),
    "fonts-breip": ("Breip",),
    "fonts-bwht": (
        "Because We Build",
        "Because We Connect",
        "Because We Create",
        "Because We Learn",
        "Because We Mentor",
        "Because We Organize",
    ),
    "fonts-sjfonts": ("Steve", "Delphine"),
    "fonts-kristi": ("Kristi",),
    "fonts-rufscript": ("Rufscript",),
    "fonts-humor-sans": ("Humor Sans",),
    "fonts-tomsontalks": ("Tomson Talks",),
    "fonts-havana": ("Havana",),
    "fonts-dancingscript": ("Dancing Script",),
    "fonts-kaushanscript": ("Kaushan Script",),
    "fonts-ecolier-court": ("Ecolier_court",),
    "fonts-comic-neue": ("Comic Neue",),
}
PRINT_FAMILIES = tuple(family for families in PRINT_PACKAGES.values() for family in families)
HAND_FAMILIES = tuple(family for families in HAND_PACKAGES.values() for family in families)
_LISTER = "fontconfig"


def find_fonts(families: Iterable[str]) -> list[Path]:
    """Return the font files of some families that fontconfig knows on this machine, in a fixed order.

    Args:
        families: names as fontconfig lists them, in any case.

    Raises:
        PosteyeError: fc-list is missing, or none of the families is installed.
    """
    wanted = {f.casefold() for f in families}
    found = {file for family, file in _installed() if family in wanted}
    if not found:
        raise PosteyeError(
            f"none of these fonts is installed: {', '.join(families)}; posteye train --check says what to install"
        )
    return [Path(f) for f in sorted(found)]


def found_families(families: Iterable[str]) -> list[str]:
    """Return those of some families that fontconfig knows on this machine, in the order given.

    Raises:
        PosteyeError: fc-list is missing.
    """
    here = {family for family, _ in _installed()}
    return [family for family in families if family.casefold() in here]


def missing_packages() -> list[str]:
    """Return the Debian packages that bring what is missing here.

    Returns:
        All of them, with fontconfig itself, where that is missing; else those of which a family is missing.
    """
    try:
        here = {family for family, _ in _installed()}
    except PosteyeError:
        return [_LISTER, *PRINT_PACKAGES, *HAND_PACKAGES]
    packages = PRINT_PACKAGES | HAND_PACKAGES
    return [name for name, families in packages.items() if not {f.casefold() for f in families} <= here]


def install_command() -> str:
    """Return the one command to paste that brings all that is missing."""
    return f"sudo apt-get install --no-install-recommends {' '.join(missing_packages())}"


def _installed() -> set[tuple[str, str]]:
    """Family, in small letters, and file of every outline font that is installed."""
    try:
        listing = subprocess.run(
            ["fc-list", "--format", "%{family}\t%{file}\n"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise PosteyeError("fc-list does not run; install fontconfig: sudo apt-get install fontconfig") from error
    found = set()
    for line in listing.stdout.splitlines():
        names, _, file = line.partition("\t")
        if Path(file).suffix.lower() in {".ttf", ".otf"}:
            found |= {(name.strip().casefold(), file) for name in names.split(",")}
    return found


if __name__ == "__main__":
    missing = missing_packages()
    print(" ".join(missing))
    sys.exit(1 if missing else 0)
