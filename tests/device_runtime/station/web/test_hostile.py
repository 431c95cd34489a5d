"""A thousand requests that nobody should send: none is an error of the station, and it serves on."""

from __future__ import annotations

import json
import random
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.device_runtime.station.web.serving import served

REQUESTS = 1000
_PATHS = (
    "/",
    "/watch",
    "/aim",
    "/key",
    "/plan",
    "/login",
    "/logout",
    "/files/watch.js",
    "/api/health",
    "/api/watch",
    "/api/watch/strip/1.png",
    "/api/aim",
    "/api/aim/picture.jpg",
    "/api/aim/region",
    "/api/aim/read",
    "/api/key",
    "/api/key/picture/0000000001.png",
    "/api/plan",
    "/api/plan/which",
    "/api/plan/reload",
)
_PIECES = (
    "..",
    "%2e%2e",
    "%00",
    "%ff",
    "%",
    "//",
    "\\",
    "etc/passwd",
    "%0d%0aX: y",
    "*",
    "'",
    '"',
    "<script>",
    "{}",
    "~",
    "%c0%ae",
    "a" * 300,
    "1e9",
    "-1",
    "NaN",
    "0000000001.png",
    "labels.csv",
    ";",
    "?",
    "&two=1",
    "=",
)
_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "x" * 2000,
    "\u0000",
    "\ud800",
    [],
    {},
    [[[[]]]],
    {"a": {"a": {}}},
    "../../labels.csv",
    "0000000001.png",
    [0, 0, 1, 1],
    [0.5, 0.5, 0.5, 0.5],
    [1e308] * 4,
    "\uff11\uff12",
)
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "G\0T", "BREW", "A" * 200)


class Hostile:
    """Makes requests, each whole, by a seed.

    Args:
        seed: of them.
        port: that they are sent to.
        csrf: what an honest page has.
    """

    def __init__(self, seed: int, port: int, csrf: str) -> None:
        self._random, self._port, self._csrf = random.Random(seed), port, csrf
        self.kinds: tuple[Callable[[], bytes], ...] = (
            self.noise,
            self.path,
            self.header,
            self.body,
            self.lines,
            self.honest,
        )

    def noise(self) -> bytes:
        """Bytes."""
        return self._random.randbytes(self._random.choice((1, 50, 5000))) + b"\r\n\r\n"

    def path(self) -> bytes:
        """A path that leads nowhere, or out."""
        path = self._random.choice(_PATHS) + "".join(self._random.choices(_PIECES, k=self._random.randint(1, 4)))
        return self._request(self._random.choice(_METHODS), path, [])

    def header(self) -> bytes:
        """Headers that are long, many, doubled, foreign or broken."""
        some = [
            f"X-{number}: {'y' * self._random.choice((1, 300))}" for number in range(self._random.choice((1, 60, 300)))
        ]
        odd = (
            "Host: evil.example",
            "Host:",
            "Cookie: posteye=" + "z" * 3000,
            'Cookie: posteye="\\777"; ;=;',
            "Range: bytes=0-9",
            "Content-Length: -5",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: chunked, identity",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Expect: 100-continue",
            "Accept: \xff",
            "Origin: null",
            "X-Posteye-Token: \xff\xfe",
            "Sec-Fetch-Site: cross-site",
            "X-Forwarded-For: 127.0.0.1",
            " folded: x",
            "no colon",
            "Sec-WebSocket-Key: x",
        )
        return self._request("GET", self._random.choice(_PATHS), [*some, *self._random.choices(odd, k=3)])

    def body(self) -> bytes:
        """What an honest page would send, with other values in it."""
        names = ("file", "name", "two", "digits", "region", "token", "x")
        value = self._random.choice(
            (*_VALUES, {name: self._random.choice(_VALUES) for name in self._random.choices(names, k=4)})
        )
        text = json.dumps(value).encode() if self._random.random() < 0.8 else self._random.randbytes(200) + b"[" * 5000
        return self._request("POST", self._random.choice(_PATHS), self._own(len(text))) + text

    def lines(self) -> bytes:
        """A chunked body, or one that ends early."""
        own = [line for line in self._own(0) if not line.startswith("Content-Length")]
        chunks = b"".join(b"%x\r\n%s\r\n" % (n, b"a" * n) for n in self._random.choices((1, 10, 70_000), k=3))
        end = self._random.choice((b"0\r\n\r\n", b"zz\r\n\r\n", b"-1\r\n\r\n"))
        return self._request("POST", self._random.choice(_PATHS), [*own, "Transfer-Encoding: chunked"]) + chunks + end

    def honest(self) -> bytes:
        """A question with an odd query."""
        query = "&".join(
            f"{self._random.choice(('name', 'file', 'after', 'code', 'two'))}={self._random.choice(_PIECES)}"
            for _ in range(3)
        )
        return self._request("GET", f"{self._random.choice(_PATHS)}?{query}", [])

    def _own(self, size: int) -> list[str]:
        return [f"Origin: http://127.0.0.1:{self._port}", f"X-Posteye-Token: {self._csrf}", f"Content-Length: {size}"]

    def _request(self, method: str, path: str, headers: list[str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", *headers, "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")


def sent(port: int, request: bytes) -> bytes:
    """What comes back; nothing where the station closes at once."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        answer = b""
        try:
            line.sendall(request)
            while piece := line.recv(65_536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError):  # closed while something was still on its way
            pass
        return answer


@pytest.mark.slow
def test_a_thousand_hostile_requests_are_answered_and_change_nothing(tmp_path: Path) -> None:
    with served(tmp_path, harvested=2) as page:
        port = page.page.port
        hostile = Hostile(15, port, page.ask("/api/health").json["csrf"])
        seen: Counter[int] = Counter()
        for number in range(REQUESTS):
            request = hostile.kinds[number % len(hostile.kinds)]()
            answer = sent(port, request)
            status = int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
            assert status < 500, (request[:400], answer[:600])
            assert b"Traceback" not in answer and str(tmp_path).encode() not in answer, request[:400]
            seen[status] += 1
        print(f"{REQUESTS} hostile requests: {dict(sorted(seen.items()))}")
        assert (
            page.ask("/watch").status == page.ask("/api/watch").status == page.ask("/api/aim/picture.jpg").status == 200
        )
        assert page.ask("/api/plan/which?code=80331").json["bin"] == "counter"
        assert page.ask("/api/key?name=Anna").status == 200
        assert len(seen) >= 6 and seen[200] > 100, "they reach what they are meant for"


def test_connections_that_dawdle_are_closed_and_others_are_served(tmp_path: Path) -> None:
    with served(tmp_path, harvested=1) as page:
        held = [socket.create_connection(("127.0.0.1", page.page.port), timeout=60) for _ in range(20)]
        for line in held:
            line.sendall(b"GET /watch HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert page.ask("/api/watch").status == 200
        assert [line.recv(100) for line in held] == [b""] * 20
        for line in held:
            line.close()
