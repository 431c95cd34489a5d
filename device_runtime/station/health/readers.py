"""What Linux and a Raspberry Pi's firmware say of the machine: temperature, throttling, free disk space."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

_ZONES = "class/thermal/thermal_zone*"
_THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"
_POSSIBLE_C = (-60.0, 150.0)
_VCGENCMD_TIMEOUT_S = 2.0


def temperature_c(sys: Path = Path("/sys")) -> float | None:
    """The temperature of the processor, °C: of all thermal zones the hottest; None where none can be read.

    Args:
        sys: where sysfs is.
    """
    found = [_zone_c(zone) for zone in sorted(sys.glob(_ZONES))]
    return max((degrees for degrees in found if degrees is not None), default=None)


def throttled_bits(sys: Path = Path("/sys")) -> int | None:
    """The bits that a Raspberry Pi's firmware has for `vcgencmd get_throttled`; None on other machines.

    They are read from sysfs; only where that has none and the program is installed, it is asked.

    Args:
        sys: where sysfs is.
    """
    try:
        return int((sys / _THROTTLED).read_text("ascii").strip(), 16)
    except (OSError, ValueError):
        program = _vcgencmd()
    if program is None:
        return None
    try:
        said = subprocess.run(
            [program, "get_throttled"], capture_output=True, text=True, timeout=_VCGENCMD_TIMEOUT_S, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    found = re.fullmatch(r"throttled=0x([0-9a-fA-F]+)\s*", said)
    return int(found[1], 16) if found else None


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder.

    Raises:
        OSError: the folder is not there.
    """
    return shutil.disk_usage(folder).free


def _zone_c(zone: Path) -> float | None:
    try:
        degrees = int((zone / "temp").read_text("ascii")) / 1000
    except (OSError, ValueError):  # a sensor that is switched off
        return None
    return degrees if _POSSIBLE_C[0] < degrees < _POSSIBLE_C[1] else None


@cache
def _vcgencmd() -> str | None:
    return shutil.which("vcgencmd")
