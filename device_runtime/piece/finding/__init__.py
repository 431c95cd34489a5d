"""Gray frame to lines of writing, whatever they stand in: rules, boxes, frames, postmarks."""

from device_runtime.piece.finding.lines import find_lines

__all__ = ["find_lines"]
