"""Damaged and hostile image files into the whole reader, the command and the isolated decoder.

Whole pictures of every kind that people send are damaged with a seed: cut, bits turned, lengths and sizes in headers
set to extremes, parts doubled or taken out, two files joined; the checksums of PNG are mended afterwards, or the
decoder would stop at them.
"""

from __future__ import annotations

import atexit
import io
import json
import struct
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner
from PIL import Image

from benchmarks.attack.counts import Outcome, Target
from device_runtime import Reader
from device_runtime.commands.read import read
from device_runtime.errors import ImageError
from device_runtime.image.isolated import IsolatedDecoder
from device_runtime.samples import load_samples

_FIELD, _PICTURE, _COMMAND, _ISOLATED = _KINDS = ("as a field", "as a whole picture", "by --json", "isolated")
_PATTERN = r"\d{5}"
_SIZE = (183, 64)  # of the first sample
_EXTREMES = (0, 1, 2, 3, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def case(seed: int, number: int) -> Outcome:
    """Give a damaged file to the reader: as a field, as a whole picture, to the command with `--json`, or isolated."""
    kind = _KINDS[number % len(_KINDS)]
    with tempfile.TemporaryDirectory(prefix="posteye-attack-") as folder:
        path = Path(folder) / "image"
        path.write_bytes(damaged(np.random.default_rng((seed, number // len(_KINDS)))))
        if kind == _COMMAND:
            return _command(path)
        try:
            if kind == _ISOLATED:
                _isolated().load_image(path)
            else:
                _reader().read(path, field=kind == _FIELD)
        except ImageError as error:
            said = str(error)
            if kind == _ISOLATED and ("crashed" in said or "it took more than" in said):
                return Outcome(kind, wrong=1, detail=said)
            return Outcome(kind, refused=1) if said.isprintable() else Outcome(kind, wrong=1, detail=f"said {said!a}")
    return Outcome(kind, answered=1)


TARGET = Target("images", "damaged image files", 2_775 * len(_KINDS), case)


def _command(path: Path) -> Outcome:
    """What `posteye read --json` makes of a file: one JSON object, whatever it is."""
    done = CliRunner().invoke(read, [str(path), "--pattern", _PATTERN, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    answer = json.loads(done.stdout)
    reason = answer["reason"] or ""
    if "unexpected" in reason or not reason.isprintable():
        return Outcome(_COMMAND, wrong=1, detail=reason)
    unreadable = answer["status"] == "unreadable"
    if done.exit_code != (2 if unreadable else 0):
        return Outcome(_COMMAND, wrong=1, detail=f"{answer['status']}, and exit code {done.exit_code}")
    return Outcome(_COMMAND, refused=1) if unreadable else Outcome(_COMMAND, answered=1)


@cache
def _reader() -> Reader:
    return Reader(pattern=_PATTERN)


@cache
def _isolated() -> IsolatedDecoder:
    decoder = IsolatedDecoder()
    atexit.register(decoder.__exit__, None, None, None)
    return decoder


def damaged(random: np.random.Generator) -> bytes:
    """One file, damaged in one to three ways, mostly in one."""
    pictures = whole_pictures()
    data = bytearray(pictures[random.integers(len(pictures))])
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        data = _DAMAGES[random.integers(len(_DAMAGES))](data, random)
    if data.startswith(b"\x89PNG") and random.random() < 0.8:
        _mend_checksums(data)
    return bytes(data)


@cache
def whole_pictures() -> tuple[bytes, ...]:
    """Small pictures of every promised format, and of others that OpenCV would decode."""
    gray = cv2.imread(str(load_samples()[0].path), cv2.IMREAD_GRAYSCALE)
    color = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)
    wide = gray.astype(np.uint16) * 257
    alpha = np.dstack([color, gray])
    shades = [gray, color, alpha, wide]
    files = [cv2.imencode(end, image)[1].tobytes() for end in (".png", ".tiff") for image in shades]
    files += [cv2.imencode(end, image)[1].tobytes() for end in (".bmp", ".webp") for image in shades[:3]]
    files += [cv2.imencode(end, image)[1].tobytes() for end in (".jpg", ".jp2", ".pnm", ".hdr") for image in shades[:2]]
    files.append(cv2.imencode(".jpg", color, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes())
    files += [_pillow(gray, mode, end, **how) for mode, end, how in _MORE]
    files.append(b"\x76\x2f\x31\x01\x02" + bytes(100))  # OpenEXR
    return tuple(files)


_MORE: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("P", "PNG", {}),
    ("1", "PNG", {}),
    ("LA", "PNG", {}),
    ("P", "PNG", {"transparency": 3}),
    ("RGB", "PNG", {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"}),
    ("CMYK", "JPEG", {}),
    ("RGB", "JPEG", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"}),
    ("1", "TIFF", {"compression": "group4"}),
    ("1", "TIFF", {"compression": "group3"}),
    ("RGB", "TIFF", {"compression": "jpeg"}),
    ("RGB", "TIFF", {"compression": "tiff_adobe_deflate"}),
    ("L", "TIFF", {"compression": "packbits"}),
    ("P", "TIFF", {"compression": "tiff_lzw"}),
    ("F", "TIFF", {}),
    ("L", "TIFF", {"save_all": True, "append_images": [Image.new("L", (30, 20))]}),
    ("RGB", "WEBP", {"lossless": True}),
    ("RGBA", "WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0"}),
    ("RGB", "WEBP", {"save_all": True, "append_images": [Image.new("RGB", _SIZE)]}),
    ("L", "PNG", {"save_all": True, "append_images": [Image.new("L", _SIZE)]}),
    ("P", "BMP", {}),
    ("1", "BMP", {}),
    ("P", "GIF", {}),
)


def _pillow(gray: np.ndarray, mode: str, form: str, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(gray).convert("RGB").convert(mode).save(file, form, **how)
    return file.getvalue()


def _cut(data: bytearray, random: np.random.Generator) -> bytearray:
    return data[: random.integers(len(data) + 1)]


def _turn_bits(data: bytearray, random: np.random.Generator) -> bytearray:
    for place in random.integers(0, max(1, len(data)), random.integers(1, 30)):
        if place < len(data):
            data[place] ^= 1 << int(random.integers(8))
    return data


def _extreme(data: bytearray, random: np.random.Generator) -> bytearray:
    """A number of 1, 2 or 4 bytes, mostly in the header, set to one that programs forget."""
    size, order = int(random.choice([1, 2, 4])), random.choice(["little", "big"])
    reach = min(len(data), 200) if random.random() < 0.8 else len(data)
    place = int(random.integers(max(1, reach - size + 1)))
    value = int(random.choice(_EXTREMES)) % (1 << 8 * size)
    data[place : place + size] = value.to_bytes(size, "big" if order == "big" else "little")
    return data


def _take_out(data: bytearray, random: np.random.Generator) -> bytearray:
    first, last = sorted(random.integers(0, len(data) + 1, 2))
    return data[:first] + data[min(last, first + 400) :]


def _double(data: bytearray, random: np.random.Generator) -> bytearray:
    first, last = sorted(random.integers(0, len(data) + 1, 2))
    part = data[first : min(last, first + 2000)]
    return data[:first] + part * int(random.integers(2, 40)) + data[first:]


def _join(data: bytearray, random: np.random.Generator) -> bytearray:
    other = whole_pictures()[random.integers(len(whole_pictures()))]
    place = int(random.integers(min(len(data), 64) + 1))
    return data[:place] + other[place:]


def _noise(data: bytearray, random: np.random.Generator) -> bytearray:
    place, size = int(random.integers(len(data) + 1)), int(random.integers(1, 200))
    data[place : place + size] = random.bytes(size)
    return data


_DAMAGES: tuple[Callable[[bytearray, np.random.Generator], bytearray], ...] = (
    _cut,
    _turn_bits,
    _extreme,
    _extreme,
    _extreme,
    _take_out,
    _double,
    _join,
    _noise,
)


def _mend_checksums(data: bytearray) -> None:
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[place + 4 : end]))
        place = end + 4
