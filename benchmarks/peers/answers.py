"""What other readers made of image files, kept: their answers do not change when posteye's model does.

An answer belongs to the bytes of the image, so a file that is made anew or moved is known again when it is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from tqdm import tqdm

from benchmarks.peers.process import Peer
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes

_SAVE_EVERY = 200


class Answers(Struct, frozen=True):
    """Texts of one reader.

    Attributes:
        version: Of the reader.
        texts: By the digest of the image.
    """

    version: str
    texts: dict[str, str]


def answers(start: Callable[[], Peer], images: Sequence[Path], kept: Path, again: bool) -> Answers:
    """Texts for all images: those that are kept, and new ones for the others.

    Args:
        start: Starts the reader, which happens only when an image is missing.
        images: The files.
        kept: File of the answers; what has been read is kept when the work is broken off.
        again: Forget what is kept.

    Raises:
        PosteyeError: As the reader does, or the file holds no answers.
    """
    found = Answers("", {}) if again else _load(kept)
    digests = {digest(image): image for image in images}
    if all(known in found.texts for known in digests):
        return found
    with start() as peer:
        version = peer.identity.version
        texts = dict(found.texts) if found.version == version else {}
        missing = {known: image for known, image in digests.items() if known not in texts}
        what = f"{peer.identity.name} {kept.stem}"
        try:
            bar = tqdm(missing.items(), desc=what, unit="file", dynamic_ncols=True, leave=False, disable=None)
            for done, (known, image) in enumerate(bar, start=1):
                texts[known] = peer.read(image).text
                if done % _SAVE_EVERY == 0:
                    _save(Answers(version, texts), kept)
        finally:
            _save(Answers(version, texts), kept)
    return Answers(version, texts)


def digest(image: Path) -> str:
    """What an image is known by.

    Raises:
        PosteyeError: It is missing.
    """
    try:
        return hashlib.blake2b(image.read_bytes(), digest_size=12).hexdigest()
    except OSError as error:
        raise PosteyeError(f"{image} cannot be read: {error.strerror}") from None


def _load(path: Path) -> Answers:
    if not path.exists():
        return Answers("", {})
    try:
        return msgspec.json.decode(path.read_bytes(), type=Answers)
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"{path} holds no kept answers ({error}); delete it") from None


def _save(found: Answers, path: Path) -> None:
    """Write so that a reader of the file sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, msgspec.json.encode(found))
