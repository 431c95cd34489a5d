"""A page that is served, and what asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from device_runtime.station.web.page import WebPage
from tests.device_runtime.station.web.stub_station import StubStation

TOKEN = "correct-horse-battery-staple"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as a value."""
        return json.loads(self.body)


@dataclass
class Served:
    """A page, its station, and what it told about itself."""

    station: StubStation
    page: WebPage
    told: list[str] = field(default_factory=list)
    cookie: str = ""

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """Ask as a program does; a header of no text is left out, `_` stands for `-`."""
        to = urlsplit(self.page.url)
        connection = HTTPConnection(to.hostname or "", to.port, timeout=60)
        given = {"Host": to.netloc, "Cookie": self.cookie} | {k.replace("_", "-"): v for k, v in headers.items()}
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in given.items():
                if value:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            found = connection.getresponse()
            return Reply(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def post(self, path: str, value: Any, **headers: str) -> Reply:
        """Send as the page does."""
        csrf = self.ask("/api/health").json.get("csrf", "")
        own = {"Origin": self.page.url.rstrip("/"), "X_Posteye_Token": csrf}
        return self.ask(path, "POST", json.dumps(value).encode(), **(own | headers))

    def log_in(self, token: str = TOKEN, **headers: str) -> Reply:
        """Send the form."""
        own = {"Origin": self.page.url.rstrip("/"), "Content_Type": "application/x-www-form-urlencoded"}
        found = self.ask("/login", "POST", urlencode({"token": token}).encode(), **(own | headers))
        self.cookie = found.headers.get("set-cookie", "").partition(";")[0] or self.cookie
        return found


@contextmanager
def served(folder: Path, token: bool = False, harvested: int = 12) -> Iterator[Served]:
    """A page on a free port of this machine.

    Args:
        folder: of the station.
        token: whether it asks for TOKEN.
        harvested: strips that wait.
    """
    station = StubStation(folder, harvested)
    told: list[str] = []
    with WebPage(
        station,
        station.health,
        port=0,
        token_file=token_file(folder) if token else None,
        tell=told.append,
        temperature_c=lambda: 52.0,
    ) as page:
        yield Served(station, page, told)
    assert not told, "the page said that something went wrong"


def token_file(folder: Path) -> Path:
    """A file with TOKEN that nobody else may read."""
    path = folder / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path
