"""The token, and the sessions of those who gave it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import stat
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import FileError, WebError
from device_runtime.files.regular import printable, read_regular

SESSION_S = 12 * 3600.0
MOST_SESSIONS = 64
WINDOW_S = 60.0
WRONG_OF_ONE, WRONG_OF_ALL = 5, 50  # wrong tokens in a window, of one address and of all
SHORTEST_TOKEN = 16
_TOKEN_BYTES = 4096
_MOST_ADDRESSES = 1024


@dataclass(frozen=True)
class Entered:
    """A visitor who may see the pages.

    Attributes:
        csrf: what every POST of his has to bring in its header.
    """

    csrf: str


class TooOftenError(Exception):
    """Too many wrong tokens; `wait_s` says for how long nobody is asked."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many wrong tokens; wait {wait_s:.0f} s")
        self.wait_s = wait_s


def read_token(path: Path | str) -> str:
    """Read the token that visitors have to give.

    Raises:
        WebError: it cannot be read, others may read it, or it is too short.
    """
    make = f"make one: (umask 077; head -c 24 /dev/urandom | base64 > {printable(path)})"
    try:
        token = read_regular(path, _TOKEN_BYTES).decode("ascii").strip()
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileError as error:
        raise WebError(f"the page's token {printable(path)} cannot be read: {error}; {make}") from None
    except (OSError, UnicodeDecodeError):
        raise WebError(f"the page's token {printable(path)} is no line of plain letters and digits; {make}") from None
    if mode & 0o077:
        raise WebError(f"others may read the page's token; chmod 600 {printable(path)}")
    if len(token) < SHORTEST_TOKEN or not token.isprintable() or " " in token:
        raise WebError(f"the page's token {printable(path)} is no word of {SHORTEST_TOKEN} characters or more; {make}")
    return token


class Access:
    """Knows who may come in. For one thread.

    Args:
        token: that visitors have to give; None: everyone on this machine may come in.
        clock: seconds that only rise.
    """

    def __init__(self, token: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = None if token is None else _digest(token)
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._sessions: OrderedDict[bytes, float] = OrderedDict()  # digests of cookies, and when they end
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()  # by address, the last one last
        self._all_wrong: list[float] = []

    @property
    def asks(self) -> bool:
        """Whether a token has to be given."""
        return self._token is not None

    def entered(self, cookie: str) -> Entered | None:
        """The visitor with a cookie; None when it is nobody's."""
        if self._token is None:
            return Entered(self._csrf(b"everyone"))
        key = _digest(cookie)
        ends_s = self._sessions.get(key)
        if ends_s is None:
            return None
        if self._clock() > ends_s:
            del self._sessions[key]
            return None
        return Entered(self._csrf(key))

    def enter(self, token: str, address: str) -> str | None:
        """Return a cookie for a visitor who gives the right token, None for a wrong one.

        Raises:
            TooOftenError: there were too many wrong ones; the token was not looked at.
        """
        now_s, who = self._clock(), _network(address)
        wrong = self._recent(self._wrong.get(who, []), now_s)
        self._all_wrong = self._recent(self._all_wrong, now_s)
        for found, most in ((wrong, WRONG_OF_ONE), (self._all_wrong, WRONG_OF_ALL)):
            if len(found) >= most:
                raise TooOftenError(max(1.0, found[-most] + WINDOW_S - now_s))
        if self._token is None or not hmac.compare_digest(_digest(token), self._token):
            self._wrong[who] = [*wrong, now_s]
            self._wrong.move_to_end(who)
            self._all_wrong.append(now_s)
            while len(self._wrong) > _MOST_ADDRESSES:
                self._wrong.popitem(last=False)
            return None
        cookie = secrets.token_urlsafe(32)
        self._sessions[_digest(cookie)] = now_s + SESSION_S
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return cookie

    def leave(self, cookie: str) -> None:
        """Forget a visitor."""
        self._sessions.pop(_digest(cookie), None)

    def is_own(self, visitor: Entered, csrf: str) -> bool:
        """Whether a POST brings what its visitor's page was given."""
        return hmac.compare_digest(visitor.csrf.encode(), csrf.encode("utf-8", "replace"))

    def _csrf(self, key: bytes) -> str:
        return hmac.new(self._secret, key, hashlib.sha256).hexdigest()

    def _recent(self, times_s: list[float], now_s: float) -> list[float]:
        return [time_s for time_s in times_s if now_s - time_s < WINDOW_S]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _network(address: str) -> str:
    """Whom an address counts for: itself, or in IPv6 the network of 64 bits that a household or a machine has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((int(found), 64), strict=False))
