"""Makes the places in a configuration absolute that are part of a text: of a camera's URL, and of a bundle."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from device_runtime.bundle import SHIPPED
from device_runtime.station.config.sections import Config

_WITH_PLACE = ("file", "dir")


def resolved(config: Config) -> Config:
    """The same configuration, its camera's URL and its bundle relative to no folder any more."""
    folder, bundle = config.file.parent, config.read.bundle
    camera = dataclasses.replace(config.camera, url=_camera_url(config.camera.url, folder))
    if bundle is not None and bundle not in SHIPPED:
        bundle = str(folder / bundle)
    return dataclasses.replace(config, camera=camera, read=dataclasses.replace(config.read, bundle=bundle))


def _camera_url(url: str, folder: Path) -> str:
    kind, colon, place = url.partition(":")
    if colon and kind in _WITH_PLACE:
        return url if not place or place.startswith("~") else f"{kind}:{folder / place}"
    return url if colon or url == "-" else str(folder / url)
