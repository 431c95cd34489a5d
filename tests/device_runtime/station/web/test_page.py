"""Where the page is served, for whom, and how it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from device_runtime.errors import WebError
from device_runtime.station.web.page import WebPage
from tests.device_runtime.station.web.serving import Served, served, token_file
from tests.device_runtime.station.web.stub_station import StubStation

ROOT = Path(__file__).parents[4]


@pytest.fixture
def station(tmp_path: Path) -> StubStation:
    return StubStation(tmp_path, 1)


def test_an_address_that_others_reach_needs_a_token(station: StubStation) -> None:
    for address in ("0.0.0.0", "192.0.2.7", "::", "somewhere.example"):
        with pytest.raises(WebError, match="could be seen by others; give a file with a token"):
            WebPage(station, station.health, address, 0, tell=print)


def test_with_a_token_it_is_served_on_every_address(station: StubStation, tmp_path: Path) -> None:
    with WebPage(station, station.health, "0.0.0.0", 0, token_file(tmp_path), tell=print) as page:
        assert Served(station, page).ask("/watch").status == 303


def test_a_port_that_is_taken_is_one_line(station: StubStation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WebError, match=f"cannot be served at 127.0.0.1, port {port}: .*; choose another"):
            WebPage(station, station.health, port=port, tell=print)


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("short", 0o600, "no word of 16 characters or more"),
        ("long enough to be a token", 0o600, "no word of 16 characters or more"),
        ("correct-horse-battery-staple", 0o644, "others may read the page's token; chmod 600"),
        ("ümlaut-ümlaut-ümlaut-ümlaut", 0o600, "no line of plain letters"),
    ],
)
def test_a_token_that_protects_nothing_is_refused(
    station: StubStation, tmp_path: Path, text: str, mode: int, message: str
) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(WebError, match=message):
        WebPage(station, station.health, "0.0.0.0", 0, path, tell=print)


def test_a_token_that_is_missing_says_how_to_make_one(station: StubStation, tmp_path: Path) -> None:
    with pytest.raises(WebError, match=r"No such file or directory; make one: .*urandom"):
        WebPage(station, station.health, "0.0.0.0", 0, tmp_path / "none", tell=print)


def test_one_that_was_never_started_can_be_stopped(station: StubStation) -> None:
    page = WebPage(station, station.health, port=0, tell=print)
    page.stop()
    WebPage(station, station.health, port=page.port, tell=print).stop()


def test_it_ends_at_once_though_visitors_hold_connections(tmp_path: Path) -> None:
    with served(tmp_path, harvested=1) as found:
        held = [socket.create_connection(("127.0.0.1", found.page.port)) for _ in range(5)]
        held[0].sendall(b"POST /api/key HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhal")
        held[1].sendall(b"GET /watch HTT")
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 10  # a second and a half; more where the machine is busy
    for one in held:
        one.close()


def test_without_its_server_the_page_says_in_one_line_what_to_install() -> None:
    program = """
import sys
sys.modules["starlette"] = sys.modules["uvicorn"] = None
from device_runtime.errors import PosteyeError
from device_runtime.station.web.page import WebPage
try:
    WebPage(None, None, tell=print)
except PosteyeError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    (line,) = done.stdout.splitlines()
    assert line.startswith("the page needs Starlette and uvicorn, and ") and line.endswith("pip install 'posteye[web]'")


def test_naming_the_page_loads_no_server() -> None:
    program = (
        "import sys, device_runtime.station.web.page; print({'starlette', 'uvicorn', 'asyncio'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "set()"
