"""The one process that changes an index: begins a version, fills it, commits it whole."""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import VERSION, Manifest, read_manifest, write_manifest
from index.versions.durable import PARTIAL, make_folder, sync_folder, sync_tree
from index.versions.layout import FOLDER, sums
from index.versions.locks import NAME as LOCK
from index.versions.locks import Hold, delete_unless_held, one_writer
from index.versions.parts import FOLDER as BUILDING
from index.versions.parts import posts_in

FORMAT_2 = ("facts", "chroma", "rejects.jsonl", "calibration.json")  # what lay where versions are now
FULL = (errno.ENOSPC, errno.EDQUOT)
SAID_OF_FULL = ("no space left", "disk is full", "disk quota exceeded", "database or disk is full")


class Writer:
    """Begins and commits versions of the index at ``index``."""

    def __init__(self, index: Path) -> None:
        self.index = index
        self._holds: list[Hold] = []

    def begin(self) -> Path:
        """The empty folder of a new version; its name is nobody else's, whatever the clock says."""
        folder = self.index / FOLDER / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        self._holds.append(Hold(folder))  # tells a check that it is no leftover
        return folder

    def commit(self, folder: Path, manifest: Manifest) -> Manifest:
        """Make the version in ``folder`` the one that readers open, and return its manifest as it was written.

        Until the manifest is replaced, at once, the index is what it was; nothing of the old version goes before the
        new one is on the disk.
        """
        manifest = replace(manifest, version=folder.name, files=sums(folder))
        try:
            write_manifest(folder, manifest)  # from which a damaged manifest can be mended
            sync_tree(folder)
            for names in (folder.parent, self.index):
                sync_folder(names)
            write_manifest(self.index, manifest)
        except BaseException:
            (folder / MANIFEST).unlink(missing_ok=True)
            raise
        _clear(self.index, folder.name)
        for name in (BUILDING, *FORMAT_2):
            _delete(self.index / name)
        return manifest

    def close(self) -> None:
        """Let go of what was begun."""
        for hold in self._holds:
            hold.release()


@contextmanager
def writing(index: Path, *, resumes: bool = False) -> Iterator[Writer]:
    """Write an index, or find out at once that it cannot be written.

    What a run that was killed has left is deleted first, and what this one does not commit at its end; but what an
    unfinished build has analysed stays for a run that ``resumes`` builds. Raises AnalystError if something else is
    there, another process writes, or there is no room.
    """
    try:
        made = not index.exists()
        _check_target(index)
        make_folder(index)
        writer = Writer(index)
        with one_writer(index):
            try:
                _clear(index, _committed(index))
                if not resumes:
                    _delete(index / BUILDING)
                yield writer
            finally:
                writer.close()
                _leave(index, made)
    except OSError as error:
        raise _unwritable(index, error) from error
    except Exception as error:
        if not is_full(error):
            raise
        raise _unwritable(index, error) from error


def is_full(error: BaseException | None) -> bool:
    """Whether a failure, or what it came from, is that of a full disk; libraries say so each in its own way."""
    while error is not None:
        said = str(error).casefold()
        if getattr(error, "errno", None) in FULL or any(words in said for words in SAID_OF_FULL):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_index(folder: Path) -> bool:
    """Whether a folder holds an index, be it a damaged one, or what is left of the first build of one."""
    has_parts = any((folder / name).is_dir() for name in (FOLDER, BUILDING, "facts"))
    return has_parts and ((folder / MANIFEST).is_file() or (folder / LOCK).is_file())


def _check_target(index: Path) -> None:
    if index.exists() and not is_index(index) and (not index.is_dir() or any(_foreign(index))):
        raise AnalystError(
            "The target exists and is no index; it will not be overwritten",
            where=str(index),
            todo="Choose another folder with --out.",
        )


def _foreign(folder: Path) -> Iterator[Path]:
    """What lies in a folder and is not there because it is the top of a disk."""
    return (path for path in folder.iterdir() if path.name not in (LOCK, "lost+found"))


def _unwritable(index: Path, error: Exception) -> AnalystError:
    reason = "the disk is full" if is_full(error) else getattr(error, "strerror", None) or str(error)
    return AnalystError(
        f"The index cannot be written: {reason}",
        where=str(index),
        todo="Free some space or choose another folder with --out; what was there before is untouched.",
    )


def _committed(index: Path) -> str | None:
    """The name of the committed version; None where there is no manifest, or one that cannot be read."""
    try:
        return read_manifest(index).version
    except AnalystError:
        return None


def _clear(index: Path, committed: str | None) -> None:
    """Delete what killed runs left, and versions that were replaced, unless somebody still holds them.

    Where the manifest is damaged or lost, versions that were finished stay for a repair.
    """
    for path in index.glob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)
    for folder in (index / FOLDER).glob("*"):
        is_needed = folder.name == committed if committed else (folder / MANIFEST).is_file()
        if VERSION.fullmatch(folder.name) and not is_needed:
            delete_unless_held(folder)


def _leave(index: Path, made: bool) -> None:
    """Delete what was begun and not committed, but for posts that a build has analysed; of an index that never came to
    be, and has none, all.
    """
    _clear(index, _committed(index))
    versions, building = index / FOLDER, index / BUILDING
    if not posts_in(index):
        _delete(building)
    if not (index / MANIFEST).exists() and not (versions.is_dir() and any(versions.iterdir())):
        _delete(versions)
        if building.exists():
            return
        with contextlib.suppress(PermissionError):  # Windows lets nobody delete the lock while this process has it
            (index / LOCK).unlink(missing_ok=True)
            if made:
                index.rmdir()


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
