"""Draws the pictures of docs/station-page.md: `python -m docs.build.station_pictures`, in Debian's Chromium.

The station is a stub that plays the shipped samples, and the browser's clock is set: a picture changes only when the
page does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from device_runtime.files.atomic import write_bytes
from device_runtime.image.load import decode_image, load_image
from device_runtime.image.opencv import cv2
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.samples import load_pieces
from device_runtime.station.web.page import WebPage
from docs.build.links import ROOT
from tests.device_runtime.station.web.stub_station import StubStation, read_samples

expect.set_options(timeout=60_000)
PICTURES = ROOT / "docs" / "station"
CHROMIUM = "/usr/bin/chromium"
DESK, PHONE = (1280, 860), (390, 844)
OPENED = datetime(2025, 12, 1, 8, 0, 5, tzinfo=UTC)  # some seconds after the first piece
_QUALITY = 80
_SEEN = """() => Promise.all([...document.images]
    .filter((image) => image.src && image.getBoundingClientRect().top < innerHeight).map((image) => image.decode()))"""


@dataclass(frozen=True)
class View:
    """How a picture is taken.

    Attributes:
        name: of the page.
        size: of the window, px.
        dark: whether the machine has its dark colours.
    """

    name: str
    size: tuple[int, int]
    dark: bool

    @property
    def file(self) -> str:
        """The picture's name."""
        return f"{self.name}{'-phone' if self.size == PHONE else ''}{'-dark' if self.dark else ''}.webp"


VIEWS = (
    *(View(name, size, False) for name in ("watch", "aim", "key", "plan") for size in (DESK, PHONE)),
    View("watch", DESK, True),
)


@contextmanager
def playing(folder: Path) -> Iterator[tuple[StubStation, str]]:
    """A station that has seen some pieces, and its address."""
    station = StubStation(folder, harvested=60)
    results = [result for _, result in read_samples()]
    for number in range(60):
        station.tell("no picture in time" if number % 19 == 11 else results[number * 7 % len(results)])
    told: list[str] = []
    with WebPage(station, station.health, port=0, tell=told.append, temperature_c=lambda: 52.0) as page:
        yield station, page.url
    assert not told, told


def draw(page: Page, station: StubStation, url: str, view: View) -> bytes:
    """Show a page as it is looked at, and take its picture as PNG."""
    station.region, station.reader = None, Reader(country="DE")
    page.clock.install(time=OPENED)
    page.goto(url + view.name)
    page.clock.pause_at(OPENED + timedelta(minutes=1))
    if view.name == "watch":
        expect(page.locator("#list img").first).to_be_visible()
        results = [result for _, result in read_samples()]
        for number in range(12):
            for more in range(3 + number % 3):
                station.tell(results[(number * 3 + more + 10) % len(results)])
            page.clock.run_for(1000)
            expect(page.locator("#pieces")).to_have_text(str(len(station.told)))
    elif view.name == "aim":
        station.camera.put(load_image(load_pieces()[0].path))
        station.reader = Reader(country="PT")
        station.region = Region(0.38, 0.3, 0.58, 0.55)
        for _ in range(3):
            page.clock.run_for(700)
        page.get_by_role("button", name="Look now").click()
        expect(page.locator(".headline")).to_be_visible()
        expect(page.locator("#region")).to_be_visible()
        page.locator(".verdict .small").evaluate(
            "(line) => line.remove()"
        )  # how long it took is another time each time
    elif view.name == "key":
        page.get_by_label("your name").fill("Anna")
        page.get_by_label("your name").press("Enter")
        expect(page.locator("#digits")).to_be_focused()
    else:
        page.locator("#code").fill("80469")
        page.get_by_role("button", name="Look up").click()
        expect(page.locator("#answer .headline")).to_be_visible()
    page.evaluate(_SEEN)
    return page.screenshot(animations="disabled", caret="hide")


def main() -> None:
    """Draw all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, playing(Path(folder)) as (station, url), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for view in VIEWS:
            width, height = view.size
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if view.dark else "light",
                device_scale_factor=1 if view.size == DESK else 1.5,
                locale="en-GB",
                timezone_id="UTC",
            )
            pixels = decode_image(draw(page, station, url, view))
            _, data = cv2.imencode(
                ".webp", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, _QUALITY]
            )
            write_bytes(PICTURES / view.file, bytes(np.asarray(data)))
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
