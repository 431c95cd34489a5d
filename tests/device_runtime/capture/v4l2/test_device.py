"""The kernel's side, as far as files and pipes can stand for a device."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device_runtime.capture.v4l2 import structs
from device_runtime.capture.v4l2.device import KernelDevice


def test_memory_is_shared_and_an_ioctl_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.write_bytes(bytes(4096) + b"second page".ljust(4096, b"\0"))
    device = KernelDevice(str(path))
    memory = device.map(4096, 4096)
    assert memory[:11] == b"second page"
    memory.close()
    with pytest.raises(OSError) as error:
        device.ioctl(structs.QUERYCAP, structs.Capability())
    assert error.value.errno == errno.ENOTTY
    device.close()


def test_waiting_ends_with_data_or_with_the_time(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    device = KernelDevice(str(path))
    assert not device.wait(0.01)
    number = os.open(path, os.O_WRONLY)
    os.write(number, b"frame")
    assert device.wait(20)
    os.close(number)
    device.close()
