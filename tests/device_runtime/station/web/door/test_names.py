"""By which names the page may be asked for."""

from __future__ import annotations

import pytest

from device_runtime.station.web.door.names import is_loopback, is_own_host, is_same_origin

NAMES = frozenset({"localhost", "station.local"})


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("LOCALHOST:9000", True),
        ("[::1]:8080", True),
        ("192.168.1.20", True),
        ("station.local:8080", True),
        ("evil.example", False),
        ("station.local.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("localhost:port", False),
        ("localhost/..", False),
        ("[station.local]", False),
        ("user@localhost", False),
    ],
)
def test_only_own_names_and_addresses_are_answered(host: str, own: bool) -> None:
    assert is_own_host(host, NAMES) is own


def test_loopback_is_this_machine_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.1", "example.org")))


def test_what_is_sent_comes_from_the_same_page() -> None:
    host = "127.0.0.1:8080"
    assert is_same_origin(host, "http://127.0.0.1:8080", "same-origin")
    assert is_same_origin(host, "http://127.0.0.1:8080", None) and is_same_origin(host, "https://127.0.0.1:8080", None)
    for origin, site in (
        (None, None),
        ("null", None),
        ("http://127.0.0.1:8081", None),
        ("http://evil.example", None),
        ("http://127.0.0.1:8080", "same-site"),
        ("http://127.0.0.1:8080", "cross-site"),
    ):
        assert not is_same_origin(host, origin, site)
