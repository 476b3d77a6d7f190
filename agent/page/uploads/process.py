"""What a process of its own does with a file that a visitor brought: look through it, then make an index of it.

A process can be stopped at any moment, gives way to those who ask questions, and takes nothing down with it.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.posts.record import REQUIRED, Post, Rejected
from index.posts.report import Report

MOST_POSTS = 500_000  # that a visitor can bring; more are for the command line
HEAD = 100  # rows from which columns are told
SAMPLE = 5  # rows that are shown
CELL = 200  # characters of a cell that are shown
REJECTS_SHOWN = 8
BATCH = 256  # posts between two signs of life
LOOKING = 6 << 30  # bytes of memory that looking may take: a line without end must not take all
NICE = 10
NUMBERED = "the number of the row"  # stands for a column that gives each post an id where the file has none
Tell = Callable[[str, Any], None]  # what has come, and the news


@dataclass(frozen=True)
class FilePreview:
    """What a file holds. ``columns`` is field → column; the counts are 0 as long as a required field is ``missing``."""

    names: list[str]
    columns: dict[str, str]
    sample: list[dict[str, str]]
    missing: list[str]
    posts: int = 0
    people: int = 0
    rejected: int = 0
    duplicates: int = 0
    first: str = ""
    last: str = ""
    reasons: dict[str, int] = field(default_factory=dict)
    rejects: list[list[Any]] = field(default_factory=list)  # row, reason, how it begins
    emptied: list[list[Any]] = field(default_factory=list)  # field, reason, posts of which it could not be read


@dataclass(frozen=True)
class BuiltIndex:
    """An index that was made."""

    posts: int
    people: int
    rejected: int
    duplicates: int
    seconds: float
    posts_per_second: float


def main(task: str, args: str) -> None:
    """The whole of the process: ``task`` is ``look`` or ``make``, ``args`` its arguments as JSON. Writes what it has to
    tell as lines of JSON, kind and news; the last is ``done`` or ``failed``.
    """
    from agent.quiet import hush_libraries

    hush_libraries()
    os.nice(NICE)
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # chatter of libraries goes where errors go

    def tell(kind: str, news: Any) -> None:
        print(json.dumps([kind, news]), file=lines, flush=True)

    work: Callable[..., FilePreview | BuiltIndex] = look if task == "look" else make
    try:
        tell("done", asdict(work(*json.loads(args), tell)))
    except AnalystError as error:
        tell("failed", plain_sentence(error))
    except MemoryError:
        tell("failed", "The file holds a line that is too long to be read. Export the posts again.")


def plain_sentence(error: AnalystError) -> str:
    """A failure without places on the server's disk and without words for the command line."""
    todo = "" if "`" in error.todo or "--" in error.todo else error.todo
    return f"{error.what.rstrip('.')}. {todo}".strip()


def look(source: str, columns: Mapping[str, str] | None, tell: Tell) -> FilePreview:
    """Read the whole file without analysing it; ``columns`` is field → column, None leaves them to be told."""
    from index.posts.readers import columns_of, read_rows

    resource.setrlimit(resource.RLIMIT_AS, (LOOKING, LOOKING))
    head = list(itertools.islice(read_rows(source), HEAD))
    names, told = columns_of(head, {})
    if not names:
        raise AnalystError("The file holds no rows of posts", todo="Export the posts again as CSV or JSONL.")
    chosen = told if columns is None else {name: column for name, column in columns.items() if column}
    sample = [_shown(row) for row in head if isinstance(row, dict)][:SAMPLE]
    missing = [name for name in REQUIRED if name not in chosen]
    if missing:
        return FilePreview(names, chosen, sample, missing)
    with tempfile.TemporaryDirectory(dir=Path(source).parent) as folder:
        counted = _Counted()
        for number, row in enumerate(_posts(*_mapped(source, chosen, Path(folder)), counted.report), start=1):
            counted.add(row)
            if number % 2000 == 0:
                tell("rows", number)
            if counted.posts > MOST_POSTS:
                raise AnalystError(f"The file holds more than {MOST_POSTS:,} posts", todo="Bring a part of them.")
    return FilePreview(names, chosen, sample, missing, **counted.figures())


def make(source: str, columns: Mapping[str, str], out: str, tell: Tell) -> BuiltIndex:
    """Make an index in ``out``; tells ``read`` with the number of posts that were analysed."""
    from index import build

    build.BATCH = BATCH  # this process alone tells of its progress so often
    mapped, overrides = _mapped(source, columns, Path(out).parent)
    manifest, tally = build.build_index(
        [mapped],
        Path(out),
        columns=overrides,
        watch=build.Watch(advance=lambda size, stored: tell("read", stored)),
    )
    return BuiltIndex(
        tally.posts, manifest.people, tally.rejected, tally.duplicates, manifest.seconds, manifest.posts_per_second
    )


def _posts(source: str, columns: Mapping[str, str], report: Report) -> Iterator[Post | Rejected]:
    """What ``make`` will read; nothing where no row is a post."""
    from index.posts.readers import read_posts

    yield from read_posts([source], columns=columns, report=report)


def _fields(row: Mapping[str, Any], number: int, columns: Mapping[str, str]) -> dict[str, Any]:
    return {name: number if column == NUMBERED else row.get(column) for name, column in columns.items()}


def _mapped(source: str, columns: Mapping[str, str], folder: Path) -> tuple[str, dict[str, str]]:
    """The file and its columns as the indexer takes them. Where these are not a file's own, since posts are to be
    numbered or a column that looks right is not, the posts are written anew under the names of the fields.
    """
    from index.posts.readers import columns_of, read_rows

    head = list(itertools.islice(read_rows(source), HEAD))
    wanted = {name: column for name, column in columns.items() if column}
    if NUMBERED not in wanted.values() and columns_of(head, wanted)[1] == wanted:
        return source, wanted
    path = folder / f"{Path(source).name.partition('.')[0]}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(read_rows(source), start=1):
            kept = row if isinstance(row, str) else _fields(row, number, wanted)
            file.write(json.dumps(kept, default=str) + "\n")
    return str(path), {}


class _Counted:
    """Posts and rejects, counted."""

    def __init__(self) -> None:
        self.posts = self.rejected = self.duplicates = 0
        self.report = Report()
        self._ids: set[int] = set()
        self._people: set[int] = set()
        self._reasons: dict[str, int] = {}
        self._rejects: list[list[Any]] = []
        self._days: Sequence[str] = ()

    def add(self, row: Post | Rejected) -> None:
        if isinstance(row, Rejected):
            self.rejected += 1
            kind = row.reason.partition(":")[0]
            self._reasons[kind] = self._reasons.get(kind, 0) + 1
            if len(self._rejects) < REJECTS_SHOWN:
                self._rejects.append([row.row, row.reason, row.raw[:CELL]])
        elif (key := hash(row.id)) in self._ids:
            self.duplicates += 1
        else:
            self._ids.add(key)
            self._people.add(hash(row.author))
            self.posts += 1
            if row.created_at is not None:
                day = row.created_at.date().isoformat()
                self._days = (min(day, *self._days[:1]), max(day, *self._days[1:])) if self._days else (day, day)

    def figures(self) -> dict[str, Any]:
        first, last = self._days or ("", "")
        return {
            "posts": self.posts, "people": len(self._people), "rejected": self.rejected,
            "duplicates": self.duplicates, "first": first, "last": last, "reasons": self._reasons,
            "rejects": self._rejects,
            "emptied": [[name, reason, posts] for (name, reason), posts in self.report.emptied.most_common()],
        }  # fmt: skip


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as it can be shown."""
    cells = {str(name): "" if value is None else str(value) for name, value in row.items()}
    return {name: text if len(text) <= CELL else text[: CELL - 1] + "…" for name, text in cells.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
