"""Reading: files, folders and archives → posts, rejects and what is left out; every row is one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from index.errors import AnalystError
from index.posts.containers.archives import sources_of
from index.posts.containers.files import Source, expand
from index.posts.containers.sections import sections_of
from index.posts.containers.streams import Content, OnBytes, open_content
from index.posts.formats.base import Notes
from index.posts.options import Options
from index.posts.reading import NoPosts, Reading
from index.posts.record import Post, Rejected
from index.posts.report import Report
from index.posts.spellings import SPELLINGS

_MOST_WAITING = 50  # files; a folder of more that no platform wrote is a folder of tables

__all__ = ["Options", "expand", "read_posts"]


def read_posts(
    sources: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    on_bytes: OnBytes = lambda count: None,
    options: Options | None = None,
    report: Report | None = None,
) -> Iterator[Post | Rejected]:
    """Posts and rejects of all ``sources`` in order, streaming; files, folders and ZIP archives.

    ``columns`` overrides the guessed columns, field → column or path. ``report`` is told of everything that was met.
    Raises AnalystError if a file cannot be read at all; one that a pattern, a folder or an archive holds beside others
    is skipped and told.
    """
    options = options or Options()
    options = replace(options, columns={**options.columns, **(columns or {})})
    report = report if report is not None else Report()
    unknown = sorted(set(options.columns) - set(SPELLINGS))
    if unknown:
        raise AnalystError(f"--map knows no field {unknown[0]!r}", todo=f"The fields are: {', '.join(SPELLINGS)}.")
    first: AnalystError | None = None
    notes = Notes()
    for root, group in itertools.groupby(sources_of(sources, report.foreign), key=lambda source: source.root):
        for file, waiting in _in_turn(group, report) if root else ((source, None) for source in group):
            source = file.source if isinstance(file, Content) else file
            try:
                content = file if isinstance(file, Content) else open_content(file, options.encoding)
                yield from _read_source(content, options, on_bytes, report, notes, waiting)
            except AnalystError as error:
                if source.given or options.strict:
                    raise
                first = first or error
                report.skipped.append((source.name, error.what))
    if not report.parts and (pages := report.foreign[".html"]):
        raise AnalystError(
            f"There are no posts here, but {pages:,} pages in HTML",
            where=", ".join(sources),
            todo="Choose the format JSON where you export the posts.",
        )
    if first is not None and not report.parts:
        raise first
    if not report.parts:
        raise AnalystError("There are no posts here", where=", ".join(sources), todo="Name the files of the export.")


class _Waiting(list[Content]):
    """Files of rows that are no platform's, in a folder or archive, as far as they were opened; ``archive`` is whether
    a platform wrote it.
    """

    archive = False


def _in_turn(group: Iterable[Source], report: Report) -> Iterator[tuple[Source | Content, _Waiting | None]]:
    """The files of a folder or archive. Rows that are no platform's wait: beside a platform's own archive they are its
    lists of friends, notes and adverts, and not posts; else they are read, after those that a platform wrote.
    """
    waiting = _Waiting()
    for source in group:
        if len(waiting) < _MOST_WAITING or waiting.archive:
            yield source, waiting
            continue
        for late in (*waiting, source):
            yield late, None
        waiting.clear()
        yield from ((later, None) for later in group)
    if waiting.archive:
        report.skipped += [(late.source.name, "It holds no posts of a kind that is known") for late in waiting]
    else:
        yield from ((late, None) for late in waiting)


def _read_source(
    content: Content, options: Options, on_bytes: OnBytes, report: Report, notes: Notes, waiting: _Waiting | None
) -> Iterator[Post | Rejected]:
    """The posts of a file; one that is to wait is put to those that do."""
    source = content.source
    reading = Reading(content, options, report, known_only=waiting is not None, notes=notes)
    counted = [0]

    def count(size: int) -> None:
        counted[0] += size
        on_bytes(size)

    first: AnalystError | None = None
    skipped: list[tuple[str, str]] = []
    for section in sections_of(content, options.names, count):
        try:
            yield from reading.section(section)
        except NoPosts as error:
            first = first or error
            skipped.append((f"{source.name}: {section.path}" if section.path else source.name, error.what))
        if reading.full:
            break
    if waiting is not None:
        waiting.archive |= reading.archive
    if reading.read:
        report.skipped += skipped
    elif waiting is not None and reading.unknown:
        waiting.append(content)
        on_bytes(-counted[0])
    else:
        raise first or AnalystError(
            "The file holds no rows of posts",
            where=source.name,
            todo="Readable are JSONL, CSV, Excel, Parquet and platform exports.",
        )
