"""Fields with codes in OpenCV's lettering, and folders of them, for tests of what learns from labelled fields."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def field(code: str) -> np.ndarray:
    """A field with a code in OpenCV's lettering."""
    image = np.full((50, 30 + 24 * len(code)), 210, np.uint8)
    cv2.putText(image, code, (10, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 40, 2, cv2.LINE_AA)
    return image


def make_folder(folder: Path, codes: list[str]) -> Path:
    """A folder of fields with labels.csv."""
    folder.mkdir(exist_ok=True)
    for i, code in enumerate(codes):
        cv2.imwrite(str(folder / f"{i}.png"), field(code))
    rows = [f"{i}.png,{code}" for i, code in enumerate(codes)]
    (folder / "labels.csv").write_text("\n".join(["file,digits", *rows]) + "\n")
    return folder
