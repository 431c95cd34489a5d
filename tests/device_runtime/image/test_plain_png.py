"""Plain grey PNGs are decoded as OpenCV does, and whatever is not plain or not right is left to it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from device_runtime.errors import ImageError
from device_runtime.image.header import read_header
from device_runtime.image.load import load_gray
from device_runtime.image.plain_png import decode_plain_png
from device_runtime.samples import Sample, load_samples

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY = np.random.default_rng(3).integers(0, 256, (9, 14), dtype=np.uint8)
NONE, SUB, UP, AVERAGE, PAETH = range(5)
Chunks = list[tuple[bytes, bytes]]


def filtered(gray: NDArray[np.uint8], kinds: list[int]) -> bytes:
    """The picture's data, unpacked: each row with its kind of filter before it."""
    pixels = np.pad(gray.astype(np.int64), ((1, 0), (1, 0)))
    here, left, above, corner = pixels[1:, 1:], pixels[1:, :-1], pixels[:-1, 1:], pixels[:-1, :-1]
    distances = np.abs([above - corner, left - corner, left + above - 2 * corner])
    paeth = np.choose(distances.argmin(axis=0), [left, above, corner])  # the first of equal ones
    guesses = [np.zeros_like(here), left, above, (left + above) // 2, paeth]
    return b"".join(
        bytes([kind]) + ((here - guesses[kind])[row] % 256).astype(np.uint8).tobytes() for row, kind in enumerate(kinds)
    )


def header(gray: NDArray[np.uint8], bits: int = 8, color: int = 0, interlaced: int = 0) -> tuple[bytes, bytes]:
    """The IHDR chunk of a picture."""
    return b"IHDR", struct.pack(">IIBBBBB", gray.shape[1], gray.shape[0], bits, color, 0, 0, interlaced)


def joined(chunks: Chunks) -> bytes:
    """A PNG file of chunks, with right checksums."""
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    ]
    return SIGNATURE + b"".join(parts)


def png(gray: NDArray[np.uint8], kinds: list[int] | None = None, notes: Chunks | None = None, pieces: int = 1) -> bytes:
    """A grey PNG of 8 bits with its rows filtered so, notes before the picture, and the picture in several pieces."""
    packed = zlib.compress(filtered(gray, kinds or [SUB] * len(gray)))
    size = -(-len(packed) // pieces)
    data = [(b"IDAT", packed[at : at + size]) for at in range(0, len(packed), size)]
    return joined([header(gray), *(notes or []), *data, (b"IEND", b"")])


def same(found: NDArray[np.uint8] | None, other: NDArray[np.uint8] | None) -> bool:
    """Whether both are pictures, and the same."""
    return found is not None and other is not None and np.array_equal(found, other)


def decoded(data: bytes) -> NDArray[np.uint8] | None:
    """What is decoded without OpenCV."""
    return decode_plain_png(data, read_header(data))


def by_opencv(data: bytes) -> NDArray[np.uint8] | None:
    """What OpenCV makes of a file; None where it makes nothing of it."""
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if found is None else np.asarray(found, np.uint8)


@pytest.mark.parametrize("sample", load_samples(), ids=lambda s: s.file)
def test_samples_are_plain(sample: Sample) -> None:
    data = sample.path.read_bytes()
    assert same(decoded(data), by_opencv(data))


@given(
    size=st.tuples(st.integers(1, 12), st.integers(1, 40)),
    seed=st.integers(0, 1000),
    kinds=st.lists(st.integers(NONE, UP), min_size=12, max_size=12),
    pieces=st.integers(1, 4),
)
def test_rows_of_each_filter_are_opencvs(size: tuple[int, int], seed: int, kinds: list[int], pieces: int) -> None:
    gray = np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)
    data = png(gray, kinds[: size[0]], pieces=pieces)
    assert same(decoded(data), gray) and same(by_opencv(data), gray)


NOTES: Chunks = [
    (b"gAMA", struct.pack(">I", 220_000)),
    (b"sRGB", b"\0"),
    (b"pHYs", struct.pack(">IIB", 3000, 9000, 1)),
    (b"tEXt", b"Comment\0no part of the picture"),
    (b"tIME", struct.pack(">HBBBBB", 2024, 2, 30, 25, 61, 61)),
]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note[0].decode())
def test_notes_change_nothing(note: tuple[bytes, bytes]) -> None:
    data = png(GRAY, notes=[note])
    assert same(decoded(data), GRAY) and same(by_opencv(data), GRAY)


def test_a_picture_is_turned_as_exif_says(tmp_path: Path) -> None:
    exif = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 274, 3, 1, 6, 0)
    path = tmp_path / "turned.png"
    path.write_bytes(png(GRAY, notes=[(b"eXIf", exif)]))
    assert decoded(path.read_bytes()) is not None
    assert np.array_equal(load_gray(path), np.rot90(GRAY, -1))


PACKED = zlib.compress(filtered(GRAY, [SUB] * len(GRAY)))
IDAT, IEND = (b"IDAT", PACKED), (b"IEND", b"")
LEFT_TO_OPENCV = {
    "16 bits": joined([header(GRAY[:, :7], bits=16), IDAT, IEND]),
    "4 bits": joined([header(np.zeros((9, 28), np.uint8), bits=4), IDAT, IEND]),
    "palette": joined([header(GRAY, color=3), (b"PLTE", bytes(range(256)) * 3), IDAT, IEND]),
    "transparency": png(GRAY, notes=[(b"tRNS", b"\0\7")]),
    "background": png(GRAY, notes=[(b"bKGD", b"\0\7")]),
    "interlaced": joined([header(GRAY, interlaced=1), IDAT, IEND]),
    "Average": png(GRAY, [AVERAGE] * len(GRAY)),
    "Paeth": png(GRAY, [SUB, PAETH] + [UP] * (len(GRAY) - 2)),
    "no such filter": joined([header(GRAY), (b"IDAT", zlib.compress(b"\5" + filtered(GRAY, [0] * 9)[1:])), IEND]),
    "a chunk of another's": png(GRAY, notes=[(b"aaAa", b"x")]),
    "a chunk that must be known": png(GRAY, notes=[(b"AAAA", b"x")]),
    "many notes": png(GRAY, notes=[(b"tEXt", b"a\0b")] * 40),
    "picture in two places": joined([header(GRAY), (b"IDAT", PACKED[:9]), NOTES[3], (b"IDAT", PACKED[9:]), IEND]),
    "an end with contents": joined([header(GRAY), IDAT, (b"IEND", b"x")]),
    "no picture": joined([header(GRAY), IEND]),
    "a row too few": joined([header(GRAY), (b"IDAT", zlib.compress(filtered(GRAY[1:], [SUB] * 8))), IEND]),
    "a byte too many": joined([header(GRAY), (b"IDAT", zlib.compress(filtered(GRAY, [SUB] * 9) + b"\0")), IEND]),
    "data behind the picture": joined([header(GRAY), (b"IDAT", PACKED + b"\0"), IEND]),
    "no checksum of the data": joined([header(GRAY), (b"IDAT", PACKED[:-4]), IEND]),
    "a wrong checksum of the data": joined([header(GRAY), (b"IDAT", PACKED[:-1] + b"\0"), IEND]),
    "too large": joined([header(np.zeros((2100, 2000), np.uint8)), (b"IDAT", zlib.compress(bytes(2001 * 2100))), IEND]),
}


@pytest.mark.parametrize("kind", LEFT_TO_OPENCV)
def test_what_is_not_plain_or_not_right_is_left_to_opencv(kind: str, tmp_path: Path) -> None:
    data = LEFT_TO_OPENCV[kind]
    assert decoded(data) is None
    theirs = by_opencv(data)
    path = tmp_path / "a.png"
    path.write_bytes(data)
    if theirs is None:
        with pytest.raises(ImageError, match="damaged PNG"):
            load_gray(path)
    else:
        assert load_gray(path).shape == theirs.shape[:2]


@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3),
    end=st.floats(0, 1),
    cut=st.booleans(),
    mended=st.booleans(),
)
def test_damage_never_makes_another_picture_than_opencvs(
    changes: list[tuple[float, int]], end: float, cut: bool, mended: bool
) -> None:
    """Bytes are changed and the end is cut off; then, at times, the checksums are put right again."""
    data = bytearray(png(GRAY, [SUB, UP, NONE] * 3, notes=NOTES, pieces=2))
    for place, value in changes:
        data[round(place * (len(data) - 1))] = value
    if cut:
        del data[round(end * len(data)) :]
    damaged = _with_checksums(bytes(data)) if mended else bytes(data)
    try:
        found = decoded(damaged)
    except ImageError:
        return
    if found is not None:
        assert same(found, by_opencv(damaged))


def _with_checksums(data: bytes) -> bytes:
    """The file with the checksum of each chunk that lies in it put right."""
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        if end + 4 > len(data):
            break
        parts.append(data[at:end] + zlib.crc32(data[at + 4 : end]).to_bytes(4))
        at = end + 4
    return b"".join([*parts, data[at:]])
