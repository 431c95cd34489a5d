"""Takes the frames that pieces wait for, on a thread of its own: a piece that waits to be read is filmed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from device_runtime.capture.camera import Camera
from device_runtime.errors import CameraEndedError, CameraTimeoutError, PosteyeError
from device_runtime.station.loop.pieces import Pieces

LOOK_S = 0.05  # how long a frame is waited for before it is looked whether the camera is lost


def see(
    camera: Camera,
    pieces: Pieces,
    is_closing: Callable[[], bool],
    clock: Callable[[], float],
    ended: Callable[[], None],
) -> None:
    """Give frames to the pieces that want them until the station closes.

    Args:
        camera: to take them from.
        pieces: that wait.
        is_closing: whether to end.
        clock: `time.monotonic`, or another in its place.
        ended: is called when the source has no more frames, now and ever.
    """
    while not is_closing():
        with pieces.changed:
            after_s = pieces.wanted_after_s()
            if after_s is None:
                pieces.changed.wait(LOOK_S)
                continue
        try:
            frame = camera.latest(after_s, LOOK_S)
        except CameraTimeoutError:
            trouble = camera.trouble
            if trouble:
                pieces.blind(f"the camera is lost: {trouble}", forever=False)
        except CameraEndedError as error:
            pieces.blind(str(error), forever=True)
            ended()
        except PosteyeError as error:
            pieces.blind(f"the camera is lost: {error}", forever=True)
        else:
            pieces.show(frame, clock())
