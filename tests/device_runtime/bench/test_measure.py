"""Warm-up, steady state and what is left out, by a clock that only readings move."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

import pytest

from device_runtime.bench import measure as measuring
from device_runtime.bench.images import FIELDS, PIECES, Image, ImageSet
from device_runtime.bench.measure import Misread, Readers, Timed, Unreadable, measure
from device_runtime.bench.report import Readings
from device_runtime.errors import PosteyeError
from device_runtime.samples import load_samples

SAMPLES = load_samples()


class MadeReaders:
    """Readers whose readings take as long as they are told, by their own clock."""

    def __init__(self, seconds: list[float], unreadable: tuple[str, ...] = ()) -> None:
        self.now = 1000.0
        self.read_names: list[str] = []
        self._seconds, self._unreadable = seconds, unreadable

    def read(self, image: Image, kind: str) -> Timed:
        if image.name in self._unreadable:
            raise Unreadable("is a damaged PNG")
        took = self._seconds[min(len(self.read_names), len(self._seconds) - 1)]
        self.read_names.append(image.name)
        self.now += took
        return Timed({"scan": 400 * took, "total": 1000 * took, "cpu": 900 * took}, "accepted")


def images(count: int) -> tuple[Image, ...]:
    return tuple(Image(f"{number}.png", f"{number}.png", {}) for number in range(count))


def run(
    monkeypatch: pytest.MonkeyPatch, made: MadeReaders, count: int, seconds: float, golden: bool = True
) -> Readings:
    monkeypatch.setattr(measuring.time, "monotonic", lambda: made.now)
    chosen = ImageSet(FIELDS, images(count), golden)
    return measure(chosen, cast(Readers, made), seconds, lambda _: None)


def test_the_warm_up_lasts_until_a_round_is_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeReaders([0.5] * 3 + [0.3] * 3 + [0.2] * 3 + [0.199])
    found = run(monkeypatch, made, 3, seconds=30)
    assert (found.warm_up.readings, found.warm_up.settled) == (12, True)
    assert found.ms["total"].max == 199.0 and found.ms["scan"].max == 79.6


def test_golden_images_are_read_equally_often(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeReaders([0.3])
    found = run(monkeypatch, made, 4, seconds=10)
    assert len(set(Counter(made.read_names).values())) == 1 and found.readings % 4 == 0
    assert found.seconds + found.warm_up.seconds >= 10 and found.per_second == pytest.approx(1 / 0.3, abs=0.01)
    assert found.statuses == {"accepted": found.readings}


def test_of_a_users_many_images_as_many_are_read_as_time_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeReaders([1.0])
    found = run(monkeypatch, made, 100, seconds=20, golden=False)
    assert made.read_names == [f"{number}.png" for number in range(20)]  # the steady state goes on where it stood
    assert (found.images, found.seen, found.warm_up.settled) == (100, 20, False)


def test_even_the_slowest_machine_reads_something(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(monkeypatch, MadeReaders([50.0]), 3, seconds=1, golden=False)
    assert found.readings == 1 and found.ms["total"].p50 is None and found.ms["total"].max == 50_000


def test_an_unreadable_image_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeReaders([0.5], unreadable=("0.png", "2.png"))
    found = run(monkeypatch, made, 4, seconds=6, golden=False)
    assert found.unreadable == dict.fromkeys(("0.png", "2.png"), "is a damaged PNG")
    assert (found.images, found.seen) == (2, 2) and set(made.read_names) == {"1.png", "3.png"}


def test_nothing_but_unreadable_images_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeReaders([0.5], unreadable=("0.png", "1.png"))
    with pytest.raises(PosteyeError, match=r"none of the 2 files can be read; 0\.png is a damaged PNG"):
        run(monkeypatch, made, 2, seconds=6, golden=False)


def test_a_real_reading_has_all_stages_and_is_checked() -> None:
    readers = Readers()
    image = Image("a", str(SAMPLES[0].path), SAMPLES[0].grammar, SAMPLES[0])
    field = readers.read(image, FIELDS)
    assert list(field.ms) == ["load", "normalize", "scan", "decode", "total", "cpu"] and field.status == "accepted"
    assert all(took > 0 for took in field.ms.values())
    assert field.ms["total"] >= field.ms["normalize"] + field.ms["scan"] + field.ms["decode"]
    piece = readers.read(Image("a", image.source, image.grammar), PIECES)
    assert list(piece.ms) == ["load", "locate", "normalize", "scan", "decode", "total", "cpu"]
    assert len(readers) == 1
    with pytest.raises(Misread, match=r"^a is read as 80331 \(accepted\), and must be 47500$"):
        readers.read(Image("a", image.source, image.grammar, SAMPLES[1]), FIELDS)
    with pytest.raises(Misread, match="must be not accepted"):
        readers.read(Image("a", image.source, image.grammar, SAMPLES[-1]), FIELDS)


def test_a_missing_file_has_its_reason_without_its_name() -> None:
    with pytest.raises(Unreadable, match=r"^cannot be read: No such file or directory$"):
        Readers().read(Image("a", "/nowhere.png", SAMPLES[0].grammar), FIELDS)


def test_settings_reach_the_reader() -> None:
    made: Any = Readers(engine="numpy")
    assert made.reader(Image("a", "a", {"pattern": "\\d"})).engine.startswith("numpy ")
