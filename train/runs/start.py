"""What a training goes on from: the float net of another run, or the int8 net of a bundle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from device_runtime.bundle import MANIFEST_FILE, load_bundle
from device_runtime.errors import PosteyeError
from train.runs.trainer import load_float
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner
from train.scanner.widen import widened


@dataclass(frozen=True)
class Start:
    """A net to go on from.

    Attributes:
        net: as it was saved.
        name: for a command that is told to others.
        sha256: of the file that it was read from.
    """

    net: ScanningLeNet | QuantScanner
    name: str
    sha256: str

    def float_net(self, channels: tuple[int, ...], strips: Tensor, seed: int) -> ScanningLeNet:
        """The net to train: that of the run, or the bundle's, widened where it is narrower.

        Args:
            channels: of the layers of the net to train.
            strips: float32 [batch, 1, 32, W], ink = 1, to measure a bundle's layers on.
            seed: of new channels.

        Raises:
            PosteyeError: when it does not fit.
        """
        if isinstance(self.net, ScanningLeNet):
            if self.net.channels != channels:
                raise PosteyeError(f"--from holds a net of channels {self.net.channels}, the preset's are {channels}")
            return self.net
        try:
            return widened(self.net, channels, strips, seed)
        except ValueError as error:
            raise PosteyeError(f"--from: {error}; choose another --preset") from None


def load_start(path: Path) -> Start:
    """Read what --from names: a bundle, or the folder of another run.

    Raises:
        PosteyeError: when it is neither, or damaged.
    """
    if (path / MANIFEST_FILE).is_file():
        bundle = load_bundle(path)
        return Start(restore_scanner(bundle), bundle.manifest.name, bundle.manifest.sha256.tflite)
    net = load_float(path)
    return Start(net, "ANOTHER_RUN", hashlib.sha256((path / "float.pt").read_bytes()).hexdigest())
