"""An instant by two clocks: the one on the wall, which people set, and one that only runs."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LONGEST_OFF_NS = 86_400 * 10**9


@dataclass(frozen=True)
class Moment:
    """An instant.

    Attributes:
        wall_ns: since 1970 in UTC, by a clock that may be wrong and may be set.
        monotonic_ns: by a clock that nobody sets, which begins anew when the machine does.
        boot: which run of the machine that is.
    """

    wall_ns: int
    monotonic_ns: int
    boot: str

    def ns_since(self, before: Moment) -> int:
        """The time since another moment, as far as it is known; never negative.

        Within one run of the machine the monotonic clock tells. Between two runs only the wall clock can, and it may be
        wrong: it is believed for one day at most.
        """
        if self.boot == before.boot:
            return max(0, self.monotonic_ns - before.monotonic_ns)
        return min(max(0, self.wall_ns - before.wall_ns), _LONGEST_OFF_NS)


def now() -> Moment:
    """This moment on this machine."""
    return Moment(time.time_ns(), time.monotonic_ns(), _boot())


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:  # no Linux: each process counts as a run of the machine
        return str(uuid.uuid4())
