"""A hundred strips keyed by keys alone, and none is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from device_runtime.samples import load_samples
from tests.device_runtime.station.web.browser.conftest import Opens
from tests.device_runtime.station.web.browser.driven import needs_a_browser
from tests.device_runtime.station.web.serving import served

pytestmark = needs_a_browser()

STRIPS, CORRECTED, SKIPPED = 100, 10, 25  # every 10th is typed anew, every 25th skipped


@pytest.mark.slow
def test_a_hundred_strips_are_keyed_by_keys_alone(tmp_path: Path, opens: Opens) -> None:
    with served(tmp_path, harvested=STRIPS) as page:
        tab = opens(f"{page.page.url}key")
        tab.keyboard.type("Anna")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#digits:focus")
        wanted = {}
        began_s = time.monotonic()
        for number in range(1, STRIPS + 1):
            file = f"{number:010d}.png"
            tab.wait_for_selector(f'#strip[src$="{file}"]')
            guess = tab.input_value("#digits")
            if number % SKIPPED == 0:
                tab.keyboard.press("s")
                continue
            if number % CORRECTED == 0 or not guess:
                tab.keyboard.type(f"90{number}")
            wanted[file] = f"90{number}" if number % CORRECTED == 0 or not guess else guess
            tab.keyboard.press("Enter")
        tab.locator("#state", has_text="All strips are keyed.").wait_for()
        strip_s = (time.monotonic() - began_s) / STRIPS
        print(f"{strip_s:.3f} s a strip, the browser and the station on this machine")
        rows = (tmp_path / "harvest" / "labels.csv").read_text().splitlines()
        assert rows[0] == "file,digits" and dict(row.split(",") for row in rows[1:]) == wanted
        assert len(wanted) == STRIPS - STRIPS // SKIPPED
        fields = load_samples()
        right = [
            wanted.get(f"{n:010d}.png") == (fields[n % len(fields)].expected or "").replace("-", "")
            for n in range(1, 13)
        ]
        assert sum(right) >= 9, "the best guess is what stands in the field"


def test_one_goes_back_by_a_key_and_keys_it_otherwise(tmp_path: Path, opens: Opens) -> None:
    with served(tmp_path, harvested=3) as page:
        tab = opens(f"{page.page.url}key")
        tab.keyboard.type("Anna")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#digits:focus")
        tab.keyboard.type("12x3")
        tab.keyboard.press("Enter")
        tab.wait_for_selector('#strip[src$="0000000002.png"]')
        tab.keyboard.press("b")
        tab.wait_for_selector('#strip[src$="0000000001.png"]')
        assert tab.input_value("#digits") == "123"
        tab.keyboard.type("456")
        tab.keyboard.press("Enter")
        tab.wait_for_selector('#strip[src$="0000000002.png"]')
        assert "0000000001.png,456" in (tmp_path / "harvest" / "labels.csv").read_text()
        for number in (2, 3):
            tab.wait_for_selector(f'#strip[src$="{number:010d}.png"]')
            tab.keyboard.type("7")
            tab.keyboard.press("Enter")
        tab.locator("#state", has_text="All strips are keyed.").wait_for()
        tab.keyboard.press("Enter")  # the way back has the focus: the last slip can be mended too
        tab.wait_for_selector('#strip[src$="0000000003.png"]')
        assert tab.input_value("#digits") == "7"
