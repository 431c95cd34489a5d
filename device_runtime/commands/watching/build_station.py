"""A station made of plain values: those of the command line, or of a configuration."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from device_runtime.capture.source import AGAIN
from device_runtime.capture.sources import make_source, open_camera
from device_runtime.capture.url import parse
from device_runtime.image.load import load_image
from device_runtime.reader import DEFAULT_MAX_ERROR, Reader
from device_runtime.region import Region
from device_runtime.samples import load_pieces, load_samples
from device_runtime.station.health.health import Health
from device_runtime.station.journal.harvest import Harvest, Quota
from device_runtime.station.journal.journal import Journal, Retention
from device_runtime.station.loop.settings import Store, Timing, Triggers
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.voting import MakeVote
from device_runtime.station.plan.live import LivePlan
from device_runtime.types import Wanted
from device_runtime.vote import Vote

TriggerKind = Literal["motion", "gpio", "frame", "controller"]
STORED = ("dir", "image", "stdin")  # kinds of source of which every picture is a piece


def build_station(
    source: str,
    *,
    journal: Path | str,
    health: Health,
    say: Callable[[str], None],
    country: str | None = None,
    pattern: str | None = None,
    lexicon: Path | str | None = None,
    bundle: Path | str | None = None,
    engine: str | None = None,
    max_error: float = DEFAULT_MAX_ERROR,
    n_best: int = 3,
    field: bool = False,
    role: Wanted = "destination",
    region: Region | None = None,
    upright: bool = False,
    frames: int = 3,
    deadline_ms: float = 500.0,
    trigger: TriggerKind | None = None,
    gpio_line: int | str | None = None,
    gpio_active_low: bool = True,
    debounce_ms: float = 20.0,
    plan: Path | str | None = None,
    days: float = 90.0,
    pieces: int = 500_000,
    harvest: Path | str | None = None,
    harvest_bytes: int = 500_000_000,
    harvest_frames: bool = False,
    beat: Callable[[], None] = lambda: None,
) -> Station:
    """Make a station, and read samples once so that the first piece is read as fast as any other.

    It films already. Complete its `told`, then `start` it.

    Args:
        source: URL of the camera.
        journal: the file of every piece.
        health: is told what is wrong.
        say: takes a line about what goes wrong.
        country: as of `Reader`, like pattern, lexicon, bundle, engine, max_error and n_best.
        pattern: as of `Reader`.
        lexicon: as of `Reader`.
        bundle: as of `Reader`.
        engine: as of `Reader`.
        max_error: as of `Reader`.
        n_best: as of `Reader`.
        field: whether the pictures are fields, as of `Reader.read`.
        role: whose code is wanted.
        region: of the pictures to read in.
        upright: whether the pictures are the right way up.
        frames: the most to look at of a piece.
        deadline_ms: from the trigger to the answer.
        trigger: what tells that a piece has come; "controller": only `Station.trigger`. None: of stored pictures each
            is a piece, otherwise motion.
        gpio_line: the line of GPIO, as gpiozero names it.
        gpio_active_low: whether it is low while a piece is there.
        debounce_ms: after an edge of that line further ones within this time are the same piece.
        plan: the sort plan; None: the bins have no names.
        days: for which the journal and the harvest keep a piece.
        pieces: that the journal keeps at most.
        harvest: folder for pictures of doubtful pieces; None: none are kept.
        harvest_bytes: of all these pictures.
        harvest_frames: whether whole frames are kept too.
        beat: as of `Station`.

    Raises:
        PosteyeError: something cannot be used; nothing is left open.
    """
    kind = trigger or ("frame" if parse(source).kind in STORED else "motion")
    triggers = _triggers(kind, gpio_line, gpio_active_low, debounce_ms / 1000, say)
    reading = {"country": country, "pattern": pattern, "lexicon": lexicon, "bundle": bundle, "engine": engine}
    reader = Reader(**reading, max_error=max_error, n_best=n_best)  # type: ignore[arg-type]
    reader.prepare(field=field, role=role)

    def make_vote(region: Region | None) -> Vote:
        return Vote(reader, field=field, role=role, region=region, upright=upright)

    _warm_up(make_vote, field)
    live = LivePlan(plan, reader.grammar) if plan else None
    kept = Harvest(harvest, Quota(harvest_bytes)) if harvest else None
    store = Store(Journal(journal), Retention(days, pieces), kept, harvest_frames)
    try:
        # A camera that is lost is told by the health of the station, with what still works.
        camera = open_camera(source, lambda line: None if line.endswith(AGAIN) else say(line))
    except BaseException:
        store.journal.close()
        raise
    # All that is loaded now stays: the collector need not look at it again, which takes 100 ms on a Pi.
    gc.collect()
    gc.freeze()
    # A stored picture that waits is as new as its taking: it is a piece by itself.
    timing = Timing(deadline_ms, frames=1 if make_source(source).waits else frames)
    return Station(
        camera,
        reader,
        make_vote,
        store,
        timing,
        plan=live,
        region=region,
        health=health,
        triggers=triggers,
        say=say,
        beat=beat,
    )


def _triggers(
    kind: TriggerKind, line: int | str | None, active_low: bool, debounce_s: float, say: Callable[[str], None]
) -> Triggers | None:
    if kind == "motion":
        from device_runtime.station.loop.triggers.motion import MotionTriggers  # here, as it brings OpenCV

        return MotionTriggers(say)
    if kind == "frame":
        from device_runtime.station.loop.triggers.pictures import PictureTriggers

        return PictureTriggers(say)
    if kind == "gpio":
        from device_runtime.station.loop.triggers.gpio import GpioTriggers

        return GpioTriggers(17 if line is None else line, active_low=active_low, debounce_s=debounce_s)
    return None


def _warm_up(make_vote: MakeVote, field: bool) -> None:
    """Read the samples once: the first reading of each width of a strip takes ten times as long as later ones."""
    for sample in load_samples() if field else load_pieces():
        make_vote(None).add(load_image(sample.path))
