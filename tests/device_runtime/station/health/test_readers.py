"""What is read of the machine, from trees that look as those of Linux and of a Raspberry Pi."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.station.health import readers


def zone(sys: Path, number: int, temp: str) -> None:
    folder = sys / f"class/thermal/thermal_zone{number}"
    folder.mkdir(parents=True)
    (folder / "temp").write_text(temp)


def test_the_hottest_zone_counts_and_nonsense_does_not(tmp_path: Path) -> None:
    assert readers.temperature_c(tmp_path) is None
    zone(tmp_path, 0, "48312\n")
    assert readers.temperature_c(tmp_path) == 48.312
    zone(tmp_path, 1, "61000\n")
    zone(tmp_path, 2, "-274000\n")
    zone(tmp_path, 3, "")
    zone(tmp_path, 4, "\u00e4")
    (tmp_path / "class/thermal/thermal_zone5").mkdir()
    assert readers.temperature_c(tmp_path) == 61.0


def test_the_firmwares_bits_are_read_from_sysfs_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_vcgencmd", lambda: pytest.fail("asked a program"))
    place = tmp_path / "devices/platform/soc/soc:firmware/get_throttled"
    place.parent.mkdir(parents=True)
    place.write_text("50005\n")
    assert readers.throttled_bits(tmp_path) == 0x50005


@pytest.mark.parametrize(
    ("script", "bits"),
    [
        ("echo throttled=0x50008", 0x50008),
        ("echo 'VCHI initialization failed'; exit 255", None),
        ("printf '\\377'", None),
    ],
)
def test_a_program_is_asked_only_where_sysfs_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, bits: int | None
) -> None:
    program = tmp_path / "vcgencmd"
    program.write_text(f'#!/bin/sh\n[ "$1" = get_throttled ] || exit 1\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(readers, "_vcgencmd", lambda: str(program))
    assert readers.throttled_bits(tmp_path) == bits
    monkeypatch.setattr(readers, "_vcgencmd", lambda: None)
    assert readers.throttled_bits(tmp_path) is None


def test_free_space_is_that_of_the_folder(tmp_path: Path) -> None:
    assert readers.free_bytes(tmp_path) > 0
    with pytest.raises(OSError):
        readers.free_bytes(tmp_path / "none")
