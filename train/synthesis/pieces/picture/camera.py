"""A piece on a table becomes the picture of a camera: light, shadow, glare, blur, noise, chroma, compression."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.camera import light, motion_kernel
from train.synthesis.pieces.draws import any_of
from train.synthesis.pieces.ink.inked import box_quad
from train.synthesis.pieces.picture.view import View, project
from train.synthesis.pieces.sheet import Sheet
from train.synthesis.pieces.stationery import GRAINS, Stationery, Stock

Image = NDArray[np.uint8]
_COARSE = 16  # px of the frame for one of the maps of light
_GLARE_HIDES = 110  # grey levels that glare adds where nothing can be read
_SHADOW_SHARE, _GLARE_SHARE, _MOTION_SHARE, _YUYV_SHARE, _JPEG_SHARE = 0.15, 0.08, 0.06, 0.3, 0.7
_TABLES = (
    (205, 200, 195),
    (60, 60, 62),
    (125, 95, 70),
    (186, 148, 104),
    (30, 30, 30),
    (170, 172, 175),
    (95, 105, 98),
    (225, 225, 228),
)


@dataclass(frozen=True)
class Shot:
    """A picture.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        glare: grey levels that glare added, float32 [H / 16, W / 16]; None where there was none.
    """

    image: Image
    glare: NDArray[np.float32] | None

    def hides(self, x: float, y: float) -> bool:
        """Whether glare hides a point of the frame."""
        if self.glare is None:
            return False
        rows, columns = self.glare.shape
        row, column = min(max(int(y) // _COARSE, 0), rows - 1), min(max(int(x) // _COARSE, 0), columns - 1)
        return bool(self.glare[row, column] > _GLARE_HIDES)


class Camera:
    """Takes pictures of pieces.

    Args:
        random: source of all draws.
        stationery: gives the table its grain, and the sensor its noise.
    """

    def __init__(self, random: np.random.Generator, stationery: Stationery) -> None:
        self.random = random
        self.stationery = stationery

    def shoot(self, sheet: Sheet, view: View, matrix: NDArray[np.float64]) -> Shot:
        """Take the picture of a piece.

        Args:
            sheet: the piece; its conditions gain what was drawn here.
            view: how it is seen.
            matrix: float64 [3, 3], from the sheet to the frame.
        """
        random, conditions = self.random, sheet.conditions
        image = self._table(sheet, view, matrix)
        cv2.warpPerspective(
            sheet.image, matrix, view.frame, dst=image, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
        )
        glare = None
        if not view.scanned:
            image, glare = self._lit(image, view, conditions)
        image = self._blurred(image, view, conditions)
        # The sensor's noise, more of it in colour cameras without light.
        noise = float(random.uniform(0.3, 1.5) if view.scanned else abs(random.normal(0, 4)))
        grains = [cv2.multiply(self.stationery.grain(view.frame), noise / 32) for _ in range(3)]
        image = cv2.add(image, cv2.merge(grains), dtype=cv2.CV_8U)
        conditions["noise"] = round(noise, 2)
        return Shot(self._coded(np.asarray(image, np.uint8), conditions), glare)

    def _table(self, sheet: Sheet, view: View, matrix: NDArray[np.float64]) -> Image:
        """What lies around the piece, with the piece's shadow on it; uint8 [H, W, 3]."""
        random = self.random
        color = any_of(random, _TABLES)
        if view.scanned:
            color = (250, 250, 250) if random.random() < 0.7 else (12, 12, 12)
        grain = any_of(random, GRAINS)
        table = self.stationery.sheet(
            Stock("table", color, grain, 0.5 if view.scanned else random.uniform(1, 9)), view.frame
        )
        sheet.conditions["table"] = sum(color) // 3
        if view.scanned:
            return table
        # A soft shadow below and beside the piece, made coarsely: float32 [H / 16, W / 16] of 0..1.
        coarse = (-(-view.frame[0] // _COARSE), -(-view.frame[1] // _COARSE))
        corners = project(matrix, box_quad(0, 0, *sheet.size)) + random.uniform(-0.01, 0.02) * max(view.frame)
        shadow = np.zeros(coarse[::-1], np.float32)
        cv2.fillConvexPoly(shadow, np.rint(corners / _COARSE).astype(np.int32), float(random.uniform(0.1, 0.6)))
        return _scaled(table, 1 - cv2.GaussianBlur(shadow, (0, 0), random.uniform(0.8, 3)))

    def _lit(
        self, image: Image, view: View, conditions: dict[str, str | float]
    ) -> tuple[Image, NDArray[np.float32] | None]:
        """The frame in uneven light, with the edge of a shadow and glare at times."""
        random = self.random
        rows, columns = -(-view.frame[1] // _COARSE), -(-view.frame[0] // _COARSE)
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        # What the light is multiplied by, float32 [H / 16, W / 16].
        gain = random.uniform(0.62, 1.08) + light(rows, columns, random) / 160
        conditions["light"] = round(float(gain.max() - gain.min()), 3)
        conditions["shadow"] = "no"
        if random.random() < _SHADOW_SHARE:
            angle = random.uniform(0, 2 * pi)
            across = (x - random.uniform(0.2, 0.8) * columns) * np.cos(angle) + (
                y - random.uniform(0.2, 0.8) * rows
            ) * np.sin(angle)
            soft = 1 / (1 + np.exp(np.clip(-across / random.uniform(0.3, 4), -30, 30)))
            gain = gain * (1 - random.uniform(0.2, 0.55) * soft)
            conditions["shadow"] = "yes"
        image = _scaled(image, np.asarray(gain, np.float32))
        conditions["glare"] = "no"
        if random.random() >= _GLARE_SHARE:
            return image, None
        # A bright blot with a soft edge, added to all colours.
        center, size = random.uniform(0, 1, 2) * [columns, rows], random.uniform(0.05, 0.16, 2) * columns
        away = ((x - center[0]) / size[0]) ** 2 + ((y - center[1]) / size[1]) ** 2
        glare = np.asarray(random.uniform(80, 260) * np.exp(-away), np.float32)
        whole = cv2.resize(np.clip(glare, 0, 255).astype(np.uint8), view.frame, interpolation=cv2.INTER_LINEAR)
        conditions["glare"] = "yes"
        return np.asarray(cv2.add(image, cv2.merge([whole] * 3)), np.uint8), glare

    def _blurred(self, image: Image, view: View, conditions: dict[str, str | float]) -> Image:
        """The frame a little out of focus, and at times moved."""
        random = self.random
        blur_px = float(random.uniform(0.3, 0.8) if view.scanned else min(abs(random.normal(0.65, 0.35)), 1.4))
        motion_px = float(random.uniform(2, 4)) if not view.scanned and random.random() < _MOTION_SHARE else 0.0
        conditions["blur_px"], conditions["motion_px"] = round(blur_px, 2), round(motion_px, 2)
        if blur_px * view.reduced > 0.25:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), blur_px * view.reduced), np.uint8)
        if motion_px * view.reduced > 1:
            kernel = motion_kernel(random.uniform(0, pi), motion_px * view.reduced, 4)
            image = np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)
        return image

    def _coded(self, image: Image, conditions: dict[str, str | float]) -> Image:
        """As it comes over the wire: half of the chroma, compressed."""
        random = self.random
        conditions["chroma"] = "4:4:4"
        if random.random() < _YUYV_SHARE:
            luma, *chroma = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb))
            size = luma.shape[::-1]
            half = (max(1, size[0] // 2), size[1])
            planes = [cv2.resize(cv2.resize(c, half, interpolation=cv2.INTER_AREA), size) for c in chroma]
            image = np.asarray(cv2.cvtColor(cv2.merge([luma, *planes]), cv2.COLOR_YCrCb2RGB), np.uint8)
            conditions["chroma"] = "4:2:2"
        conditions["jpeg"] = 100
        if random.random() < _JPEG_SHARE:
            quality = int(random.integers(45, 96))
            bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
            _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
            image = np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
            conditions["jpeg"] = quality
        return image


def _scaled(image: Image, gain: NDArray[np.float32]) -> Image:
    """An image times a coarse map, uint8 [H, W, 3]."""
    whole = cv2.resize(gain, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(image, cv2.merge([whole] * 3), dtype=cv2.CV_8U), np.uint8)
