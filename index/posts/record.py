"""The Post record, and how a row of any export becomes one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from index.posts.escapes import unescaped

REQUIRED = ("id", "author", "text")
LONGEST_TEXT = 20_000  # characters; the encoder reads the first 256 tokens in any case
# Common spellings of each field in exports, likeliest first; compared in lower case with blanks and dashes as
# underscores.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("id", "post_id", "tweet_id", "id_str", "status_id", "comment_id", "message_id", "uri", "name"),
    "author": (
        "author", "username", "user_name", "screen_name", "handle", "author_username", "author_name", "user", "account",
        "from", "author_id", "user_id",
    ),
    "text": (
        "text", "body", "full_text", "content", "tweet", "message", "comment", "post", "caption", "selftext", "title",
    ),
    "created_at": (
        "created_at", "created_utc", "timestamp", "createdat", "datetime", "date", "published", "created", "time",
    ),
    "community": ("community", "subreddit", "channel", "group", "forum", "hashtag"),
    "likes": (
        "likes", "score", "favorite_count", "favourites_count", "like_count", "likecount", "favorites", "favourites",
        "ups",
    ),
    "shares": ("shares", "retweets", "retweet_count", "reblogs_count", "repost_count", "repostcount", "reposts"),
    "replies": (
        "replies", "reply_count", "replies_count", "replycount", "num_comments", "comments",
    ),
    "lang": ("lang", "language"),
    "url": ("url", "permalink", "link"),
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half of an emoji that was cut: no encoder or file can hold it
_NOTHING = {"nan", "nat", "null", "none", "n/a", "-"}  # where a name or a text cannot stand
_COUNT_LIMIT = 2**63
_NO_YEAR = 1904  # stands in for a year that is not written; a leap year, so that 29 February parses
GONE = {"[deleted]", "[removed]", "[deleted by user]"}


@dataclass(frozen=True, slots=True)
class Post:
    """One post. ``created_at`` is in UTC; engagement counts are None where the export has none."""

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


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no post: where it stood, why it was left out, and its beginning."""

    source: str
    row: int
    reason: str
    raw: str


def match_columns(columns: Iterable[str], overrides: Mapping[str, str]) -> dict[str, str]:
    """Field → column, from ``overrides`` first, then from common spellings. Fields without a column are left out."""
    plain = {re.sub(r"[\s-]+", "_", str(column).strip().lower()): str(column) for column in columns}
    found: dict[str, str] = {}
    taken = set(overrides.values())
    for field, spellings in SPELLINGS.items():
        if field in overrides:
            found[field] = overrides[field]
            continue
        hits = (plain[spelling] for spelling in spellings if spelling in plain)
        hit = next((column for column in hits if column not in taken), None)
        if hit is not None:
            found[field] = hit
            taken.add(hit)
    return found


def post_from_row(row: Mapping[str, Any], columns: Mapping[str, str]) -> Post:
    """Raises ValueError with the reason if the row is no post."""
    values = {field: _clean(row.get(column)) for field, column in columns.items()}
    for field in REQUIRED:
        if values.get(field) is None:
            raise ValueError(f"no {field}")
    text = unescaped(str(values["text"])).strip()
    author = re.sub(r"^/?u/", "", _id(values["author"])).lstrip("@")
    if not text or not author:
        raise ValueError("no text" if not text else "no author")
    if text in GONE or author in GONE:
        raise ValueError("deleted by its author or a moderator")
    id_ = _id(values["id"])
    if id_.lower() in _NOTHING:
        raise ValueError("no id")
    return Post(
        id=id_,
        author=author,
        text=text[:LONGEST_TEXT],
        created_at=_date(values.get("created_at")),
        community=_community(values.get("community")),
        likes=_count("likes", values.get("likes")),
        shares=_count("shares", values.get("shares")),
        replies=_count("replies", values.get("replies")),
        lang=None if values.get("lang") is None else str(values["lang"]),
        url=None if values.get("url") is None else str(values["url"]),
    )


def to_utc(value: Any) -> datetime:
    """A date in any common written form, or in (milli-, micro-, nano-) seconds since 1970; without a zone it is UTC.

    Raises ValueError if it is no date.
    """
    try:
        moment = _moment(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"created_at is no date: {str(value)[:40]!r}") from error


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        # A pandas timestamp may carry nanoseconds, which the facts do not hold.
        return value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    if isinstance(value, (int, float)) or re.fullmatch(r"(\d{9,13}|\d{16}|\d{19})(\.\d+)?", str(value).strip()):
        seconds = float(value)
        if isinstance(value, bool) or not math.isfinite(seconds):
            raise ValueError("no moment in time")
        for _ in range(3):  # milli-, micro-, nanoseconds
            seconds = seconds / 1000 if abs(seconds) > 1e11 else seconds
        return datetime.fromtimestamp(seconds, UTC)
    try:
        return datetime.fromisoformat(str(value).strip())  # forty times as fast as guessing
    except ValueError:
        return _written(str(value))


def _written(text: str) -> datetime:
    from dateutil import parser

    moment = parser.parse(text, default=datetime(_NO_YEAR, 1, 1))
    if moment.year == _NO_YEAR:
        raise ValueError("no year")  # "10:30" is no date
    return moment


def _clean(value: Any) -> Any:
    """None for everything that exports write for "nothing"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, Mapping):  # {"user": {"screen_name": …}}
        return next((value[key] for key in SPELLINGS["author"] if value.get(key)), None)
    if isinstance(value, bytes):  # Parquet from tools that do not mark text as text
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        value = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", value))
        return value if value.strip() else None
    return value


def _id(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _community(value: Any) -> str | None:
    return None if value is None else (re.sub(r"^/?r/", "", str(value).strip()).lstrip("#") or None)


def _date(value: Any) -> datetime | None:
    return None if value is None or str(value).strip().lower() in _NOTHING else to_utc(value)


def _count(field: str, value: Any) -> int | None:
    # Reddit's own exports say under "likes" whether the reader liked the post: true, false or nothing.
    if value is None or isinstance(value, bool) or str(value).strip().lower() in _NOTHING:
        return None
    try:
        count = int(float(str(value).replace(",", "")))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field} is no number: {str(value)[:40]!r}") from error
    if abs(count) >= _COUNT_LIMIT:
        raise ValueError(f"{field} is no number: {str(value)[:40]!r}")
    return count
