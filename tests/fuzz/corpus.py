"""The inputs that the fuzzers begin with: a packed folder of small files for each target, and fields of the samples."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

CORPORA = Path(__file__).parent / "corpus"
# Inputs of this name were faults once; they stay, whatever else reaches the same lines.
FAULT = "fault-"


def unpack(target: str, folder: Path) -> list[Path]:
    """Write a target's corpus into a folder, and return its files in order."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = CORPORA / f"{target}.tar.xz"
    paths = []
    if packed.exists():
        with tarfile.open(packed) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is not None:
                    paths.append(folder / Path(member.name).name)
                    paths[-1].write_bytes(content.read())
    return paths


def pack(target: str, inputs: dict[str, bytes]) -> Path:
    """Make the inputs, by name, the target's corpus: the same bytes for the same inputs."""
    packed = CORPORA / f"{target}.tar.xz"
    packed.parent.mkdir(exist_ok=True)
    # In the order of what is in them, which packs best.
    with tarfile.open(packed, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as archive:
        for name, content in sorted(inputs.items(), key=lambda item: (item[1], item[0])):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed
