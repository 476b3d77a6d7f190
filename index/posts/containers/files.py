"""What is given to be read, as single files: those that patterns, folders and ZIP archives hold."""

from __future__ import annotations

import glob
import io
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from index.errors import AnalystError

STANDARD_INPUT = "-"
MOST_FILES = 200_000
_IN_MEMORY = 1 << 26  # bytes of standard input that are held in memory; more goes to a temporary file
ZIP_MAGIC = b"PK\x03\x04"
# What lies beside posts in downloads of platforms, and is told in one word instead of one by one.
_FOREIGN = frozenset(
    re.findall(
        r"\.\w+",
        ".jpg .jpeg .png .gif .webp .heic .svg .ico .bmp .tif .tiff .mp4 .mov .avi .mkv .m4a .mp3 .ogg .oga .opus .wav "
        ".webm .aac .flac .vtt .srt .pdf .html .htm .css .woff .woff2 .ttf .tgs .md .py .exe .dll .vcf .ics .eml .doc "
        ".docx .ppt .pptx .log .url .webloc",
    )
)


_CHAT_PAGE = re.compile(r"(?:^|[\\/])messages\d*\.html$")  # of Telegram; pages of other archives cannot be read


@dataclass(frozen=True)
class Source:
    """One file to be read. ``name`` is how people are told of it; ``given`` that its own name was given, so that it
    must be readable; ``container`` is "", "folder", "zip" or "tar", ``root`` the folder or archive that holds it.
    """

    name: str
    given: bool
    container: str
    size: int
    moment: datetime | None
    _open: Callable[[], IO[bytes]] = field(repr=False)
    _beside: Callable[[str], Source | None] = field(repr=False, default=lambda name: None)
    # Bytes of the outer file that reading this one uses up, where they cannot be counted as they are read.
    packed: int | None = None
    root: str = ""

    def open(self) -> IO[bytes]:
        """The bytes of the file. Raises AnalystError if it cannot be opened."""
        try:
            return self._open()
        except RuntimeError as error:  # what zipfile says of a password
            raise AnalystError(
                "The file is locked with a password", where=self.name, todo="Unpack it first."
            ) from error
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            raise AnalystError(f"The file cannot be opened: {reason}", where=self.name) from error

    def beside(self, name: str) -> Source | None:
        """The file ``name`` of the same folder ("../users.json" of the one above), None where there is none."""
        return self._beside(name)

    @property
    def suffixes(self) -> list[str]:
        return [suffix.lower() for suffix in PurePosixPath(self.name).suffixes]


def expand(sources: Sequence[str]) -> list[str]:
    """Patterns and folders → files, in order; ``-`` is standard input. Raises AnalystError for what does not exist or
    is empty.
    """
    return [name for name, *_ in _found(sources)]


def files_of(sources: Sequence[str], foreign: Counter[str]) -> Iterator[Source]:
    """All files of ``sources``, archives as they are. ``foreign`` counts, by kind, files of folders that are pictures,
    pages and the like. Raises AnalystError as ``expand``.
    """
    for name, given, root in _found(sources):
        if name == STANDARD_INPUT:
            yield _standard_input()
        elif root and (kind := foreign_kind(name)):
            foreign[kind] += 1
        else:
            yield _file(Path(name), given, root)


def _found(sources: Sequence[str]) -> list[tuple[str, bool, str]]:
    """(name, whether it was given itself, the folder that holds it) of every file."""
    found: dict[str, tuple[bool, str]] = {}
    for source in sources:
        if source == STANDARD_INPUT:
            found.setdefault(source, (True, ""))
            continue
        # A pattern may begin at the root, which Path.glob refuses; odd characters make Path.exists raise.
        itself = os.path.exists(source)  # noqa: PTH110
        names = [source] if itself else sorted(glob.glob(source))  # noqa: PTH207
        if not names:
            raise AnalystError("There is no such file", where=source, todo="Check the path, or quote the pattern.")
        for name in names:
            if Path(name).is_dir():
                for inner in _folder(Path(name)):
                    found.setdefault(inner, (False, name))
            else:
                found.setdefault(name, (itself, ""))
    for name, (given, _) in found.items():
        if given and name != STANDARD_INPUT and Path(name).stat().st_size == 0:
            raise AnalystError("The file is empty", where=name, todo="Export the posts again.")
    return [(name, given, root) for name, (given, root) in found.items()]


def _folder(folder: Path) -> list[str]:
    """All files of a folder and those below, in order; what is hidden or linked from elsewhere stays out."""
    inside = folder.resolve()
    names: list[str] = []
    for root, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith((".", "__MACOSX")))
        for name in sorted(files):
            path = Path(root, name)
            if name.startswith(".") or not path.resolve().is_relative_to(inside) or not path.is_file():
                continue
            names.append(str(path))
            if len(names) > MOST_FILES:
                raise AnalystError(f"The folder holds more than {MOST_FILES:,} files", where=str(folder))
    if not names:
        raise AnalystError("The folder holds no files", where=str(folder), todo="Name the folder of the export.")
    return names


def foreign_kind(name: str) -> str:
    """The ending of a file that is a picture, a page or the like, "" for any other."""
    if _CHAT_PAGE.search(name):
        return ""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in _FOREIGN else ""


def _file(path: Path, given: bool, root: str) -> Source:
    status = path.stat()

    def beside(name: str) -> Source | None:
        other = path.parent / name
        return _file(other, False, root) if other.is_file() else None

    moment = datetime.fromtimestamp(max(0, status.st_mtime), UTC)
    container = "folder" if root else ""
    return Source(str(path), given, container, status.st_size, moment, lambda: path.open("rb"), beside, root=root)


def _standard_input() -> Source:
    """Standard input as a file that can be read more than once."""
    kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (read until the program ends)
    shutil.copyfileobj(sys.stdin.buffer, kept)
    size = kept.tell()
    if not size:
        raise AnalystError("Standard input is empty", todo="Pipe posts into it, as JSONL or CSV.")
    return Source(STANDARD_INPUT, True, "", size, datetime.now(UTC), lambda: View(kept, 0, size))  # type: ignore[arg-type,return-value]


class View(io.RawIOBase):
    """A part of a kept file, from its beginning; closing it leaves the file open for the next."""

    def __init__(self, kept: Any, start: int, size: int) -> None:
        self._kept, self._start, self._place, self._end = kept, start, start, start + size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: self._start, io.SEEK_CUR: self._place, io.SEEK_END: self._end}[whence]
        self._place = max(self._start, origin + offset)
        return self._place - self._start

    def readinto(self, buffer: Any) -> int:
        self._kept.seek(self._place)
        data = self._kept.read(min(len(buffer), max(0, self._end - self._place)))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
