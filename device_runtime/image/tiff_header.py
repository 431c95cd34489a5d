"""The first bytes of a TIFF, before any decoder sees them: its tags, and the orientation that EXIF keeps in one.

The bytes may be hostile: every offset is checked, nothing is followed twice, and what libtiff could take in another way
(a tag twice, a size as a fraction) is refused.
Source: TIFF 6.0 (Adobe, 1992); EXIF 2.3 keeps the orientation in tag 274 of a TIFF of its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from device_runtime.errors import ImageError

UPRIGHT = 1
ORIENTATIONS = range(1, 9)

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_ORIENTATION, _SAMPLES, _STRIP_ROWS, _TILE_WIDTH, _TILE_HEIGHT, _EXTRA, _FORMAT = 274, 277, 278, 322, 323, 338, 339
_PLANAR, _PLANES_APART = 284, 2
_STRIP_OFFSETS, _STRIP_LENGTHS, _TILE_OFFSETS, _TILE_LENGTHS = 273, 279, 324, 325
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}  # types BYTE, SHORT, LONG
_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)  # none, CCITT x3, LZW, JPEG, Deflate, PackBits, Deflate
_JPEG = 7
_WHITE_IS_ZERO, _RGB, _PALETTE = 0, 2, 3
_ALPHA = 2
_REDUCED_OR_MASK = 0b101  # in tag 254: a preview, or a mask of another page
_MOST_TAGS = 4096
_MOST_PAGES = 64
_MOST_PARTS = 65_536  # tiles or strips; each costs a decoder's start
_MOST_SCANS = 4  # of a JPEG in a TIFF: one for each sample
_RASTER_BYTES_PER_PX = 4  # libtiff decodes a tile or strip to RGBA


@dataclass(frozen=True)
class TiffHeader:
    """Sizes of a TIFF's only page.

    Attributes:
        width: in px.
        height: in px.
        channels: of the decoded picture.
        sample_bytes: of each sample.
        part_bytes: of the largest strip or tile, which is decoded at once.
    """

    width: int
    height: int
    channels: int
    sample_bytes: int
    part_bytes: int


class _Tags:
    """The tags of one directory; `of` gives the first number of one.

    Args:
        data: the whole file.
        offset: of the directory.
        order: "<" or ">", as `struct` has it.

    Attributes:
        following: offset of the next directory, 0 after the last.
    """

    def __init__(self, data: bytes, offset: int, order: str) -> None:
        self._data, self._order = data, order
        (count,) = _unpack(data, offset, order + "H")
        if not 0 < count <= _MOST_TAGS:
            raise ImageError("is a damaged TIFF: it has no list of tags")
        self._entries: dict[int, int] = {}
        for entry in range(offset + 2, offset + 2 + 12 * count, 12):
            (tag,) = _unpack(data, entry, order + "H")
            if tag in self._entries:
                raise ImageError(f"is a damaged TIFF: it has tag {tag} twice")
            self._entries[tag] = entry
        (self.following,) = _unpack(data, offset + 2 + 12 * count, order + "I")

    def has(self, tag: int) -> bool:
        """Tell whether the directory has a tag."""
        return tag in self._entries

    def of(self, tag: int, otherwise: int | None = None) -> int:
        """Return a tag's first whole number.

        Args:
            tag: its number.
            otherwise: returned when the tag is missing.

        Raises:
            ImageError: it is missing and nothing is said otherwise, or it is no whole number.
        """
        if otherwise is not None and not self.has(tag):
            return otherwise
        return self.all_of(tag, 1)[0]

    def all_of(self, tag: int, most: int) -> tuple[int, ...]:
        """Return a tag's whole numbers.

        Args:
            tag: its number.
            most: so many are returned at most.

        Raises:
            ImageError: it is missing or has none.
        """
        entry = self._entries.get(tag)
        if entry is None:
            raise ImageError(f"is a damaged TIFF: tag {tag} is missing")
        kind, count = _unpack(self._data, entry + 2, self._order + "HI")
        code = _WHOLE_NUMBERS.get(kind)
        if code is None or not count:
            raise ImageError(f"is a damaged TIFF: tag {tag} is no whole number")
        inside = struct.calcsize("=" + code) * count <= 4
        offset = entry + 8 if inside else _unpack(self._data, entry + 8, self._order + "I")[0]
        return _unpack(self._data, offset, f"{self._order}{min(count, most)}{code}")


def read_tiff(data: bytes) -> TiffHeader:
    """Return the sizes of a TIFF with one page.

    Args:
        data: the whole file.

    Raises:
        ImageError: it is damaged, has several pages, or compressions or samples that are not read.
    """
    tags = _first_page(data)
    width, height = tags.of(_WIDTH), tags.of(_HEIGHT)
    compression, bits = tags.of(_COMPRESSION, 1), tags.of(_BITS, 1)
    samples, form = tags.of(_SAMPLES, 1), tags.of(_FORMAT, 1)
    if compression not in _COMPRESSIONS:
        raise ImageError(f"is a TIFF with compression {compression}, which is not read; save it with LZW or Deflate")
    kind = tags.of(_PHOTOMETRIC, 1)
    if bits not in (1, 8, 16) or samples not in (1, 3, 4) or form not in (1, 4):
        raise ImageError(f"is a TIFF of {samples} samples of {bits} bits, format {form}; save it as 8-bit grey or RGB")
    # Decoders get these wrong: such a picture comes out as its negative, such another as white paper.
    if (bits == 16 and kind == _WHITE_IS_ZERO) or (samples == 4 and kind == _RGB and tags.of(_EXTRA, _ALPHA) == 0):
        raise ImageError("is a TIFF whose samples do not mean grey or RGB; save it as 8-bit grey or RGB")
    rows = min(tags.of(_STRIP_ROWS, height), height)
    wide, tall = tags.of(_TILE_WIDTH, width), tags.of(_TILE_HEIGHT, rows)
    if not wide * tall:
        raise ImageError("is a damaged TIFF: its parts are empty")
    planes = samples if tags.of(_PLANAR, 1) == _PLANES_APART else 1
    _check_parts(data, tags, -(-width // wide) * -(-height // tall) * planes, compression == _JPEG)
    sample_bytes = 2 if bits == 16 else 1
    channels = 3 if samples == 1 and kind == _PALETTE else samples
    part_bytes = wide * tall * (_RASTER_BYTES_PER_PX + samples * sample_bytes)
    return TiffHeader(width, height, channels, sample_bytes, part_bytes)


def _check_parts(data: bytes, tags: _Tags, needed: int, are_jpegs: bool) -> None:
    """Refuse strips or tiles that are too many, missing or not in the file, and JPEGs of many scans among them.

    For a missing strip libtiff takes other bytes of the file; each scan costs a pass over the picture.

    Args:
        data: the whole file.
        tags: of the page.
        needed: strips or tiles that the picture needs.
        are_jpegs: whether each of them is a JPEG.
    """
    if needed > _MOST_PARTS:
        raise ImageError("is a TIFF in too many parts; save it anew")
    offsets, lengths = (_TILE_OFFSETS, _TILE_LENGTHS) if tags.has(_TILE_WIDTH) else (_STRIP_OFFSETS, _STRIP_LENGTHS)
    starts, sizes = tags.all_of(offsets, _MOST_PARTS), tags.all_of(lengths, _MOST_PARTS)
    parts = list(zip(starts, sizes, strict=False))[:needed]
    inside = all(start and size and start + size <= len(data) for start, size in parts)
    if len(parts) < needed or not inside or sum(size for _, size in parts) > len(data):
        raise ImageError("is a damaged TIFF: parts of it are missing")
    if are_jpegs and any(data.count(b"\xff\xda", start, start + size) > _MOST_SCANS for start, size in parts):
        raise ImageError("is a TIFF of progressive JPEGs; save it with LZW or Deflate")


def exif_orientation(data: bytes) -> int:
    """Return the orientation in a block of EXIF.

    Args:
        data: the block.

    Returns:
        1 to 8; 1 where the block has none or is damaged.
    """
    try:
        order = _order(data)
        orientation = _Tags(data, _unpack(data, 4, order + "I")[0], order).of(_ORIENTATION, UPRIGHT)
    except ImageError:  # a damaged note about a picture is no reason not to read it
        return UPRIGHT
    return orientation if orientation in ORIENTATIONS else UPRIGHT


def _first_page(data: bytes) -> _Tags:
    """Return the tags of the only page; previews and masks behind it are passed over.

    Raises:
        ImageError: there are more pages, or the first is a preview.
    """
    order = _order(data)
    offset = int(_unpack(data, 4, order + "I")[0])
    first, seen = _Tags(data, offset, order), {offset}
    if first.of(_SUBFILE, 0) & _REDUCED_OR_MASK:
        raise ImageError("is a TIFF that begins with a preview; save the picture alone")
    following = first.following
    while following:
        if following in seen or len(seen) > _MOST_PAGES:
            raise ImageError("is a damaged TIFF: its list of pages has no end")
        seen.add(following)
        page = _Tags(data, following, order)
        if not page.of(_SUBFILE, 0) & _REDUCED_OR_MASK:
            raise ImageError("is a TIFF of several pages; save each page as a file")
        following = page.following
    return first


def _order(data: bytes) -> str:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ImageError("is a damaged TIFF")
    return order


def _unpack(data: bytes, offset: int, form: str) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, offset)
    except struct.error:
        raise ImageError("is a damaged TIFF: it ends too early") from None
