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
_PART = 0xFFFFFFFF  # of what is kept of a post: its author, place, words and moment in 32 bits each, 0 if unknown


def _same(before: int, now: int, rounded: bool) -> bool:
    """Whether two posts with one id are one: by one author, in one place or one that is not told, and with the same
    words or of the same moment. Ids of a column that holds none, such as the number of a thread, drop no post.
    """
    if before >> 96 != now >> 96 or _differ(before >> 64, now >> 64):
        return False
    if not _differ(before >> 32, now >> 32):
        return True
    return not rounded and not _differ(before, now)


def _differ(before: int, now: int) -> bool:
    one, other = before & _PART, now & _PART
    return one != other and one != 0 and other != 0


def is_long(id_: str) -> bool:
    """Whether an id is one of a platform's, that no other post has, rather than the number of a row or message."""
    return len(id_) > _LONG


def renamed(post: Post) -> Post:
    """The post under an id of its own, made of what it says: another has the one that it came with."""
    said = f"{post.author}\x1f{post.text}\x1f{post.created_at}".encode("utf-8", "replace")
    return replace(post, id=f"{post.id}{RENAMED}{blake2s(said, digest_size=4).hexdigest()}")


def _part(value: object) -> int:
    return 0 if value is None else hash(value) & _PART or 1


class Unique:
    """Tells duplicates from different posts that share an id, in a few dozen bytes a post."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen: dict[int, int] = {}

    def admit(self, post: Post) -> Post | None:
        """The post, under an id of its own; None where it was there before. ``report`` is told.

        An id that comes again is a duplicate if its author, its place, and its words or moment are the same: numbers
        that count the messages of a chat stand for others' in the next, dumps of Reddit number comments and submissions
        apart, and spreadsheets round the last digits of long ones away.
        """
        key, content = hash(post.id), self._content(post)
        before = self._seen.get(key)
        if before is None:
            self._seen[key] = content
            return post
        if _same(before, content, is_long(post.id) and _ROUNDED.fullmatch(post.id) is not None):
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

    @staticmethod
    def _content(post: Post) -> int:
        place = None if is_long(post.id) else post.community
        parts = (hash(post.author) & _PART, _part(place), _part(post.text), _part(post.created_at))
        return parts[0] << 96 | parts[1] << 64 | parts[2] << 32 | parts[3]

    def _count_duplicate(self, post: Post) -> None:
        self._report.duplicates += 1
        self._report.take_back(post)
