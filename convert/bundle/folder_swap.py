"""Puts a whole folder in another's place in one step, so that the path never holds half of one or none.

Linux exchanges two folders with renameat2 and RENAME_EXCHANGE: ext4, xfs, btrfs, f2fs, tmpfs and vfat do; network file
systems do not, and there an older folder is not replaced at all.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device_runtime.files.atomic import sync_folder

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of <fcntl.h> and <linux/fs.h>
_NOT_HERE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EXDEV)


class CannotSwap(OSError):
    """The file system cannot exchange two folders."""


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill with synced files; when the block ends well, it stands at `folder`.

    What holds after a power cut or a kill at any instant: `folder` is the old folder or the new one, whole (before the
    first writing: missing, or the new one). When the call has returned, it is the new one, and the old one is gone.
    When the block raises, nothing has changed. A kill may leave a folder `.NAME-*` in the same place, old or new, to
    be deleted.

    Raises:
        OSError: When it cannot be written.
        CannotSwap: Where an older folder cannot be replaced in one step.
    """
    folder = Path(os.path.realpath(folder))
    missing = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    for parent in missing:
        sync_folder(parent.parent)
    place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:60]}-"))
    try:
        fresh = place / folder.name
        fresh.mkdir()
        yield fresh
        sync_folder(fresh)
        if folder.exists():
            fresh.chmod(folder.stat().st_mode & 0o7777)
            _exchange(fresh, folder)
        else:
            fresh.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        raise CannotSwap(errno.ENOSYS, "this system cannot exchange two folders")
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        if number in _NOT_HERE:
            raise CannotSwap(number, "this file system cannot exchange two folders")
        raise OSError(number, os.strerror(number), str(other))
