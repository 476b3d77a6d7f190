"""Files that come and go beside those that a manifest lists: each has an empty mark, so that one which is lost is not
taken for one that never was.
"""

from __future__ import annotations

from pathlib import Path

from index.versions.durable import replace_durably

MARK = ".kept"  # how the name of a mark ends


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{MARK}")


def mark(path: Path) -> None:
    """A file stands there from now on; only for one that is on the disk already."""
    if not mark_of(path).is_file():
        replace_durably(mark_of(path), b"")


def forget(path: Path) -> bool:
    """Delete a file with its mark; whether there was one."""
    had = path.is_file() or is_lost(path)
    mark_of(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    return had


def is_lost(path: Path) -> bool:
    """Whether a file is gone that nobody deleted."""
    return mark_of(path).is_file() and not path.is_file()
