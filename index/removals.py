"""Who and what was asked to be forgotten, so that nothing of it comes back with the next export.

A version keeps the requests in a file of its own, without the personal data: authors and posts as keyed hashes, whose
key is the index's own, and a day before which all posts go. Whoever has the file can find out whether a name that they
know already was removed, and no name that they do not know.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.posts.record import Post, Rejected
from index.posts.report import Report
from index.posts.unique import RENAMED, is_long
from index.store.sealed import seal, unseal
from index.versions.layout import standing_manifest, version_folder

NAME = "removals.json"
REASON = "their removal was asked for"  # why such posts are left out, in the report
LOST = (
    "Put a copy of the file back, or give up what it remembers, so that removed posts can come back: "
    "`analyst remove {index} --lift`."
)
Row = tuple[str, str, str]  # id, author and text of a post


@dataclass(frozen=True)
class Removals:
    """The requests. ``authors`` are hashes; ``posts`` has by the hash of an id what such posts say, hashed, and nothing
    where the id alone tells the post; ``before`` is the latest day before which all posts were removed (UTC).
    """

    key: str = field(default_factory=lambda: secrets.token_hex(16))
    authors: frozenset[str] = frozenset()
    posts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    before: date | None = None

    def __bool__(self) -> bool:
        return bool(self.authors or self.posts or self.before)

    def asking(self, authors: Iterable[str] = (), posts: Iterable[Row] = (), before: date | None = None) -> Removals:
        """With more requests: people by their handles, single posts, and all from before a day."""
        asked: dict[str, frozenset[str]] = dict(self.posts)
        for id_, author, text in posts:
            plain, _, made = id_.partition(RENAMED)
            # Ids that only count rows, and those that several posts share, tell a post by what it says.
            said = frozenset() if is_long(plain) and not made else frozenset({self._hash(author, text)})
            before_it = asked.get(self._hash(plain), said)
            asked[self._hash(plain)] = before_it | said if before_it and said else frozenset()
        days = [day for day in (self.before, before) if day is not None]
        own = frozenset(self._hash(plain_name(author)) for author in authors)
        return replace(self, authors=self.authors | own, posts=asked, before=max(days, default=None))

    def lifted(self, authors: Iterable[str] = (), ids: Iterable[str] = (), before: bool = False) -> Removals:
        """Without the requests about some people, posts, or the day."""
        authors, ids = [self._hash(plain_name(author)) for author in authors], {self._hash(id_) for id_ in ids}
        return replace(
            self,
            authors=self.authors - frozenset(authors),
            posts={id_: said for id_, said in self.posts.items() if id_ not in ids},
            before=None if before else self.before,
        )

    def ask_for(self, id_: str, author: str, text: str, created_at: datetime | None) -> bool:
        """Whether the removal of this post was asked for."""
        if self.before is not None and created_at is not None and created_at < start_of(self.before):
            return True
        if self.has_author(author):
            return True
        said = self.posts.get(self._hash(id_.partition(RENAMED)[0])) if self.posts else None
        return said is not None and (not said or self._hash(author, text) in said)

    def has_author(self, name: str) -> bool:
        """Whether the removal of this person was asked for."""
        return bool(self.authors) and self._hash(plain_name(name)) in self.authors

    def keep(self, rows: Iterable[Post | Rejected], report: Report) -> Iterator[Post | Rejected]:
        """The rows without the posts whose removal was asked for, which ``report`` counts. Of rows that are no posts
        the words are left out: nobody can tell whom they quote.
        """
        for row in rows:
            if isinstance(row, Rejected):
                yield replace(row, raw="") if self else row
            elif not self or not self.ask_for(row.id, row.author, row.text, row.created_at):
                yield row
            else:
                report.take_back(row)
                report.left_out[REASON] += 1

    def write(self, folder: Path) -> None:
        """Keep the requests in the folder of a version; no file where there are none."""
        if self:
            posts = {id_: sorted(said) for id_, said in sorted(self.posts.items())}
            before = self.before.isoformat() if self.before else None
            told = {"key": self.key, "authors": sorted(self.authors), "posts": posts, "before": before}
            (folder / NAME).write_bytes(seal(told))

    def _hash(self, *said: str) -> str:
        told = "\x1f".join(said).encode("utf-8", "replace")
        return blake2b(told, key=bytes.fromhex(self.key), digest_size=16).hexdigest()


def plain_name(name: str) -> str:
    """A handle as people are told apart by when they are removed: without @ and case."""
    return name.strip().lstrip("@").casefold()


def start_of(day: date) -> datetime:
    """Midnight, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def removals_in(folder: Path, index: Path) -> Removals:
    """The requests that a version keeps. Raises AnalystError if they are not what was written."""
    try:
        return _parsed(unseal((folder / NAME).read_bytes()))
    except FileNotFoundError:
        return Removals()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(index) from error


def standing_removals(index: Path) -> Removals:
    """The requests of the committed version, whatever else of it is damaged; none where there is no index. Raises
    AnalystError if they are lost or not what was written.
    """
    manifest = standing_manifest(index)
    if manifest is None or NAME not in manifest.files:
        return Removals()
    folder = version_folder(index, manifest)
    if not (folder / NAME).is_file():
        raise unreadable(index)
    return removals_in(folder, index)


def unreadable(index: Path) -> AnalystError:
    return AnalystError(
        f"What was asked to be removed from this index cannot be read: {NAME} is not what was written",
        where=str(index),
        todo=LOST.format(index=index),
    )


def _parsed(told: dict[str, Any]) -> Removals:
    return Removals(
        key=bytes.fromhex(told["key"]).hex(),
        authors=frozenset(map(str, told["authors"])),
        posts={str(id_): frozenset(map(str, said)) for id_, said in told["posts"].items()},
        before=date.fromisoformat(told["before"]) if told["before"] else None,
    )
