"""From a URL to the source that it names; what a kind of source needs is imported only when it is asked for."""

from __future__ import annotations

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Source, Tell
from device_runtime.capture.url import parse


def open_camera(url: str, tell: Tell) -> Camera:
    """Begin to film from a source; returns at once, the source opens on a thread of its own.

    Args:
        url: of the source, as `parse` takes it.
        tell: takes a line about what happens to it: lost, back, a control that is not as asked, a picture left out. It
            is called on that thread.

    Raises:
        CameraError: the URL is wrong, or something in this program films from it already.
    """
    return Camera(make_source(url), tell)


def make_source(url: str) -> Source:
    """The source of a URL, not yet opened.

    Raises:
        CameraError: the URL is wrong.
    """
    address = parse(url)
    if address.kind == "v4l2":
        from device_runtime.capture.v4l2.source import V4l2Source

        return V4l2Source(address)
    if address.kind == "picamera2":
        from device_runtime.capture.picamera import PicameraSource

        return PicameraSource(address)
    if address.kind in ("rtsp", "rtsps"):
        from device_runtime.capture.video import StreamSource

        return StreamSource(address)
    if address.kind == "file":
        from device_runtime.capture.video import VideoSource

        return VideoSource(address)
    if address.kind == "dir":
        from device_runtime.capture.folder import FolderSource

        return FolderSource(address)
    from device_runtime.capture.still import ImageSource, StdinSource

    return StdinSource() if address.kind == "stdin" else ImageSource(address)
