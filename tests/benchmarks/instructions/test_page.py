"""The page's tables show what was counted before and now, in millions."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.figures.files import Results
from benchmarks.instructions import page
from benchmarks.instructions.counted import Measurement
from device_runtime.errors import PosteyeError
from tests.benchmarks.instructions.made import measurement


def results(values: dict[str, object]) -> Results:
    return Results("measured", "", "c", "0" * 40, False, "2026-01-01", None, {}, None, "", {}, None, values)


def kept(found: Measurement) -> Results:
    return results({"counts": msgspec.to_builtins(found)})


FILES = {"instructions-before": kept(measurement(9_000_000)), "instructions": kept(measurement(700_000))}


def cells(markdown: str, row: str) -> list[str]:
    (line,) = (line for line in markdown.splitlines() if line.startswith(f"| {row} "))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_stages_stand_side_by_side() -> None:
    markdown = page.stages_markdown(FILES)
    assert cells(markdown, "decode") == ["9.00", "0.70", "9.00", "0.70"]
    assert cells(markdown, "**the whole reading**") == ["17.35", "9.05", "17.35", "9.05"]


def test_samples_pictures_processors_and_libraries_are_shown() -> None:
    assert cells(page.samples_markdown(FILES), "02-hand") == ["17.35", "9.05", "4.60", "3.70", "0.70", "0.05"]
    assert cells(page.pictures_markdown(FILES), "a page, 1000 x 2000") == ["120.00", "120.00", "1000.00", "1000.00"]
    assert cells(page.processors_markdown(FILES), "01-hand") == ["17.35", "9.05", "17.35", "9.05"]
    markdown = page.libraries_markdown(FILES)
    assert cells(markdown, "LiteRT") == ["3.60"] * 4 and cells(markdown, "CPython")[:2] == ["13.75", "5.45"]
    assert "OpenCV" not in markdown


def test_both_bundles_stand_side_by_side() -> None:
    markdown = page.bundles_markdown(FILES)
    assert cells(markdown, "02-hand") == ["9.05", "17.35", "3.60", "1.20"] and "01-hand" not in markdown
    assert "digits-small |" not in page.samples_markdown(FILES)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(PosteyeError, match=r"instructions-before\.json is missing"):
        page.stages_markdown({"instructions": FILES["instructions"]})
    with pytest.raises(PosteyeError, match="holds no counts"):
        page.stages_markdown(FILES | {"instructions": results({"counts": {"cpus": 3}})})
