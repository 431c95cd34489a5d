"""A network camera: RTSP (RFC 2326) over one connection, with JPEG frames in RTP (RFC 2435)."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from types import TracebackType

import cv2
import numpy as np

FPS = 25
_JPEG_TYPE = 26  # RFC 3551
_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:track\r\n"


class StreamServer:
    """Sends red pictures of 64 x 48 px to whoever asks, and hangs up after a number of them.

    Args:
        frames_a_call: after how many.
    """

    def __init__(self, frames_a_call: int) -> None:
        self.calls = 0
        self._frames = frames_a_call
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listening.getsockname()[1]}/live"
        self._closing = threading.Event()

    def __enter__(self) -> StreamServer:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                self.calls += 1
                with caller, contextlib.suppress(OSError):
                    self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        requests = caller.makefile("r", newline="\r\n")
        while line := requests.readline():
            verb, headers = line.split(" ")[0], {}
            while (header := requests.readline().strip()) and ":" in header:
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            extra = {
                "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n",
                "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(_SDP)}\r\n",
                "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
                "PLAY": "Session: 1\r\n",
            }.get(verb, "")
            body = _SDP if verb == "DESCRIBE" else ""
            caller.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {headers['cseq']}\r\n{extra}\r\n{body}".encode())
            if verb == "PLAY":
                self._play(caller)
                return

    def _play(self, caller: socket.socket) -> None:
        payload = _payload()
        for number in range(self._frames):
            if self._closing.is_set():
                return
            rtp = struct.pack(">BBHII", 0x80, 0x80 | _JPEG_TYPE, number, number * 90_000 // FPS, 1)
            caller.sendall(b"$\0" + struct.pack(">H", len(rtp + payload)) + rtp + payload)
            time.sleep(1 / FPS)


def _payload() -> bytes:
    """A red picture as RTP carries it: the tables of a JPEG and its data, without its headers."""
    data = bytes(cv2.imencode(".jpg", np.full((48, 64, 3), (20, 20, 220), np.uint8))[1])
    tables, position = b"", 2
    while data[position + 1] != 0xDA:
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if data[position + 1] == 0xDB:
            tables += data[position + 5 : position + 2 + length]
        position += 2 + length
    scan = data[position + 2 + int.from_bytes(data[position + 2 : position + 4], "big") : -2]
    half_colour, own_tables = 1, 255
    header = struct.pack(">IBBBB", 0, half_colour, own_tables, 64 // 8, 48 // 8)
    return header + struct.pack(">HH", 0, len(tables)) + tables + scan
