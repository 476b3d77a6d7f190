"""One writer, many readers. All locks are released by death, whatever the death."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import AnalystError

NAME = "index.lock"
LOOKS = 0.05  # seconds between two looks at a lock that is waited for


class Hold:
    """A folder that nobody deletes as long as it is held; several may hold it. Raises FileNotFoundError if it is gone
    or about to be.
    """

    def __init__(self, folder: Path) -> None:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self.release = weakref.finalize(self, os.close, file)
        if not (_lock(file, fcntl.LOCK_SH) and _is_still_at(folder, file)):
            self.release()
            raise FileNotFoundError(folder)


def delete_unless_held(folder: Path) -> bool:
    """Delete a folder with all that is in it, unless somebody holds it. Returns whether it is gone."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return True
    try:
        if not _lock(file, fcntl.LOCK_EX):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(file)


def is_held(folder: Path) -> bool:
    """Whether somebody holds a folder."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return not _lock(file, fcntl.LOCK_EX)
    finally:
        os.close(file)


@contextmanager
def one_writer(index: Path, patience: float = 0.0) -> Iterator[None]:
    """Be the one process that changes an index. Raises AnalystError that names the one that is already at it, if it is
    not done within the seconds of ``patience``.
    """
    path, until = index / NAME, time.monotonic() + patience
    while (file := _locked(path)) is None and time.monotonic() < until:
        time.sleep(LOOKS)
    if file is None:
        raise AnalystError(
            f"Another run is changing this index{_holder(path)}",
            where=str(index),
            todo="Wait until it is done, or stop it first.",
        )
    try:
        told = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps(told).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(file, 0)
    finally:
        os.close(file)


def _locked(path: Path) -> int | None:
    """The lock file, open and locked; None if another process has it."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        locked = _lock(file, fcntl.LOCK_EX)
        if locked and _is_still_at(path, file):
            return file
        os.close(file)
        if not locked:
            return None  # otherwise it was deleted before it was locked, and keeps nobody out


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_bytes())
        return f": process {told['process']} on {told['host']}, since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _lock(file: int, kind: int) -> bool:
    """Whether the lock could be had. Where the file system knows no locks everybody has it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_still_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
