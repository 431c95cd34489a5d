"""From a strip to its lattice: the scanner's columns, and what the pixels show between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device_runtime import engines
from device_runtime.bundle import Bundle
from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip

if TYPE_CHECKING:
    from device_runtime.recognition.lattice import Lattice

SCAN = "scan"  # the name under which a bundle holds the calibration of this method

Recognize = Callable[[Strip], "Lattice"]


@dataclass(frozen=True)
class ScanRecognizer:
    """Scans a strip; it raises what the scanner raises.

    Attributes:
        scanner: gives the penalties of a strip's columns.
        costs: of what stands beside and in a code; those of the decoder that is to read the lattice.
    """

    scanner: Scanner
    costs: Costs = COSTS

    def __call__(self, strip: Strip) -> Lattice:
        """The lattice of a strip."""
        # Here, as a reader with the compiled core needs none of it.
        from device_runtime.recognition.gaps import find_gaps
        from device_runtime.recognition.scan_lattice import scan_lattice

        return scan_lattice(self.scanner(strip), find_gaps(strip), self.costs)


def scan_recognizer(bundle: Bundle, engine: str | None = None) -> ScanRecognizer:
    """The scan of a bundle.

    Args:
        bundle: the model.
        engine: name of what runs it; None = the fastest installed.

    Raises:
        PosteyeError: the engine is unknown or missing.
    """
    return ScanRecognizer(Scanner(bundle, engines.pick(engine, bundle.model)))
