"""Files that outlive a power cut: they are on the disk before anything relies on them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from uuid import uuid4

from index import system

PARTIAL = ".partial"  # how names end that are about to be replaced


def replace_durably(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: whoever looks, and whenever the power goes, finds the old content or the new, whole."""
    partial = path.with_name(f".{uuid4().hex}{PARTIAL}")  # short, for ``path`` may have as long a name as there can be
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        system.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder with those that it lies in; their names are on the disk."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        sync_folder(each.parent)


def sync_tree(folder: Path) -> None:
    """All files below a folder and all their names are on the disk."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            system.sync_file(Path(place, name))
        sync_folder(Path(place))


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk."""
    try:
        system.sync_folder(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems know no such thing
            raise
