"""What a file is and how much memory it takes is known before a decoder sees it; bombs and strangers stop there."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from device_runtime.errors import ImageError
from device_runtime.image import load as images
from device_runtime.image.header import read_header
from device_runtime.image.load import load_gray

PAPER = np.full((40, 90), 200, np.uint8)


def encoded(end: str, image: np.ndarray = PAPER, *how: int) -> bytes:
    """An image file's bytes, by OpenCV."""
    return bytes(cv2.imencode(end, image, list(how))[1].tobytes())


def pillow(form: str, mode: str = "L", **how: object) -> bytes:
    """An image file's bytes, by Pillow."""
    file = io.BytesIO()
    Image.fromarray(PAPER).convert("RGB").convert(mode).save(file, form, **how)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, bits: int, packed: bytes, extra: bytes = b"") -> bytes:
    """A grey PNG with the packed data given."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def tiff(tags: Iterable[tuple[int, int, int]], following: int = 0) -> bytes:
    """A TIFF of the tags given (tag, type, value) and no picture."""
    tags = sorted(tags)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags))
    data += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return data + struct.pack("<I", following) + bytes(400)


GRAY_TIFF = [
    (256, 4, 90),
    (257, 4, 40),
    (258, 3, 8),
    (259, 3, 1),
    (262, 3, 1),
    (277, 3, 1),
    (273, 4, 200),
    (279, 4, 99),
]


def refused(data: bytes, folder: Path) -> str:
    """The complaint about a file with these bytes, found within seconds and before any decoder is called."""
    path = folder / "file.img"
    path.write_bytes(data)
    started = time.perf_counter()
    with pytest.MonkeyPatch.context() as patched, pytest.raises(ImageError) as error:
        patched.setattr(cv2, "imdecode", None)
        patched.setattr(images, "decode_plain_png", None)
        load_gray(path)
    assert time.perf_counter() - started < 5
    text = str(error.value)
    assert text.startswith(str(path)) and "\n" not in text
    return text


@pytest.mark.parametrize(
    ("data", "form", "decoded", "held"),
    [
        (encoded(".png"), "PNG", 3600, 0),
        (encoded(".png", np.dstack([PAPER] * 4)), "PNG", 14400, 0),
        (encoded(".png", PAPER.astype(np.uint16)), "PNG", 7200, 0),
        (pillow("PNG", "P"), "PNG", 10800, 0),
        (encoded(".jpg", np.dstack([PAPER] * 3)), "JPEG", 3600, 0),
        # 40 x 90 px in blocks of 16: 48 x 96 samples of brightness, a quarter of each colour, 2 bytes each.
        (pillow("JPEG", "RGB", progressive=True), "JPEG", 3600, 48 * 96 * 3 // 2 * 2),
        (pillow("JPEG", "CMYK"), "JPEG", 3600, 0),
        (encoded(".bmp", np.dstack([PAPER] * 3)), "BMP", 10800, 0),
        (encoded(".webp", np.dstack([PAPER] * 3), cv2.IMWRITE_WEBP_QUALITY, 80), "WebP", 10800, 0),
        (pillow("WEBP", "RGB", lossless=True), "WebP", 10800, 14400),
        (pillow("TIFF", "RGB"), "TIFF", 10800, 40 * 90 * 7),
        (pillow("TIFF", "1", compression="group4"), "TIFF", 3600, 40 * 90 * 5),
        (pillow("TIFF", "P"), "TIFF", 10800, 40 * 90 * 5),
    ],
)
def test_sizes_are_known_before_decoding(data: bytes, form: str, decoded: int, held: int) -> None:
    header = read_header(data)
    assert (header.format, header.width, header.height) == (form, 90, 40)
    assert (header.decoded_bytes, header.held_bytes) == (decoded, held)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (encoded(".jp2"), "JPEG 2000"),
        (b"\xff\x4f\xff\x51\0\x29", "JPEG 2000"),
        (b"\x76\x2f\x31\x01\x02\0\0\0", "OpenEXR"),
        (b"#?RADIANCE\nFORMAT=32", "Radiance"),
        (encoded(".pgm"), "PGM"),
        (b"P4\n8 8\n12345678", "PBM"),
        (b"GIF89a\x10\0\x10\0", "GIF"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "HEIC"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (b"\x59\xa6\x6a\x95\0\0\0\x08", "Sun raster"),
        (b"II+\0\x08\0\0\0", "BigTIFF"),
        (b"%PDF-1.7", "PDF"),
        (b"<svg xmlns='http", "SVG"),
        (b"BMW sends letters too", "not an image"),
        (b"x", "not an image"),
    ],
)
def test_other_formats_are_refused_by_name(data: bytes, name: str, tmp_path: Path) -> None:
    complaint = refused(data, tmp_path)
    assert name in complaint and "PNG, JPEG, TIFF, BMP or WebP" in complaint


def test_bombs_are_refused_by_what_they_would_take(tmp_path: Path) -> None:
    rows = zlib.compress((b"\0" + b"\xff" * 3750) * 30_000, 9)
    assert len(rows) < 200_000
    assert "900 MB and 64 MB are allowed" in refused(png(30_000, 30_000, 1, rows), tmp_path)
    jpeg = bytearray(encoded(".jpg"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 7000, 9000)
    jpeg[frame + 1] = 0xC2  # progressive: all coefficients are held
    assert "189 MB and 160 MB" in refused(bytes(jpeg), tmp_path)
    bmp = bytearray(encoded(".bmp"))
    bmp[18:26] = struct.pack("<ii", 20_000, -20_000)
    assert "are allowed" in refused(bytes(bmp), tmp_path)
    webp = bytearray(pillow("WEBP", "RGB", lossless=True))
    webp[webp.index(b"VP8L") + 9 : webp.index(b"VP8L") + 13] = b"\xff\xff\xff\x0f"  # 16384 x 16384 px
    assert "are allowed" in refused(bytes(webp), tmp_path)
    tile = [(322, 4, 30_000), (323, 4, 30_000), (324, 4, 200), (325, 4, 99)]
    assert "are allowed" in refused(tiff([*GRAY_TIFF, *tile]), tmp_path)
    assert "crop it to 32000 px" in refused(png(40_000, 1, 8, b""), tmp_path)


def test_a_png_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    endless = zlib.compress(bytes(200_000_000), 9)
    assert "unpacks into more than its picture" in refused(png(90, 40, 8, endless), tmp_path)
    assert "holds more than its picture" in refused(png(90, 40, 8, bytes(2_000_000)), tmp_path)
    assert "9 MB beside the picture" in refused(
        png(90, 40, 8, b"", chunk(b"tEXt", b"k\0" + b"x" * 9_000_000)), tmp_path
    )


def test_a_jpeg_of_thousands_of_scans_is_refused(tmp_path: Path) -> None:
    data = pillow("JPEG", "L", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert "scans" in refused(data[:-2] + data[last:-2] * 3000 + data[-2:], tmp_path)


def test_a_tiff_of_jpegs_with_many_scans_is_refused(tmp_path: Path) -> None:
    data = pillow("JPEG", "L", progressive=True)
    tags = [tag for tag in GRAY_TIFF if tag[0] not in (259, 273, 279)]
    whole = [*tags, (259, 3, 7), (273, 4, 8 + 2 + 12 * 8 + 4), (278, 4, 40), (279, 4, len(data))]
    assert "progressive" in refused(tiff(whole)[:-400] + data, tmp_path)


def test_a_tiff_that_opencv_gets_wrong_is_refused(tmp_path: Path) -> None:
    """Two and four bits and grey with alpha; 16 bits in which zero is white; a fourth sample that is no alpha."""
    plain = {tag: (kind, value) for tag, kind, value in GRAY_TIFF}
    for changes in (
        {258: (3, 4)},
        {258: (3, 2)},
        {277: (3, 2)},
        {258: (3, 16), 262: (3, 0)},
        {277: (3, 4), 262: (3, 2), 338: (3, 0)},
    ):
        tags = [(tag, kind, value) for tag, (kind, value) in (plain | changes).items()]
        assert "save it as 8-bit grey or RGB" in refused(tiff(tags), tmp_path)


def test_long_runs_without_a_picture_are_left_quickly(tmp_path: Path) -> None:
    for run in (b"\xff" * 6_000_000, b"\xff\0" * 3_000_000, b"\xff\xe0\0\2" * 1_000_000):
        assert "damaged JPEG" in refused(b"\xff\xd8\xff" + run, tmp_path)
    assert "chunks" in refused(png(90, 40, 8, b"", chunk(b"abCd", b"") * 70_000), tmp_path)


def test_damaged_headers_are_refused(tmp_path: Path) -> None:
    zero = struct.pack(">II", 0, 40)
    assert "0 x 40 px" in refused(encoded(".png")[:16] + zero + encoded(".png")[24:], tmp_path)
    # A chunk said to have 4 GB: OpenCV 4.11 asks for the memory before it looks for the bytes.
    whole = encoded(".png")
    assert "ends too early" in refused(whole[:33] + b"\xff\xff\xff\xf0abCd" + whole[33:], tmp_path)
    assert "two pictures" in refused(png(90, 40, 8, b"", chunk(b"IHDR", bytes(13))), tmp_path)
    assert "twice" in refused(tiff([*GRAY_TIFF, (256, 4, 90)]), tmp_path)
    assert "is missing" in refused(tiff(GRAY_TIFF[1:]), tmp_path)
    assert "no whole number" in refused(tiff([*GRAY_TIFF[1:], (256, 11, 90)]), tmp_path)
    assert "no end" in refused(tiff(GRAY_TIFF, 8), tmp_path)
    assert "preview" in refused(tiff([*GRAY_TIFF, (254, 4, 1)]), tmp_path)
    assert "compression 50000" in refused(tiff([*GRAY_TIFF[:3], *GRAY_TIFF[4:], (259, 3, 50_000)]), tmp_path)
    assert "32 bits" in refused(pillow("TIFF", "F"), tmp_path)
    for lacking in ((273, 4, 0), (273, 4, 450), (279, 4, 0), (279, 4, 1 << 31)):
        changed = [lacking if tag[0] == lacking[0] else tag for tag in GRAY_TIFF]
        assert "parts of it are missing" in refused(tiff(changed), tmp_path)
    assert "parts of it are missing" in refused(tiff([*GRAY_TIFF, (278, 4, 39)]), tmp_path)  # a second strip
    assert "too many parts" in refused(
        tiff([(256, 4, 7900), (257, 4, 8000), *GRAY_TIFF[2:], (322, 4, 16), (323, 4, 16)]), tmp_path
    )


@pytest.mark.parametrize("end", [".png", ".jpg", ".tiff", ".bmp", ".webp"])
def test_a_file_cut_anywhere_is_refused(end: str, tmp_path: Path) -> None:
    data = encoded(end, np.random.default_rng(4).integers(0, 256, (40, 90), np.uint8))
    for size in range(1, len(data) - 1, max(1, len(data) // 60)):
        (tmp_path / "cut").write_bytes(data[:size])
        with pytest.raises(ImageError):
            load_gray(tmp_path / "cut")


def test_several_pictures_in_a_file_are_refused(tmp_path: Path) -> None:
    more = {"save_all": True, "append_images": [Image.new("L", (90, 40))]}
    assert "several pages" in refused(pillow("TIFF", "L", **more), tmp_path)
    assert "animation" in refused(pillow("PNG", "L", **more), tmp_path)
    assert "animation" in refused(pillow("WEBP", "RGB", **more), tmp_path)
