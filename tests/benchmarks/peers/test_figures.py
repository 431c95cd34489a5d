"""What times come to: ratios, the goals, the table."""

from __future__ import annotations

import pytest

from benchmarks.peers.figures import Ratios, Reader, ReaderFigures, Readings, digits_only, figures_text, ratios, verdict


def test_ratios_are_of_plain_fields_and_of_all_samples() -> None:
    """Three rounds of two plain fields and one sample more."""
    posteye = Readings(((1, 2, 9), (4, 2, 9), (2, 2, 9)), ((1, 2, 4), (1, 2, 6), (1, 2, 5)))
    peer = Readings(((8, 8, 1), (40, 8, 1), (8, 20, 1)), ((8, 12, 10), (9, 20, 10), (30, 8, 99)))

    found = ratios(peer, posteye, plain=2)

    assert found.wall == 8 / 2
    assert found.cpu == 10.5 / 1.5
    assert found.pairs == (8 + 9) / 2  # of 8, 6, 9, 10, 30, 4
    assert found.samples == pytest.approx((9 + 12 + 10) / (1 + 2 + 5))


def test_ratios_refuse_readings_of_different_rounds() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratios(Readings(((1,),), ((1,),)), Readings(((1,), (1,)), ((1,), (1,))), plain=1)


def beside(name: str, cpu: float, pairs: float) -> ReaderFigures:
    return ReaderFigures(Reader(name, "1", 1, 1), Readings(((1,),), ((1,),)), 1, Ratios(cpu, pairs, 1, 1))


@pytest.mark.parametrize(
    ("rapidocr", "tesseract", "missed"),
    [
        ((30.0, 31.0), (5.0, 5.1), []),
        ((31.0, 29.9), (5.0, 5.1), ["RapidOCR"]),
        ((31.0, 30.0), (4.9, 6.0), ["Tesseract"]),
        ((3.0, 3.0), (0.5, 0.5), ["RapidOCR", "Tesseract"]),
    ],
)
def test_each_goal_is_judged_by_the_less_favourable_ratio_of_cpu_time(
    rapidocr: tuple[float, float], tesseract: tuple[float, float], missed: list[str]
) -> None:
    met, lines = verdict([beside("PP-OCRv6", 1, 1), beside("RapidOCR", *rapidocr), beside("Tesseract", *tesseract)])

    assert met is not bool(missed)
    assert [name for name, line in zip(("RapidOCR", "Tesseract"), lines, strict=True) if "MISSED" in line] == missed
    assert "1/30 of RapidOCR" in lines[0] and f"1/{rapidocr[1]:.1f} by pairs" in lines[0]
    assert "1/5 of Tesseract" in lines[1]


def row(wall_s: tuple[float, ...], cpu_s: tuple[float, ...]) -> ReaderFigures:
    reader = Reader("RapidOCR", "1.4.4", model_bytes=10_857_958, peak_bytes=132_000_000)
    return ReaderFigures(reader, Readings((wall_s,), (cpu_s,)), 0.0277, Ratios(12.34, 11.0, 10.5, 3.0))


def test_row_gives_milliseconds() -> None:
    times_s = tuple(n / 1000 for n in range(101))

    figures = row(times_s, times_s)

    assert figures.median_ms == pytest.approx(50)
    assert figures.p95_ms == pytest.approx(95)
    assert figures.summary()["cpu_median_ms"] == pytest.approx(50)
    assert figures.summary()["samples_cpu_ms"] == pytest.approx(27.7)


def test_machine_is_busy_when_readers_wait_for_the_processor() -> None:
    assert row((0.030, 0.031, 0.020), (0.020, 0.020, 0.020)).is_busy
    assert not row((0.021, 0.022, 0.500), (0.020, 0.020, 0.020)).is_busy


def test_table_shows_every_figure() -> None:
    heads, units, figures, _, version = figures_text([row((0.025, 0.025), (0.024, 0.024))]).splitlines()

    five_digits, slower = ["24.00", "25.00", "25.00"], ["12.3x", "11.0x", "10.5x"]
    assert figures.split() == ["RapidOCR", "10858", *five_digits, *slower, "27.70", "3.0x", "132"]
    assert version.split() == ["RapidOCR", "1.4.4"]
    assert len(heads) == len(figures) == len(units)


def test_texts_are_compared_by_their_digits() -> None:
    assert digits_only("RM 22.970.- ²٣") == "22970"
    assert digits_only("Zo0") == "0"
