"""Which column or nested value of an export becomes which field of a post."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from index.posts.record import FIELDS

MOST_PATHS = 3_000  # columns looked at; a table of more is no table of posts
_DEEPEST = 4
# Common spellings of each field in exports, likeliest first; compared in lower case, with blanks, dashes and capitals
# inside words as underscores. "*.username" is a value inside an object that stands for a person. Several languages:
# the tables of European tools are headed in theirs.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "post_id", "tweet_id", "id_str", "status_id", "comment_id", "message_id", "cid", "uri", "guid", "uuid",
        "resource_id", "unique_id", "mention_id", "document_id", "shortcode", "pk", "name",
    ),
    "author": (
        "author", "username", "user_name", "screen_name", "handle", "author_username", "author_handle",
        "*.username", "*.user_name", "*.screen_name", "*.handle", "*.unique_id", "*.acct", "*.login", "owner_username",
        "author_name", "user_screen_name", "user_username", "user", "account", "from", "*.name", "*.nickname",
        "*.display_name", "*.displayname", "*.full_name",
        "nickname", "display_name", "from_name", "sender_name", "sender", "creator", "poster", "posted_by", "autor",
        "auteur", "autore", "benutzer", "benutzername", "nutzer", "usuario", "utente", "utilisateur", "gebruiker",
        "influencer", "profile_name", "author_id", "user_id", "*.id", "from_id", "owner_id",
    ),
    "text": (
        "text", "body", "full_text", "raw_content", "content", "tweet", "message", "comment", "post", "caption",
        "comment_text", "post_text", "tweet_text", "message_text", "tweet_content", "text_display", "text_original",
        "content_text", "hit_sentence", "snippet",
        "selftext", "description", "title", "headline", "inhalt", "nachricht", "beitrag", "kommentar", "texte",
        "contenu", "texto", "contenido", "mensaje", "comentario", "testo", "messaggio", "commento", "tekst", "bericht",
    ),
    "created_at": (
        "created_at", "created_utc", "timestamp", "createdat", "datetime", "date", "published", "published_at",
        "created", "time", "posted_at", "date_posted", "post_date", "create_time", "create_date", "created_time",
        "creation_date", "created_date", "publish_date", "published_date", "date_published", "date_created",
        "time_parsed", "date_utc", "taken_at", "time_us", "timestamp_ms",
        "create_time_iso", "date_iso", "updated_at", "date_time", "indexed_at", "datum",
        "datum_uhrzeit", "zeit", "zeitpunkt", "uhrzeit", "erstellt", "erstellt_am", "veröffentlicht", "fecha", "data",
        "data_ora", "heure", "date_heure", "tijd", "ts",
    ),
    "community": (
        "community", "subreddit", "channel", "group", "forum", "hashtag", "subreddit_name", "channel_name",
        "group_name", "server", "gruppe", "kanal", "grupo", "groupe", "gruppo",
    ),
    "likes": (
        "likes", "score", "favorite_count", "favourites_count", "like_count", "likecount", "favorites", "favourites",
        "likes_count", "favourite_count", "favorites_count", "digg_count", "votes", "upvotes", "reaction_count",
        "reactions_count", "reactions", "total_reactions", "num_likes", "ups", "points", "hearts", "gefällt_mir",
        "gefällt_mir_angaben", "me_gusta", "mi_piace", "jaime", "j_aime", "polubienia", "vind_ik_leuks",
    ),
    "shares": (
        "shares", "retweets", "retweet_count", "reblogs_count", "repost_count", "repostcount", "reposts",
        "retweets_count", "share_count", "shares_count", "reblog_count", "reshare_count", "num_shares", "num_retweets",
        "forwards", "geteilt", "teilungen", "compartidos", "partages", "condivisioni",
    ),
    "replies": (
        "replies", "reply_count", "replies_count", "replycount", "num_comments", "comments", "comment_count",
        "comments_count", "number_of_replies", "num_replies", "total_reply_count", "kommentare", "antworten",
        "comentarios", "respuestas", "commentaires", "réponses", "commenti", "risposte",
    ),
    "lang": ("lang", "language", "langs", "language_code", "sprache", "langue", "idioma", "lingua", "taal"),
    "url": ("url", "permalink", "link", "tweet_url", "post_url", "permalink_url", "web_url", "twitter_url", "links"),
    "reposted": ("reposted", "retweet_of", "reposted_from", "original_author", "retweeted_user"),
    "visibility": ("visibility",),
    "bot": ("is_bot", "*.is_bot", "*.bot"),
}  # fmt: skip
_PEOPLE = frozenset(
    ("author", "user", "account", "from", "owner", "profile", "creator", "author_meta", "user_info", "sender", "member",
     "poster", "core", "user_results", "legacy_user", "person", "author_info", "author_details", "channel_owner")
)  # fmt: skip
# Other posts that a post holds or answers, and what hangs on it: never the post's own fields.
_OTHERS = frozenset(
    ("quoted", "quoted_tweet", "quoted_status", "quote", "retweeted_status", "retweeted_tweet", "retweet",
     "referenced_tweets", "in_reply_to", "in_reply_to_user", "in_reply_to_tweet", "reply_to", "replied_to", "parent",
     "root", "media", "entities", "extended_entities", "place", "geo", "coordinates", "attachments", "attachment",
     "embeds", "embed", "stickers", "mentions", "mentioned_users", "source", "source_info", "card", "music",
     "music_meta", "video", "video_meta", "poll", "context_annotations", "edit_info", "edit_history", "reference",
     "reblog", "replies", "latest_comments", "video_info", "inline_files", "viewer", "labels", "facets", "resharer")
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BLANKS = re.compile(r"[^\w.@*]+")
Getter = Callable[[Mapping[str, Any]], Any]


def normal(name: str) -> str:
    """A column's name or path as it is compared: "Author.userName" and "author.user-name" are one."""
    name = str(name)[:200].strip().strip("\ufeff\"'")
    split = _CAMEL.sub("_", name) if not name.isupper() else name
    return ".".join(_BLANKS.sub("_", part).strip("_") for part in split.lower().split("."))


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
    inner = _inner(plain)
    found: dict[str, str] = {}
    taken = set(overrides.values())
    for field in FIELDS:
        if field in overrides:
            found[field] = overrides[field]
            continue
        for hit in _hits(field, spellings.get(field, ()), plain, inner):
            if hit not in taken:
                found[field] = hit
                taken.add(hit)
                break
    nameless = "author" not in found and "text" in found and "id" not in overrides
    if nameless and normal(found.get("id", "")) == "name":
        found["author"] = found.pop("id")  # "Name" beside nothing else is a person's, in Reddit's dumps it is an id
    return found


def _inner(plain: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Columns inside objects by their last name: those of people under "*.name", those of the post under ".name"."""
    inner: dict[str, dict[str, str]] = {}
    for path, column in plain.items():
        parents, _, leaf = path.rpartition(".")
        if not parents or not leaf or _OTHERS.intersection(above := parents.split(".")):
            continue
        kind = "*." if _PEOPLE.intersection(above) else "."
        inner.setdefault(kind + leaf, {}).setdefault(path, column)
    return inner


def _hits(
    field: str, spellings: Sequence[str], plain: Mapping[str, str], inner: Mapping[str, Mapping[str, str]]
) -> Iterable[str]:
    for spelling in spellings:
        if spelling.startswith("*."):
            yield from sorted(inner.get(spelling, {}).values(), key=len)[:1]
        elif spelling in plain:
            yield plain[spelling]
    if field in ("community", "bot"):
        return
    for spelling in spellings:
        if "." not in spelling and spelling != "name":
            yield from sorted(inner.get(f".{spelling}", {}).values(), key=len)[:1]


def getter(path: str) -> Getter:
    """A function that looks a column or dotted path up in a row, None where it is not there."""
    keys = path.split(".")
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
