"""Images decoded in a process of its own: a decoder that crashes, hangs or eats memory costs one file, not the reader.

One child decodes file after file and is replaced when a file was its last. It may not use more processor time or
memory than a picture within the limits of load.py needs, nor write any file. What it answers is checked as if a
stranger had sent it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import selectors
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import ImageError, PosteyeError
from device_runtime.files.regular import printable
from device_runtime.image.load import MAX_DECODED_BYTES, load_image

TIMEOUT_S = 30  # for one file; a page at 400 dpi takes a Pi Zero 2 W a few seconds
MEMORY_BYTES = 300_000_000  # on top of what the idle child has

_ROOT = Path(__file__).parents[2]
# Not `-m`: the child imports this very package, wherever the parent found it, and nothing from the current folder.
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from device_runtime.image import isolated; isolated.serve()"
_LENGTH = struct.Struct("<I")
# Height, width, channels (1 or 3) and 0; or 0, 0, 0 and the length of a complaint in UTF-8.
_ANSWER = struct.Struct("<IIII")
_MOST_COMPLAINT_BYTES = 10_000
_PIECE_BYTES = 1 << 20


class IsolatedDecoder:
    """Reads image files as `load_image` does, but in a child process; a context manager, for one thread."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> IsolatedDecoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load_image(self, path: Path | str) -> NDArray[np.uint8]:
        """Read an image file with its colour, upright.

        Args:
            path: of the file.

        Returns:
            uint8 [H, W], or [H, W, 3] in RGB.

        Raises:
            ImageError: as load.load_image does; also when the child crashes or takes longer than TIMEOUT_S. The next
                file then gets a new one.
        """
        deadline = time.monotonic() + TIMEOUT_S
        child = self._child = self._child or _start()
        assert child.stdin is not None
        try:
            name = os.fsencode(path)
            child.stdin.write(_LENGTH.pack(len(name)) + name)
            child.stdin.flush()
            height, width, channels, complaint = _ANSWER.unpack(_receive(child, _ANSWER.size, deadline))
            if height * width * channels > MAX_DECODED_BYTES or complaint > _MOST_COMPLAINT_BYTES:
                raise EOFError
            if not complaint:
                shape = _shape(height, width, channels)
                return np.frombuffer(_receive(child, height * width * channels, deadline), np.uint8).reshape(shape)
            text = _receive(child, complaint, deadline).decode("utf-8", "backslashreplace")
        except (EOFError, OSError, TimeoutError) as error:
            raise ImageError(f"{printable(path)} cannot be decoded: {self._end(error)}") from None
        except ValueError as error:
            raise ImageError(f"{printable(path)} cannot be read: {error}") from None
        except BaseException:  # interrupted: what the child still answers belongs to no later file
            self.close()
            raise
        raise ImageError(printable(text))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                assert pipe is not None
                with contextlib.suppress(OSError):  # a request that nobody took
                    pipe.close()

    def _end(self, error: Exception) -> str:
        """End a child that failed, and say how it failed."""
        child = self._child
        assert child is not None
        if isinstance(error, TimeoutError):
            self.close()
            return f"it took more than {TIMEOUT_S} s"
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1)
        status = child.returncode
        self.close()
        if status == -signal.SIGXCPU:
            return f"it took more than {TIMEOUT_S} s of the processor"
        if status is not None and status < 0:
            return f"its decoder crashed ({signal.Signals(-status).name})"
        return "its decoder failed"


def serve() -> None:
    """Be the child: decode the files whose names come in on standard input until it ends."""
    importlib.import_module("device_runtime.image.opencv")  # before the limits are set, which count from here
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a decoder that prints shall not print into an answer
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY_BYTES)
    while head := requests.read(_LENGTH.size):
        name = os.fsdecode(requests.read(_LENGTH.unpack(head)[0]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        # Should a parent be killed, a child that hangs does not outlive it for long.
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + TIMEOUT_S + 1)
        try:
            pixels = load_image(name)
            height, width, *colors = pixels.shape
            answers.write(_ANSWER.pack(height, width, *(colors or [1]), 0))
            answers.write(pixels.data)
            del pixels  # not to be kept until the next file
        except (PosteyeError, MemoryError) as error:
            complaint = str(error) or f"{name} needs more memory than there is"
            text = complaint.encode("utf-8", "backslashreplace")[:_MOST_COMPLAINT_BYTES]
            answers.write(_ANSWER.pack(0, 0, 0, len(text)) + text)
        answers.flush()


def _shape(height: int, width: int, channels: int) -> tuple[int, ...]:
    """The shape of a picture that the child announces.

    Raises:
        EOFError: there is no such picture.
    """
    if channels not in (1, 3):
        raise EOFError
    return (height, width, channels) if channels == 3 else (height, width)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _start() -> subprocess.Popen[bytes]:
    # In a session of its own: Ctrl-C is for the parent, with which the child's input ends.
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _receive(child: subprocess.Popen[bytes], count: int, deadline: float) -> bytearray:
    """Read exactly `count` bytes from the child.

    Raises:
        TimeoutError: they did not come before the deadline.
        EOFError: the child is gone.
    """
    assert child.stdout is not None
    data = bytearray(count)
    view, got = memoryview(data), 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while got < count:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            piece = os.read(child.stdout.fileno(), min(_PIECE_BYTES, count - got))
            if not piece:
                raise EOFError
            view[got : got + len(piece)] = piece
            got += len(piece)
    return data
