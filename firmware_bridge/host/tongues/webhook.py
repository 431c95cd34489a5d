"""Says pieces to a web server: a POST of JSON each, under a key by which it tells a repeat.

Sources: RFC 9110, section 15 (status codes); IETF, draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from firmware_bridge.errors import BridgeError, NoAnswerError, PortError, RefusedError
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.facts import as_json, message_id

MOST_BYTES = 65_536  # of an answer; the rest is not read
_TRY_AGAIN = (408, 425, 429)  # of the 4xx those that are about the moment, and not about the request


@dataclass(frozen=True)
class Server:
    """Where pieces are posted.

    Attributes:
        host: its name or address; the certificate must be for it.
        port: of TCP.
        path: with its query.
        tls: whether TLS is spoken.
        token: sent as `Authorization: Bearer`; empty: none.
        ca_file: certificates that are trusted; None: those of the system.
        timeout_s: for the connection, and for each part of an answer.
    """

    host: str
    port: int
    path: str = "/"
    tls: bool = False
    token: str = ""
    ca_file: Path | None = None
    timeout_s: float = 5.0

    @property
    def name(self) -> str:
        """The server for messages, without the path's query, in which secrets may stand."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{self.path.partition('?')[0]}"


def server_of(url: str, token: str = "", ca_file: Path | None = None, timeout_s: float = 5.0) -> Server:
    """The server of a URL such as `https://plant.example/posteye`.

    Args:
        url: without user and password.
        token: that the server asks for.
        ca_file: certificates that are trusted; for https.
        timeout_s: for the connection, and for each part of an answer.

    Raises:
        BridgeError: the URL is none.
    """
    form = "give one such as https://plant.example/posteye"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise BridgeError(f"the URL of the webhook is none ({error}); {form}") from None
    if parts.username is not None:
        raise BridgeError("the URL of the webhook holds a user; put a token into a file of its own (token_file)")
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or " " in url or parts.fragment:
        raise BridgeError(f"the URL of the webhook is none; {form}")
    tls = parts.scheme == "https"
    if ca_file is not None and not tls:
        raise BridgeError("a ca_file is for TLS; write https:// in the URL of the webhook")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Server(host, port or (443 if tls else 80), path, tls, token, ca_file, timeout_s)


class WebhookTongue:
    """A tongue of HTTP 1.1; the connection stays open between pieces.

    Args:
        server: that is told.
        station: its name in what is posted.
    """

    name = "webhook"

    def __init__(self, server: Server, station: str) -> None:
        self.to = server.name
        self._server, self._station = server, station
        self._connection: http.client.HTTPConnection | None = None

    def open(self) -> bool:
        """As `Tongue.open`; whether the server is there shows with the first piece."""
        return False

    def say(self, one: Waiting) -> str:
        """As `Tongue.say`: any 2xx is "acknowledged"; 4xx refuses the piece, all else has it again.

        A connection that was kept may have been closed by the server meanwhile: that is tried once more at once.
        """
        is_kept = self._connection is not None
        try:
            code, reason = self._post(one)
        except NoAnswerError as error:
            if not (is_kept and isinstance(error.__cause__, ConnectionError)):
                raise
            code, reason = self._post(one)
        said = f"{self.to} answered {code} {reason}"
        if 200 <= code < 300:
            return "acknowledged"
        if code in _TRY_AGAIN or code >= 500:
            raise NoAnswerError(said)
        raise RefusedError(f"{said}; give the URL it leads to" if 300 <= code < 400 else said, code)

    def beat(self) -> None:
        """As `Tongue.beat`; there is nothing to do."""

    def close(self) -> None:
        """As `Tongue.close`."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _post(self, one: Waiting) -> tuple[int, str]:
        """Post a piece; the number and the words of the answer."""
        if self._connection is None:
            self._connection = self._made()
        headers = {"Content-Type": "application/json", "User-Agent": "posteye"}
        key = message_id(self._station, one.tag)
        if key:
            headers["Idempotency-Key"] = f'"{key}"'
        if self._server.token:
            headers["Authorization"] = f"Bearer {self._server.token}"
        try:
            self._connection.request("POST", self._server.path, as_json(self._station, one), headers)
            answer = self._connection.getresponse()
            answer.read(MOST_BYTES)
            if not answer.isclosed():  # more than anybody wants to read: nothing else can be asked on it
                self.close()
        except ssl.SSLCertVerificationError as error:
            self.close()
            why = error.verify_message or error.reason
            raise PortError(f"the certificate of {self.to} is refused: {why}; is ca_file the right one?") from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswerError(f"{self.to} gives no answer: {_plain(str(error)) or type(error).__name__}") from error
        return answer.status, _plain(answer.reason)

    def _made(self) -> http.client.HTTPConnection:
        server = self._server
        if not server.tls:
            return http.client.HTTPConnection(server.host, server.port, timeout=server.timeout_s)
        try:
            context = ssl.create_default_context(cafile=server.ca_file)
        except OSError as error:
            raise PortError(f"the certificates {server.ca_file} cannot be used: {error}") from error
        return http.client.HTTPSConnection(server.host, server.port, timeout=server.timeout_s, context=context)


def _plain(text: str) -> str:
    """What a server said, as a message may show it."""
    return "".join(char for char in text if " " <= char <= "~")[:100]
