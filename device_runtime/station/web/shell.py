"""The pages as they are sent: one frame around each, read from the package once."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

from device_runtime.errors import WebError

FOLDER = Path(__file__).parent / "pages"
TITLES = {"aim": "Aim", "watch": "Watch", "key": "Key", "plan": "Plan"}
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
OPEN_FILES = frozenset({"/files/style.css", "/files/icon.svg"})  # what the log-in needs


@cache
def page(name: str) -> bytes:
    """One of TITLES as HTML."""
    links = "".join(
        f'<a href="/{one}"{" aria-current=page" if one == name else ""}>'
        f'<svg aria-hidden="true"><use href="#icon-{one}"/></svg>{title}</a>'
        for one, title in TITLES.items()
    )
    shown = _text("frame.html").replace("{title}", TITLES[name]).replace("{name}", name).replace("{links}", links)
    return shown.replace("{main}", _text(f"{name}.html")).encode()


def login_page(message: str) -> bytes:
    """The form that asks for the token, as HTML.

    Args:
        message: what was wrong with the last one.
    """
    return _text("login.html").replace("{message}", html.escape(message)).encode()


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Scripts, styles and drawings by name, each with its media type."""
    return {path.name: (_bytes(path), KINDS[path.suffix]) for path in sorted(FOLDER.iterdir()) if path.suffix in KINDS}


@cache
def _text(name: str) -> str:
    return _bytes(FOLDER / name).decode()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WebError(f"the pages are incomplete ({path.name}: {error.strerror}); install posteye again") from None
