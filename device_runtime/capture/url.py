"""The URL of a source: taken apart, its options checked by name and value."""

from __future__ import annotations

import difflib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from device_runtime.errors import CameraError
from device_runtime.files.regular import printable

_LOCKS = ("exposure", "gain", "white_balance", "focus")
# The options of each kind of source. What follows the ? of a stream's URL is for its server.
OPTIONS: dict[str, tuple[str, ...]] = {
    "v4l2": ("size", "format", "fps", *_LOCKS),
    "picamera2": ("size", "fps", *_LOCKS),
    "file": ("fps", "loop"),
    "dir": ("fps", "loop", "watch"),
}
KINDS = (*OPTIONS, "rtsp", "rtsps")
HIGHEST_FPS = 1000.0
_LARGEST_SIDE_PX = 16_384
_SECRET = re.compile(r"(pass|passwd|password|pwd|token)=[^&/]*", re.IGNORECASE)

Setting = float | Literal["auto"]


@dataclass(frozen=True)
class Address:
    """A URL taken apart.

    Attributes:
        name: the URL as messages show it: one line, a password hidden.
        kind: one of KINDS, "image" for a file without a prefix, or "stdin".
        place: device, number, address, file or folder.
        options: by name, as text; their names are known ones.
    """

    name: str
    kind: str
    place: str
    options: dict[str, str]

    def number(self, option: str, lowest: float, highest: float) -> float | None:
        """An option that is a number above `lowest` and at most `highest`; None where it is not given.

        Raises:
            CameraError: it is something else.
        """
        text = self.options.get(option)
        if text is None:
            return None
        value = _float(text)
        if value is None or not lowest < value <= highest:
            raise CameraError(
                f"{self.name}: {option} is {text!r}; give a number above {lowest:g} and up to {highest:g}"
            )
        return value

    def setting(self, option: str) -> Setting | None:
        """An option that is a number from 0 on, or "auto"; None where it is not given.

        Raises:
            CameraError: it is something else.
        """
        text = self.options.get(option)
        if text is None or text == "auto":
            return "auto" if text else None
        value = _float(text)
        if value is None or not 0 <= value < 1e9:
            raise CameraError(f"{self.name}: {option} is {text!r}; give a number, or auto")
        return value

    def size(self) -> tuple[int, int] | None:
        """The option `size`, width and height in px; None where it is not given.

        Raises:
            CameraError: it is no size.
        """
        text = self.options.get("size")
        if text is None:
            return None
        found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
        sides = (int(found[1]), int(found[2])) if found else (0, 0)
        if not all(16 <= side <= _LARGEST_SIDE_PX for side in sides):
            raise CameraError(f"{self.name}: size is {text!r}; give width and height in px, such as 1280x720")
        return sides

    def flag(self, option: str, *words: str) -> str | None:
        """An option that stands alone or has one of a few words; "" where it stands alone, None where it is not given.

        Raises:
            CameraError: it has another value.
        """
        text = self.options.get(option)
        if text not in (None, "", *words):
            raise CameraError(f"{self.name}: {option} is {text!r}; give {' or '.join((option, *words))}")
        return text


def parse(url: str) -> Address:
    """Take the URL of a source apart.

    Args:
        url: `v4l2:DEVICE`, `picamera2:NUMBER`, `rtsp://...`, `file:VIDEO`, `dir:FOLDER`, all but the stream with
            `?option=value&...`; the path of an image; or `-`.

    Raises:
        CameraError: no such kind of source, or no such option; the nearest known one is named.
    """
    kind, colon, rest = url.partition(":")
    if not url.strip():
        raise CameraError(f"{printable(url)!r} names no source; write for example {_EXAMPLES['v4l2']}")
    if url == "-":
        return Address("-", "stdin", "", {})
    if kind in ("rtsp", "rtsps") and rest.startswith("//"):
        return Address(printable(without_password(url)), kind, url, {})
    if not colon or kind not in OPTIONS:
        return _image(url, kind if colon else "")
    place, _, query = rest.partition("?")
    name = printable(url)
    if not place:
        raise CameraError(f"{name} names no place; write for example {_EXAMPLES[kind]}")
    if kind in ("file", "dir"):
        place = os.path.expanduser(place)  # which no shell does behind a colon
    return Address(name, kind, place, _options(name, kind, query))


_EXAMPLES = {
    "v4l2": "v4l2:/dev/video0",
    "picamera2": "picamera2:0",
    "file": "file:belt.mp4",
    "dir": "dir:pictures?fps=5",
}


def _options(name: str, kind: str, query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for option, value in parse_qsl(query, keep_blank_values=True):
        if option not in OPTIONS[kind]:
            near = difflib.get_close_matches(option, OPTIONS[kind], 1, 0.5)
            known = f"did you mean {near[0]}?" if near else f"{kind}: has {', '.join(OPTIONS[kind])}"
            raise CameraError(f"{name}: unknown option {printable(option)!r}; {known}")
        if option in options:
            raise CameraError(f"{name}: {option} is given twice; leave one out")
        options[option] = value
    return options


def _image(path: str, kind: str) -> Address:
    """The address of a single image; CameraError where it is something that needs a prefix."""
    name = printable(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", kind):
            near = difflib.get_close_matches(kind.lower(), KINDS, 1, 0.5)
            known = (
                f"did you mean {near[0]}:?"
                if near
                else f"give an image, - or one of {', '.join(f'{word}:' for word in KINDS)}"
            )
            raise CameraError(f"{name}: unknown kind of source {kind!r}; {known}") from None
        hint = _camera_hint(path) if isinstance(error, FileNotFoundError) else ""
        raise CameraError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}{hint}") from None
    if stat.S_ISDIR(mode):
        raise CameraError(f"{name} is a folder; write dir:{name}")
    if stat.S_ISCHR(mode):
        raise CameraError(f"{name} is a device; write v4l2:{name}")
    if Path(path).suffix.lower() in (".mp4", ".avi", ".mkv", ".mov", ".webm"):
        raise CameraError(f"{name} is a video; write file:{name}")
    return Address(name, "image", path, {})


def _camera_hint(path: str) -> str:
    """What to write where a camera was meant, for a name that is none of an image."""
    number = re.fullmatch(r"(?:/dev/video)?(\d{1,3})", path, re.ASCII)
    if not number and Path(path).suffix:
        return ""
    return (
        f"; a camera is v4l2:/dev/video{number[1] if number else 0}, `posteye camera list` shows those that are there"
    )


def without_password(url: str) -> str:
    """A URL for messages: its password, and what its query calls a password or a token, as ***."""
    try:
        secret = urlsplit(url).password
    except ValueError:
        secret = None
    shown = url.replace(f":{secret}@", ":***@", 1) if secret else url
    return _SECRET.sub(r"\1=***", shown)


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
