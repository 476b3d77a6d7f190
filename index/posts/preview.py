"""What would be read of some files, told from their beginnings, without a model and without indexing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from index.posts.containers.files import sources_of
from index.posts.language import identify
from index.posts.readers import Options, read_posts
from index.posts.record import REQUIRED, Post
from index.posts.report import Report
from index.posts.unique import Unique

SAMPLE_ROWS = 2_000  # of each file
MOST_ROWS = 20_000  # of all files together
FIRST = 5
_LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Preview:
    """What reading would make of some files.

    ``columns`` is field → the column or path that it comes from; ``ignored`` are columns and paths that no field of a
    post answers to; ``missing`` fields that answers will lack. Counts are those of the rows that were looked at, all of
    them unless ``sampled``. ``rejected``, ``left_out`` are reason → rows, ``emptied`` [field, reason, rows];
    ``languages`` is code → posts, "?" where a post does not tell. ``files`` says of each file, list or sheet how it was
    read; ``skipped`` are files without posts, with the reason. ``first`` are the first posts, field → value.
    """

    format: str
    encoding: str
    container: str
    columns: dict[str, str]
    ignored: list[str]
    missing: list[str]
    rows: int
    posts: int
    rejected: dict[str, int]
    duplicates: int
    left_out: dict[str, int]
    emptied: list[tuple[str, str, int]]
    reposts: int
    private: int
    bots: int
    languages: dict[str, int]
    date_order: str | None
    date_why: str
    authors: int
    span: tuple[str, str] | None
    notes: list[str]
    skipped: list[tuple[str, str]]
    files: list[dict[str, Any]]
    first: list[dict[str, Any]]
    sampled: bool
    lines: list[str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def preview(paths: Sequence[str], options: Options | None = None) -> Preview:
    """Read the beginning of each of ``paths``: files, folders, ZIP archives, patterns. A gigabyte takes under a second.

    Raises AnalystError where indexing would: nothing can be read, or a column that is needed is not found.
    """
    options = options or Options()
    limit = min(options.limit or SAMPLE_ROWS, SAMPLE_ROWS)
    report = Report()
    unique = Unique(report)
    rows = read_posts(paths, options=replace(options, limit=limit), report=report)
    kept: list[Post] = []
    for row in itertools.islice(rows, MOST_ROWS):
        if isinstance(row, Post) and (post := unique.admit(row)) is not None:
            kept.append(post)
    report.sampled |= next(rows, None) is not None
    report.languages = _languages(kept)
    return _preview(report, kept)


def columns_offered(path: str, options: Options | None = None) -> tuple[list[str], dict[str, str], list[str]]:
    """For a mapping by hand: all columns and paths of the rows of a file, field → column as far as it can be told, and
    the fields that are needed and not found. Never raises for a missing column.
    """
    from index.posts.readers import columns_of, read_rows

    sources = sources_of([path], Counter())
    first = next(sources, None)
    rows = itertools.islice(read_rows(first.name if first is not None else path), 200)
    names, columns = columns_of([row for row in rows if isinstance(row, dict)], (options or Options()).columns)
    return names, columns, [name for name in REQUIRED[1:] if name not in columns]


def _languages(posts: Sequence[Post]) -> Counter[str]:
    told = identify([post.text for post in posts if post.lang is None])
    found = iter(told)
    langs = [post.lang or next(found) for post in posts]
    by_author: dict[str, Counter[str]] = {}
    for post, lang in zip(posts, langs, strict=True):
        if lang is not None:
            by_author.setdefault(post.author, Counter())[lang] += 1
    majority = {author: counts.most_common(1)[0][0] for author, counts in by_author.items()}
    return Counter(lang or majority.get(post.author, "?") for post, lang in zip(posts, langs, strict=True))


def _preview(report: Report, posts: Sequence[Post]) -> Preview:
    def several(values: Sequence[str]) -> str:
        return ", ".join(dict.fromkeys(value for value in values if value))

    moments = [post.created_at for post in posts if post.created_at is not None]
    return Preview(
        format=several([part.format for part in report.parts]),
        encoding=several([part.encoding for part in report.parts]),
        container=several([part.container for part in report.parts]),
        columns=report.columns(),
        ignored=report.ignored(),
        missing=report.missing(),
        rows=report.rows,
        posts=report.posts,
        rejected=dict(report.rejected),
        duplicates=report.duplicates,
        left_out=dict(report.left_out),
        emptied=[(name, reason, count) for (name, reason), count in report.emptied.most_common()],
        reposts=report.reposts,
        private=report.private,
        bots=report.bots,
        languages=dict(report.languages.most_common()),
        date_order=report.date_order(),
        date_why=several([part.dates.why for part in report.parts]),
        authors=len({post.author for post in posts}),
        span=(min(moments).isoformat(), max(moments).isoformat()) if moments else None,
        notes=report.notes(),
        skipped=[*report.skipped, *((f"*{kind}", f"{count} files") for kind, count in report.foreign.items())],
        files=[_file(part) for part in report.parts[:50]],
        first=[_shown(post) for post in posts[:FIRST]],
        sampled=report.sampled,
        lines=report.lines(),
    )


def _file(part: Any) -> dict[str, Any]:
    told = asdict(part)
    dates = told.pop("dates")
    return {**told, "missing": part.missing, "date_order": dates["order"] if dates["why"] else None}


def _shown(post: Post) -> dict[str, Any]:
    values = asdict(post)
    values["text"] = post.text[:_LONGEST_SHOWN]
    values["created_at"] = post.created_at.isoformat() if post.created_at else None
    return values
