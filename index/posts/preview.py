"""What would be read of some files, told from their beginnings, without a model and without indexing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from index.posts.language import identify
from index.posts.readers import Options, read_posts
from index.posts.record import LeftOut, Post, Rejected
from index.posts.report import Part, Report
from index.posts.unique import Unique

SAMPLE_ROWS = 2_000  # of each file
MOST_ROWS = 20_000  # of all files together
FIRST = 5
STEP = 2_000  # rows between two signs of life
_REJECTS = 8
_LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Preview:
    """What reading would make of some files.

    ``columns`` is field → the column or path that it comes from; ``ignored`` are columns and paths that no field of a
    post answers to; ``names`` all of them; ``missing`` fields that answers will lack. Counts are those of the rows that
    were looked at, all of them unless ``sampled``. ``rejected``, ``left_out`` are reason → rows, ``emptied``
    [field, reason, rows]; ``rejects`` [row, reason, how it begins] of the first rows that are no posts. ``languages``
    is code → posts, "?" where a post does not tell. ``files`` says of each file, list or sheet how it was read;
    ``skipped`` are files without posts, with the reason. ``first`` are the first posts, field → value.
    """

    format: str
    encoding: str
    container: str
    columns: dict[str, str]
    ignored: list[str]
    names: list[str]
    missing: list[str]
    rows: int
    posts: int
    rejected: dict[str, int]
    duplicates: int
    left_out: dict[str, int]
    emptied: list[tuple[str, str, int]]
    rejects: list[tuple[int, str, str]]
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


def preview(
    paths: Sequence[str],
    options: Options | None = None,
    *,
    whole: bool = False,
    watch: Callable[[int], None] = lambda rows: None,
) -> Preview:
    """Read the beginning of each of ``paths``, or the ``whole`` of them: files, folders, archives, patterns. The
    beginning of a gigabyte takes about a second. ``watch`` is told now and then how many rows were read.

    Raises AnalystError where indexing would: nothing can be read, or a column that is needed is not found, then as
    ``reading.NoColumn``.
    """
    options = options or Options()
    if not whole:
        options = replace(options, limit=min(options.limit or SAMPLE_ROWS, SAMPLE_ROWS))
    report = Report()
    rows = read_posts(paths, options=options, report=report)
    seen = _Seen(report)
    for number, row in enumerate(itertools.islice(rows, None if whole else MOST_ROWS), start=1):
        seen.add(row)
        if number % STEP == 0:
            watch(number)
    report.sampled |= next(rows, None) is not None
    report.languages = _languages(seen.posts)
    return seen.told()


class _Seen:
    """What came of the rows: of many posts only figures are kept."""

    def __init__(self, report: Report) -> None:
        self._report, self._unique = report, Unique(report)
        self.posts: list[Post] = []  # the first of them
        self._authors: set[int] = set()
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._rejects: list[tuple[int, str, str]] = []

    def add(self, row: Post | Rejected) -> None:
        if isinstance(row, Rejected):
            if not isinstance(row, LeftOut) and len(self._rejects) < _REJECTS:
                self._rejects.append((row.row, row.reason, row.raw))
            return
        post = self._unique.admit(row)
        if post is None:
            return
        if len(self.posts) < MOST_ROWS:
            self.posts.append(post)
        self._authors.add(hash(post.author))
        if (moment := post.created_at) is not None:
            self._first = min(self._first or moment, moment)
            self._last = max(self._last or moment, moment)

    def told(self) -> Preview:
        report = self._report
        parts = report.parts
        return Preview(
            format=_several(part.format for part in parts),
            encoding=_several(part.encoding for part in parts),
            container=_several(part.container for part in parts),
            columns=report.columns(),
            ignored=report.ignored(),
            names=list(dict.fromkeys(name for part in parts for name in part.names)),
            missing=report.missing(),
            rows=report.rows,
            posts=report.posts,
            rejected=dict(report.rejected),
            duplicates=report.duplicates,
            left_out=dict(report.left_out),
            emptied=[(name, reason, count) for (name, reason), count in report.emptied.most_common()],
            rejects=self._rejects,
            reposts=report.reposts,
            private=report.private,
            bots=report.bots,
            languages=dict(report.languages.most_common()),
            date_order=report.date_order(),
            date_why=_several(part.dates.why for part in parts),
            authors=len(self._authors),
            span=(self._first.isoformat(), self._last.isoformat()) if self._first and self._last else None,
            notes=report.notes(),
            skipped=[*report.skipped, *((f"*{kind}", f"{count} files") for kind, count in report.foreign.items())],
            files=[_file(part) for part in parts[:50]],
            first=[_shown(post) for post in self.posts[:FIRST]],
            sampled=report.sampled,
            lines=report.lines(),
        )


def _several(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


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


def _file(part: Part) -> dict[str, Any]:
    told = asdict(replace(part, names=[]))
    del told["names"], told["dates"]
    return {**told, "missing": part.missing, "date_order": part.dates.order if part.dates.why else None}


def _shown(post: Post) -> dict[str, Any]:
    values = asdict(post)
    values["text"] = post.text[:_LONGEST_SHOWN]
    values["created_at"] = post.created_at.isoformat() if post.created_at else None
    return values
