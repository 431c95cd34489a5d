"""The table says what the report holds, and what is missing in it."""

from __future__ import annotations

import msgspec

from device_runtime.bench.machine import State
from device_runtime.bench.table import table
from tests.device_runtime.bench.made_report import made_readings, made_report, made_run


def test_percentiles_stand_in_their_columns_and_a_dash_where_readings_are_too_few() -> None:
    lines = table(made_report([made_run({"fields": made_readings([1.0, 2.0, 3.0])})])).splitlines()
    (total,) = [line for line in lines if line.startswith("total")]
    assert total.split() == ["total", "2.00", "-", "-", "-", "3.00"]
    assert any("too few readings" in line for line in lines)
    assert not any("too few" in line for line in table(made_report([made_run({"a": made_readings([1.0] * 100)})])))


def test_the_machine_before_and_after() -> None:
    run = made_run({"fields": made_readings([1.0] * 100)}, after=State(None, None, 61.0, 0x50000, 1.5))
    text = table(made_report([run]))
    assert "machine    Raspberry Pi Zero 2 W Rev 1.0: Cortex-A53, 4 cores, 448 MB\n" in text
    assert "before     clock 1000 MHz, governor ondemand, temperature 48.3 C, throttled never (0x0), load 0.1\n" in text
    assert (
        "after      temperature 61.0 C, throttled under-voltage, throttled since the start (0x50000), load 1.5, "
        "not told: clock, governor\n"
    ) in text


def test_what_went_wrong_stands_at_the_end() -> None:
    run = made_run({"pieces": made_readings([1.0] * 100, unreadable={"a.png": "is empty"})})
    report = msgspec.structs.replace(
        made_report([run], "mail"), missing={"tflite": "x"}, failed={"numpy": "y"}, warnings=["z"]
    )
    assert table(report).splitlines()[-4:] == [
        "unreadable a.png: is empty",
        "not here   tflite: x",
        "FAILED     numpy: y",
        "doubtful   z",
    ]
    assert "images     mail" in table(report)
