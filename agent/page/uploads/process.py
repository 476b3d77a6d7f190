"""What a process of its own does with a file that a visitor brought: look through it, then make an index of it.

A process can be stopped at any moment, gives way to those who ask questions, and takes nothing down with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import AnalystError
from index.system import bound, give_way

if TYPE_CHECKING:
    from index.posts.options import Options

MOST_POSTS = 500_000  # that a visitor can bring; more are for the command line
SAMPLE = 5  # rows that are shown
CELL = 200  # characters of a cell that are shown
BATCH = 256  # posts between two signs of life
LOOKING = 6 << 30  # bytes of memory that looking may take: a line without end must not take all
LOOKING_SECONDS = 90  # of the processor; those of the clock say how busy the machine is, not what the file is like
UNPACKED = 4 << 30  # bytes that an archive may take on the disk while it is looked through
NICE = 10
Tell = Callable[[str, Any], None]  # what has come, and the news


@dataclass(frozen=True)
class Wish:
    """What a visitor says about the file: ``columns`` is field → column or path chosen by hand, "" for none;
    ``author`` who wrote what names nobody; ``date_order`` the order of days like 03.01.2024, "" for what the column
    shows.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    date_order: str = ""
    include_private: bool = False

    def options(self) -> Options:
        """The same for the readers."""
        from index.posts.dates import ORDERS
        from index.posts.options import Options

        order = next((order for order in ORDERS if order == self.date_order), None)
        return Options(
            columns=self.columns,
            author=self.author.strip() or None,
            date_order=order,
            include_private=self.include_private,
        )


@dataclass(frozen=True)
class FilePreview:
    """What a file holds. ``columns`` is field → where it is read from. As long as a field that is needed is
    ``missing``, ``rows`` are the first as they stand; else ``seen`` is what would be read, as
    ``index.posts.preview.Preview`` says it. ``wish`` is what was said about the file.
    """

    names: list[str]
    columns: dict[str, str]
    missing: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)
    wish: dict[str, Any] = field(default_factory=dict)

    @property
    def posts(self) -> int:
        return int(self.seen.get("posts", 0))


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
    give_way(NICE)
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


def look(source: str, wish: Mapping[str, Any], tell: Tell) -> FilePreview:
    """Read the whole file without analysing it."""
    from index.posts.preview import preview
    from index.posts.reading import NoColumn

    bound(memory=LOOKING, file=UNPACKED, seconds=LOOKING_SECONDS)

    def watch(rows: int) -> None:
        tell("rows", rows)
        if rows > 2 * MOST_POSTS:
            raise _too_many()

    try:
        seen = preview([source], Wish(**wish).options(), whole=True, watch=watch)
    except NoColumn as error:
        rows = [_shown(row) for row in error.rows[:SAMPLE]]
        return FilePreview(list(error.names), dict(error.columns), list(error.missing), rows, wish=dict(wish))
    if seen.posts > MOST_POSTS:
        raise _too_many()
    told = seen.to_dict()
    folder = str(Path(source).parent)
    told["skipped"] = [(_inside(name, folder), reason) for name, reason in seen.skipped]
    del told["files"], told["lines"]
    return FilePreview(seen.names, seen.columns, seen=told, wish=dict(wish))


def make(source: str, wish: Mapping[str, Any], out: str, tell: Tell) -> BuiltIndex:
    """Make an index in ``out``; tells ``read`` with the number of posts that were analysed."""
    from index import build

    build.BATCH = BATCH  # this process alone tells of its progress so often
    manifest, tally = build.build_index(
        [source],
        Path(out),
        options=Wish(**wish).options(),
        watch=build.Watch(advance=lambda size, stored: tell("read", stored)),
    )
    return BuiltIndex(
        tally.posts, manifest.people, tally.rejected, tally.duplicates, manifest.seconds, manifest.posts_per_second
    )


def _too_many() -> AnalystError:
    return AnalystError(f"The file holds more than {MOST_POSTS:,} posts", todo="Bring a part of them.")


def _inside(name: str, folder: str) -> str:
    """The name of a file as its visitor knows it: what stands in an archive without the archive's own place."""
    return name.removeprefix(folder).lstrip("/\\")


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as it can be shown."""
    cells = {str(name): "" if value is None else str(value) for name, value in row.items()}
    return {name: text if len(text) <= CELL else text[: CELL - 1] + "…" for name, text in cells.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
