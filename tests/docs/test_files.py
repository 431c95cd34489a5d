"""The files and modules that the pages name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.build.links import ROOT

# Left out: the mutants' page is made by them, and the architecture's also names rooms that are still to come.
PAGES = [
    page
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    if page.name not in ("testing.md", "architecture.md")
]
# What results files fill in names commands as they were called on that day.
_FILLED = re.compile(r"<!-- figure: .*?<!-- end -->", re.S)
_FILE = re.compile(r"`((?:device_runtime|firmware_bridge|train|convert|benchmarks|tests|docs|constraints)/[\w./-]+)`")
_MODULE = re.compile(r"python -m ((?:device_runtime|train|convert|benchmarks|docs)(?:\.\w+)*)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_modules_that_a_page_names_are_there(page: Path) -> None:
    text = _FILLED.sub("", page.read_text("utf-8"))
    missing = [name for name in _FILE.findall(text) if "NAME" not in name and not (ROOT / name).exists()]
    for module in _MODULE.findall(text):
        path = ROOT / module.replace(".", "/")
        if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists():
            missing.append(module)
    assert missing == []
