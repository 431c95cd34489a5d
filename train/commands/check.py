"""What a training needs and whether it is here: `posteye train --check`. Needs none of it itself, not even torch."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PosteyeError
from train.data.collections import FILES
from train.data.mnist import IDX_STEMS, download_command, wheel_path
from train.runs.chain import Link, about, chain, disk_mb
from train.runs.recipe import PRESETS, has_bfloat16
from train.synthesis.writing.fonts import HAND_PACKAGES, PRINT_PACKAGES, install_command, missing_packages

_WRITERS_FILES = ("qmnist-train-labels-idx2-int.gz", "qmnist-test-labels-idx2-int.gz")
_PACKAGES = ("torch", "pillow", "tqdm", "matplotlib")
_INSTALL = "pip install torch==2.13.0, then pip install 'posteye[train]'"


@dataclass(frozen=True)
class Finding:
    """A thing that training needs.

    Attributes:
        name: of the thing, in a word.
        found: what is here of it.
        cure: how to get what is missing.
        enough: whether training can do with what is here.
    """

    name: str
    found: str
    cure: str = ""
    enough: bool = True


def examine(
    links: Sequence[Link],
    mnist: Path | None,
    writers: Path | None = None,
    digits: Path | None = None,
    strings: Path | None = None,
) -> list[Finding]:
    """All that a chain of trainings needs.

    Args:
        links: of the chain.
        mnist: folder of MNIST's idx files; None for pip.
        writers: folder of QMNIST's labels, if they are to be used.
        digits: folder of more digits, if they are to be used.
        strings: folder of what people wrote, if it is to be used.
    """
    more = [_folder("writers", writers, name) for name in _WRITERS_FILES] if writers else []
    more += [_folder("more", digits, "*.npz")] if digits else []
    more += [_folder("strings", strings, name) for name in FILES] if strings else []
    cores = Finding("cores", str(os.cpu_count() or 1))
    return [*_fonts(), _digits(mnist), *more, _libraries(), _disk(links), cores]


def page(findings: list[Finding]) -> str:
    """The findings, the presets with their times, and whether training can begin, for people."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.name:<8}{finding.found}")
        lines += [f"{'':<8}{finding.cure}"] if finding.cure else []
    here = has_bfloat16()
    for name, preset in PRESETS.items():
        time, *cure = about(chain(name, Path()), here)
        lines += [f"{'preset':<8}{time}; {preset.purpose}", *(f"{'':<8}{line}" for line in cure)]
    wanted = [finding.name for finding in findings if not finding.enough]
    return "\n".join([*lines, f"NOT ready: {', '.join(wanted)} missing" if wanted else "ready to train"])


def _fonts() -> list[Finding]:
    missing = set(missing_packages())
    if missing - PRINT_PACKAGES.keys() - HAND_PACKAGES.keys():
        return [Finding("fonts", "fontconfig is missing", install_command(), enough=False)]
    parts = {"print": PRINT_PACKAGES.keys(), "handwriting": HAND_PACKAGES.keys()}
    counts = [f"{len(names - missing)} of {len(names)} packages for {part}" for part, names in parts.items()]
    enough = all(names - missing for names in parts.values())
    return [Finding("fonts", ", ".join(counts), install_command() if missing else "", enough)]


def _digits(mnist: Path | None) -> Finding:
    if mnist is None:
        here = wheel_path().is_file()
        cure = "" if here else f"posteye train fetches it by itself, or: {download_command()}"
        return Finding("digits", f"MNIST {'is' if here else 'is not yet'} at {wheel_path()}", cure, here)
    parts = [f"{stem}-{part}" for stem in IDX_STEMS.values() for part in ("images-idx3-ubyte", "labels-idx1-ubyte")]
    missing = [part for part in parts if not any((mnist / f"{part}{end}").is_file() for end in ("", ".gz"))]
    cure = f"missing there: {', '.join(missing)}" if missing else ""
    return Finding("digits", f"MNIST in {mnist}: {len(parts) - len(missing)} of {len(parts)} files", cure, not missing)


def _folder(name: str, folder: Path, files: str) -> Finding:
    there = any(folder.glob(files))
    cure = "" if there else f"give the folder that holds {files}, or leave the option out"
    return Finding(name, f"{folder} {'holds' if there else 'holds no'} {files}", cure, there)


def _libraries() -> Finding:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    said = ", ".join([*found, *(f"no {name}" for name in missing)])
    return Finding("python", said, _INSTALL if missing else "", not missing)


def _disk(links: Sequence[Link]) -> Finding:
    there, needed_mb = links[-1].folder.absolute(), disk_mb(links)
    while not there.exists():
        there = there.parent
    try:
        free_mb = shutil.disk_usage(there).free / 1e6
    except OSError as error:
        raise PosteyeError(f"{there} cannot be looked at: {error.strerror}; choose another --out") from error
    enough = free_mb > needed_mb
    cure = "" if enough else "make room, or choose another --out"
    return Finding("disk", f"{free_mb / 1000:,.1f} GB free at {there}, {needed_mb / 1000:g} needed", cure, enough)
