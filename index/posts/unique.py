"""Which posts were there before: the same id, or the same id in another chat, file or table."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2s

from index.posts.record import Post
from index.posts.report import Report

_LONG = 9  # characters; longer ids are those of a platform, and not numbers in a file or chat
RENAMED = "~"  # parts an id that others have from what makes it one post's own
_ROUNDED = re.compile(r"\d{12,}000")  # of 18 digits a spreadsheet keeps 15
_HALF = 0xFFFFFFFF


def _same(before: int, content: int) -> bool:
    where, there = before & _HALF, content & _HALF
    return before >> 32 == content >> 32 and (where == there or not where or not there)


def is_long(id_: str) -> bool:
    """Whether an id is one of a platform's, that no other post has, rather than the number of a row or message."""
    return len(id_) > _LONG


def renamed(post: Post) -> Post:
    """The post under an id of its own, made of what it says: another has the one that it came with."""
    said = f"{post.author}\x1f{post.text}\x1f{post.created_at}".encode("utf-8", "replace")
    return replace(post, id=f"{post.id}{RENAMED}{blake2s(said, digest_size=4).hexdigest()}")


class Unique:
    """Tells duplicates from different posts that share an id, in a few dozen bytes a post."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen: dict[int, int] = {}

    def admit(self, post: Post) -> Post | None:
        """The post, under an id of its own; None where it was there before. ``report`` is told.

        An id that comes again is a duplicate if its author and place are the same: numbers that count the messages of a
        chat stand for others' in the next, and spreadsheets round the last digits of long ones away.
        """
        key, content = hash(post.id), self._content(post)
        before = self._seen.get(key)
        if before is None:
            self._seen[key] = content
            return post
        if _same(before, content):
            self._count_duplicate(post)
            return None
        other = renamed(post)
        key = hash(other.id)
        if key in self._seen:
            self._count_duplicate(post)
            return None
        self._seen[key] = content
        self._report.renamed += 1
        return other

    def _content(self, post: Post) -> int:
        """What must be the same for the same id to mean the same post: 32 bits of its author, 32 of its place."""
        rounded = is_long(post.id) and _ROUNDED.fullmatch(post.id)
        who = hash((post.author, post.text)) if rounded else hash(post.author)
        where = 0 if post.community is None or is_long(post.id) else hash(post.community) & _HALF or 1
        return (who & _HALF) << 32 | where

    def _count_duplicate(self, post: Post) -> None:
        self._report.duplicates += 1
        self._report.take_back(post)
