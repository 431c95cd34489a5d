"""Exposure, gain, white balance and focus of a V4L2 camera: set as the URL says, and read back."""

from __future__ import annotations

from dataclasses import dataclass

from device_runtime.capture.source import Control
from device_runtime.capture.url import Setting
from device_runtime.capture.v4l2 import structs
from device_runtime.capture.v4l2.device import Calls


@dataclass(frozen=True)
class _Kind:
    """How a control is set.

    Attributes:
        numbers: of the controls that may hold the value; the first that a camera has is taken.
        steps: of the driver in one unit of the URL's option.
        switch: number of the control that says whether the camera chooses the value itself.
        by_hand: value of the switch.
        automatic: values of the switch; the first that the camera takes.
    """

    numbers: tuple[int, ...]
    steps: int
    switch: int
    by_hand: int
    automatic: tuple[int, ...]


# Source: linux/v4l2-controls.h. Exposure is given in ms, and driven in steps of 100 us.
KINDS = {
    "exposure": _Kind((0x009A0902,), 10, 0x009A0901, 1, (3, 0)),  # aperture priority, as webcams call it, or automatic
    "gain": _Kind((0x00980913, 0x009E0903), 1, 0x00980912, 0, (1,)),
    "white_balance": _Kind((0x0098091A,), 1, 0x0098090C, 0, (1,)),  # in kelvin
    "focus": _Kind((0x009A090A,), 1, 0x009A090C, 0, (1,)),
}


def set_controls(device: Calls, wanted: dict[str, Setting]) -> None:
    """Set what is wanted, as far as the camera takes it; `read_controls` tells what became of it.

    Args:
        device: open.
        wanted: by name, in the units of the URL.
    """
    for name, value in wanted.items():
        kind = KINDS[name]
        for switch in kind.automatic if value == "auto" else (kind.by_hand,):
            if _write(device, kind.switch, switch):
                break
        if value != "auto":
            number = _number(device, kind)
            if number is not None:
                _write(device, number, round(value * kind.steps))


def read_controls(device: Calls, wanted: dict[str, Setting]) -> tuple[tuple[Control, ...], tuple[str, ...]]:
    """Read the controls back.

    Args:
        device: open.
        wanted: as it was set.

    Returns:
        The controls that the camera has, and a warning for each that is not as it was wanted.
    """
    controls, warnings = [], []
    for name, kind in KINDS.items():
        number, asked = _number(device, kind), wanted.get(name)
        described = None if number is None else _describe(device, number)
        if number is None or described is None:
            if isinstance(asked, float):
                warnings.append(f"it has no control of its {_words(name)}, which stays as it is")
            continue
        switch = _read(device, kind.switch)
        value = None if switch in kind.automatic and switch != kind.by_hand else _read(device, number)
        lowest, highest = described.minimum / kind.steps, described.maximum / kind.steps
        found = None if value is None else value / kind.steps
        controls.append(Control(name, found, lowest, highest))
        if asked == "auto" and found is not None:
            warnings.append(f"its {_words(name)} is {found:g}, and not automatic")
        elif isinstance(asked, float) and (value is None or value != round(asked * kind.steps)):
            is_now = "automatic" if found is None else f"{found:g}"
            warnings.append(f"its {_words(name)} is {is_now}, not {asked:g}; it takes {lowest:g} to {highest:g}")
    return tuple(controls), tuple(warnings)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(device: Calls, kind: _Kind) -> int | None:
    """The number of the control that holds the value, None if the camera has none."""
    return next((number for number in kind.numbers if _describe(device, number)), None)


def _describe(device: Calls, number: int) -> structs.ControlDescription | None:
    description = structs.ControlDescription(id=number)
    try:
        device.ioctl(structs.QUERYCTRL, description)
    except OSError:
        return None
    return None if description.flags & structs.CONTROL_DISABLED else description


def _read(device: Calls, number: int) -> int | None:
    value = structs.ControlValue(id=number)
    try:
        device.ioctl(structs.G_CTRL, value)
    except OSError:
        return None
    return int(value.value)


def _write(device: Calls, number: int, value: int) -> bool:
    """Set a control; whether the camera took it."""
    try:
        device.ioctl(structs.S_CTRL, structs.ControlValue(id=number, value=value))
    except OSError:
        return False
    return True
