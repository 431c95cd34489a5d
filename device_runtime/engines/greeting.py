"""Keeps LiteRT's line about its delegate off stderr, which is for what a user must know.

LiteRT writes it with its first interpreter, by C code that no setting reaches: neither an environment variable nor a
function that Python can call (2.3).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

_GREETING = b"INFO: Created TensorFlow Lite XNNPACK delegate"
_STDERR = 2

_lock = threading.Lock()
_heard = False


@contextlib.contextmanager
def without_greeting() -> Iterator[None]:
    """Hold back what is written to stderr, by any thread, and pass it on but for the greeting.

    Only until the greeting was met: then it does nothing. Threads wait for each other.
    """
    global _heard
    if _heard:
        yield
        return
    with _lock:
        try:
            real = os.dup(_STDERR)
        except OSError:  # there is no stderr to keep clean
            yield
            return
        held = os.memfd_create("posteye-stderr")
        os.dup2(held, _STDERR)
        try:
            yield
        finally:
            os.dup2(real, _STDERR)
            lines = os.pread(held, os.fstat(held).st_size, 0).splitlines(keepends=True)
            _heard = any(line.startswith(_GREETING) for line in lines)
            with open(real, "wb", closefd=True) as stderr:
                stderr.writelines(line for line in lines if not line.startswith(_GREETING))
            os.close(held)
