"""Thousands of damaged and hostile image files, each given to the whole reader and to the isolated decoder.

Whole pictures of every kind that people send are damaged with a seed: cut, bits turned, lengths and sizes in headers
set to extremes, parts doubled or taken out, two files joined; the checksums of PNG are mended afterwards, or the
decoder would stop at them. A reader in a process of its own takes the files, watched for time and memory.
"""

from __future__ import annotations

import collections
import io
import re
import selectors
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from device_runtime import Reader
from device_runtime.errors import ImageError
from device_runtime.isolated import IsolatedDecoder
from device_runtime.samples import load_samples

OUTCOMES = ("files", "read", "refused", "crashes", "hangs", "tracebacks", "over_300_mb")

_SIZE = (183, 64)  # of the first sample
_HANG_S = 20
_MOST_KB = 300_000
_ROOT = Path(__file__).parents[2]
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from benchmarks.attack import images; images.serve()"
_EXTREMES = (0, 1, 2, 3, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def attack(count: int, seed: int) -> dict[str, int]:
    """Give `count` damaged files to a reader, and count what becomes of them under the names of OUTCOMES.

    A crash, hang or traceback of the isolated decoder, which shall turn them all into ImageError, is counted too.
    """
    random = np.random.default_rng(seed)
    found = collections.Counter(dict.fromkeys(OUTCOMES, 0))
    with tempfile.TemporaryDirectory() as folder, IsolatedDecoder() as isolated, _Watched() as watched:
        for number in range(count):
            path = Path(folder) / f"{number}.img"
            path.write_bytes(damaged(random))
            outcome, peak_kb = watched.read(path)
            found.update(["files", outcome, *(["over_300_mb"] if peak_kb > _MOST_KB else [])])
            try:
                isolated.load_grey(path)
            except ImageError as error:
                found["crashes"] += "crashed" in str(error)
                found["hangs"] += "it took more than" in str(error)
            except Exception:
                found["tracebacks"] += 1
            path.unlink()
    return {name: found[name] for name in OUTCOMES}


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
    grey = cv2.imread(str(load_samples()[0].path), cv2.IMREAD_GRAYSCALE)
    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    wide = grey.astype(np.uint16) * 257
    alpha = np.dstack([colour, grey])
    shades = [grey, colour, alpha, wide]
    files = [cv2.imencode(end, image)[1].tobytes() for end in (".png", ".tiff") for image in shades]
    files += [cv2.imencode(end, image)[1].tobytes() for end in (".bmp", ".webp") for image in shades[:3]]
    files += [cv2.imencode(end, image)[1].tobytes() for end in (".jpg", ".jp2", ".pnm", ".hdr") for image in shades[:2]]
    files.append(cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes())
    files += [_pillow(grey, mode, end, **how) for mode, end, how in _MORE]
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


def _pillow(grey: np.ndarray, mode: str, form: str, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(grey).convert("RGB").convert(mode).save(file, form, **how)
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


class _Watched:
    """A reader in a process of its own, started again whenever a file was its end."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, path: Path) -> tuple[str, int]:
        """What becomes of a file (one of OUTCOMES), and the process's peak of memory in kB."""
        child = self._child = self._child or subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdin and child.stdout
        child.stdin.write(f"{path}\n".encode())
        child.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            answer = child.stdout.readline().split() if selector.select(_HANG_S) else None
        if not answer:
            self._end()
            return "hangs" if answer is None else "crashes", 0
        return answer[0].decode(), int(answer[1])

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                assert pipe
                pipe.close()


def serve() -> None:
    """The watched child: reads the files whose names come in, and answers with the outcome and the peak of memory."""
    reader = Reader(pattern=r"\d{5}", engine="numpy")
    for name in sys.stdin:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        try:
            reader.read(name.rstrip("\n"))
            outcome = "read"
        except ImageError as error:
            outcome = "refused" if "\n" not in str(error) else "tracebacks"
        except Exception:
            outcome = "tracebacks"
        peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
        assert peak
        print(outcome, peak[1], flush=True)
