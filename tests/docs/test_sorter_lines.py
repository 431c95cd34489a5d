"""What the pages show of `posteye sorter` is what it prints when a reader greets it."""

from __future__ import annotations

import inspect
import re

import pytest

from docs.build.examples import ROOT
from firmware_bridge import Link


@pytest.mark.parametrize("page", ["tutorials/controller.md", "commands/sorter.md", "protocol.md"])
def test_a_page_shows_the_name_by_which_a_reader_greets(page: str) -> None:
    name = inspect.signature(Link).parameters["name"].default
    shown = re.findall(r"^ *session: [0-9a-f]{8} opened by (.+)$", (ROOT / "docs" / page).read_text("utf-8"), re.M)
    assert set(shown) == {name}
