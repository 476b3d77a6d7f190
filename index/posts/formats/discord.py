"""Discord: what DiscordChatExporter writes, as JSON or CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick, total

_WORDS = {"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage", "0", "19", "20", "23"}
_NAME = re.compile(r"([^/\\]+?) - (?:[^/\\]+ - )?([^/\\]+?) \[\d+\](?: \(.*\))?(?: \[part \d+\])?\.csv", re.IGNORECASE)
# What Discord itself writes into a chat; a table does not say which lines are people's.
_SYSTEM = ("Joined the server.", "Pinned a message.", "Started a call.", "Added a recipient.", "Removed a recipient.",
           "Changed the channel icon.", "Boosted the server.", "Started a thread.")  # fmt: skip
_OWNER = ("../../account/user.json", "../../Account/user.json")
_REACTION = re.compile(r"\((\d+)\)")


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(_is_message) > 0.5


def _is_message(item: Mapping[str, Any]) -> bool:
    author = item.get("author")
    return (
        "content" in item
        and "timestamp" in item
        and isinstance(author, Mapping)
        and ("isBot" in author or "discriminator" in author)
    )


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if str(item.get("type", "Default")) not in _WORDS:
        return Left("a system line, not a message")
    channel, server = pick(context.head, "channel.name"), pick(context.head, "guild.id")
    place, number = pick(context.head, "channel.id"), item.get("id")
    direct = str(pick(context.head, "channel.type") or "").startswith("Direct")
    return {
        "id": number,
        "author": pick(item, "author.name", "author.nickname", "author.username", "author.id"),
        "text": item.get("content") or pick(item, "embeds.0.description"),
        "created_at": item.get("timestamp"),
        "community": channel,
        "likes": total(item.get("reactions")),
        "url": f"https://discord.com/channels/{server}/{place}/{number}" if server and place and number else None,
        "visibility": "direct" if direct else None,
        "bot": pick(item, "author.isBot", "author.bot"),
    }


def _is_table(sample: Sample) -> bool:
    return sample.has("author_id", "author", "date", "content", "attachments", "reactions")


_TABLE = {"author": ("author",), "text": ("content",), "created_at": ("date",), "reactions": ("reactions",)}


def _table(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if "place" not in context.memo:
        found = _NAME.search(context.source.name)
        context.memo["place"] = found[2] if found else None
        context.memo["direct"] = found is not None and found[1].startswith("Direct Messages")
    if fields.get("text") in _SYSTEM:
        return Left("a system line, not a message")
    counts = _REACTION.findall(str(fields.get("reactions") or ""))
    return {
        **fields,
        "community": context.memo["place"],
        "likes": sum(map(int, counts)),
        "visibility": "direct" if context.memo["direct"] else None,
    }


def _is_package(sample: Sample) -> bool:
    """The messages of the data that Discord sends its users: a folder a channel."""
    return sample.holds("id", "timestamp", "contents", "attachments")


_PACKAGE = {"id": ("id",), "text": ("contents",), "created_at": ("timestamp",)}


def _package(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    channel = context.beside("channel.json") or {}
    kind = pick(channel, "type")
    direct = "guild" not in channel and kind in ("DM", "GROUP_DM", 1, 3)
    return {
        **fields,
        "author": context.owner(lambda: pick(context.beside(*_OWNER), "username")),
        "community": pick(channel, "name"),
        "visibility": "direct" if direct else None,
    }


_SHARED: dict[str, Any] = {
    "platform": "Discord",
    "download": "DiscordChatExporter, format JSON (better: it has ids and marks bots) or CSV",
    "leaves": "System lines (joins, pins, calls); direct messages unless `--include-private`",
}
FORMATS = (
    Format(
        "Discord chat (JSON)",
        _recognises,
        _read,
        columns={
            "id": "id", "author": "author.name", "text": "content", "created_at": "timestamp",
            "community": "channel.name", "likes": "reactions.count", "bot": "author.isBot",
        },
        command='analyst index "Server - channel [9].json" --out INDEX',
        **_SHARED,
    ),
    Format(
        "Discord chat (CSV)",
        _is_table,
        _table,
        spellings=_TABLE,
        columns={
            "author": "Author", "text": "Content", "created_at": "Date", "community": "the file's name",
            "likes": "Reactions",
        },
        command='analyst index "Server - channel [9].csv" --out INDEX',
        **_SHARED,
    ),
    Format(
        "Discord data request",
        _is_package,
        _package,
        spellings=_PACKAGE,
        columns={"author": "account/user.json, or --author", "community": "channel.json"},
        archive=True,
        platform="Discord, your own data",
        download="User settings → Data & privacy → Request all of my data; the ZIP or its `messages` folder",
        command="analyst index package.zip --out INDEX",
        leaves="Direct messages unless `--include-private`; servers, account, activity. Likes are not in it",
    ),
)  # fmt: skip
