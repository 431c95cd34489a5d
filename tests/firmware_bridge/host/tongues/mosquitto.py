"""A real Mosquitto for tests, on a loopback port, with a configuration and certificates of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
OPENSSL = shutil.which("openssl")
WHY_NOT = "mosquitto is not installed (apt-get install mosquitto): no MQTT is tested"
WHY_NO_TLS = "openssl is not installed (apt-get install openssl): no TLS is tested"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Mosquitto:
    """A broker that can be stopped and started again; what it holds is kept meanwhile.

    Args:
        folder: of its own.
        certificate: and key of the server; None: no TLS.
        more: lines of its configuration.
    """

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None, more: str = "") -> None:
        assert PROGRAM
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        tls = f"certfile {certificate[0]}\nkeyfile {certificate[1]}\n" if certificate else ""
        access = "" if "allow_anonymous" in more else "allow_anonymous true\n"
        self._file.write_text(
            f"listener {self.port} 127.0.0.1\n{tls}{access}user root\npersistence true\n"
            f"persistence_location {folder}/\nmax_queued_messages 0\n{more}"
        )
        self.start()

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        assert PROGRAM
        self._process = subprocess.Popen([PROGRAM, "-c", self._file], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr
        said = []
        for line in self._process.stderr:
            said.append(line)
            if line.rstrip().endswith(" running"):
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """Stop it as systemd would."""
        self._process.terminate()
        assert self._process.stderr
        self._process.stderr.read()
        self._process.wait()
        self._process.stderr.close()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    assert OPENSSL
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    asked += ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([OPENSSL, *asked, "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths
