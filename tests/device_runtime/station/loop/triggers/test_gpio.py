"""A line of GPIO begins a piece at each new edge: by gpiozero's mock pins where it is installed, and by a stand-in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.station.loop.triggers.gpio import Debounce, GpioTriggers


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Counting:
    """A station that counts triggers."""

    count = 0

    def trigger(self, number: int | None = None, deadline_ms: float | None = None) -> int:
        self.count += 1
        return self.count


class StandIn(ModuleType):
    """A module that speaks as gpiozero does, as far as a line is concerned."""

    def __init__(self) -> None:
        super().__init__("gpiozero")
        self.open: dict[int | str, Any] = {}

        outer = self

        class DigitalInputDevice:
            def __init__(self, pin: int | str, pull_up: bool) -> None:
                if pin == 99:
                    raise ValueError("99 is not a valid pin\nname")
                if pin in outer.open:
                    raise RuntimeError(f"pin {pin} is already in use")
                self.pin, self.pull_up = pin, pull_up
                self.when_activated: Callable[[], None] | None = None
                outer.open[pin] = self

            def close(self) -> None:
                del outer.open[self.pin]

        self.DigitalInputDevice = DigitalInputDevice


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    module = StandIn()
    monkeypatch.setitem(sys.modules, "gpiozero", module)
    return module


def test_each_new_edge_is_a_piece_and_a_contact_that_bounces_is_none(stand_in: StandIn) -> None:
    clock, station = Clock(), Counting()
    line = GpioTriggers(17, debounce_s=0.02, clock=clock)
    line.start(station)
    device = stand_in.open[17]
    assert device.pull_up
    for after_s in (0, 0.005, 0.019, 0.019, 0.5, 0.001, 0.021):
        clock.now_s += after_s
        device.when_activated()
    assert station.count == 3
    line.close()
    assert not stand_in.open and device.when_activated is None


def test_a_line_that_cannot_be_used_is_told_in_one_line(stand_in: StandIn) -> None:
    with pytest.raises(PosteyeError, match=r"^GPIO line 99 cannot be used: 99 is not a valid pin name$"):
        GpioTriggers(99).start(Counting())
    GpioTriggers(4).start(Counting())
    with pytest.raises(PosteyeError, match="already in use"):
        GpioTriggers(4).start(Counting())


def test_without_gpiozero_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    with pytest.raises(PosteyeError, match=r"pip install 'posteye\[gpio\]'"):
        GpioTriggers(17)


def test_every_edge_prolongs_the_silence() -> None:
    clock = Clock()
    debounce = Debounce(1.0, clock)
    found = []
    for _ in range(5):
        clock.now_s += 0.9
        found.append(debounce.is_new())
    clock.now_s += 1.1
    assert found == [True, False, False, False, False] and debounce.is_new()


@pytest.fixture
def mock_pins() -> Iterator[Any]:
    gpiozero = pytest.importorskip("gpiozero", reason="gpiozero is not installed: its mock pins were not tried")
    from gpiozero.pins.mock import MockFactory

    before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, MockFactory()
    yield gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory.close()
    gpiozero.Device.pin_factory = before


def test_a_mock_pin_of_gpiozero_begins_pieces(mock_pins: Any) -> None:
    clock, station = Clock(), Counting()
    line = GpioTriggers("GPIO17", debounce_s=0.02, clock=clock)
    line.start(station)
    pin = mock_pins.pin("GPIO17")
    for after_s in (1, 0.001, 1):
        clock.now_s += after_s
        pin.drive_low()
        pin.drive_high()
    assert station.count == 2
    line.close()
    with pytest.raises(PosteyeError, match="cannot be used"):
        GpioTriggers("GPIO999").start(station)
