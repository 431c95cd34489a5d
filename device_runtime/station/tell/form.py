"""Which form a station's output can have here: a dashboard needs rich and a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from device_runtime.station.extras import missing_extra

Output = Literal["lines", "json", "dashboard"]


def form_here(
    wanted: Output, is_terminal: bool, missing: Callable[[str], str | None] = missing_extra
) -> tuple[Output, str | None]:
    """The form that is possible, and a line that says why it is another than was wanted.

    Args:
        wanted: as the configuration has it.
        is_terminal: whether somebody looks at the output.
        missing: says what to install for an extra.
    """
    if wanted != "dashboard":
        return wanted, None
    lacking = missing("dashboard")
    if lacking:
        return "lines", f"the dashboard {lacking}; lines are printed instead"
    if not is_terminal:
        return "lines", "the output is no terminal, which a dashboard needs; lines are printed instead"
    return wanted, None
