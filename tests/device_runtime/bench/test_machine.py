"""What the kernel and a Pi's firmware tell of a machine, and that nothing is made up where they tell nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.bench import machine as facts
from device_runtime.bench.machine import State, machine, resident_mb, state, throttling

A53 = "".join(
    f"processor\t: {core}\nBogoMIPS\t: 38.40\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n" for core in range(4)
)
OTHER_ARM = A53.replace("0xd03", "0xd4f")
X86 = "processor\t: 0\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: AMD EPYC\n"
RISCV = "processor\t: 0\nhart\t: 1\nuarch\t\t: sifive,u74-mc\n"


def made(root: Path, files: dict[str, str]) -> Path:
    """A tree of the kernel's files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("cpuinfo", "processor", "cores"),
    [
        (A53, "Cortex-A53", 4),
        (OTHER_ARM, "Arm core 0xd4f", 4),
        (X86, "AMD EPYC", 2),
        (RISCV, "sifive,u74-mc", 1),
    ],
)
def test_the_processor_has_its_name_and_number_of_cores(
    cpuinfo: str, processor: str, cores: int, tmp_path: Path
) -> None:
    found = machine(made(tmp_path, {"proc/cpuinfo": cpuinfo, "proc/meminfo": "MemTotal:      437620 kB\n"}))
    assert (found.processor, found.cores, found.memory_mb, found.board) == (processor, cores, 448, None)


def test_a_board_has_the_name_of_its_device_tree(tmp_path: Path) -> None:
    found = machine(made(tmp_path, {"proc/device-tree/model": "Raspberry Pi Zero 2 W Rev 1.0\0"}))
    assert found.board == "Raspberry Pi Zero 2 W Rev 1.0" and found.memory_mb is None


@pytest.mark.parametrize("soc", ["soc", "soc@107c000000"])
def test_the_state_of_a_pi(soc: str, tmp_path: Path) -> None:
    clock = "sys/devices/system/cpu/cpu0/cpufreq"
    zones = "sys/class/thermal/thermal_zone"
    root = made(
        tmp_path,
        {
            f"{clock}/scaling_governor": "ondemand\n",
            f"{clock}/scaling_cur_freq": "1000000\n",
            f"{zones}0/type": "cpu-thermal\n",
            f"{zones}0/temp": "48312\n",
            f"{zones}1/type": "battery\n",
            f"{zones}1/temp": "90000\n",
            f"sys/devices/platform/{soc}/{soc}:firmware/get_throttled": "50005\n",
            "proc/loadavg": "0.31 0.20 0.10 1/200 999\n",
        },
    )
    assert state(root) == State("ondemand", 1000, 48.3, 0x50005, 0.31)


def test_a_kernel_that_tells_nothing_of_memory_gives_none(tmp_path: Path) -> None:
    assert resident_mb(tmp_path) == (None, None)
    told = made(tmp_path, {"proc/self/status": "Name:\tpython\nVmHWM:\t   80000 kB\n"})
    assert resident_mb(told) == (None, 81.9)


def test_a_machine_that_tells_nothing_has_an_empty_state(tmp_path: Path) -> None:
    (tmp_path / "sys/class/thermal/thermal_zone0/temp").mkdir(parents=True)  # cannot be read
    assert state(tmp_path) == State()


@pytest.mark.parametrize(
    ("script", "bits"),
    [("echo throttled=0x50000", 0x50000), ("echo VCHI initialization failed; exit 255", None), ("sleep 60", None)],
)
def test_vcgencmd_is_asked_where_there_is_no_file(
    script: str, bits: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "vcgencmd"
    made(tmp_path, {"bin/vcgencmd": f"#!/bin/sh\n[ $1 = get_throttled ] && exec sh -c '{script}'\n"})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr(facts, "_VCGENCMD_TIMEOUT_S", 0.5)
    monkeypatch.setattr(facts, "_ROOT", tmp_path)
    assert state(tmp_path).throttled == bits


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (0, "never"),
        (0x50005, "under-voltage, throttled now; under-voltage, throttled since the start"),
        (0x80000, "soft temperature limit since the start"),
    ],
)
def test_throttling_bits_in_words(bits: int, words: str) -> None:
    assert throttling(bits) == words


def test_memory_is_that_of_the_process(tmp_path: Path) -> None:
    made(tmp_path, {"proc/self/status": "Name:\tposteye\nVmHWM:\t   82000 kB\nVmRSS:\t   66000 kB\n"})
    assert resident_mb(tmp_path) == (67.6, 84.0)
    now, most = resident_mb()
    assert now is not None and most is not None
    assert 5 < now <= most
