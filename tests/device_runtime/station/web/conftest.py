"""A page for the tests of a file: they change nothing of it, or put it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.device_runtime.station.web.serving import Served, served


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For everyone on this machine."""
    with served(tmp_path_factory.mktemp("station")) as found:
        yield found


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For those who have the token."""
    with served(tmp_path_factory.mktemp("station"), token=True) as found:
        yield found
