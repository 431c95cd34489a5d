"""Drawn pages with several numbers, after public reports of wrong codes; no names or addresses are real."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        path: of its picture.
        country: of the destination.
        code: of the destination.
    """

    path: Path
    country: str
    code: str


_ROWS = (
    ("page_sender_print01.jpg", "DE", "80331"),
    ("page_sender_hand01.jpg", "DE", "80331"),
    ("page_sender_hand03.jpg", "DE", "60311"),
    ("page_sender_print05.jpg", "FR", "67000"),
    ("page_sender_hand06.jpg", "HU", "4028"),
    ("page_sender_hand08.jpg", "CH", "8001"),
    ("page_house01.jpg", "US", "97267"),
    ("page_house05.jpg", "US", "90210"),
    ("page_cs00.jpg", "FR", "17022"),
    ("page_cs02.jpg", "FR", "95106"),
    ("page_bank01.jpg", "FR", "44000"),
)
PAGES = tuple(Page(FOLDER / file, country, code) for file, country, code in _ROWS)
