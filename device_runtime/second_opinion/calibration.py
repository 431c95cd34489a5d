"""How far to trust both recognisers together: a calibration of their own, for one pair of models."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from device_runtime.bundle import Sha256
from device_runtime.calibration import Calibration
from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import read_regular

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")
SCHEMA_VERSION: Literal[1] = 1
_FILE_LIMIT_BYTES = 1 << 16


class PairCalibration(Struct, frozen=True, forbid_unknown_fields=True):
    """A calibration of the posteriors of both, found on fields that our net alone would reject.

    Attributes:
        schema_version: of this file.
        bundle: SHA-256 of the model.tflite that it was found with.
        weights: SHA-256 of the other recogniser's weights.
        command: what found it.
        calibration: the scales and the operating points.
    """

    schema_version: Literal[1]
    bundle: Sha256
    weights: Sha256
    command: str
    calibration: Calibration


def load_pair_calibration(bundle: str, weights: str, path: Path = CALIBRATION_FILE) -> Calibration:
    """The calibration for a pair of models.

    Args:
        bundle: SHA-256 of our model.tflite.
        weights: SHA-256 of the other's weights.
        path: of the file.

    Raises:
        PosteyeError: it is missing or damaged, or was found with other models, for which it promises nothing.
    """
    try:
        found = msgspec.json.decode(read_regular(path, _FILE_LIMIT_BYTES), type=PairCalibration)
    except (FileError, msgspec.DecodeError) as error:
        raise PosteyeError(
            f"the second opinion's calibration {path} cannot be read: {error}; install posteye again"
        ) from None
    if (found.bundle, found.weights) != (bundle, weights):
        raise PosteyeError(
            "the second opinion was calibrated with another model than this bundle's, so no error can be promised; "
            "leave it out, or calibrate it by python -m train.second_opinion"
        )
    return found.calibration
