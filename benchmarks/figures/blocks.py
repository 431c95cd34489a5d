"""The marks in Markdown pages that are filled from results files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.figures.files import Results
from benchmarks.figures.tables import Table
from device_runtime.errors import PosteyeError

_PLACE = r"([a-z0-9/_-]+)((?:\.[A-Za-z0-9_-]+)+)"  # the results file, and the way to the value in it
_BLOCK = re.compile(rf"<!-- figure: {_PLACE} -->\n(.*?)<!-- end -->", re.S)
_VALUE = re.compile(rf"<!-- v:{_PLACE}(?::([^ >]+))? -->(.*?)<!-- /v -->", re.S)
_ORIGIN = ".origin"
_WRAPPER = textwrap.TextWrapper(120, break_long_words=False, break_on_hyphens=False)

Files = Mapping[str, Results]
Renderer = Callable[[Files], str]


def filled(page: str, files: Files, renderers: Mapping[str, Renderer]) -> str:
    """A page with every mark filled from the results files.

    Args:
        page: Text of the page.
        files: The results files by name.
        renderers: By results file and key, for what is more than a table or lines of output.

    Raises:
        PosteyeError: For a mark that no results file answers, and for a record that is shown without its origin.
    """
    text = _BLOCK.sub(lambda m: _block(m, files, renderers), page)
    text = _VALUE.sub(lambda m: _value(m, files), text)
    shown: set[str] = set()
    told: set[str] = set()
    for mark in [*_BLOCK.finditer(page), *_VALUE.finditer(page)]:
        (told if mark[2] == _ORIGIN else shown).add(mark[1])
    for name in sorted(shown - told):
        if any(of.split("/")[0] == name and results.state == "record" for of, results in files.items()):
            raise PosteyeError(f"{name} is a record, and the page does not say so: add a block {name}{_ORIGIN}")
    return text


def differences(before: str, after: str) -> list[str]:
    """The marks, by what they name, that hold one thing in a page and another in the same page filled."""
    return [
        old[1] + old[2]
        for kind in (_BLOCK, _VALUE)
        for old, new in zip(kind.finditer(before), kind.finditer(after), strict=True)
        if old[0] != new[0]
    ]


def origin(results: Results) -> str:
    """One line that says where the figures come from."""
    bundle = f", bundle {results.bundle[:8]}" if results.bundle else ""
    seed = "" if results.seed is None else f", seed {results.seed}"
    machine = f"; {results.machine}" if results.machine else ""
    state = " with uncommitted changes" if results.changed else ""
    said = f"on {results.date} at commit {results.commit[:8]}{state}{bundle}{seed}, by `{results.command}`{machine}."
    record = f"*Record: measured {said} Not repeated with every change: {results.reason}*"
    return "\n".join(_WRAPPER.wrap(record if results.state == "record" else f"*Measured {said}*"))


def _block(mark: re.Match[str], files: Files, renderers: Mapping[str, Renderer]) -> str:
    name, way, old = mark[1], mark[2], mark[3]
    if name + way in renderers:
        text = renderers[name + way](files)
    elif way == _ORIGIN:
        text = origin(_results(name, files))
    else:
        text = _text(name + way, _found(name, way, _results(name, files)))
    start = mark[0][: len(mark[0]) - len(old) - len("<!-- end -->")]
    return f"{start}\n{text}\n\n<!-- end -->"


def _text(place: str, value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"heads", "lines"}:
        return Table(**value).markdown()
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(f"    {line}".rstrip() for line in value)
    raise PosteyeError(f"{place} is neither a table nor lines of output; show single values with <!-- v: -->")


def _value(mark: re.Match[str], files: Files) -> str:
    name, way, form, old = mark[1], mark[2], mark[3] or "", mark[4]
    text = shown(_found(name, way, _results(name, files)), form)
    return mark[0].removesuffix(f"{old}<!-- /v -->") + f"{text}<!-- /v -->"


def shown(value: Any, form: str) -> str:
    """A value in a Python format, with a space before a per cent sign."""
    try:
        text = format(value, form)
    except (TypeError, ValueError) as error:
        raise PosteyeError(f"{value!r} cannot be shown as {form!r}: {error}") from None
    return f"{text[:-1]} %" if form.endswith("%") else text


def _results(name: str, files: Files) -> Results:
    if name not in files:
        raise PosteyeError(f"there is no results file {name}.json; measure it with python -m benchmarks.figures {name}")
    return files[name]


def _found(name: str, way: str, results: Results) -> Any:
    value: Any = results.values
    for key in way.lstrip(".").split("."):
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise PosteyeError(f"{name}.json has no value {way.lstrip('.')}: {key} is missing") from None
    return value
