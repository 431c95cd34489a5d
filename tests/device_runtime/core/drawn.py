"""Fields of every kind for the compiled core and its oracle: noise, patterns, and writing with all that goes wrong."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

KINDS = ("noise", "even", "checker", "dot", "gradient", "writing", "lines", "ruled", "panel", "leaning", "uneven")


def draw(kind: str, height: int, width: int, seed: int) -> Gray:
    """A field of a kind in KINDS, uint8 [height, width]; what is not said of it is up to the seed."""
    random = np.random.default_rng(seed)
    paper = int(random.integers(60, 256))
    ink = int(random.integers(0, paper))
    field = np.full((height, width), paper, np.uint8)
    match kind:
        case "noise":
            return random.integers(0, 256, (height, width), dtype=np.uint8)
        case "checker":
            size = int(random.integers(1, 7))
            y, x = np.mgrid[:height, :width] // size
            field[(x + y) % 2 > 0] = ink
        case "dot":
            field[random.integers(height), random.integers(width)] = ink
        case "gradient":
            left, right = random.uniform(0, 255, 2).tolist()
            across = np.linspace(left, right, width)
            return np.clip(across + random.normal(0, 4, (height, width)), 0, 255).astype(np.uint8)
        case "writing" | "ruled" | "leaning":
            _write(field, ink, random, lines=1)
        case "lines":
            _write(field, ink, random, lines=int(random.integers(2, 4)))
        case "uneven":
            _write_unevenly(field, ink, random)
        case "panel":
            top, left = height // 5, width // 5
            inner = field[top : height - top, left : width - left]
            inner[:] = ink
            _write(inner, paper, random, lines=1)
    if kind == "ruled":
        for y in random.integers(0, height, 2).tolist():
            cv2.line(field, (int(random.integers(-9, width)), y), (width, y + 1), ink, int(random.integers(1, 4)))
    if kind == "leaning":
        matrix = np.array([[1, random.uniform(-0.7, 0.7), 0], [random.uniform(-0.2, 0.2), 1, 0]])
        field = np.asarray(cv2.warpAffine(field, matrix, (width, height), borderValue=(paper,)), np.uint8)
    if kind in ("writing", "lines", "ruled", "leaning", "uneven") and seed % 2:
        field = np.clip(field + random.normal(0, 12, field.shape), 0, 255).astype(np.uint8)
    return field


def _write(field: Gray, ink: int, random: np.random.Generator, lines: int) -> None:
    """Put lines of figures into a field, as large as it takes them."""
    height = field.shape[0] / lines
    scale = height / 40 * random.uniform(0.6, 1.2)
    for line in range(lines):
        count = int(random.integers(1, 3 + int(field.shape[1] / (22 * scale))))
        text = "".join(random.choice(list("0123456789 -.")) for _ in range(count))
        at = (int(random.integers(-8, 12)), int((line + 0.8) * height))
        cv2.putText(field, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1 + int(2 * scale), cv2.LINE_AA)


def _write_unevenly(field: Gray, ink: int, random: np.random.Generator) -> None:
    """Put a line of figures into a field, some of them taller, some above or below the others, beside upright rules."""
    height, width = field.shape
    scale, x = height / 60 * random.uniform(0.5, 1.0), int(random.integers(0, 12))
    while x < width:
        size = scale * (random.uniform(1.2, 2.2) if random.random() < 0.2 else random.uniform(0.9, 1.1))
        base = int(height * (0.65 + random.uniform(-0.2, 0.3) * (random.random() < 0.3)))
        figure, pen = str(random.integers(0, 10)), 1 + int(2 * scale)
        cv2.putText(field, figure, (x, base), cv2.FONT_HERSHEY_SIMPLEX, size, ink, pen, cv2.LINE_AA)
        x += 1 + int(24 * size)
    if random.random() < 0.5:
        at = int(random.integers(0, width))
        cv2.line(field, (at, int(random.integers(-9, 20))), (at, height), ink, 2)
