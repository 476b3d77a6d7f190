"""Nearness by Chroma, which writes wherever it reads: each reader has a copy of its own, made when it is first asked.

The copy is checked while it is made, for Chroma reads its files unchecked: one changed bit could end the process.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.errors import AnalystError
from index.store.vectors import Vectors
from index.system import is_mine
from index.versions.layout import Version, damaged, sha256
from index.versions.locks import Hold, delete_unless_held

PREFIX = "analyst-nearness-"
CHROMA = "chroma"  # the folder of Chroma's files in a version


class Nearness:
    """What is near in meaning, in the posts and people of a version. Safe to share between threads."""

    def __init__(self, index: Path, version: Version) -> None:
        self._index, self._version = index, version
        self._lock = threading.Lock()
        self._opened: Vectors | None = None
        self.close: Callable[[], object] = lambda: None
        """Delete the copy, as happens by itself when this is no longer needed."""

    def nearest(self, kind: str, vector: np.ndarray, limit: int) -> list[tuple[str, float]]:
        """As ``Vectors.nearest``. Raises AnalystError if the files are damaged, or there is no room for a copy."""
        with self._lock:
            if self._opened is None:
                folder, hold = verified_copy(self._index, self._version)
                self._opened = Vectors(folder / CHROMA)
                self.close = weakref.finalize(self, _end, self._opened, folder, hold)
        return self._opened.nearest(kind, vector, limit)


def verified_copy(index: Path, version: Version) -> tuple[Path, Hold]:
    """A temporary folder with Chroma's files, each of which is what was written. Raises AnalystError."""
    files = {name: told for name, (_, told) in version.manifest.files.items() if name.startswith(f"{CHROMA}/")}
    try:
        folder, hold = _temporary()
        try:
            for name, told in files.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                if sha256(version.folder / name, target) != told:
                    raise damaged(index, {name: "is not what was written"})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise AnalystError(
            f"Chroma needs a temporary copy of its files, and it cannot be made: {error.strerror or error}",
            where=tempfile.gettempdir() if tempfile.tempdir else "",
            todo="Free some space, or name another folder in TMPDIR.",
        ) from error
    return folder, hold


def _temporary() -> tuple[Path, Hold]:
    """A new temporary folder, held. Those that processes left when they were killed are deleted."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another process deletes it too
            if left.is_dir() and is_mine(left):
                delete_unless_held(left)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            return folder, Hold(folder)
        except FileNotFoundError:  # taken for one that was left, by another process at this moment
            continue


def discard(folder: Path, hold: Hold) -> None:
    """Delete a copy."""
    shutil.rmtree(folder, ignore_errors=True)
    hold.release()


def _end(vectors: Vectors, folder: Path, hold: Hold) -> None:
    vectors.close()
    discard(folder, hold)
