"""Debian's Chromium, driven by Playwright; where one of them cannot be had, the tests say so and are skipped."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
TIMEOUT_MS = 60_000  # the machines that run these tests are small and busy


def needs_a_browser() -> pytest.MarkDecorator:
    """Skips a module where nothing can drive a browser."""
    missing = [] if importlib.util.find_spec("playwright") else ["Playwright (pip install playwright)"]
    missing += [] if CHROMIUM else ["Chromium (apt install chromium)"]
    return pytest.mark.skipif(
        bool(missing), reason=f"the page is not looked at in a browser: no {' and no '.join(missing)}"
    )


def axe_source() -> str:
    """axe-core, as a package for Playwright brings it."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found and found.origin, "pip install axe-playwright-python"
    return (Path(found.origin).parent / "axe.min.js").read_text("utf-8")
