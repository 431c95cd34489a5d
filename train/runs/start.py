"""What a training goes on from: another run's float net or, to be widened, its int8-ready one; or a bundle's net."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from device_runtime.bundle import MANIFEST_FILE, find_bundle, load_bundle
from device_runtime.errors import PosteyeError
from train.runs import checkpoint as saved
from train.runs.folder import NET_FILE
from train.runs.trainer import load_float
from train.scanner.from_bundle import restore_scanner
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner, empty_quant_scanner
from train.scanner.widen import fits, widened


@dataclass(frozen=True)
class Start:
    """A net to go on from.

    Attributes:
        net: as it was saved.
        name: for a command that is told to others.
        sha256: of the file that it was read from.
        command: that trained it, if it is of another run that has finished.
    """

    net: ScanningLeNet | QuantScanner
    name: str
    sha256: str
    command: str = ""

    def told(self) -> tuple[str, str]:
        """For a command that is told to others: the option, and a comment behind it that says what another run was."""
        return f" --from {self.name}", f" # {self.name}: {self.command}" if self.command else ""

    def float_net(self, channels: tuple[int, ...], strips: Tensor, seed: int) -> ScanningLeNet:
        """The net to train: the float one of a run, or one on int8 grids, widened where it is narrower.

        Args:
            channels: of the layers of the net to train.
            strips: float32 [batch, 1, 32, W], ink = 1, to measure the layers on that were on int8 grids.
            seed: of new channels.
        """
        if isinstance(self.net, ScanningLeNet):
            return self.net
        return widened(self.net, channels, strips, seed)


def load_start(path: Path, channels: tuple[int, ...]) -> Start:
    """Read what --from names: a bundle by its folder or, of those that come with the program, its name; or another run.

    Of a run its float net is taken. When that has other channels than the net to train, it is the int8-ready one, which
    is widened as a bundle's is.

    Args:
        path: of the folder, or the name.
        channels: of the layers of the net to train.

    Raises:
        PosteyeError: when it is neither, or damaged, or does not fit, or is a run that has to be widened and has not
            finished.
    """
    found = _found(path, channels)
    if not fits(found.net.channels, channels):
        raise PosteyeError(
            f"--from: a net of channels {found.net.channels} does not fit into one of {channels}; "
            "choose another --preset"
        )
    return found


def _found(path: Path, channels: tuple[int, ...]) -> Start:
    folder = find_bundle(path)
    if (folder / MANIFEST_FILE).is_file():
        bundle = load_bundle(folder)
        return Start(restore_scanner(bundle), bundle.manifest.name, bundle.manifest.sha256.tflite)
    net: ScanningLeNet | QuantScanner = load_float(path)
    file, command = path / "float.pt", ""
    if (path / NET_FILE).is_file():
        state = saved.load(path / NET_FILE, ("state", "channels", "recipe"), "let that run make it again")
        command = str(state["recipe"].get("command", ""))
        if net.channels != channels:
            net, file = empty_quant_scanner(tuple(state["channels"])), path / NET_FILE
            net.load_state_dict(state["state"])
            net.eval()
    elif net.channels != channels:
        raise PosteyeError(
            f"{path} holds a net of channels {net.channels}, the preset's are {channels}; "
            "it can be widened when its run has finished"
        )
    return Start(net, "ANOTHER_RUN", hashlib.sha256(file.read_bytes()).hexdigest(), command)
