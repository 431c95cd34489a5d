"""A plugin of pytest for the mutation test: quick tests first, since most mutants fall to one of those."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DURATIONS = Path("mutmut-stats.json")  # mutmut runs pytest in its own folder, where it keeps how long each test took


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by their time; as they are where nothing was measured yet."""
    if DURATIONS.exists():
        taken_s: dict[str, float] = json.loads(DURATIONS.read_bytes())["duration_by_test"]
        items.sort(key=lambda item: taken_s.get(item.nodeid, 0.0))
