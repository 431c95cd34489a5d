"""axe-core finds nothing serious on any page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.device_runtime.station.web.browser.conftest import Opens
from tests.device_runtime.station.web.browser.driven import DESK, PHONE, axe_source, needs_a_browser
from tests.device_runtime.station.web.serving import Served
from tests.device_runtime.station.web.stub_station import StubIll

pytestmark = needs_a_browser()

_READY = {"watch": "#list li:nth-child(5)", "aim": ".headline", "key": "#digits", "plan": "#rows tr", "login": "#token"}
_LOOKS = [
    pytest.param(DESK, "light", id="desk-light"),
    pytest.param(DESK, "dark", id="desk-dark"),
    pytest.param(PHONE, "light", id="phone-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "colours"), _LOOKS)
def test_axe_finds_nothing_serious(
    page: Served, closed: Served, opens: Opens, size: dict[str, int], colours: str
) -> None:
    page.station.health.now = (StubIll("overheated", "83 °C", "Everything, more slowly."),)
    for name, ready in _READY.items():
        served = closed if name == "login" else page
        tab = opens(f"{served.page.url}{name}", viewport=size, color_scheme=colours)
        if name == "aim":
            tab.get_by_role("button", name="Look now").click()
        if name == "key":
            tab.get_by_label("your name").fill("Anna")
            tab.get_by_label("your name").press("Enter")
        tab.wait_for_selector(ready)
        tab.evaluate(axe_source() + "; null")
        found: dict[str, Any] = tab.evaluate("() => axe.run()")
        serious = [
            (one["id"], one["impact"], [node["html"] for node in one["nodes"]])
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert len(found["passes"]) > 10 and serious == [], name
        width = tab.evaluate("() => document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} is {width} px wide: nobody should have to scroll sideways"
    page.station.health.now = ()
