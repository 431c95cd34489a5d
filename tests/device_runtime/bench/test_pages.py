"""The golden pieces: the same pixels everywhere, whole pictures, and read as they must be."""

from __future__ import annotations

import hashlib

from device_runtime.bench.pages import golden_pages
from device_runtime.reader import Reader


def test_golden_pieces_are_the_same_pixels_and_read_right() -> None:
    pages = golden_pages()
    digest = hashlib.sha256(b"".join(pixels.tobytes() for _, _, pixels in pages)).hexdigest()
    assert digest == "ecb73f988144a8ebf2a880e5b1a71d8f7558edcacc267b079bf2f327d4bc6cd9"
    for name, sample, pixels in pages:
        result = Reader(**sample.grammar).read(pixels)
        assert sample.is_read_as_expected(result.reading), (name, result.reading)
        assert result.field is not None
