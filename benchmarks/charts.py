"""Pictures of figures, written so that the same figures give the same file."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from device_runtime.errors import PosteyeError

BLUE, LIGHT_BLUE, ORANGE, GREY = "#1f5fa8", "#9dbfe3", "#d98a3d", "#a8a8a8"


def save_svg(figure: Figure, path: Path) -> None:
    """Write a figure as SVG with its words as text; raises PosteyeError when the file cannot be written."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "posteye", "font.family": "sans-serif"}):
        try:
            figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
        except OSError as error:
            raise PosteyeError(f"cannot write {path}: {error.strerror}") from None
