"""One writer, many readers. All locks are released by death, whatever the death."""

from __future__ import annotations

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
from index.system import forget_folder, is_folder_at, lock, open_folder

NAME = "index.lock"
LOOKS = 0.05  # seconds between two looks at a lock that is waited for


class Hold:
    """A folder that nobody deletes as long as it is held; several may hold it. Raises FileNotFoundError if it is gone
    or about to be.
    """

    def __init__(self, folder: Path) -> None:
        file = open_folder(folder)
        self.release = weakref.finalize(self, os.close, file)
        if not (lock(file, alone=False) and is_folder_at(folder, file)):
            self.release()
            raise FileNotFoundError(folder)


def delete_unless_held(folder: Path) -> bool:
    """Delete a folder with all that is in it, unless somebody holds it. Returns whether it is gone."""
    try:
        file = open_folder(folder)
    except FileNotFoundError:
        return True
    try:
        if not lock(file, alone=True):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(file)
        if not folder.exists():
            forget_folder(folder)


def is_held(folder: Path) -> bool:
    """Whether somebody holds a folder."""
    file = open_folder(folder)
    try:
        return not lock(file, alone=True)
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
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(told).encode())
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
        locked = lock(file, alone=True)
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


def _is_still_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
