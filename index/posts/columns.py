"""Which column or nested value of an export becomes which field of a post."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from index.posts.dates import zone_named
from index.posts.record import FIELDS
from index.posts.spellings import SPELLINGS

MOST_PATHS = 3_000  # columns looked at; a table of more is no table of posts
_DEEPEST = 4
_PEOPLE = frozenset(
    ("author", "user", "account", "from", "owner", "profile", "creator", "author_meta", "user_info", "sender", "member",
     "poster", "core", "user_results", "legacy_user", "person", "author_info", "author_details", "channel_owner",
     "extra_author_attributes", "sender_profile", "reviewer")
)  # fmt: skip
# Other posts that a post holds or answers, and what hangs on it: never the post's own fields.
_OTHERS = frozenset(
    ("quoted", "quoted_tweet", "quoted_status", "quote", "retweeted_status", "retweeted_tweet", "retweet",
     "referenced_tweets", "in_reply_to", "in_reply_to_user", "in_reply_to_tweet", "reply_to", "replied_to", "parent",
     "root", "media", "entities", "extended_entities", "place", "geo", "coordinates", "attachments", "attachment",
     "embeds", "embed", "stickers", "mentions", "mentioned_users", "source", "source_info", "card", "music",
     "music_meta", "video", "video_meta", "poll", "context_annotations", "edit_info", "edit_history", "reference",
     "reblog", "replies", "latest_comments", "video_info", "inline_files", "viewer", "labels", "facets", "resharer",
     "first_comment", "response_from_owner", "developer_response", "reactions_by")
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BLANKS = re.compile(r"[^\w.@*]+")
Getter = Callable[[Mapping[str, Any]], Any]


def normal(name: str) -> str:
    """A column's name or path as it is compared: "Author.userName" and "author.user-name" are one."""
    name = str(name)[:200].strip().strip("\ufeff\"'")
    if name.endswith(")") and zone_named(name) is not None:
        name = name[: name.rindex("(")]  # "Date (GMT)"
    split = _CAMEL.sub("_", name) if not name.isupper() else name
    return ".".join(_BLANKS.sub("_", part).strip("_") for part in split.lower().split("."))


def is_of_others(key: str) -> bool:
    """Whether what stands under this key is another post, or hangs on the post, and is not the post itself."""
    return normal(key) in _OTHERS and not key.startswith("_")  # "_source" is where databases keep a document


def shown(name: object, most: int = 80) -> str:
    """The name of a column in a sentence: on one line, not too long."""
    return " ".join(str(name)[: 4 * most].split())[:most]


def paths_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """All columns of some rows and all values inside their objects, as dotted paths, in order of appearance; and
    whether any row has something there.
    """
    found: dict[str, bool] = {}

    def walk(value: Mapping[str, Any], prefix: str, depth: int) -> None:
        for key, inner in value.items():
            if len(found) >= MOST_PATHS:
                return
            path = f"{prefix}{key}"
            if isinstance(inner, Mapping) and inner and depth < _DEEPEST:
                walk(inner, f"{path}.", depth + 1)
            else:
                found[path] = found.get(path, False) or inner not in (None, "", [], {})

    for row in rows:
        walk(row, "", 1)
    return found


def match_columns(
    columns: Iterable[str],
    overrides: Mapping[str, str],
    spellings: Mapping[str, Sequence[str]] = SPELLINGS,
) -> dict[str, str]:
    """Field → column or path, from ``overrides`` first, then from common ``spellings``. Fields without one are left
    out. A column serves one field.
    """
    plain: dict[str, str] = {}
    for column in columns:
        plain.setdefault(normal(column), str(column))
    for column in [column for column in plain.values() if column.endswith(")")]:
        plain.setdefault(normal(column[: column.rfind("(")]), column)  # "Name (click to view profile)"
    inner = _inner(plain)
    joined = {name.replace("_", ""): column for name, column in reversed(plain.items())}  # "screenname", "createdat"
    found: dict[str, str] = {}
    taken = set(overrides.values())
    for field in (*FIELDS, *(name for name in spellings if name not in FIELDS)):
        if field in overrides:
            found[field] = overrides[field]
            continue
        for hit in _hits(field, spellings.get(field, ()), plain, joined, inner):
            if hit not in taken:
                found[field] = hit
                taken.add(hit)
                break
    if "author" not in found and "text" in found and "author" in spellings and "id" not in overrides:
        _name_as_author(found, plain, taken)
    return found


def _name_as_author(found: dict[str, str], plain: Mapping[str, str], taken: set[str]) -> None:
    """A column "Name" beside no author is a person's; in Reddit's dumps, which have one, it is an id."""
    if "name" in plain and found.get("id") == plain["name"]:
        found["author"] = found.pop("id")
    elif "name" in plain and plain["name"] not in taken:
        found["author"] = plain["name"]


def _inner(plain: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Columns inside objects by their last name: those of people under "*.name", those of the post under ".name".
    Tables made of objects head them "author.name" or "author/name".
    """
    inner: dict[str, dict[str, str]] = {}
    for path, column in plain.items():
        if "/" in column and "." not in column:
            path = normal(column.replace("/", "."))
        parents, _, leaf = path.rpartition(".")
        if not parents or not leaf or _OTHERS.intersection(above := parents.split(".")):
            continue
        kind = "*." if _PEOPLE.intersection(above) else "."
        inner.setdefault(kind + leaf, {}).setdefault(path, column)
    return inner


def _hits(
    field: str,
    spellings: Sequence[str],
    plain: Mapping[str, str],
    joined: Mapping[str, str],
    inner: Mapping[str, Mapping[str, str]],
) -> Iterable[str]:
    for spelling in spellings:
        if spelling.startswith("*."):
            yield from sorted(inner.get(spelling, {}).values(), key=len)[:1]
        elif spelling in plain:
            yield plain[spelling]
    for spelling in spellings:
        if (bare := spelling.replace("_", "")) in joined and "_" in spelling:
            yield joined[bare]
    if field in ("community", "bot"):
        return
    for spelling in spellings:
        if "." not in spelling and spelling != "name":
            yield from sorted(inner.get(f".{spelling}", {}).values(), key=len)[:1]


def getter(path: str) -> Getter:
    """A function that looks a column or dotted path up in a row, None where it is not there."""
    keys = path.replace("/", ".").split(".")
    if len(keys) == 1:
        return lambda row: row.get(path)

    def reach(row: Mapping[str, Any]) -> Any:
        if path in row:  # a table may be headed "public_metrics.like_count"
            return row[path]
        value: Any = row
        for key in keys:
            if isinstance(value, list) and key.isdecimal():
                value = value[int(key)] if int(key) < len(value) else None
            else:
                value = value.get(key) if isinstance(value, Mapping) else None
            if value is None:
                return None
        return value

    return reach


def columns_of(
    rows: Sequence[Any], overrides: Mapping[str, str], spellings: Mapping[str, Sequence[str]] = SPELLINGS
) -> tuple[list[str], dict[str, str]]:
    """The names and paths of all columns of some rows, and field → column as far as they can be told."""
    found = paths_of(row for row in rows if isinstance(row, Mapping))
    # A column that is empty so far gives way to a filled one: Reddit writes "likes": null beside the score.
    filled = [name for name, full in found.items() if full]
    return list(found), match_columns(found, overrides, spellings) | match_columns(filled, overrides, spellings)
