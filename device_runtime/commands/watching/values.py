"""From a file and the command line to the configuration of a station, and from it to the values that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable
from device_runtime.region import Region
from device_runtime.station.config.load import load_config
from device_runtime.station.config.rules import broken_rules
from device_runtime.station.config.sections import SECTIONS, CameraSection, Config

# Where the value of an option stands in a configuration, if not in [read] by its own name.
_PLACES = {
    "plan": ("plan", "path"),
    "journal": ("journal", "path"),
    "harvest": ("harvest", "folder"),
    "serial": ("wire", "url"),
    "deadline_ms": ("deadline", "ms"),
    "trigger": ("trigger", "kind"),
    "gpio_line": ("trigger", "line"),
    "web": ("web", "on"),
    "form": ("log", "form"),
}


# What a trigger of the command line needs, in its words.
_LACKING = {
    ("trigger", "line"): "--trigger gpio needs the line of the light barrier; give it, such as --gpio-line 17",
    ("wire", "url"): "--trigger controller needs the controller's port; give it, such as --serial /dev/serial0",
}


def configured(file: Path | None, source: str | None, given: Mapping[str, Any]) -> Config:
    """The configuration of a file, with what the command line says otherwise.

    Args:
        file: to read; None: all that is not given is as by default.
        source: URL of the camera; None: that of the file.
        given: values of options by their names.

    Raises:
        PosteyeError: the file cannot be used, values contradict each other, or there is neither a file nor a camera.
    """
    if file is not None:
        config = load_config(file)
        config = config if source is None else replace(config, camera=CameraSection(source))
    elif source is not None:
        config = Config(Path("the command line"), CameraSection(source))
    else:
        raise PosteyeError("no camera is given; give its URL, such as v4l2:/dev/video0, or --config FILE")
    for name, value in given.items():
        section, key = _PLACES.get(name, ("read", name))
        if isinstance(value, Region):
            value = (value.x, value.y, value.width, value.height)
        changed = replace(getattr(config, section), **{key: value})
        config = replace(config, **{section: changed})
    for section, key, fault in broken_rules({name: getattr(config, name) for name in SECTIONS}):
        if "trigger" in given and (section, key) in _LACKING:
            raise PosteyeError(_LACKING[section, key])
        where = f"{printable(config.file)}: [{section}] {key}" if file else f"--{key}"
        raise PosteyeError(f"{where} {fault}")
    return config


def station_values(config: Config) -> dict[str, Any]:
    """What `build_station` takes by name, but for `health`, `say` and `beat`; `source` is its camera.

    Args:
        config: of the station.
    """
    read, trigger, harvest = config.read, config.trigger, config.harvest
    return {
        "source": config.camera.url,
        "country": read.country,
        "pattern": read.pattern,
        "lexicon": read.lexicon,
        "bundle": read.bundle,
        "engine": read.engine,
        "max_error": read.max_error,
        "n_best": read.n_best,
        "field": read.field,
        "role": read.role,
        "region": None if read.region is None else Region(*read.region),
        "upright": read.upright,
        "frames": read.frames,
        "deadline_ms": config.deadline.ms,
        "trigger": trigger.kind,
        "gpio_line": trigger.line,
        "gpio_active_low": trigger.active_low,
        "debounce_ms": trigger.debounce_ms,
        "plan": config.plan.path,
        "journal": config.journal.path,
        "days": config.journal.days,
        "pieces": config.journal.pieces,
        "harvest": harvest.folder,
        "harvest_bytes": harvest.megabytes * 1_000_000,
        "harvest_frames": harvest.frames,
    }
