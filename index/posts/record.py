"""The Post record, and what else a row of an export can turn out to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

REQUIRED = ("id", "author", "text")
FIELDS = (
    "id", "author", "text", "created_at", "community", "likes", "shares", "replies", "lang", "url", "reposted",
    "visibility", "bot",
)  # fmt: skip
LONGEST_TEXT = 20_000  # characters; the encoder reads the first 256 tokens in any case
LONGEST_NAME = 200  # characters of an author's, a community's or a language's name
LONGEST_URL = 2_000
NOT_PUBLIC = ("direct", "followers")  # visibilities of what was not for everybody, nor for all of a group
GONE = frozenset({"[deleted]", "[removed]", "[deleted by user]", "[ removed by reddit ]", "[removed by reddit]"})


@dataclass(frozen=True, slots=True)
class Post:
    """One post. ``created_at`` is in UTC; engagement counts are None where the export has none.

    ``reposted`` names whose words these are where the author only passed them on; ``visibility`` says who could read
    it, where the export tells: public, unlisted, group, followers or direct; ``bot`` that the export calls its author
    a machine.
    """

    id: str
    author: str
    text: str
    created_at: datetime | None = None
    community: str | None = None
    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    lang: str | None = None
    url: str | None = None
    reposted: str | None = None
    visibility: str | None = None
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no post: where it stood, why it was not taken, and its beginning."""

    source: str
    row: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class LeftOut(Rejected):
    """A row that could be read but is not to be: a private message, "has joined", a boost without its words."""
