"""A camera's frame of a mail piece in colour, 1920 x 1080 px: `python -m benchmarks.instructions.frame` draws it anew.

    python -m benchmarks.instructions.frame --writers QMNIST --strokes REAL_STRINGS

The frame is kept as a file, since what a board counts must not depend on the fonts of this machine.
"""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.figures.command import mnist_option, run_command, strokes_option, writers_option
from benchmarks.instructions.probe import PIECE_COUNTRY, PIECE_FILE

_SIZE_PX = (1080, 1920)
_SEED, _QUALITY = 1998, 85
_NOISE = (2.0, 3.0)  # grey levels: half of the renderer's cameras have less, half have more


@click.command()
@writers_option
@mnist_option
@strokes_option
def frame(writers: Path, mnist: Path | None, strokes: Path) -> None:
    """Draw the first rendered test piece of the country with both addresses, before a camera with middling noise."""
    import cv2

    from device_runtime.files.atomic import write_bytes
    from train.data.mnist import load_mnist
    from train.data.writers import writers_of
    from train.synthesis.pieces.generator import PieceGenerator

    generator = PieceGenerator(writers_of(load_mnist(mnist, writers).test), _SEED, "test", strokes=strokes)
    while True:
        piece = generator.piece()
        roles = {number.role for number in piece.numbers}
        shown = piece.country == PIECE_COUNTRY and {"destination", "sender"} <= roles and not piece.quarter_turns
        usual = _NOISE[0] <= float(piece.conditions["noise"]) <= _NOISE[1] and piece.conditions["scanned"] == "no"
        if shown and usual and piece.image.shape[:2] == _SIZE_PX:
            break
    data = cv2.imencode(".jpg", piece.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    write_bytes(PIECE_FILE, data.tobytes())
    click.echo(f"{PIECE_FILE.name}: {piece.code}, {len(data)} bytes")


if __name__ == "__main__":
    run_command(frame)
