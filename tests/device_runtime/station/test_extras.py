"""What is not installed is named, with how to install it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from device_runtime.station.extras import EXTRAS, missing_extra


def test_an_extra_that_is_not_installed_is_named() -> None:
    assert missing_extra("web", lambda _: True) is None
    assert missing_extra("web", lambda _: None) == "needs starlette and uvicorn; run: pip install 'posteye[web]'"
    assert missing_extra("web", lambda module: module == "starlette") == (
        "needs uvicorn; run: pip install 'posteye[web]'"
    )


def test_every_extra_of_a_station_can_be_installed() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for extra in ("metrics", "dashboard"):
        wanted = " ".join(extras[extra]).replace("-", "_")
        assert all(module in wanted for module in EXTRAS[extra])
