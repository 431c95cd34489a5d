"""What tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.device_runtime.program import Start, programs


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a program of Python, as `start("-m", "posteye", "watch", ..., cwd=folder)`; it is killed at the end."""
    with programs() as made:
        yield made
