"""What Linux, macOS and Windows do each in their own way: locks, what is on the disk, and how much a process may take.

Nothing else in the program asks which system it is on for this. The parts for Windows follow its documentation and
were never run there.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from pathlib import Path

HOLDERS = 1 << 20  # bytes of a lock on Windows, of which each holder takes one and who wants it alone takes all
FAR = 1 << 30  # where they are in the file, far behind what is written there
PATIENCE = 2.0  # seconds in which whoever reads a file on Windows is done with it


def open_folder(folder: Path) -> int:
    """A folder as a file that can be locked. Raises FileNotFoundError if it is not there."""
    if sys.platform == "win32":  # folders cannot be opened there, so that a file beside it stands for it
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        return os.open(_beside(folder), os.O_RDWR | os.O_CREAT)
    else:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


def forget_folder(folder: Path) -> None:
    """Take away what stood for a folder that was deleted."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            _beside(folder).unlink(missing_ok=True)


def is_folder_at(folder: Path, file: int) -> bool:
    """Whether ``file``, from ``open_folder``, is still of the folder that has this path."""
    if sys.platform == "win32":
        return folder.is_dir() and _is_at(_beside(folder), file)
    else:
        return _is_at(folder, file)


def lock(file: int, *, alone: bool) -> bool:
    """Lock an open file until it is closed or the process ends, alone or with others. Returns at once, False if
    somebody else's lock is in the way. Where the file system knows no locks everybody has it.
    """
    if sys.platform == "win32":
        import msvcrt

        for _ in range(1 if alone else 8):  # another holder may have taken the very byte
            os.lseek(file, FAR if alone else FAR + random.randrange(HOLDERS), os.SEEK_SET)
            with contextlib.suppress(OSError):
                msvcrt.locking(file, msvcrt.LK_NBLCK, HOLDERS if alone else 1)
                return True
        return False
    else:
        import fcntl

        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


def sync_file(path: Path) -> None:
    """What a file holds is on the disk."""
    if sys.platform == "win32":  # only what may be written can be flushed there
        flags = os.O_RDWR
    else:
        flags = os.O_RDONLY
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk. NTFS sees to that by itself. Raises OSError."""
    if sys.platform != "win32":
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def replace(path: Path, target: Path) -> None:
    """Put ``path`` in the place of ``target``, at once."""
    if sys.platform == "win32":  # it refuses as long as somebody has the target open
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(PermissionError):
                path.replace(target)
                return
            time.sleep(0.02)
    path.replace(target)


def is_mine(path: Path) -> bool:
    """Whether a file is this user's. On Windows the folder for temporary files is."""
    if sys.platform == "win32":
        return True
    else:
        return path.stat().st_uid == os.geteuid()


def peak_mb() -> int:
    """The most memory that this process has had at once."""
    if sys.platform == "win32":
        import psutil

        return round(psutil.Process().memory_info().peak_wset / 2**20)
    else:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(most / (2**20 if sys.platform == "darwin" else 2**10))  # bytes there, KiB elsewhere


def give_way(nice: int) -> None:
    """Let other processes go first."""
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(nice)


def bound(memory: int, file: int, seconds: int | None = None) -> None:
    """Let this process take no more bytes of ``memory``, write no larger a ``file`` and use no more ``seconds`` of a
    processor, where the system can see to it: macOS bounds no memory, Windows nothing.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.hold")


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
