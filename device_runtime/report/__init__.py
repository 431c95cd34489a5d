"""Reports to the sorter's controller: only this room and the commands know the wire."""

from device_runtime.report.reporter import Reporter

__all__ = ["Reporter"]
