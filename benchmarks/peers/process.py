"""The other end of `benchmarks.peers.readers.serve`: a reader in a process of its own, on one thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec
from msgspec import Struct

from benchmarks.peers.environment import peers_python
from device_runtime.errors import PosteyeError

ROOT = Path(__file__).parents[2]
_IN_PEERS_ENVIRONMENT = ("rapidocr", "ppocr")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


class Identity(Struct, frozen=True):
    """Who a reader is.

    Attributes:
        name: For tables.
        version: Of the program and its model.
        model_bytes: Size of the model file that it reads with.
    """

    name: str
    version: str
    model_bytes: int


class Answer(Struct, frozen=True):
    """What a reader made of one image.

    Attributes:
        text: What it read.
        score: How sure it is, 0..1.
        seconds: Wall clock of the reading.
        cpu_seconds: Processor time of all its threads.
        peak_bytes: Its largest resident memory so far.
    """

    text: str
    score: float
    seconds: float
    cpu_seconds: float
    peak_bytes: int


_Kind = TypeVar("_Kind", Identity, Answer)


class Peer:
    """A reader in a process; a context manager that ends it.

    Attributes:
        identity: Who the reader is.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start a reader.

        Args:
            command: What to run, from the root of the repository.

        Raises:
            PosteyeError: The reader cannot start; its own words say why.
        """
        self._command = " ".join(command)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self.identity = self._next(Identity)
        except PosteyeError:
            self.close()
            raise

    def read(self, image: Path) -> Answer:
        """Have one image read.

        Raises:
            PosteyeError: The reader failed or has died.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"image": str(image.resolve())}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died() from None
        return self._next(Answer)

    def close(self) -> None:
        """End the reader, which stops at the end of its input, and wait for it."""
        self._process.communicate()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self, kind: type[_Kind]) -> _Kind:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._died()
        try:
            message = msgspec.json.decode(line)
            if "error" in message:
                raise PosteyeError(message["error"])
            return msgspec.convert(message, kind)
        except (msgspec.DecodeError, TypeError) as error:
            raise PosteyeError(f"`{self._command}` answered {line.strip()!r}, which is no answer: {error}") from error

    def _died(self) -> PosteyeError:
        code = self._process.wait()
        self._log.seek(0)
        last = self._log.read().decode(errors="replace").strip().rpartition("\n")[2]
        return PosteyeError(f"`{self._command}` ended with exit code {code}: {last or 'it printed nothing'}")


def start(reader: str, *words: str) -> Peer:
    """Start one of benchmarks.peers.readers in the environment that it belongs to.

    Args:
        reader: Name of the module.
        words: Of its command line.

    Raises:
        PosteyeError: It cannot start, or its environment cannot be made.
    """
    python = str(peers_python()) if reader in _IN_PEERS_ENVIRONMENT else sys.executable
    return Peer([python, "-m", f"benchmarks.peers.readers.{reader}", *words])
