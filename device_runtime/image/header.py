"""What an image file is and how much memory its decoder will take, found out before any decoder sees it.

Only formats that are promised get past here: every further codec is a further way in for a hostile file. The bytes may
be hostile here too: every reader below takes whole numbers out of the bytes, checks each offset, and never goes back.
Sources: RFC 2083 and PNG 3 (W3C, 2025); ITU-T T.81 annex B; RFC 9649 (WebP); BITMAPINFOHEADER (Microsoft).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from device_runtime.errors import ImageError
from device_runtime.image.tiff_header import UPRIGHT, exif_orientation, read_tiff

PROMISED = "PNG, JPEG, TIFF, BMP or WebP"

_PNG = b"\x89PNG\r\n\x1a\n"
_OTHERS = (  # first bytes of what people do send
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000"),
    (rb"\x76\x2f\x31\x01", "OpenEXR"),
    (rb"#\?(RADIANCE|RGBE)", "Radiance HDR"),
    (rb"P[1-7Ff]\s", "PBM, PGM, PPM, PAM or PFM"),
    (rb"GIF8", "GIF"),
    (rb"....ftyp(avif|avis)", "AVIF"),
    (rb"....ftyp", "HEIC or a video"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL"),
    (rb"\x59\xa6\x6a\x95", "Sun raster"),
    (rb"II\+\0|MM\0\+", "BigTIFF"),
    (rb"%PDF-", "PDF"),
    (rb"8BPS", "Photoshop"),
    (rb"\s*<(\?xml|svg|!DOCTYPE)", "SVG, XML or HTML"),
)
_MOST_PARTS = 65_536  # chunks or segments; real files have hundreds
_MOST_MARKERS = 2_000_000  # bytes FF in a JPEG; the largest files have some hundred thousand, and each is looked at
_MOST_SCANS = 32  # of a progressive JPEG; encoders write about ten, and each costs a pass over the picture
_MOST_NOTE_BYTES = 8_000_000  # of a PNG's chunk that is no part of the picture; libpng takes no larger text either
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 4, 6: 4}  # by colour type, as OpenCV decodes it
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_SCAN, _END = 0xDA, 0xD9
# Those with contents, and the end; the others (a restart, a zero after a data byte FF) stand inside a scan.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")


@dataclass(frozen=True)
class ImageHeader:
    """Format and size of an image, and the memory that decoding takes.

    Attributes:
        format: its name.
        width: in px, as stored.
        height: in px, as stored.
        decoded_bytes: of the array that the decoder returns, for a JPEG that of its grey.
        held_bytes: what the decoder holds beside it.
        orientation: how EXIF says that the picture lies, 1 to 8; 1 for TIFF, which its decoder puts upright itself.
        color_bytes: of a JPEG's array in colour; 0 for a JPEG in grey, and for other formats.
    """

    format: str
    width: int
    height: int
    decoded_bytes: int
    held_bytes: int
    orientation: int = UPRIGHT
    color_bytes: int = 0


@dataclass
class _Frame:
    """A JPEG's frame.

    Attributes:
        width: in px.
        height: in px.
        samples: of all components, padded to whole blocks.
        components: how many.
        in_scans: whether the components come in more scans than one.
    """

    width: int
    height: int
    samples: int
    components: int
    in_scans: bool = False


def read_header(data: bytes) -> ImageHeader:
    """Return what the first bytes of an image file say.

    Args:
        data: the whole file.

    Raises:
        ImageError: the format is not promised, the file is an animation or has several pages, or it is damaged. The
            message goes on after the file's name.
    """
    header = _readers(data)
    if not (header.width > 0 and header.height > 0):
        raise ImageError(f"is a damaged {header.format}: it is {header.width} x {header.height} px")
    return header


def _readers(data: bytes) -> ImageHeader:
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith((b"II*\0", b"MM\0*")):
        found = read_tiff(data)
        decoded = found.width * found.height * found.channels * found.sample_bytes
        return ImageHeader("TIFF", found.width, found.height, decoded, found.part_bytes)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data.startswith(b"BM") and data[14:18] in [size.to_bytes(4, "little") for size in _BMP_HEADERS]:
        return _bmp(data)
    for first_bytes, name in _OTHERS:
        if re.match(first_bytes, data[:64], re.DOTALL):
            raise ImageError(f"is {name}, which is not read; save it as {PROMISED}")
    raise ImageError(f"is not an image: its first bytes are those of no {PROMISED}")


def _png(data: bytes) -> ImageHeader:
    width, height, bits, color = _unpack("PNG", ">IIBB", data, 16)
    channels = _PNG_CHANNELS.get(color)
    if data[8:16] != b"\0\0\0\x0dIHDR" or channels is None or bits not in (1, 2, 4, 8, 16):
        raise ImageError("is a damaged PNG: its header is wrong")
    orientation = UPRIGHT
    for name, start, length in chunks("PNG", data, 8, len(data)):
        if name in (b"acTL", b"fcTL", b"fdAT"):
            raise ImageError("is an animation; save one picture of it")
        elif name == b"IHDR" and start > 16:
            raise ImageError("is a damaged PNG: it holds two pictures in one")
        elif length > _MOST_NOTE_BYTES and name != b"IDAT":
            raise ImageError(f"is a PNG with {length / 1e6:.0f} MB beside the picture; save the picture alone")
        elif name == b"tRNS":
            channels = 4
        elif name == b"eXIf":
            orientation = exif_orientation(data[start : start + length])
        elif name == b"IEND":
            break
    else:
        raise ImageError("is a damaged PNG: it ends too early")
    return ImageHeader("PNG", width, height, width * height * channels * (2 if bits == 16 else 1), 0, orientation)


def _webp(data: bytes) -> ImageHeader:
    width = height = alpha = lossless = 0
    orientation = UPRIGHT
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for name, start, length in chunks("WebP", data, 12, end):
        chunk = data[start : start + length] if name in (b"EXIF", b"VP8X") else data[start : start + 16]
        if name == b"VP8X":
            flags, low_width, high_width, low_height, high_height = _unpack("WebP", "<B3xHBHB", chunk, 0)
            if flags & 0x02:
                raise ImageError("is an animation; save one picture of it")
            alpha |= flags & 0x10
            width, height = (low_width | high_width << 16) + 1, (low_height | high_height << 16) + 1
        elif name == b"VP8L":
            (size,) = _unpack("WebP", "<I", chunk, 1)
            width, height = max(width, (size & 0x3FFF) + 1), max(height, (size >> 14 & 0x3FFF) + 1)
            alpha |= size >> 28 & 1
            lossless = 1
        elif name == b"VP8 ":
            vp8_width, vp8_height = _unpack("WebP", "<HH", chunk, 6)
            width, height = max(width, vp8_width & 0x3FFF), max(height, vp8_height & 0x3FFF)
        elif name == b"ALPH":
            alpha = lossless = 1
        elif name == b"EXIF":
            orientation = exif_orientation(chunk.removeprefix(b"Exif\0\0"))
    decoded, held = width * height * (4 if alpha else 3), width * height * (4 if lossless else 0)
    return ImageHeader("WebP", width, height, decoded, held, orientation)


def chunks(what: str, data: bytes, offset: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of the contents of each chunk of a PNG or WebP; all of them lie in the data.

    Args:
        what: "PNG" or "WebP".
        data: the whole file.
        offset: of the first chunk.
        end: where the last one ends.

    Raises:
        ImageError: the file ends too early or has too many chunks.
    """
    png = what == "PNG"
    for _ in range(_MOST_PARTS):
        if offset >= end:
            return
        (length,) = _unpack(what, ">I" if png else "<I", data, offset if png else offset + 4)
        name = data[offset + 4 : offset + 8] if png else data[offset : offset + 4]
        if offset + 8 + length > len(data):  # some decoders ask for the memory before they look for the bytes
            raise ImageError(f"is a damaged {what}: it ends too early")
        yield name, offset + 8, length
        offset += 8 + length + (4 if png else length & 1)  # a CRC, or a byte that makes it even
    raise ImageError(f"is a damaged {what}: it has more than {_MOST_PARTS} chunks")


def _jpeg(data: bytes) -> ImageHeader:
    if data.count(b"\xff") > _MOST_MARKERS:
        raise ImageError("is a damaged JPEG: it has too many markers")
    orientation = None
    frame: _Frame | None = None
    scans, position = 0, 2
    for _ in range(_MOST_PARTS):
        marker = _MARKER.search(data, position)
        if marker is None:
            raise ImageError("is a damaged JPEG: it ends too early")
        start, kind = marker.end(), data[marker.end() - 1]
        if kind == _END:
            break
        (length,) = _unpack("JPEG", ">H", data, start)
        if kind == _SCAN and frame:
            scans += 1
            frame.in_scans |= data[start + 2 : start + 3] != bytes([frame.components])
        elif kind in _FRAMES:
            if frame:
                raise ImageError("is a damaged JPEG: it holds two pictures in one")
            frame = _frame(data, start + 2)
            frame.in_scans = kind in _PROGRESSIVE
        elif kind == 0xE1 and orientation is None and data[start + 2 : start + 8] == b"Exif\0\0":
            orientation = exif_orientation(data[start + 8 : start + length])
        position = start + max(length, 2)
    else:
        raise ImageError(f"is a damaged JPEG: it has more than {_MOST_PARTS} parts")
    if frame is None or not scans:
        raise ImageError("is a damaged JPEG: it has no picture")
    if scans > _MOST_SCANS:
        raise ImageError(f"is a JPEG of {scans} scans; save it again, not progressive")
    held = 2 * frame.samples if frame.in_scans else 0  # all coefficients, 16 bits each, until the last scan
    gray_bytes = frame.width * frame.height
    color_bytes = 3 * gray_bytes if frame.components >= 3 else 0
    return ImageHeader(
        "JPEG", frame.width, frame.height, gray_bytes, held, orientation=orientation or UPRIGHT, color_bytes=color_bytes
    )


def _frame(data: bytes, start: int) -> _Frame:
    height, width, components = _unpack("JPEG", ">xHHB", data, start)
    if components not in (1, 3, 4):
        raise ImageError(f"is a damaged JPEG: it has {components} components")
    factors = [divmod(_unpack("JPEG", "B", data, start + 7 + 3 * i)[0], 16) for i in range(components)]
    wide, tall = max(h for h, _ in factors), max(v for _, v in factors)
    if not all(1 <= h <= 4 and 1 <= v <= 4 for h, v in factors):
        raise ImageError("is a damaged JPEG: its sampling factors are wrong")
    columns, rows = -(-width // (8 * wide)), -(-height // (8 * tall))
    return _Frame(width, height, columns * rows * 64 * sum(h * v for h, v in factors), components)


def _bmp(data: bytes) -> ImageHeader:
    if data[14] == 12:
        width, height, bits = _unpack("BMP", "<HH2xH", data, 18)
    else:
        width, height, bits = _unpack("BMP", "<ii2xH", data, 18)
    if bits not in (1, 4, 8, 16, 24, 32):
        raise ImageError(f"is a damaged BMP: it has {bits} bits a pixel")
    return ImageHeader("BMP", width, abs(height), width * abs(height) * 3, 0)


def _unpack(what: str, form: str, data: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, offset)
    except struct.error:
        raise ImageError(f"is a damaged {what}: it ends too early") from None
