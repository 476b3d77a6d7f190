"""The files inside archives, ZIP and tar, as single files; nothing is unpacked where anybody could find it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any

from index.errors import AnalystError
from index.posts.containers.files import MOST_FILES, ZIP_MAGIC, Source, View, files_of, foreign_kind
from index.posts.containers.streams import IN_MEMORY, check_ratio, kept

_DEEPEST = 2  # archives inside archives
_LARGEST_INNER = 1 << 30  # bytes of an archive inside another, which is unpacked to be looked into
_UNPACKERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, NotImplementedError, zlib.error,
            lzma.LZMAError)  # fmt: skip


def sources_of(sources: Sequence[str], foreign: Counter[str]) -> Iterator[Source]:
    """All files of ``sources``, those inside archives one by one. ``foreign`` counts, by kind, files of folders and
    archives that are pictures, pages and the like. Raises AnalystError for what does not exist, is empty or damaged.
    """
    for source in files_of(sources, foreign):
        yield from _opened(source, foreign, 0)


def _opened(source: Source, foreign: Counter[str], depth: int) -> Iterator[Source]:
    with source.open() as file:
        head = file.read(512)
    archive = _zip_of(source) if head.startswith(ZIP_MAGIC) else None
    if archive is not None:
        inside = _zip_members(source, archive, foreign)
    elif _is_tar(source, head):
        inside = _tar_members(source, foreign)
    else:
        yield source
        return
    for member in inside:
        if depth + 1 < _DEEPEST and member.size <= _LARGEST_INNER and member.suffixes[-1:] == [".zip"]:
            yield from _opened(member, foreign, depth + 1)
        else:
            yield member


def _zip_of(source: Source) -> zipfile.ZipFile | None:
    """The archive, open for as long as its members are read: its list of members, which may be of hundreds of
    thousands, is read once. None where the file is one workbook.
    """
    try:
        file = kept(source).open()
        archive = zipfile.ZipFile(file)
        names = archive.namelist()[:1000]
    except _DAMAGED as error:
        raise AnalystError(
            "The ZIP archive or Excel workbook is damaged",
            where=source.name,
            todo="Download it again, or save the sheet as CSV.",
        ) from error
    if "mimetype" in names and "content.xml" in names:
        raise AnalystError(
            "The file is a workbook of OpenOffice (ods)", where=source.name, todo="Save it as .xlsx or CSV."
        )
    if any(name.startswith("xl/") for name in names):
        file.close()
        return None
    return archive


def _zip_members(outer: Source, archive: zipfile.ZipFile, foreign: Counter[str]) -> Iterator[Source]:
    members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    _check_count(len(members), outer)

    def member(info: zipfile.ZipInfo) -> Source:
        def beside(name: str) -> Source | None:
            other = members.get(_beside(info.filename, name))
            return member(other) if other is not None else None

        def opened() -> IO[bytes]:
            check_ratio(info.file_size, info.compress_size, name)
            return archive.open(info)

        name = f"{outer.name}/{info.filename}"
        moment = _moment(info.date_time) or outer.moment
        root = outer.root or outer.name
        return Source(name, False, "zip", info.file_size, moment, opened, beside, info.compress_size, root)

    for name, info in sorted(members.items()):
        if info.file_size and _is_wanted(name, foreign):
            yield member(info)


def _is_tar(source: Source, head: bytes) -> bool:
    unpacker = next((made for magic, made in _UNPACKERS.items() if head.startswith(magic)), None)
    if unpacker is not None:
        try:
            with source.open() as file, unpacker(file) as stream:
                head = stream.read(512)
        except _DAMAGED:
            return False
    return head[257:262] == b"ustar"


def _tar_members(outer: Source, foreign: Counter[str]) -> Iterator[Source]:
    """Unpacked in one pass, all that may be posts: to look into a tar archive is to unpack it up to there."""
    held: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (read as long as its sources)
    places: dict[str, tuple[int, int, float]] = {}
    try:
        with outer.open() as file, tarfile.open(fileobj=file, mode="r:*") as archive:
            for number, info in enumerate(archive):
                _check_count(number, outer)
                check_ratio(info.offset_data + info.size, outer.size, outer.name)
                name = os.path.normpath(info.name)
                if info.isfile() and info.size and _is_wanted(name, foreign):
                    places[name] = (held.tell(), info.size, info.mtime)
                    shutil.copyfileobj(archive.extractfile(info), held)  # type: ignore[arg-type]
    except _DAMAGED as error:
        raise AnalystError("The archive is damaged or cut off", where=outer.name, todo="Download it again.") from error

    def member(name: str) -> Source:
        def beside(other: str) -> Source | None:
            found = _beside(name, other)
            return member(found) if found in places else None

        start, size, written = places[name]
        moment = datetime.fromtimestamp(min(max(0, written), 2**32), UTC)
        opened: Any = partial(View, held, start, size)
        packed = max(1, size * outer.size // max(1, held.tell() or 1))
        root = outer.root or outer.name
        return Source(f"{outer.name}/{name}", False, "tar", size, moment, opened, beside, packed, root)

    for name in sorted(places):
        yield member(name)


def _is_wanted(name: str, foreign: Counter[str]) -> bool:
    """Whether a member may hold posts: neither hidden nor a picture, a page and the like."""
    if any(part.startswith((".", "__MACOSX")) and part != ".." for part in PurePosixPath(name).parts):
        return False
    if kind := foreign_kind(name):
        foreign[kind] += 1
    return not kind


def _beside(name: str, other: str) -> str:
    return os.path.normpath(PurePosixPath(name).parent / other)


def _check_count(number: int, outer: Source) -> None:
    if number > MOST_FILES:
        raise AnalystError(f"The archive holds more than {MOST_FILES:,} files", where=outer.name)


def _moment(parts: tuple[int, int, int, int, int, int]) -> datetime | None:
    """When a member was written, None where the archive holds no day that exists."""
    try:
        return datetime(*parts, tzinfo=UTC)
    except ValueError:
        return None
