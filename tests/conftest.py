"""Settings for every test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings

# The same examples in every run, and no deadline: the machines that run these tests are small and busy.
settings.register_profile("posteye", derandomize=True, deadline=None)
settings.load_profile("posteye")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is marked `tflite` where it cannot run; with NumPy 1 a missing tflite-runtime is a failure."""
    if int(np.__version__.split(".")[0]) < 2:
        return
    skip = pytest.mark.skip(reason="tflite-runtime does not work with NumPy 2")
    for item in items:
        if item.get_closest_marker("tflite"):
            item.add_marker(skip)
