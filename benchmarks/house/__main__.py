"""Draws the pictures of docs/architecture.md and fills its table of imports: `python -m benchmarks.house`."""

from __future__ import annotations

from benchmarks.house.page import write
from benchmarks.house.rooms import house

if __name__ == "__main__":
    write(house())
