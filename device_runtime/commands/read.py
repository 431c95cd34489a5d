"""`posteye read`: prints one line or one JSON object for each image, and reports it to a controller if asked."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.notes import note
from device_runtime.commands.options import advise, reading_options
from device_runtime.errors import ImageError, OpenCVMissingError, PosteyeError
from device_runtime.files.regular import printable
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.unreadable import Unreadable

if TYPE_CHECKING:
    from device_runtime.image.isolated import IsolatedDecoder
    from device_runtime.report import Reporter

LoadImage = Callable[[str], NDArray[np.uint8]]


@click.command()
@click.argument("images", nargs=-1, required=True, type=click.Path())
@reading_options
@click.option(
    "--serial", metavar="URL", help="Send each reading to a controller on this port and wait until it has it."
)
@click.option("--isolate", is_flag=True, help="Decode in a process of its own: for images from strangers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a reading.")
def read(
    images: tuple[str, ...], field: bool, serial: str | None, isolate: bool, as_json: bool, **reading: Any
) -> None:
    """Read the postal code in each of IMAGES.

    Without --country, --pattern or --lexicon a code is 3 to 9 digits, and four digits of five can pass for one: give
    the country, or a pattern of the length that your codes have. The code may stand inside other writing.

    \b
    Examples:
      posteye read letter.png --country US
      posteye read fields/*.png --field --pattern '\\d{5}' --max-error 0.005 --json
      posteye read letter.png --country US --lexicon us.grammar
      posteye read letter.png --country DE --serial /dev/serial0
      posteye read inbox/* --country DE --isolate
    """
    reader = Reader(**reading)
    hint = None if as_json else advise(reader.grammar, bool(reading["country"] or reading["lexicon"]))
    if hint:
        note(f"posteye: {hint}")
    unreadable = 0
    with contextlib.ExitStack() as stack:
        reporter = stack.enter_context(_reporter(serial)) if serial is not None else None
        load = stack.enter_context(_isolated_decoder()).load_image if isolate else load_image
        for piece, image in enumerate(images, start=1):
            found = read_one(reader, load, image, field)
            print(json.dumps(found.as_dict()) if as_json else line(found), flush=True)
            if isinstance(found, Unreadable):
                unreadable += 1
            if reporter:
                note(reporter.send(piece, found))
    if unreadable:
        note(f"posteye: {unreadable} of {len(images)} images could not be read")
        raise click.exceptions.Exit(2)


def _reporter(url: str) -> Reporter:
    from device_runtime.report import Reporter  # here, as it brings the serial port

    return Reporter(url)


def _isolated_decoder() -> IsolatedDecoder:
    from device_runtime.image.isolated import IsolatedDecoder  # here, as it brings subprocess

    return IsolatedDecoder()


def read_one(reader: Reader, load: LoadImage, image: str, field: bool) -> Result | Unreadable:
    """Read one image; what is wrong with it becomes the answer, so that the other images are read all the same.

    Args:
        reader: reads it.
        load: decodes a file, uint8 [H, W] or [H, W, 3] in RGB.
        image: the path, as it was given.
        field: whether the image is one text field already.

    Raises:
        OpenCVMissingError: it is not installed, and this image needs it.
    """
    started = time.perf_counter()
    # JSON cannot hold bytes that are not UTF-8: they become text such as \udce9.
    source = image.encode("utf-8", "backslashreplace").decode("utf-8")
    try:
        return reader.read(load(image), field=field, source=source)
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
    return Unreadable(source, reason, reader.engine, (time.perf_counter() - started) * 1000)


def line(found: Result | Unreadable) -> str:
    """Return one line about a result, for people."""
    row = found.as_dict()
    answer = (
        f"{row['code'] or '-':<11} {row['status']:<10} {row['confidence']:6.4f} {row['timing_ms']['total']:7.1f} ms"
    )
    return f"{answer}  {printable(row['source'])}" + (f"  ({row['reason']})" if row["reason"] else "")
