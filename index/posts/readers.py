"""Reading: files, folders and archives → posts, rejects and what is left out; every row is one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from index.errors import AnalystError
from index.posts.columns import SPELLINGS, columns_of
from index.posts.containers.files import Source, expand, sources_of
from index.posts.containers.sections import sections_of
from index.posts.containers.streams import OnBytes, open_content
from index.posts.options import Options
from index.posts.reading import NoPosts, Reading
from index.posts.record import Post, Rejected
from index.posts.report import Report

__all__ = ["Options", "columns_of", "expand", "read_posts", "read_rows"]


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
    for source in sources_of(sources, report.foreign):
        try:
            yield from _read_source(source, options, on_bytes, report)
        except AnalystError as error:
            if source.given or options.strict:
                raise
            first = first or error
            report.skipped.append((source.name, error.what))
    if first is not None and not report.parts:
        raise first
    if not report.parts:
        raise AnalystError("There are no posts here", where=", ".join(sources), todo="Name the files of the export.")


def _read_source(source: Source, options: Options, on_bytes: OnBytes, report: Report) -> Iterator[Post | Rejected]:
    content = open_content(source, options.encoding)
    reading = Reading(content, options, report)
    first: AnalystError | None = None
    skipped: list[tuple[str, str]] = []
    for section in sections_of(content, options.names, on_bytes):
        try:
            yield from reading.section(section)
        except NoPosts as error:
            first = first or error
            skipped.append((f"{source.name}: {section.path}" if section.path else source.name, error.what))
        if reading.full:
            break
    if reading.read:
        report.skipped += skipped
    else:
        raise first or AnalystError(
            "The file holds no rows of posts",
            where=source.name,
            todo="Readable are JSONL, CSV, Excel, Parquet and platform exports.",
        )


def read_rows(source: str) -> Iterator[dict[str, Any] | str]:
    """The rows of one file, a str in place of one that cannot be read: plain rows as they stand, those of platforms as
    fields of posts. Raises AnalystError as reading.
    """
    expand([source])
    for single in sources_of([source], Counter()):
        content = open_content(single)
        reading = Reading(content, Options(author=None), Report())
        for section in sections_of(content, (), lambda count: None):
            yield from reading.raw(section)
