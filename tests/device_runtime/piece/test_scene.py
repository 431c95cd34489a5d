"""What is seen on a picture: the finder's lines, and the locator's numbers that can be cut out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines import pick
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.located import Located, LocatedField, Roles
from device_runtime.piece.locator.locator import Locator
from device_runtime.piece.scene import Scene, scene_of
from device_runtime.types import Field

_SURE = Roles(-0.1, -3.0, -4.0, -5.0)


def _number(*corners: tuple[float, float]) -> LocatedField:
    return LocatedField(Field(corners), _SURE, (1.0,) * 4)


def test_numbers_of_the_locator_are_lines_where_they_can_be_cut_out() -> None:
    bundle = load_locator()
    locator = Locator(bundle, pick("numpy", bundle.model))
    whole = _number((100, 100), (200, 100), (200, 130), (100, 130))
    crossed = _number((300, 100), (400, 100), (380, 200), (320, 104))
    turned_back = _number((400, 300), (300, 300), (300, 330), (400, 330))

    def seen(none: float) -> Scene:
        def locate(gray: NDArray[np.uint8]) -> Located:
            found = locator(gray)
            opinions = np.full_like(found.role_map, np.log((1 - none) / 3))
            opinions[..., 3] = np.log(none)
            return replace(found, fields=(whole, crossed, turned_back), role_map=opinions)

        return scene_of(np.full((600, 800), 230, np.uint8), locate)

    scene = seen(none=0.7)
    assert [line.height_px for line in scene.lines] == [30.0]
    assert [opinion.alone for opinion in scene.opinions] == [True]
    assert not seen(none=0.9).lines  # too unlikely a number
