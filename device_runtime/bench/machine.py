"""What machine this is, and in which state: all that Linux tells in files, and a Pi's firmware of its power and heat.

Every function takes the root of the file tree, so that tests can make one up. What a machine does not tell is None.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct

_ROOT = Path("/")
# Main ID register of the processors of all Pis: implementer 41 is Arm. Source: the cores' technical reference manuals.
_ARM = "0x41"
_ARM_PARTS = {
    "0xb76": "ARM1176",
    "0xc07": "Cortex-A7",
    "0xd03": "Cortex-A53",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
}
# The node of the firmware has an address in its name from the Pi 5 on.
_THROTTLED = "sys/devices/platform/soc*/soc*:firmware/get_throttled"
# Of the low bits, what is so now; 16 bits further, what has been so since the start. Source: Raspberry Pi's page on
# vcgencmd.
_BITS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
_SINCE_START = 16
_VCGENCMD_TIMEOUT_S = 5


class Machine(Struct, frozen=True):
    """What does not change while the program runs.

    Attributes:
        board: its name, as the device tree has it.
        processor: the name of its cores.
        cores: how many.
        memory_mb: in 10^6 bytes.
        architecture: as `uname -m` has it.
        system: name and release of the kernel.
        python: its version.
    """

    board: str | None
    processor: str
    cores: int
    memory_mb: int | None
    architecture: str
    system: str
    python: str


class State(Struct, frozen=True):
    """What may change while the program runs.

    Attributes:
        governor: what chooses the clock of the first core.
        clock_mhz: that the governor asks for; a Pi's firmware may give less and does not say so here.
        temperature_c: of the processor, the warmest sensor.
        throttled: the bits of a Pi's firmware, as `vcgencmd get_throttled` has them.
        load: processes that wanted to run, mean of the last minute.
    """

    governor: str | None = None
    clock_mhz: int | None = None
    temperature_c: float | None = None
    throttled: int | None = None
    load: float | None = None


def machine(root: Path = _ROOT) -> Machine:
    """Say what machine this is."""
    cpuinfo = _text(root / "proc/cpuinfo") or ""
    memory = re.search(r"^MemTotal:\s*(\d+) kB", _text(root / "proc/meminfo") or "", re.M)
    return Machine(
        board=_text(root / "proc/device-tree/model"),
        processor=_processor(cpuinfo) or platform.machine(),
        cores=len(re.findall(r"^processor\s*:", cpuinfo, re.M)) or os.cpu_count() or 1,
        memory_mb=int(memory[1]) * 1024 // 1_000_000 if memory else None,
        architecture=platform.machine(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def state(root: Path = _ROOT) -> State:
    """Say in which state the machine is now."""
    clock = root / "sys/devices/system/cpu/cpu0/cpufreq"
    khz = _number(_text(clock / "scaling_cur_freq"))
    load = _number((_text(root / "proc/loadavg") or "").partition(" ")[0])
    return State(
        governor=_text(clock / "scaling_governor"),
        clock_mhz=round(khz / 1000) if khz is not None else None,
        temperature_c=_temperature_c(root),
        throttled=_throttled(root),
        load=load,
    )


def resident_mb(root: Path = _ROOT) -> tuple[float | None, float | None]:
    """Return the memory of this process that is in RAM now, and the most that ever was: 10^6 bytes."""
    status = _text(root / "proc/self/status") or ""
    now, most = (re.search(rf"^{key}:\s*(\d+) kB", status, re.M) for key in ("VmRSS", "VmHWM"))
    return _mb(now), _mb(most)


def throttling(bits: int) -> str:
    """Return in words what the bits of a Pi's firmware say."""
    now = [word for bit, word in enumerate(_BITS) if bits >> bit & 1]
    before = [word for bit, word in enumerate(_BITS) if bits >> bit + _SINCE_START & 1]
    said = [f"{', '.join(now)} now"] if now else []
    said += [f"{', '.join(before)} since the start"] if before else []
    return "; ".join(said) or "never"


def _processor(cpuinfo: str) -> str | None:
    facts = dict(re.findall(r"^([\w ]+?)\s*: (.*)$", cpuinfo, re.M))
    if facts.get("CPU implementer") == _ARM and "CPU part" in facts:
        part = facts["CPU part"]
        return _ARM_PARTS.get(part, facts.get("model name", f"Arm core {part}"))
    return facts.get("model name") or facts.get("uarch")


def _temperature_c(root: Path) -> float | None:
    """The warmest sensor whose zone is named for the processor."""
    found = []
    for zone in root.glob("sys/class/thermal/thermal_zone*"):
        degrees = _number(_text(zone / "temp"))
        if degrees is not None and re.search("cpu|soc|pkg", _text(zone / "type") or ""):
            found.append(round(degrees / 1000, 1))
    return max(found, default=None)


def _throttled(root: Path) -> int | None:
    said = next(filter(None, map(_text, root.glob(_THROTTLED))), None)
    if said is None and root == _ROOT:
        said = _vcgencmd()
    bits = re.search(r"\b(?:0x)?([0-9a-f]+)$", said or "")
    return int(bits[1], 16) if bits else None


def _vcgencmd() -> str | None:
    program = shutil.which("vcgencmd")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "get_throttled"], capture_output=True, text=True, timeout=_VCGENCMD_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _mb(kilobytes: re.Match[str] | None) -> float | None:
    """Kilobytes of 1024 bytes as 10^6 bytes."""
    return round(int(kilobytes[1]) * 1024 / 1e6, 1) if kilobytes else None


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    """A file of the kernel as text; None when there is none, or when the kernel does not give it."""
    try:
        return path.read_bytes().decode("utf-8", "replace").strip("\0 \n") or None
    except OSError:
        return None
