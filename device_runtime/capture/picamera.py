"""A camera at a Raspberry Pi's ribbon cable, through picamera2, which is imported only when it is asked for."""

from __future__ import annotations

import contextlib
import importlib
import time
from typing import Any

import numpy as np

from device_runtime.capture.source import Control, Facts, Shot, Tell
from device_runtime.capture.url import HIGHEST_FPS, Address, Setting
from device_runtime.errors import CameraError, CameraLostError

USUAL_SIZE = (1280, 720)
USUAL_FPS = 30.0
SILENCE_S = 5.0
_LARGEST_DIFFERENCE = 0.05  # of a control; sensors take exposure and gain in steps
_MISSING = (
    "picamera2 is not installed ({}): sudo apt-get install python3-picamera2 --no-install-recommends, and make "
    "posteye's environment with python3 -m venv --system-site-packages"
)


class PicameraSource:
    """A camera by its number.

    Args:
        address: the number, with options: exposure in ms, gain as a factor, white balance in kelvin, focus in dioptres.
    """

    waits = False
    silence_s = SILENCE_S

    def __init__(self, address: Address) -> None:
        self.name = address.name
        if not address.place.isdecimal():
            raise CameraError(f"{self.name}: a camera has a number; write picamera2:0")
        self.claim = f"picamera2:{int(address.place)}"
        self._number = int(address.place)
        self._size = address.size()
        self._fps = address.number("fps", 0, HIGHEST_FPS)
        settings = {name: address.setting(name) for name in ("exposure", "gain", "white_balance", "focus")}
        self._wanted: dict[str, Setting] = {name: value for name, value in settings.items() if value is not None}
        self._camera: Any = None
        self._job: Any = None
        self._count = 0

    def open(self, tell: Tell) -> Facts:
        """Open the camera, set it as wanted, and let it film."""
        picamera2 = _imported()
        try:
            here = picamera2.Picamera2.global_camera_info()
            if self._number >= len(here):
                raise CameraLostError(
                    f"{self.name} is not there: {len(here)} found; check its ribbon cable and rpicam-hello"
                )
            self._camera = camera = picamera2.Picamera2(self._number)
            controls, missing = _controls(self._wanted, camera.camera_controls)
            if self._fps:
                controls["FrameDurationLimits"] = (round(1e6 / self._fps),) * 2
            # What libcamera calls BGR888 lies in memory as red, green, blue.
            main = {"format": "BGR888", "size": self._size or USUAL_SIZE}
            camera.configure(camera.create_video_configuration(main=main, controls=controls))
            camera.start()
            given, sent = camera.capture_metadata(), camera.camera_configuration()["main"]
        except CameraError:
            raise
        except Exception as error:  # libcamera's errors are RuntimeError, IndexError and others, by version
            raise CameraLostError(f"{self.name} failed: {error}; check that no other program has it") from error
        self._count, self._job = 0, None
        size = (int(sent["size"][0]), int(sent["size"][1]))
        found = _found(given)
        warnings = [*missing, *_differences(found, self._wanted)]
        if self._size and size != self._size:
            warnings.append(f"it sends {size[0]}x{size[1]}, not {self._size[0]}x{self._size[1]}")
        fps = 1e6 / given["FrameDuration"] if given.get("FrameDuration") else None
        model = str(here[self._number].get("Model", "camera"))
        return Facts(f"{model} (libcamera)", str(sent["format"]), size, fps, tuple(found.values()), tuple(warnings))

    def read(self, timeout_s: float) -> Shot | None:
        """The next frame that the camera completes."""
        try:
            if self._job is None:
                self._job = self._camera.capture_request(wait=False)
            try:
                request = self._job.get_result(timeout=timeout_s)
            except TimeoutError:
                return None
            self._job = None
            try:
                metadata = request.get_metadata()
                pixels = np.ascontiguousarray(request.make_array("main")[:, :, :3])
            finally:
                request.release()
        except Exception as error:
            raise CameraLostError(f"{self.name} failed: {error}; check its ribbon cable") from error
        self._count += 1
        return Shot(_exposed_s(metadata), self._count, lambda: pixels)

    def close(self) -> None:
        """Stop the camera and give it back."""
        camera, self._camera = self._camera, None
        if camera is not None:
            for end in (camera.stop, camera.close):
                with contextlib.suppress(Exception):  # of a camera that is gone
                    end()


def list_cameras() -> list[dict[str, object]]:
    """The cameras that libcamera knows; none where picamera2 is not installed."""
    try:
        found = _imported().Picamera2.global_camera_info()
    except Exception:
        return []
    return [
        {"url": f"picamera2:{number}", "name": str(one.get("Model", "camera")), "formats": ["BGR888"], "always": None}
        for number, one in enumerate(found)
    ]


def _imported() -> Any:
    try:
        return importlib.import_module("picamera2")
    except Exception as error:  # besides ImportError: of a libcamera that does not fit, whatever it raises
        raise CameraError(_MISSING.format(error)) from error


def _controls(wanted: dict[str, Setting], offered: Any) -> tuple[dict[str, Any], list[str]]:
    """The settings in libcamera's words, and a warning for each that this camera lacks."""
    words: dict[str, dict[str, Any]] = {}
    for name, value in wanted.items():
        if name == "exposure":
            words[name] = {"AeEnable": True} if value == "auto" else {"ExposureTime": round(1000 * value)}
        elif name == "gain":
            words[name] = {"AeEnable": True} if value == "auto" else {"AnalogueGain": value}
        elif name == "white_balance":
            words[name] = (
                {"AwbEnable": True} if value == "auto" else {"AwbEnable": False, "ColourTemperature": round(value)}
            )
        else:
            words[name] = {"AfMode": 2} if value == "auto" else {"AfMode": 0, "LensPosition": value}
    missing = [name for name, found in words.items() if not set(found) <= set(offered)]
    chosen = {key: value for name in words if name not in missing for key, value in words[name].items()}
    return chosen, [f"it has no control of its {name.replace('_', ' ')}, which stays as it is" for name in missing]


def _found(metadata: dict[str, Any]) -> dict[str, Control]:
    """The controls as a frame was taken with them."""
    values = {
        "exposure": metadata.get("ExposureTime", 0) / 1000 or None,
        "gain": metadata.get("AnalogueGain"),
        "white_balance": metadata.get("ColourTemperature"),
        "focus": metadata.get("LensPosition"),
    }
    return {name: Control(name, float(value)) for name, value in values.items() if value is not None}


def _differences(found: dict[str, Control], wanted: dict[str, Setting]) -> list[str]:
    warnings = []
    for name, asked in wanted.items():
        value = found[name].value if name in found else None
        if asked != "auto" and value is not None and abs(value - asked) > _LARGEST_DIFFERENCE * max(asked, 0.01):
            warnings.append(f"its {name.replace('_', ' ')} is {value:g}, not {asked:g}")
    return warnings


def _exposed_s(metadata: dict[str, Any]) -> float:
    """When the exposure began. SensorTimestamp is the reading of the first row, on a clock that also counts sleep."""
    now_s = time.monotonic()
    stamp_ns = metadata.get("SensorTimestamp")
    if stamp_ns is None:
        return now_s - 1 / USUAL_FPS
    slept_s = time.clock_gettime(time.CLOCK_BOOTTIME) - now_s
    return float(min(stamp_ns / 1e9 - slept_s, now_s) - metadata.get("ExposureTime", 0) / 1e6)
