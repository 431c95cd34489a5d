"""`posteye camera`: lists the cameras that are here, says what one gives, and takes a picture."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Facts, Frame
from device_runtime.capture.sources import open_camera
from device_runtime.commands.notes import note
from device_runtime.errors import CameraEndedError, CameraTimeoutError, WriteError
from device_runtime.files.atomic import require_writable, write_bytes
from device_runtime.files.regular import printable

WARM_UP_S = 1.0  # a camera that chooses its exposure is too dark or too bright at first
_FILMING = ("v4l2:", "picamera2:", "rtsp:", "rtsps:")
_UNITS = {"exposure": " ms", "gain": "", "white_balance": " K", "focus": ""}

_timeout = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="Seconds to wait for a picture.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def camera() -> None:
    """List the cameras, say what one gives, take a picture.

    A source of pictures is a URL:

    \b
      v4l2:/dev/video0?size=1280x720&exposure=5   a camera of Linux
      picamera2:0?exposure=5&gain=2               a camera at a Raspberry Pi's ribbon cable
      rtsp://user:password@address/path           a network camera
      file:belt.mp4                               a video, played
      dir:pictures?fps=5                          a folder, played; ?watch: as it fills
      letter.png, -                               one image, one on standard input

    \b
    Examples:
      posteye camera list
      posteye camera show 'v4l2:/dev/video0?size=1280x720&exposure=5&gain=16'
      posteye camera snap picamera2:0 piece.png
    """


@camera.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a camera.")
def list_command(as_json: bool) -> None:
    """List the cameras that are here.

    \b
    Examples:
      posteye camera list
      posteye camera list --json
    """
    from device_runtime.capture import picamera
    from device_runtime.capture.v4l2 import source as v4l2  # here, since they bring OpenCV

    found = [*picamera.list_cameras(), *v4l2.list_cameras()]
    for one in found:
        click.echo(json.dumps(one) if as_json else _row(one))
    if not found:
        note("posteye: no camera found; plug one in, and see `posteye camera --help` for what else gives pictures")


@camera.command(short_help="Say what a source gives, and how fast.")
@click.argument("url")
@_timeout
@click.option(
    "--seconds",
    "seconds_s",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    help="How long to count frames.",
)
@_json
def show(url: str, timeout_s: float, seconds_s: float, as_json: bool) -> None:
    """Say what the source URL gives: format, size, controls, frames a second, and how old a frame is when it comes.

    \b
    Examples:
      posteye camera show v4l2:/dev/video0
      posteye camera show 'dir:pictures?fps=5' --seconds 10 --json
    """
    with _opened(url, timeout_s) as (source, facts, left_s):
        first = source.latest(float("-inf"), left_s)
        report = {"source": source.name, **asdict(facts), **_measured(source, first, seconds_s)}
    click.echo(json.dumps(report) if as_json else _page(report, facts))


@camera.command(short_help="Take a picture and write it as PNG.")
@click.argument("url")
@click.argument("out", metavar="OUT.png", type=click.Path())
@_timeout
@_json
def snap(url: str, out: str, timeout_s: float, as_json: bool) -> None:
    """Take a picture from the source URL and write it to OUT.png, as it is, without loss.

    A camera films for a second first, so that it can find its exposure; --timeout does not count that second.

    \b
    Examples:
      posteye camera snap v4l2:/dev/video0 piece.png
      posteye camera snap 'v4l2:/dev/video0?exposure=5&gain=16' piece.png --json
    """
    if not out.lower().endswith(".png"):
        raise WriteError(f"{printable(out) or repr(out)} is no name of a PNG; end it with .png")
    require_writable(out)
    with _opened(url, timeout_s) as (source, _, left_s):
        warm_s = WARM_UP_S if url.startswith(_FILMING) else 0.0
        frame = source.latest(time.monotonic() + warm_s, warm_s + left_s)
        age_ms = _age_ms(frame)
    write_bytes(out, _png(frame))
    height, width, *channels = frame.pixels.shape
    report = {"source": frame.source, "out": out, "width": width, "height": height, "channels": (channels or [1])[0]}
    report |= {"sequence": frame.sequence, "age_ms": round(age_ms, 1)}
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo(f"{printable(out)}: {width} x {height} px, {'colour' if channels else 'grey'}, {age_ms:.1f} ms old")


@contextmanager
def _opened(url: str, timeout_s: float) -> Iterator[tuple[Camera, Facts, float]]:
    """A camera that is open, what it says of itself, and the seconds that are left of the time-out.

    What it told meanwhile is noted at the end, unless an error says what is wrong.
    """
    told: list[str] = []
    deadline_s = time.monotonic() + timeout_s
    with open_camera(url, told.append) as source:
        facts = source.opened(timeout_s)
        yield source, facts, max(0.0, deadline_s - time.monotonic())
    for line in told:
        note(f"posteye: warning: {line}")


def _measured(source: Camera, first: Frame, seconds_s: float) -> dict[str, Any]:
    """Take frames for a while: how many there were, how many of them were seen, and how old they were."""
    frame, ages_ms = first, [_age_ms(first)]
    until_s = time.monotonic() + seconds_s
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            frame = source.latest(frame.captured_s, left_s)
        except (CameraEndedError, CameraTimeoutError):
            break
        ages_ms.append(_age_ms(frame))
    count, lasted_s = frame.sequence - first.sequence, frame.captured_s - first.captured_s
    return {
        "size": frame.pixels.shape[1::-1],
        "frames": count + 1,
        "seen": len(ages_ms),
        "measured_fps": round(count / lasted_s, 2) if lasted_s > 0 else None,
        "age_ms": {"median": round(statistics.median(ages_ms), 1), "max": round(max(ages_ms), 1)},
    }


def _age_ms(frame: Frame) -> float:
    return 1000 * (time.monotonic() - frame.captured_s)


def _png(frame: Frame) -> bytes:
    from device_runtime.image.opencv import cv2

    pixels = frame.pixels if frame.pixels.ndim == 2 else cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".png", pixels)
    return bytes(data)


def _row(one: dict[str, Any]) -> str:
    if "trouble" in one:
        return f"{one['url']:<20}  cannot be opened: {one['trouble']}"
    always = f"  always {one['always']}" if one["always"] else ""
    return f"{one['url']:<20}  {printable(one['name'])}  {' '.join(one['formats'])}{always}"


def _page(report: dict[str, Any], facts: Facts) -> str:
    rate = f"{report['measured_fps']:g} a second" if report["measured_fps"] else "one by one"
    promised = f" ({facts.fps:g} promised)" if facts.fps else ""
    lines = [
        f"source   {report['source']}",
        f"device   {printable(facts.device)}",
        f"format   {facts.format}, {report['size'][0]} x {report['size'][1]} px",
    ]
    for control in facts.controls:
        value = "automatic" if control.value is None else f"{control.value:g}{_UNITS[control.name]}"
        bounds = "" if control.lowest is None else f" (of {control.lowest:g} to {control.highest:g})"
        lines.append(f"control  {control.name} {value}{bounds}")
    lines.append(f"frames   {report['frames']}, {report['seen']} of them seen, {rate}{promised}")
    lines.append(f"age      {report['age_ms']['median']:g} ms, at most {report['age_ms']['max']:g} ms")
    return "\n".join(lines)
