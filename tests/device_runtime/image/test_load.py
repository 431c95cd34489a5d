"""Images of every kind become grey, or a clear error."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from device_runtime.errors import ImageError
from device_runtime.image import load
from device_runtime.image.load import load_gray, load_image, upright
from device_runtime.reader import Reader

REPORTED = Path(__file__).parents[2] / "data" / "reported"


def corner_picture() -> NDArray[np.uint8]:
    """Paper with a large blot at the top left and a small one at the top right: no two turns of it look alike."""
    picture = np.full((48, 80), 240, np.uint8)
    picture[4:28, 4:20] = 20
    picture[4:12, 64:76] = 20
    return picture


def turned(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture as a camera stores it that says how it lies, 1 to 8 (EXIF 2.3, figure 10), by OpenCV's own turns."""
    turns: dict[int, Callable[[NDArray[np.uint8]], Any]] = {
        1: lambda p: p,
        2: lambda p: cv2.flip(p, 1),
        3: lambda p: cv2.rotate(p, cv2.ROTATE_180),
        4: lambda p: cv2.flip(p, 0),
        5: cv2.transpose,
        6: lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
        7: lambda p: cv2.rotate(cv2.transpose(p), cv2.ROTATE_180),
        8: lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
    }
    return np.asarray(turns[orientation](picture), np.uint8)


def saved(folder: Path, picture: NDArray[np.uint8], form: str, mode: str = "L", **how: Any) -> Path:
    """A file of the picture, written by Pillow."""
    path = folder / f"picture.{form.lower()}"
    Image.fromarray(picture).convert(mode).save(path, form, **how)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_as_exif_says(orientation: int, tmp_path: Path) -> None:
    picture = corner_picture()
    stored = turned(picture, orientation)
    exif = Image.Exif()
    exif[274] = orientation
    block = exif.tobytes()
    files: list[tuple[str, str, dict[str, Any]]] = [("JPEG", "L", {"exif": block})]
    files += [("JPEG", "RGB", {"exif": block, "progressive": True})]
    files += [("PNG", mode, {"exif": block}) for mode in ("L", "RGB", "LA", "P")]
    files += [("WEBP", "RGB", {"exif": block, "lossless": True}), ("WEBP", "RGBA", {"exif": block, "lossless": True})]
    files += [("TIFF", mode, {"tiffinfo": {274: orientation}}) for mode in ("L", "RGB", "RGBA", "P", "I;16", "1")]
    files += [("TIFF", "RGB", {"tiffinfo": {274: orientation}, "compression": "tiff_lzw"})]
    for form, mode, how in files:
        if mode == "1":
            path = saved(tmp_path, np.where(stored > 128, 255, 0).astype(np.uint8), form, mode, **how)
        elif mode == "I;16":
            path = tmp_path / "picture.tiff"
            Image.fromarray(stored.astype(np.uint16) * 257).save(path, form, **how)
        else:
            path = saved(tmp_path, stored, form, mode, **how)
        found = load_gray(path)
        assert found.shape == picture.shape, (form, mode)
        assert np.abs(found.astype(int) - picture).max() <= 24, (form, mode)


def test_unknown_and_damaged_exif_changes_nothing(tmp_path: Path) -> None:
    picture = corner_picture()
    exif = Image.Exif()
    for orientation in (0, 9, 65535):
        exif[274] = orientation
        assert np.array_equal(load_gray(saved(tmp_path, picture, "PNG", exif=exif.tobytes())), picture)
    for block in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"):
        assert np.array_equal(load_gray(saved(tmp_path, picture, "PNG", exif=block)), picture)


def test_what_stands_upright_is_left_so() -> None:
    assert np.array_equal(upright(corner_picture(), 1), corner_picture())


@pytest.mark.parametrize("name", ["exif3.jpg", "exif6.jpg"])
def test_reported_photographs_that_lie_on_their_side_are_read(name: str) -> None:
    result = Reader(country="DE").read(REPORTED / name)
    assert (result.reading.status, result.reading.code) == ("accepted", "20095")
    assert result.field is not None
    height, width = load_gray(REPORTED / name).shape
    assert all(0 <= x <= width and 0 <= y <= height for x, y in result.field.corners)


@pytest.mark.parametrize(
    ("form", "mode", "how"),
    [
        ("JPEG", "CMYK", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "LA", {}),
        ("BMP", "1", {}),
        ("BMP", "P", {}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "1", {"compression": "group3"}),
        ("TIFF", "1", {}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("TIFF", "L", {"compression": "packbits"}),
        ("TIFF", "L", {"compression": "tiff_adobe_deflate"}),
    ],
)
def test_every_kind_of_a_promised_format_is_read_right(
    form: str, mode: str, how: dict[str, Any], tmp_path: Path
) -> None:
    picture = np.where(corner_picture() > 128, 255, 0).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture).convert("RGB").convert(mode).save(file, form, **how)
    (tmp_path / "file").write_bytes(file.getvalue())
    assert np.abs(load_gray(tmp_path / "file").astype(int) - picture).max() <= 24


def test_a_fax_in_which_zero_is_white_is_not_turned_to_its_negative(tmp_path: Path) -> None:
    picture = np.where(corner_picture() > 128, 255, 0).astype(np.uint8)
    fax = bytearray(saved(tmp_path, np.bitwise_not(picture), "TIFF", "1").read_bytes())
    tag = fax.index((262).to_bytes(2, "little") + b"\x03\0\x01\0\0\0\x01\0")
    fax[tag + 8] = 0  # WhiteIsZero
    (tmp_path / "fax").write_bytes(fax)
    assert np.array_equal(load_gray(tmp_path / "fax"), picture)


def test_a_bitmap_whose_fourth_byte_means_nothing_is_not_taken_for_transparent(tmp_path: Path) -> None:
    picture = corner_picture()
    rows = np.dstack([*[picture] * 3, np.zeros_like(picture)])[::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, 80, 48, 1, 32, 3, len(rows), 0, 0, 0, 0)  # 3: with masks, of colours alone
    head += struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)
    (tmp_path / "x.bmp").write_bytes(
        b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows
    )
    assert np.array_equal(load_gray(tmp_path / "x.bmp"), picture)


def test_transparent_palettes_are_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 6), 1)
    image.putpalette([0, 0, 0, 10, 10, 10])
    image.paste(0, (0, 0, 4, 6))
    image.save(tmp_path / "see.png", transparency=1)
    assert load_gray(tmp_path / "see.png").tolist() == [[0] * 4 + [255] * 4] * 6


def test_pipes_and_huge_files_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match=r"pipe\.png cannot be read: it is a named pipe"):
        load_gray(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match="/dev/zero cannot be read: it is a device"):
        load_gray("/dev/zero")
    (tmp_path / "huge.png").touch()
    os.truncate(tmp_path / "huge.png", 5_000_000_000)
    with pytest.raises(ImageError, match=r"huge\.png cannot be read: it has 5,000,000,000 bytes"):
        load_gray(tmp_path / "huge.png")


def test_a_page_in_colour_at_400_dpi_takes_less_than_300_mb(tmp_path: Path) -> None:
    width, height = 3307, 4677  # A4
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 2), (273, 200), (277, 3), (278, height)]
    tags += [(279, 3 * width * height)]  # in one strip, not packed: what takes most
    head = (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, 4, 1, v) for t, v in tags)
    )
    path = tmp_path / "page.tif"
    path.write_bytes(head + bytes(200 - len(head)) + b"\xc8" * (3 * width * height))
    code = f"""
import pathlib, re
from device_runtime import Reader
print(Reader(country="DE").read({str(path)!r}).reading.status)
print(re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, peak_kb = found.stdout.split()
    assert status == "no_code" and int(peak_kb) < 300_000


def test_missing_file_folder_and_empty_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"nothing\.png cannot be read: No such file"):
        load_gray(tmp_path / "nothing.png")
    with pytest.raises(ImageError, match="cannot be read: it is a folder"):
        load_gray(tmp_path)
    (tmp_path / "empty.png").touch()
    with pytest.raises(ImageError, match=r"empty\.png is empty"):
        load_gray(tmp_path / "empty.png")


def test_text_under_an_image_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("10115 Berlin\n" * 40)
    with pytest.raises(ImageError, match=r"text\.png is not an image"):
        load_gray(tmp_path / "text.png")


def test_truncated_image_never_crashes(tmp_path: Path) -> None:
    _, data = cv2.imencode(".png", np.full((40, 90), 200, np.uint8))
    path = tmp_path / "cut.png"
    for size in (8, 20, len(data) // 2):
        path.write_bytes(data.tobytes()[:size])
        try:
            assert load_gray(path).shape == (40, 90)
        except ImageError as error:
            assert "cut.png" in str(error)


def test_name_beyond_ascii_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Straße 5.png"
    path.write_bytes(cv2.imencode(".png", np.full((20, 30), 77, np.uint8))[1].tobytes())
    assert load_gray(path)[3, 4] == 77


COLORS = np.array([[[204, 102, 0], [0, 102, 204]], [[51, 0, 102], [255, 0, 255]]], np.uint8).repeat(16, 0).repeat(16, 1)


@pytest.mark.parametrize(
    ("form", "mode", "how"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("BMP", "RGB", {}),
        ("TIFF", "RGB", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("JPEG", "RGB", {"quality": 95, "subsampling": 0}),
        ("JPEG", "RGB", {"quality": 95, "subsampling": 0, "progressive": True}),
    ],
)
def test_colour_is_kept_in_the_order_red_green_blue(form: str, mode: str, how: dict[str, Any], tmp_path: Path) -> None:
    found = load_image(saved(tmp_path, COLORS, form, mode, **how))
    assert found.shape == COLORS.shape
    assert np.abs(found.astype(int) - COLORS).max() <= (6 if form == "JPEG" else 0)
    assert np.array_equal(load_gray(saved(tmp_path, COLORS, form, mode, **how)).shape, COLORS.shape[:2])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_coloured_pictures_stand_as_exif_says(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    wide = COLORS[:20]
    stored = np.dstack([turned(np.ascontiguousarray(wide[:, :, c]), orientation) for c in range(3)])
    assert np.array_equal(load_image(saved(tmp_path, stored, "PNG", "RGB", exif=exif.tobytes())), wide)


@pytest.mark.parametrize(("form", "mode"), [("PNG", "L"), ("JPEG", "L"), ("TIFF", "L"), ("PNG", "I;16"), ("TIFF", "1")])
def test_grey_files_stay_grey(form: str, mode: str, tmp_path: Path) -> None:
    path = saved(tmp_path, corner_picture(), form, mode)
    assert load_image(path).shape == corner_picture().shape
    assert np.array_equal(load_image(path), load_gray(path))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_too_large_for_its_colour_is_read_as_grey(
    progressive: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, COLORS, "JPEG", "RGB", progressive=progressive)
    gray, size = load_gray(path), COLORS.size
    monkeypatch.setattr(load, "MAX_DECODED_BYTES", size)
    assert load_image(path).shape == COLORS.shape
    monkeypatch.setattr(load, "MAX_DECODED_BYTES", size - 1)
    assert np.array_equal(load_image(path), gray)
    monkeypatch.setattr(load, "MAX_DECODED_BYTES", size)
    monkeypatch.setattr(load, "MAX_DECODING_BYTES", size - 1)
    if not progressive:  # the coefficients of a progressive one are over this limit even beside its grey
        assert np.array_equal(load_image(path), gray)
