"""Results files: every published figure with all that it came from, as JSON.

A benchmark calls `keep` with its figures; benchmarks.figures.pages fills the pages from the files and checks both.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from benchmarks.figures import provenance
from benchmarks.figures.list import FIGURES
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes

RESULTS = Path(__file__).parents[1] / "results"


class Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A results file.

    Attributes:
        state: "measured" by the code and the bundle as they are, or a "record" of another state.
        reason: Why a record is not measured again.
        command: What was called.
        commit: What was checked out.
        changed: The code behind the figure was not as committed.
        date: When it was measured, as YYYY-MM-DD.
        seed: Of the measurement, where it has one.
        data: Content hashes by name.
        bundle: Hash of the model bundle; None where none is read with.
        code: Hash of the files behind the figure.
        versions: Of Python and packages.
        machine: The processor, where times are among the values.
        values: The figures, tables and lines of output.
    """

    state: Literal["measured", "record"]
    reason: str
    command: str
    commit: str
    changed: bool
    date: str
    seed: int | None
    data: dict[str, str]
    bundle: str | None
    code: str
    versions: dict[str, str]
    machine: str | None
    values: dict[str, Any]


def keep(
    name: str,
    path: Path,
    values: Mapping[str, Any],
    *,
    data: Mapping[str, Path | str] | None = None,
    seed: int | None = None,
    bundle: Path | None = provenance.SHIPPED,
    machine: str | None = None,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Write what a benchmark measured just now, with where it comes from.

    Args:
        name: Of the figure in benchmarks/figures/list.py.
        path: The results file.
        values: Numbers, words, lists of lines (shown as they are) and tables; keys without dot, colon or space.
        data: Files and folders, or hashes, by the name that is to be shown.
        seed: Of the measurement, where it has one.
        bundle: Folder of the bundle; None where the figure does not depend on one.
        machine: Of timed figures, `provenance.machine()` before the measurement.
        versions: Of what was measured; None where that ran in this Python.

    Raises:
        PosteyeError: Something named is missing.
    """
    if name not in FIGURES:
        raise PosteyeError(f"benchmarks/figures/list.py names no figure {name}; add it there")
    code = FIGURES[name].code
    commit, changed = provenance.commit(code)
    results = Results(
        state="measured",
        reason="",
        command=provenance.command(),
        commit=commit,
        changed=changed,
        date=time.strftime("%Y-%m-%d"),
        seed=seed,
        data={
            of: where if isinstance(where, str) else provenance.data_hash(where) for of, where in (data or {}).items()
        },
        bundle=None if bundle is None else provenance.bundle_hash(bundle),
        code=provenance.code_hash(code),
        versions=provenance.versions() if versions is None else dict(versions),
        machine=machine,
        values=dict(values),
    )
    save(results, path)


def save(results: Results, path: Path) -> None:
    """Write a results file whole or not at all.

    Raises:
        PosteyeError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


def load(path: Path) -> Results:
    """Read a results file.

    Raises:
        PosteyeError: It is missing, or it is no results file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Results)
    except OSError as error:
        raise PosteyeError(f"{path} cannot be read: {error.strerror}; python -m benchmarks.figures measures") from None
    except msgspec.DecodeError as error:
        raise PosteyeError(
            f"{path} is no results file ({error}); measure again with python -m benchmarks.figures"
        ) from None


def load_all(folder: Path = RESULTS) -> dict[str, Results]:
    """All results files below a folder by name: the path in it without the suffix."""
    return {p.relative_to(folder).with_suffix("").as_posix(): load(p) for p in sorted(folder.rglob("*.json"))}


def complaint(name: str, results: Results, root: Path = provenance.ROOT) -> str | None:
    """Why a measured figure is not that of the present code and bundle; None when it is, and for records."""
    figure = FIGURES.get(name.split("/")[0])
    if figure is None:
        return f"{name}: no figure of benchmarks/figures/list.py has this name"
    if results.state == "record":
        return None
    bundle = root / provenance.SHIPPED.relative_to(provenance.ROOT)
    changed = [
        *(["code"] if results.code != provenance.code_hash(figure.code, root) else []),
        *(["bundle"] if results.bundle not in (None, provenance.bundle_hash(bundle)) else []),
    ]
    if not changed:
        return None
    return (
        f"{name}: the {' and the '.join(changed)} behind it changed since {results.commit[:8]} ({results.date}); "
        f"measure again: python -m benchmarks.figures {name} --data FOLDER"
    )
