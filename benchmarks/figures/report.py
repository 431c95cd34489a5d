"""Pictures of figures, written so that the same figures give the same file."""

from __future__ import annotations

import io

import matplotlib
from matplotlib.figure import Figure

BLUE, LIGHT_BLUE, ORANGE, GREY = "#1f5fa8", "#9dbfe3", "#d98a3d", "#a8a8a8"


def svg(figure: Figure) -> str:
    """A figure as SVG with its words as text."""
    written = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "posteye", "font.family": "sans-serif"}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return written.getvalue()
