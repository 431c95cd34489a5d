"""The door of the page: what a request has to be like before anything looks at it, and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from device_runtime.station.web.asked import told
from device_runtime.station.web.door.access import SESSION_S, Access, Entered, TooOftenError
from device_runtime.station.web.door.names import is_own_host, is_same_origin
from device_runtime.station.web.shell import OPEN_FILES, login_page

COOKIE, CSRF_HEADER = "posteye", "x-posteye-token"
MOST_BODY_BYTES, BODY_S, ANSWER_S = 65_536, 5.0, 30.0
_LONGEST_PATH = 512

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none, a browser sends no Origin with the form
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets requests through to the pages, or answers them itself.

    Args:
        app: the pages.
        access: who may come in.
        names: by which the page may be asked for.
    """

    def __init__(self, app: ASGIApp, access: Access, names: frozenset[str]) -> None:
        self._app, self._access, self._names = app, access, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                kept = [(key, value) for key, value in message["headers"] if key.lower() != b"cache-control"]
                own = [(key.lower().encode(), value.encode()) for key, value in HEADERS.items()]
                message = {**message, "headers": [*kept, *own]}
            await send(message)

        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await self._answer(scope, receive, with_headers)
                if answer is not None:
                    await answer(scope, receive, with_headers)
        except TimeoutError:
            if not begun:
                await _said(503, "this took too long; try again")(scope, receive, with_headers)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """What the door itself answers; None when the pages did."""
        request = Request(scope)
        headers, path = request.headers, scope["path"]  # its URL would be made of a Host that may be none
        if len(path) > _LONGEST_PATH or not path.isprintable():
            return _said(400, "there is no such page")
        if not is_own_host(headers.get("host", ""), self._names):
            return _said(421, "this station has another name; ask for it by its address")
        site = headers.get("sec-fetch-site")
        if site not in (None, "same-origin", "none") and headers.get("sec-fetch-mode") != "navigate":
            return _said(403, "only the station's own pages may ask for this")
        if request.method not in ("GET", "HEAD", "POST"):
            return _said(405, "only GET and POST are answered")
        body = b""
        if request.method == "POST":
            if not is_same_origin(headers.get("host", ""), headers.get("origin"), site):
                return _said(403, "only the station's own pages may send this")
            found = await _body(request, receive)
            if found is None:
                return _said(413, f"at most {MOST_BODY_BYTES:,} bytes are taken, within {BODY_S:g} s")
            body = found
        cookie = _cookie(headers.get("cookie", ""))
        if path == "/login" and self._access.asks:
            return self._login(request, body) if request.method == "POST" else Response(login_page(""), 200, _HTML)
        if path == "/login":
            return RedirectResponse("/watch", 303)
        visitor = self._access.entered(cookie)
        if visitor is None:
            return await self._outside(request, scope, receive, send)
        if request.method == "POST" and not self._access.is_own(visitor, headers.get(CSRF_HEADER, "")):
            return _said(403, "the page is older than the station; load it again")
        if path == "/logout" and request.method == "POST":
            self._access.leave(cookie)
            return _said(200, "")
        await self._app(_entered(scope, visitor, self._access.asks), _replayed(body, receive), send)
        return None

    def _login(self, request: Request, body: bytes) -> Response:
        """Look at the token of the form."""
        address = request.client.host if request.client else ""
        try:
            cookie = self._access.enter(_form(body).get("token", ""), address)
        except TooOftenError as error:
            wait = {"Retry-After": f"{error.wait_s:.0f}"}
            return Response(login_page(f"{error}".capitalize() + "."), 429, {**_HTML, **wait})
        if cookie is None:
            return Response(login_page("This is not the station's token."), 403, _HTML)
        answer = RedirectResponse("/watch", 303)
        # Strict, so that no other page's link or form brings it along. Not Secure: the station speaks plain HTTP.
        answer.set_cookie(COOKIE, cookie, max_age=int(SESSION_S), httponly=True, samesite="strict", path="/")
        return answer

    async def _outside(self, request: Request, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """What those get who are not let in: the look of the form, and the way to it."""
        path = scope["path"]
        if request.method != "POST" and path in OPEN_FILES:
            await self._app(_entered(scope, Entered(""), True), receive, send)
            return None
        if request.method == "POST" or path.startswith("/api/"):
            return _said(401, "log in first")
        return RedirectResponse("/login", 303)


_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _said(status: int, message: str) -> Response:
    answer = told({"error": message} if message else {}, {}, status)
    return Response(answer.body, status, media_type=answer.kind)


async def _body(request: Request, receive: Receive) -> bytes | None:
    """The whole body; None when it is too long or too slow."""
    size = request.headers.get("content-length", "")
    if size.isascii() and size.isdigit() and int(size[:20]) > MOST_BODY_BYTES:
        return None
    body, more = b"", True
    try:
        async with asyncio.timeout(BODY_S):
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > MOST_BODY_BYTES:
                    return None
    except TimeoutError:
        return None
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What the pages receive: the body that was read already, and then what comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _entered(scope: Scope, visitor: Entered, asks: bool) -> Scope:
    state: Mapping[str, Any] = scope.get("state", {})
    return {**scope, "state": {**state, "csrf": visitor.csrf, "asks": asks}}


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form, the last of each name; none where it is no such form."""
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=8))
    except (ValueError, UnicodeDecodeError):
        return {}
