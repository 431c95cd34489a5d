"""What the door lets through, over the wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.station.web.door.access import WRONG_OF_ONE
from tests.device_runtime.station.web.serving import TOKEN, Served, served

QUESTIONS = (
    "/api/health",
    "/api/watch",
    "/api/watch/strip/1.png",
    "/api/aim",
    "/api/aim/picture.jpg",
    "/api/plan",
    "/api/plan/which?code=80331",
    "/api/key?name=a",
    "/api/key/picture/0000000001.png",
)


def test_nobody_sees_anything_without_the_token(closed: Served) -> None:
    for path in (*QUESTIONS, "/api/none"):
        found = closed.ask(path)
        assert (found.status, found.json) == (401, {"error": "log in first"}), path
    for path in ("/", "/aim", "/watch", "/key", "/plan", "/files/watch.js", "/nothing"):
        found = closed.ask(path)
        assert (found.status, found.headers["location"], found.body) == (303, "/login", b""), path
    assert closed.ask("/login").status == closed.ask("/files/style.css").status == 200
    assert closed.ask("/api/key", "POST", b"{}", Origin=closed.page.url.rstrip("/")).status == 401


def test_with_the_token_one_comes_in_and_out_again(tmp_path: Path) -> None:
    with served(tmp_path, token=True, harvested=1) as page:
        assert page.log_in("wrong" + TOKEN).status == 403
        entered = page.log_in()
        assert (entered.status, entered.headers["location"]) == (303, "/watch")
        given = entered.headers["set-cookie"].lower()
        assert all(part in given for part in ("httponly", "samesite=strict", "path=/"))
        assert page.ask("/api/watch").status == page.ask("/watch").status == 200
        assert page.ask("/api/health").json["people"] is True
        assert page.post("/logout", None).status == 200
        assert page.ask("/api/watch").status == 401


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    with served(tmp_path, token=True, harvested=1) as page:
        for number in range(WRONG_OF_ONE):
            assert page.log_in(f"wrong {number}").status == 403
        slowed = page.log_in()
        assert slowed.status == 429 and 0 < int(slowed.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"X_Posteye_Token": ""},
        {"X_Posteye_Token": "0" * 64},
    ],
)
def test_no_other_page_can_send_anything(page: Served, headers: dict[str, str]) -> None:
    assert page.post("/api/aim/region", {"region": [0.1, 0.1, 0.5, 0.5]}, **headers).status == 403
    assert page.station.region is None


def test_no_other_page_can_ask_in_a_visitors_browser(page: Served) -> None:
    for path in QUESTIONS:
        assert page.ask(path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status == 403
    assert page.ask("/watch", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


def test_another_name_is_not_answered(page: Served) -> None:
    for host in ("evil.example", f"evil.example:{page.page.port}", "127.0.0.1.evil.example"):
        assert page.ask("/api/watch", Host=host).status == 421
    for host in ("", "[", "[::1", "[::1]]", "a b", "[v1.x]", "%00"):
        assert page.ask("/api/watch", Host=host).status in (400, 421)
    assert page.ask("/api/watch", Host="localhost").status == 200


def test_a_body_that_is_too_long_is_not_taken(page: Served) -> None:
    assert page.post("/api/key", "x" * 70_000).status == 413


def test_every_answer_says_what_a_browser_must_not_do(page: Served) -> None:
    for path in ("/watch", "/files/watch.js", "/api/watch", "/api/aim/picture.jpg", "/nothing", "/api/none"):
        headers = page.ask(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
        assert "server" not in headers and "access-control-allow-origin" not in headers


def test_the_pages_fetch_nothing_from_elsewhere_and_hold_no_script(page: Served) -> None:
    for name in ("aim", "watch", "key", "plan", "login"):
        text = page.ask(f"/{name}").body.decode()
        assert "://" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert text.count("<script") == text.count('<script type="module" src="/files/')
        assert " style=" not in text and " onclick" not in text
