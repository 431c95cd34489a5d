"""Whether what a configuration names can be used: files, folders, codes, extras. No camera and no port is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from device_runtime.capture.sources import make_source
from device_runtime.capture.url import parse
from device_runtime.errors import BundleError, PosteyeError, WebError
from device_runtime.files.atomic import require_writable
from device_runtime.files.regular import printable
from device_runtime.grammar.grammar import Grammar
from device_runtime.reader import Reader
from device_runtime.station.config.load import Found, read_config
from device_runtime.station.config.problem import Problem
from device_runtime.station.config.sections import Config
from device_runtime.station.config.tongues import TONGUES
from device_runtime.station.extras import missing_extra
from device_runtime.station.journal.place import place_of
from device_runtime.station.plan.check import check_plan
from device_runtime.station.plan.plan import load_plan
from device_runtime.station.web.door.access import read_token

Said = tuple[str, str, str]  # section, key, what is to be said of it


@dataclass(frozen=True)
class Checked:
    """What was found.

    Attributes:
        problems: with which a station does not start; in the order of the file.
        notes: what may be meant so: a camera that is not plugged in, codes without a row in the plan.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def check_config(path: Path | str, further: Callable[[Config], Iterable[Said]] = lambda _: ()) -> Checked:
    """Look at a configuration and at what it names.

    Args:
        path: of the file.
        further: finds what else is wrong; rooms above this one know of more.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    found = read_config(path)
    if found.config is None:
        return Checked(found.problems, ())
    grammar, wrong = _codes(found.config)
    plan_wrong, noted = _plan(found.config, grammar)
    wrong += plan_wrong
    wrong += _camera(found.config)
    wrong += _folders(found.config)
    wrong += _extras(found.config)
    wrong += (one for one in further(found.config) if not any(one[0] == other[0] for other in wrong))
    faulty = {one[:2] for one in wrong}
    noted += (one for one in _not_there(found.config) if one[:2] not in faulty)
    return Checked(_placed(path, found, wrong), _placed(path, found, noted))


def _codes(config: Config) -> tuple[Grammar | None, list[Said]]:
    """The grammar, and what is wrong with it, the bundle and the promise of both."""
    read, wrong = config.read, list[Said]()
    grammar = None
    try:
        grammar = Grammar.chosen(read.country, read.pattern, read.lexicon)
    except PosteyeError as error:
        given = [name for name in ("country", "pattern", "lexicon") if getattr(read, name) is not None]
        wrong.append(("read", given[0] if len(given) == 1 else "", f"cannot be used: {error}"))
    try:
        # Only what was right so far, so that each fault is told once.
        country, pattern, lexicon = (None, None, None) if wrong else (read.country, read.pattern, read.lexicon)
        reader = Reader(
            country=country,
            pattern=pattern,
            lexicon=lexicon,
            bundle=read.bundle,
            engine=read.engine,
            max_error=read.max_error,
        )
        reader.prepare(field=read.field, role=read.role)
    except PosteyeError as error:
        key = "bundle" if read.bundle and isinstance(error, BundleError) else ""
        wrong.append(("read", key, f"cannot be used: {error}"))
    return grammar, wrong


def _plan(config: Config, grammar: Grammar | None) -> tuple[list[Said], list[Said]]:
    """What is wrong with the plan, and what should be looked at."""
    if config.plan.path is None:
        return [], []
    try:
        findings = check_plan(load_plan(config.plan.path), grammar)
    except PosteyeError as error:
        return [("plan", "path", f"cannot be used: {error}")], []
    noted = []
    if findings.gap_codes and grammar:
        noted.append(f"leaves {findings.gap_codes:,} codes of {grammar.name} without a row; they go to overflow")
    if findings.foreign_count and grammar:
        noted.append(f"has {findings.foreign_count:,} rows that cover no code of {grammar.name}")
    return [], [("plan", "path", said) for said in noted]


def _camera(config: Config) -> Iterator[Said]:
    try:
        make_source(config.camera.url)
        address = parse(config.camera.url)
    except PosteyeError as error:
        yield "camera", "url", f"cannot be used: {error}"
        return
    if address.kind in ("file", "dir"):
        right = os.path.isfile if address.kind == "file" else os.path.isdir
        if not right(address.place):
            kind = "file" if address.kind == "file" else "folder"
            yield "camera", "url", f"names no {kind} that is there: {printable(address.place)}"


def _folders(config: Config) -> Iterator[Said]:
    try:
        require_writable(place_of(config.journal.path))
    except PosteyeError as error:
        yield "journal", "path", f"cannot be used: {error}"
    folder = config.harvest.folder
    if folder is not None:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            yield "harvest", "folder", f"cannot be used: {printable(there)} is no folder that can be written to"
    if config.web.token_file is not None:
        try:
            read_token(config.web.token_file)
        except WebError as error:
            yield "web", "token_file", f"is of no use: {error}"


def _extras(config: Config) -> Iterator[Said]:
    wanted = (
        ("web", "on", "web", config.web.on),
        ("metrics", "on", "metrics", config.metrics.on),
        ("trigger", "kind", "gpio", config.trigger.kind == "gpio"),
        ("mqtt", "url", "mqtt", config.mqtt.url is not None),
        ("modbus", "url", "modbus", config.modbus.url is not None),
    )
    for section, key, extra, on in wanted:
        missing = missing_extra(extra) if on else None
        if missing:
            yield section, key, missing


def _not_there(config: Config) -> Iterator[Said]:
    """What a station does without: devices that may be plugged in later, a dashboard."""
    kind, _, rest = config.camera.url.partition(":")
    device = rest.partition("?")[0]
    if kind == "v4l2" and not os.path.exists(device):
        yield "camera", "url", f"is not there now ({printable(device)}); a station waits for it"
    for name in ("wire", *TONGUES):
        port = getattr(config, name).url
        if port and port.startswith("/") and not os.path.exists(port):
            yield name, "url", f"is not there now ({printable(port)}); a station waits for it"
    missing = missing_extra("dashboard") if config.log.form == "dashboard" else None
    if missing:
        yield "log", "form", f"{missing}; lines are printed until then"


def _placed(path: Path | str, found: Found, said: list[Said]) -> tuple[Problem, ...]:
    problems = []
    for section, key, words in said:
        line = found.lines.get((section, key), found.lines.get((section,), 0))
        problems.append(Problem(printable(path), line, f"[{section}] {key}".rstrip(), words))
    return tuple(sorted(problems, key=lambda problem: problem.line))
