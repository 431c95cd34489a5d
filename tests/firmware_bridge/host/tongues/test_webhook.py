"""Posts to a server that is there, unwilling, slow, or somebody else."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from firmware_bridge.errors import BridgeError
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.speaker import Speaker
from firmware_bridge.host.tongues.webhook import Server, WebhookTongue, server_of
from tests.firmware_bridge.host.tongues import mosquitto
from tests.firmware_bridge.host.tongues.mosquitto import certificate
from tests.firmware_bridge.host.tongues.peers import AT_ONCE, PATIENCE_S, Ear, no_read, reading


class Plant:
    """What a server of the plant heard, and what it answers: a status for each post, by its count from 1."""

    def __init__(self, answer: Callable[[int], int] = lambda _: 204) -> None:
        self.posts: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.connections = set[int]()
        self.answer = answer


@contextmanager
def serving(plant: Plant, identity: tuple[Path, Path] | None = None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            plant.posts.append((self.path, dict(self.headers), json.loads(body)))
            plant.connections.add(self.client_address[1])
            self.send_response(plant.answer(len(plant.posts)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if identity:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*identity)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def speak(server: Server) -> tuple[Speaker, Ear]:
    ear = Ear()
    return Speaker(WebhookTongue(server, "north"), ear.outcome, ear.wire, None, AT_ONCE), ear


def test_pieces_are_posted_with_a_key_each_over_one_connection() -> None:
    plant = Plant()
    with serving(plant) as port:
        speaker, ear = speak(server_of(f"http://127.0.0.1:{port}/hook?line=2", "secret-token"))
        speaker.send(reading(7), 11)
        speaker.send(no_read(8), 12)
        speaker.send(reading(9), 0)
        assert speaker.close(PATIENCE_S)
    path, headers, body = plant.posts[0]
    assert path == "/hook?line=2" and headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == '"north-11"' and headers["Authorization"] == "Bearer secret-token"
    assert (body["id"], body["piece"], body["code"], body["bin"]) == ("north-11", 7, "10115", "A3")
    assert plant.posts[1][2]["status"] == "no_read"
    assert "Idempotency-Key" not in plant.posts[2][1] and plant.posts[2][2]["id"] is None
    assert len(plant.connections) == 1
    assert ear.said()[0] == (11, "delivered", "acknowledged") and ear.wires == [None]


def test_a_fault_of_the_server_has_the_piece_again_under_its_key() -> None:
    plant = Plant(lambda count: (503, 429, 500, 200)[min(count - 1, 3)])
    with serving(plant) as port:
        speaker, ear = speak(Server("127.0.0.1", port))
        speaker.send(reading(7), 11)
        speaker.send(reading(8), 12)
        assert speaker.close(PATIENCE_S)
    assert [headers["Idempotency-Key"] for _, headers, _ in plant.posts] == 4 * ['"north-11"'] + ['"north-12"']
    assert [one.transmissions for one in ear.outcomes] == [4, 1]
    assert [str(wire).partition(" answered ")[2] for wire in ear.wires] == [
        "503 Service Unavailable", "429 Too Many Requests", "500 Internal Server Error", "",
    ]  # fmt: skip


def test_what_is_refused_is_not_posted_again() -> None:
    plant = Plant(lambda count: (400, 422, 301, 200)[count - 1])
    with serving(plant) as port:
        speaker, ear = speak(Server("127.0.0.1", port))
        for tag in (1, 2, 3, 4):
            speaker.send(reading(tag), tag)
        assert speaker.close(PATIENCE_S)
    assert len(plant.posts) == 4 and [one.how for one in ear.outcomes] == 3 * ["refused"] + ["delivered"]
    assert ear.outcomes[1].detail.endswith("answered 422 Unprocessable Entity")
    assert ear.outcomes[2].detail.endswith("301 Moved Permanently; give the URL it leads to")


def test_a_connection_that_the_server_closed_meanwhile_is_no_fault() -> None:
    plant = Plant()
    with serving(plant) as port:
        tongue = WebhookTongue(Server("127.0.0.1", port), "north")
        assert tongue.say(Waiting(reading(), 1)) == "acknowledged"
        connection = tongue._connection
        assert connection and connection.sock
        connection.sock.shutdown(socket.SHUT_RDWR)
        assert tongue.say(Waiting(reading(), 2)) == "acknowledged"
        tongue.close()
    assert [headers["Idempotency-Key"] for _, headers, _ in plant.posts] == ['"north-1"', '"north-2"']


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 200 ok\r\nA: " + b"x" * 70_000]
)
def test_who_is_no_web_server_is_told_in_a_line(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def be() -> None:
            other, _ = server.accept()
            other.recv(1)
            other.sendall(answer)
            other.shutdown(socket.SHUT_WR)
            while other.recv(1000):
                pass

        threading.Thread(target=be, daemon=True).start()
        tongue = WebhookTongue(Server("127.0.0.1", server.getsockname()[1]), "north")
        with pytest.raises(BridgeError, match="gives no answer: ") as error:
            tongue.say(Waiting(reading(), 1))
        assert "\n" not in str(error.value)


def test_a_server_that_hangs_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        tongue = WebhookTongue(Server("127.0.0.1", server.getsockname()[1], timeout_s=0.1), "north")
        with pytest.raises(BridgeError, match="gives no answer: timed out"):
            tongue.say(Waiting(reading(), 1))


@pytest.mark.skipif(mosquitto.OPENSSL is None, reason=mosquitto.WHY_NO_TLS)
def test_a_certificate_that_is_not_trusted_gets_nothing(tmp_path: Path) -> None:
    right, wrong = certificate(tmp_path, "right"), certificate(tmp_path, "wrong")
    plant = Plant()
    with serving(plant, right) as port:
        url = f"https://127.0.0.1:{port}/"
        assert WebhookTongue(server_of(url, ca_file=right[0]), "n").say(Waiting(reading(), 1)) == "acknowledged"
        for trusted in (wrong[0], None):
            with pytest.raises(BridgeError, match=r"the certificate of https://127\.0\.0\.1.* is refused: self.signed"):
                WebhookTongue(server_of(url, ca_file=trusted), "n").say(Waiting(reading(), 1))
        with pytest.raises(BridgeError, match="cannot be used"):
            WebhookTongue(server_of(url, ca_file=right[1]), "n").say(Waiting(reading(), 1))
    assert len(plant.posts) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://x", "is none; give one such as https://"),
        ("https://", "is none"),
        ("https://a:b@x", "holds a user"),
        ("https://x:70000", "is none"),
        ("https://x/a b", "is none"),
        ("https://x/ü", "is none"),
        ("https://x/#a", "is none"),
    ],
)
def test_urls_that_name_no_server(url: str, said: str) -> None:
    with pytest.raises(BridgeError, match=said):
        server_of(url)
