"""Instructions of the locator on a Raspberry Pi's processor, counted on an emulated one."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.instructions.counted import A53
from benchmarks.instructions.measure import FIXED, RELEASE, build_counter
from device_runtime.errors import PosteyeError
from tests.emulated.board import boards
from tests.emulated.roots import MissingTool

_PROBE = Path(__file__).with_name("probe.py")


def instructions_of(bundle: Path) -> dict[str, int]:
    """Instructions of each stage for a frame of 1920 x 1080 px on a Cortex-A53.

    Args:
        bundle: folder of the locator's bundle.

    Raises:
        PosteyeError: this machine cannot count, or the board cannot be built.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            board, counts = boards(Path(folder))(RELEASE, "arm64"), f"{folder}/counts"
            environment = [word for name, value in FIXED.items() for word in ("-E", f"{name}={value}")]
            emulator = ["-seed", "1", "-plugin", f"{build_counter()},counts={counts}", *environment]
            answer = board.run(str(_PROBE), counts, str(bundle.resolve()), cpu=A53, emulator=emulator)
            found: dict[str, int] = json.loads(answer)
            return found
    except (MissingTool, RuntimeError) as error:
        raise PosteyeError(str(error)) from None
