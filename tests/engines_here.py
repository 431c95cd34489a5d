"""Which engines can be tested here; the others are skipped, with what to install as the reason."""

from __future__ import annotations

from typing import Any

import pytest

from device_runtime.engines import ENGINES, trouble


def requires(engine: str) -> pytest.MarkDecorator:
    """Skip a test where an engine cannot run."""
    found = trouble(engine)
    return pytest.mark.skipif(found is not None, reason=found or "")


def with_engine(engine: str, *values: object) -> Any:
    """A parameter set for a test of one engine; the values alone when there are any."""
    return pytest.param(*(values or (engine,)), marks=requires(engine))


ALL_ENGINES = [with_engine(engine) for engine in ENGINES]
