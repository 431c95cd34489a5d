"""From the configuration of a station to the values that it is made of."""

from __future__ import annotations

from typing import Any

from device_runtime.region import Region
from device_runtime.station.config.sections import Config


def station_values(config: Config) -> dict[str, Any]:
    """What `build_station` takes by name, but for `health` and `say`; `source` is its camera.

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
