"""`posteye read`: prints one line or one JSON object for each image, and reports it to a controller if asked."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.notes import note
from device_runtime.commands.options import SECOND_OPINION_HELP, UPRIGHT_HELP, advise, piece_options, reading_options
from device_runtime.errors import ImageError, OpenCVMissingError, PosteyeError
from device_runtime.files.regular import printable
from device_runtime.image.load import load_image
from device_runtime.reader import ROLES, Reader
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.types import Wanted
from device_runtime.unreadable import Unreadable

if TYPE_CHECKING:
    from device_runtime.image.isolated import IsolatedDecoder
    from device_runtime.piece.whole import ReadField
    from device_runtime.report import Reporter

LoadImage = Callable[[str], NDArray[np.uint8]]


@click.command()
@click.argument("images", nargs=-1, required=True, type=click.Path())
@reading_options
@piece_options
@click.option("--all", "every", is_flag=True, help="Read every line of a whole picture: one line for each code found.")
@click.option("--upright", is_flag=True, help=UPRIGHT_HELP)
@click.option("--second-opinion", is_flag=True, help=SECOND_OPINION_HELP)
@click.option(
    "--serial", metavar="URL", help="Send each reading to a controller on this port and wait until it has it."
)
@click.option("--piece", type=click.IntRange(0, 2**32 - 1), help="Number of the first piece; default: they go on.")
@click.option("--baud", type=click.IntRange(300, 4_000_000), help="Bits a second of --serial; default: 115200.")
@click.option("--isolate", is_flag=True, help="Decode in a process of its own: for images from strangers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a reading.")
def read(
    images: tuple[str, ...],
    field: bool,
    role: Wanted,
    region: Region | None,
    every: bool,
    upright: bool,
    serial: str | None,
    piece: int | None,
    baud: int | None,
    isolate: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Read the postal code in each of IMAGES.

    Without --country, --pattern or --lexicon a code is 3 to 9 digits, and four digits of five can pass for one: give
    the country, or a pattern of the length that your codes have. The code may stand inside other writing.

    \b
    Examples:
      posteye read letter.png --country US
      posteye read fields/*.png --field --pattern '\\d{5}' --max-error 0.005 --json
      posteye read letter.png --country US --lexicon us.grammar
      posteye read letter.png --country US --region 0.3,0.4,0.7,0.6
      posteye read letter.png --country US --all
      posteye read letter.png --country DE --serial /dev/serial0 --piece 1200
      posteye read inbox/* --country DE --isolate
      posteye read fields/*.png --field --pattern '\\d{5}' --second-opinion
    """
    if field and (every or role != ROLES[0]):
        raise click.UsageError(f"{'--all' if every else '--role'} is for whole pictures; leave it or --field out")
    if reading["second_opinion"] and not field:
        raise click.UsageError("--second-opinion is given on fields alone; add --field, or leave it out")
    if serial is None and (piece is not None or baud is not None):
        raise click.UsageError(f"{'--baud' if piece is None else '--piece'} is for --serial; add it, or leave this out")
    reader = Reader(**reading)
    reader.prepare(field=field, role=role)
    wanted = partial(reader.read, field=field, role=role, region=region, every=every, upright=upright)
    hint = None if as_json else advise(reader.grammar, bool(reading["country"] or reading["lexicon"]))
    if hint:
        note(f"posteye: {hint}")
    unreadable = 0
    with contextlib.ExitStack() as stack:
        reporter = stack.enter_context(_reporter(serial, baud)) if serial is not None else None
        first = _first_piece(piece, len(images)) if reporter else 1
        load = stack.enter_context(_isolated_decoder()).load_image if isolate else load_image
        for number, image in enumerate(images, start=first):
            found = read_one(wanted, load, image, reader.engine)
            print(json.dumps(found.as_dict()) if as_json else "\n".join(lines(found, every)), flush=True)
            if isinstance(found, Unreadable):
                unreadable += 1
            if reporter:
                note(reporter.send(number, found))
    if unreadable:
        note(f"posteye: {unreadable} of {len(images)} images could not be read")
        raise click.exceptions.Exit(2)


def _reporter(url: str, baud: int | None) -> Reporter:
    from device_runtime.report import Reporter  # here, as it brings the serial port

    return Reporter(url) if baud is None else Reporter(url, baud)


def _first_piece(piece: int | None, count: int) -> int:
    """The number of the first of so many pieces.

    Args:
        piece: what the user asks for; None: where the call before left off.
        count: of pieces.
    """
    from device_runtime.report.numbers import MAX_PIECE, take_numbers

    if piece is None:
        return take_numbers(count)
    if piece + count - 1 > MAX_PIECE:
        raise click.UsageError(f"--piece {piece}: {count} pieces would go beyond {MAX_PIECE}, the last number")
    return piece


def _isolated_decoder() -> IsolatedDecoder:
    from device_runtime.image.isolated import IsolatedDecoder  # here, as it brings subprocess

    return IsolatedDecoder()


def read_one(read: Callable[..., Result], load: LoadImage, image: str, engine: str) -> Result | Unreadable:
    """Read one image; what is wrong with it becomes the answer, so that the other images are read all the same.

    Args:
        read: reads its pixels, and calls it by its `source`.
        load: decodes a file, uint8 [H, W] or [H, W, 3] in RGB.
        image: the path, as it was given.
        engine: name and version of what reads.

    Raises:
        OpenCVMissingError: it is not installed, and this image needs it.
    """
    started = time.perf_counter()
    # JSON cannot hold bytes that are not UTF-8: they become text such as \udce9.
    source = image.encode("utf-8", "backslashreplace").decode("utf-8")
    try:
        return read(load(image), source=source)
    except ImageError as error:
        reason = str(error).removeprefix(printable(image)).removeprefix(":").strip()
    except OpenCVMissingError:  # what is wrong is not the image
        raise
    except PosteyeError as error:
        reason = str(error)
    except MemoryError:
        reason = "needs more memory than there is"
    except Exception as error:  # a fault of the program: it is reported, and the next image is read
        reason = printable(f"cannot be read: unexpected {type(error).__name__}: {error}")
    return Unreadable(source, reason, engine, (time.perf_counter() - started) * 1000)


def lines(found: Result | Unreadable, every: bool) -> list[str]:
    """Return the line of a result, for people; with `every`, below it one for each code that was found on the piece."""
    fields = found.fields if every and isinstance(found, Result) else ()
    return [line(found), *(_found(one) for one in fields if one.code is not None)]


def _found(one: ReadField) -> str:
    x, y = (sum(corner[axis] for corner in one.field.corners) / len(one.field.corners) for axis in (0, 1))
    return f"  {one.code:<11} {one.role:<11} {one.confidence:6.4f}  at {x:.0f},{y:.0f}"


def line(found: Result | Unreadable) -> str:
    """Return one line about a result, for people."""
    row = found.as_dict()
    answer = (
        f"{row['code'] or '-':<11} {row['status']:<10} {row['confidence']:6.4f} {row['timing_ms']['total']:7.1f} ms"
    )
    opinion = found.reading.opinion if isinstance(found, Result) else None
    told = row["reason"] or (opinion.words if opinion else None)
    return f"{answer}  {printable(row['source'])}" + (f"  ({told})" if told else "")
