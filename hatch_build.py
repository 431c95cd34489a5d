"""Puts the compiled core into the wheel.

pip install .                                   # compiled by this machine's C compiler; without one, no core
POSTEYE_WHEEL_TARGET=aarch64 pip wheel .        # compiled by ziglang for a machine of build_core.TARGETS
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

# hatchling loads this file by its path, and puts nothing on Python's own.
sys.path.insert(0, str(Path(__file__).parent))
import build_core

TARGET = "POSTEYE_WHEEL_TARGET"
_IN_WHEEL = str(build_core.LIBRARY.relative_to(build_core.ROOT))


class CoreHook(BuildHookInterface[BuilderConfig]):
    """Compiles the core before the wheel is packed.

    A wheel for a named target has the core or is not made. Without a target the wheel is for this machine; where the
    core cannot be compiled the wheel is for any machine, and NumPy reads.
    """

    def dependencies(self) -> list[str]:
        """What pip has to install before the build: zig when a target is named."""
        return ["ziglang>=0.16"] if os.environ.get(TARGET) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; `version` is "editable" or "standard".

        Raises:
            SystemExit: the target is unknown.
            subprocess.CalledProcessError: the core cannot be compiled for the target.
        """
        if version == "editable":
            # The checkout is what Python will import, so the library goes there; an old one is worse than none.
            build_core.LIBRARY.unlink(missing_ok=True)
            self._try_to_compile(build_core.LIBRARY)
            return
        # Deleted with this hook: there is no `finalize` when only the metadata is asked for.
        self._folder = tempfile.TemporaryDirectory(prefix="posteye-core-")
        library = Path(self._folder.name) / build_core.LIBRARY.name
        machine = os.environ.get(TARGET)
        if machine:
            if machine not in build_core.TARGETS:
                sys.exit(f"{TARGET}={machine} is unknown; known are {', '.join(build_core.TARGETS)}")
            build_core.build(build_core.cross_compiler(machine), library)
            platform = build_core.TARGETS[machine].platform
        elif self._try_to_compile(library):
            # linux_...: what this machine compiled is for machines with its C library or a newer one.
            platform = next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
        else:
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["force_include"][str(library)] = _IN_WHEEL

    def _try_to_compile(self, library: Path) -> bool:
        """Compile for this machine, warnings allowed: its compiler may be younger than the core."""
        try:
            build_core.build(build_core.compiler(), library, flags=())
        except (build_core.NoCompilerError, OSError, subprocess.CalledProcessError) as error:
            print(f"posteye: BUILT WITHOUT ITS CORE IN C: {error}", file=sys.stderr)
            print(f"posteye: NumPy reads, and slower. {build_core.REMEDY}, and install posteye again", file=sys.stderr)
            return False
        return True
