"""Reads a configuration: all that is wrong with it is found at once."""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device_runtime.errors import ConfigError, FileError
from device_runtime.files.regular import printable, read_regular
from device_runtime.station.config.keys import as_toml, keys_of
from device_runtime.station.config.lines import key_lines
from device_runtime.station.config.problem import Problem
from device_runtime.station.config.resolve import resolved
from device_runtime.station.config.rules import broken_rules
from device_runtime.station.config.sections import SECTIONS, Config
from device_runtime.station.config.values import ValueRefusedError, shown, value_of

_LIMIT_BYTES = 256_000
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$|(?: \(at end of document\))$")


@dataclasses.dataclass(frozen=True)
class Found:
    """What a file says.

    Attributes:
        config: None where something is wrong.
        problems: all that is wrong, in the order of the file.
        lines: of sections and keys, from 1: `("camera", "url")`.
    """

    config: Config | None
    problems: tuple[Problem, ...]
    lines: dict[tuple[str, ...], int]


def load_config(path: Path | str) -> Config:
    """Read a configuration that has to be right.

    Raises:
        ConfigError: it is not; the message has the first fault and says how to see the others.
    """
    found = read_config(path)
    if found.config is None:
        first, *others = found.problems
        more = f" ({len(others)} more: posteye config check {first.file})" if others else ""
        raise ConfigError(f"{first}{more}")
    return found.config


def read_config(path: Path | str) -> Found:
    """Read a configuration.

    Args:
        path: of a TOML file.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    name = printable(path)
    text = _text(path, name)
    try:
        given = tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{name} is no TOML: it is nested too deeply") from None
    except ValueError as error:  # also of a number with thousands of digits
        said = str(error)
        at = _AT_LINE.search(said)
        line = at[1] if at and at[1] else f"{text.count(chr(10)) + 1}"
        raise ConfigError(printable(f"{name}, line {line}: no TOML: {_AT_LINE.sub('', said)}")) from None
    lines = key_lines(text)
    folder = Path(os.path.abspath(path)).parent
    problems: list[Problem] = []
    sections: dict[str, Any] = {}
    for section, said in _unknown_sections(given):
        problems.append(Problem(name, lines.get((section,), 0), printable(section), said))
    for section in SECTIONS:
        values, faults = _section(section, given.get(section, {}), folder)
        problems += [Problem(name, _line(lines, section, key), _key(section, key), said) for key, said in faults]
        sections[section] = None if faults else SECTIONS[section](**values)
    problems += [
        Problem(name, _line(lines, section, key), _key(section, key), said)
        for section, key, said in broken_rules(sections)
    ]
    problems.sort(key=lambda problem: problem.line)
    config = None if problems else resolved(Config(Path(os.path.abspath(path)), **sections))
    return Found(config, tuple(problems), lines)


def nearest(word: str, known: list[str]) -> str:
    """The known word that was most likely meant, or all of them, for a message."""
    near = difflib.get_close_matches(word, known, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _text(path: Path | str, name: str) -> str:
    try:
        return read_regular(path, _LIMIT_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except FileError as error:
        raise ConfigError(f"the configuration {name} cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{name}, line {line}, is not UTF-8 text; save it as UTF-8") from None


def _unknown_sections(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if name in SECTIONS:
            continue
        homes = [section for section in SECTIONS if name in keys_of(section)]
        if not isinstance(value, (dict, list)) and homes:
            yield name, f"stands outside of a section; put it below {_listed(homes)}"
        else:
            yield name, f"is no section that a configuration has; {nearest(name, list(SECTIONS))}"


def _section(section: str, given: Any, folder: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of a section, and its faults: the key (empty for the section itself) and what is wrong."""
    keys = keys_of(section)
    if not isinstance(given, dict):
        first = next(iter(keys.values()))
        return {}, [("", f"is {shown(given)}; write [{section}], and below it lines such as {_line_of(first)}")]
    values, faults = {}, []
    for name, value in given.items():
        if name not in keys:
            homes = [other for other in SECTIONS if name in keys_of(other)]
            known = f"it belongs to {_listed(homes)}" if homes else nearest(name, list(keys))
            faults.append((name, f"is unknown; {known}"))
            continue
        try:
            values[name] = value_of(keys[name], value, folder)
        except ValueRefusedError as error:
            faults.append((name, str(error)))
    for name, key in keys.items():
        if name not in given:
            if key.needed:
                faults.append((name, f"is missing; give {key.form}"))
            values[name] = folder / key.default if isinstance(key.default, Path) else key.default
    return values, faults


def _line_of(key: Any) -> str:
    return f"{key.name} = {as_toml(key.example)}"


def _listed(sections: list[str]) -> str:
    return " or ".join(f"[{section}]" for section in sections)


def _key(section: str, key: str) -> str:
    return f"[{section}] {printable(key)}" if key else f"[{section}]"


def _line(lines: dict[tuple[str, ...], int], section: str, key: str) -> int:
    return lines.get((section, key), lines.get((section,), 0))
