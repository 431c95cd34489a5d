"""The sort plan: what is in it, what was found in it, the bin of a code, and loading it again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from device_runtime.files.regular import printable
from device_runtime.station.plan.live import LivePlan
from device_runtime.station.plan.plan import NamedRow
from device_runtime.station.web.asked import Asked, Refused
from device_runtime.station.web.watched import Watched

ROWS, FINDINGS = 200, 50  # shown at most
_LONGEST_CODE = 40


class Plan:
    """Answers what the page about the plan asks.

    Args:
        station: that sorts by it.
    """

    def __init__(self, station: Watched) -> None:
        self._station = station
        self._loading = threading.Lock()

    def state(self, asked: Asked) -> dict[str, Any]:
        """The plan that sorts now."""
        live = self._live()
        plan, findings = live.now.plan, live.now.findings
        counts = [0] * len(plan.bins)
        for number in plan.rows.bin.tolist():
            counts[number] += 1
        return {
            "name": Path(live.path).name,
            "rows": [_row(plan.named(row)) for row in range(min(len(plan.rows), ROWS))],
            "row_count": len(plan.rows),
            "bins": [{"bin": bin_, "rows": count} for bin_, count in zip(plan.bins, counts, strict=True)],
            "overflow": plan.overflow,
            "reject": plan.reject,
            "fine": findings.fine,
            "gaps": [{"codes": gap.codes, "count": gap.count} for gap in findings.gaps[:FINDINGS]],
            "gap_count": findings.gap_count,
            "gap_codes": findings.gap_codes,
            "foreign": [_row(row) for row in findings.foreign[:FINDINGS]],
            "foreign_count": findings.foreign_count,
        }

    def which(self, asked: Asked) -> dict[str, Any]:
        """The bin of a code, and the row that decides."""
        code = asked.query.get("code", "").strip()
        if not code or len(code) > _LONGEST_CODE or not code.isprintable():
            raise Refused(400, "give a code, such as 80331")
        match = self._live().now.plan.which(code)
        return {"code": match.code, "bin": match.bin, "row": _row(match.row) if match.row else None}

    def reload(self, asked: Asked) -> dict[str, Any]:
        """Read the file again; a broken one changes nothing."""
        if not self._loading.acquire(blocking=False):
            raise Refused(409, "the plan is being loaded; wait a moment")
        try:
            trouble = self._live().reload()
        finally:
            self._loading.release()
        return {"trouble": printable(trouble) if trouble else None, **self.state(asked)}

    def _live(self) -> LivePlan:
        if self._station.plan is None:
            raise Refused(404, "this station has no sort plan; give it one")
        return self._station.plan


def _row(row: NamedRow) -> dict[str, Any]:
    return {"codes": row.codes, "bin": row.bin, "line": row.line}
