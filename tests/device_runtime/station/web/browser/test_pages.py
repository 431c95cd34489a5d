"""The pages as people use them: by pointer, by keys alone, and through the log-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.samples import load_pieces
from tests.device_runtime.station.web.browser.conftest import Opens
from tests.device_runtime.station.web.browser.driven import TIMEOUT_MS, needs_a_browser
from tests.device_runtime.station.web.serving import TOKEN, Served, served
from tests.device_runtime.station.web.stub_station import PLAN, StubIll

pytestmark = needs_a_browser()


def test_a_piece_appears_while_one_watches(page: Served, opens: Opens) -> None:
    tab = opens(f"{page.page.url}watch")
    tab.wait_for_selector("#list li:nth-child(16) img")
    page.station.tell("no picture in time")
    first = tab.locator("#list li").first
    first.locator(".badge", has_text="not read").wait_for()
    assert "no picture in time" in first.inner_text() and "hand" in first.inner_text()
    page.station.health.now = (StubIll("wire_lost", "ttyS0 is gone", "Reading."),)
    tab.locator("#health", has_text="No controller: ttyS0 is gone. Still works: Reading.").wait_for()
    page.station.health.now = ()
    tab.locator("#health p").wait_for(state="detached")


def test_a_region_is_drawn_by_the_pointer_moved_by_keys_and_saved(page: Served, opens: Opens) -> None:
    tab = opens(f"{page.page.url}aim")
    tab.locator("#age", has_text="px").wait_for()
    view = tab.locator("#view").bounding_box()
    assert view
    tab.mouse.move(view["x"] + 0.2 * view["width"], view["y"] + 0.2 * view["height"])
    tab.mouse.down()
    tab.mouse.move(view["x"] + 0.6 * view["width"], view["y"] + 0.7 * view["height"], steps=4)
    tab.mouse.up()
    region = tab.locator("#region")
    region.wait_for()
    assert tab.evaluate("() => document.activeElement.id") == "region"
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    for _ in range(10):
        tab.keyboard.press("Shift+ArrowUp")
    tab.keyboard.press("Enter")
    tab.locator("#saved", has_text="Pieces are read in this region now.").wait_for()
    found = page.station.region
    assert found and (found.x, found.y, found.width, found.height) == pytest.approx((0.25, 0.2, 0.4, 0.4), abs=0.01)
    tab.get_by_label("left").fill("10")
    tab.get_by_role("button", name="Use this region").click()
    tab.wait_for_selector("#save:disabled")
    assert page.station.region and page.station.region.x == pytest.approx(0.1, abs=0.001)
    tab.get_by_role("button", name="Whole picture").click()
    tab.locator("#saved", has_text="whole picture").wait_for()
    assert page.station.region is None


def test_is_this_piece_readable(page: Served, opens: Opens) -> None:
    page.station.reader = Reader(country="PT")
    page.station.camera.put(load_image(load_pieces()[0].path))
    tab = opens(f"{page.page.url}aim")
    tab.get_by_role("button", name="Look now").click()
    tab.locator(".headline", has_text="Yes: 3310-893").wait_for()
    assert (
        tab.locator("#over polygon.wanted.good").count() == 1 and tab.locator("#over polygon.destination").count() >= 1
    )
    assert tab.locator("#focus-words").inner_text() == "Sharp."


def test_the_plan_answers_for_a_code_and_stays_when_a_new_one_is_broken(page: Served, opens: Opens) -> None:
    tab = opens(f"{page.page.url}plan")
    tab.get_by_role("textbox", name="code").fill("80331")
    tab.keyboard.press("Enter")
    tab.locator("#answer", has_text="counter").wait_for()
    page.station.plan_path.write_text("codes,bin\n")
    tab.get_by_role("button", name="Load the plan again").press("Enter")
    tab.locator("#loaded.wrong", has_text="the old plan stays").wait_for()
    page.station.plan_path.write_text(PLAN + "*,rest\n")
    tab.get_by_role("button", name="Load the plan again").press("Enter")
    tab.locator("#findings", has_text="Nothing is wrong with this plan.").wait_for()


def test_two_people_key_until_they_agree(tmp_path: Path, opens: Opens) -> None:
    with served(tmp_path, harvested=1) as page:
        for name, digits, said in (
            ("Anna", "111", "All strips are keyed."),
            ("Ben", "222", "All strips are keyed."),
            ("Anna", "222", "All strips are keyed."),
        ):
            tab = opens(f"{page.page.url}key")
            tab.get_by_label("two people key each strip").check()
            tab.get_by_label("your name").fill(name)
            tab.keyboard.press("Enter")
            tab.wait_for_selector("#digits:focus")
            tab.keyboard.type(digits)
            tab.keyboard.press("Enter")
            tab.locator("#state", has_text=said).wait_for()
        assert (tmp_path / "harvest" / "labels.csv").read_text() == "file,digits\n0000000001.png,222\n"


def test_one_logs_in_and_out(closed: Served, opens: Opens) -> None:
    tab = opens(f"{closed.page.url}key")
    assert tab.url.endswith("/login")
    tab.keyboard.type("not the token at all")
    tab.keyboard.press("Enter")
    tab.locator("#wrong", has_text="This is not the station's token.").wait_for()
    tab.get_by_label("The station's token").fill(TOKEN)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/watch")
    tab.wait_for_selector("#list li:nth-child(5)")
    assert tab.evaluate("() => document.cookie") == "", "no script can take the cookie"
    tab.get_by_role("button", name="Log out").click()
    tab.wait_for_url("**/login")
    tab.goto(f"{closed.page.url}watch")
    assert tab.url.endswith("/login")


def test_a_station_that_is_gone_is_told(tmp_path: Path, opens: Opens) -> None:
    with served(tmp_path, harvested=1) as page:
        tab = opens(f"{page.page.url}watch")
        tab.wait_for_selector("#list li:nth-child(5)")
    tab.locator("#health", has_text="the station does not answer").wait_for(timeout=TIMEOUT_MS)
