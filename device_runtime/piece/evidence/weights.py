"""The weights of the evidence, from weights.json, which `python -m train.evidence` fits: read strictly and applied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from device_runtime.calibration import OperatingPoint, Scale
from device_runtime.errors import PosteyeError
from device_runtime.exact import sum_in_order
from device_runtime.piece.evidence.features import FEATURES, IN_LINE, Evidence

WEIGHTS_FILE = Path(__file__).with_name("weights.json")
SCHEMA_VERSION = 1
WantedRole = Literal["destination", "sender"]
_Weight = Annotated[float, Meta(gt=-100, lt=100)]


class RoleWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """What each feature adds to the log mass of an alternative, where one role's code is wanted.

    Attributes:
        weights: by the feature's name, in nats; it has every feature.
        scale: of the posteriors over a piece.
        table: operating points of the scaled posteriors, their max_error rising.
    """

    weights: dict[str, _Weight]
    scale: Scale
    table: tuple[OperatingPoint, ...]

    def __post_init__(self) -> None:
        if set(self.weights) != set(FEATURES):
            odd = sorted(set(self.weights) ^ set(FEATURES))
            raise ValueError(f"the weights are not those of this program's features: {', '.join(odd)[:200]}")
        errors = [point.max_error for point in self.table]
        if errors != sorted(set(errors)):
            raise ValueError("the errors in the table of the weights do not rise")

    def log_mass(self, evidence: Evidence) -> float:
        """What the evidence adds up to, in nats."""
        return sum_in_order(self.weights[name] * value for name, value in evidence.items() if value)

    def threshold(self, max_error: float) -> float:
        """The lowest scaled posterior to accept; between two rows of the table the stricter one counts.

        Args:
            max_error: share of wrong codes allowed among the accepted ones.

        Raises:
            PosteyeError: so small an error cannot be promised.
        """
        kept = [point.threshold for point in self.table if point.max_error <= max_error]
        if not kept:
            least = f"; the smallest is {self.table[0].max_error:g}" if self.table else ""
            raise PosteyeError(f"max error {max_error:g} cannot be promised for this role on a whole piece{least}")
        return kept[-1]


class EvidenceWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """The file weights.json.

    Attributes:
        schema_version: of the file.
        recipe: how it was fitted.
        seeds: of the pieces.
        sources: what the pieces were rendered from.
        roles: the weights for each role whose code may be wanted.
        line: what each feature of a line by itself says for a postal code against another number, in nats.
    """

    schema_version: int
    recipe: dict[str, Any]
    seeds: tuple[int, ...]
    sources: tuple[str, ...]
    roles: Mapping[WantedRole, RoleWeights]
    line: dict[str, _Weight]

    def __post_init__(self) -> None:
        if self.schema_version != SCHEMA_VERSION:
            raise ValueError(f"there is no schema {self.schema_version} of weights")
        if set(self.roles) != {"destination", "sender"}:
            raise ValueError("weights are needed for destination and sender")
        if set(self.line) != set(IN_LINE):
            raise ValueError("the weights of a line are not those of this program's features")


@cache
def load_weights(path: Path = WEIGHTS_FILE) -> EvidenceWeights:
    """Read and check a file of weights.

    Raises:
        PosteyeError: it is missing or damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=EvidenceWeights)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PosteyeError(
            f"the weights of the evidence in {path} cannot be used: {error}; install posteye again"
        ) from None
