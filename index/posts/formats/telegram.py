"""Telegram: ``result.json`` of one chat or of everything, as Telegram Desktop writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick, total
from index.posts.formats.telegram_pages import page_of
from index.posts.text import text_of

_DIRECT = {"personal_chat", "saved_messages", "bot_chat", "replies", "verification_codes"}


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: _is_message(item) or _is_chat(item)) > 0.5


def _is_message(item: Mapping[str, Any]) -> bool:
    return "text" in item and "date" in item and item.get("type") in ("message", "service", "unsupported")


def _is_chat(item: Mapping[str, Any]) -> bool:
    messages = item.get("messages")
    return (
        isinstance(messages, list)
        and "type" in item
        and "id" in item
        and all(isinstance(message, Mapping) and "date" in message for message in messages[:3])
    )


def _skips(sample: Sample) -> str:
    name = sample.path.partition(".")[0]
    return name.replace("_", " ") if name in ("contacts", "frequent_contacts", "sessions", "web_sessions") else ""


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if _is_chat(item):
        return list(_chat(item))
    return _row(item, context.head)


def _chat(chat: Mapping[str, Any]) -> Iterator[Row | Left]:
    for message in chat["messages"]:
        yield _row(message, chat) if isinstance(message, Mapping) else Left("not a message")


def _row(message: Mapping[str, Any], chat: Mapping[str, Any]) -> Row | Left:
    if message.get("type") != "message":
        return Left("a system line, not a message")
    number, place = message.get("id"), chat.get("id")
    kind = str(chat.get("type"))
    return {
        # Numbers of messages are unique in their chat only.
        "id": f"{place}/{number}" if place is not None and number is not None else number,
        "author": message.get("from") or message.get("from_id") or message.get("author"),
        "text": message.get("text") or text_of(message.get("text_entities")) or pick(message, "poll.question"),
        "created_at": message.get("date_unixtime") or message.get("date"),
        "community": chat.get("name"),
        "likes": total(message.get("reactions")),
        "reposted": message.get("forwarded_from") or message.get("saved_from"),
        "visibility": "direct" if kind in _DIRECT else "group" if kind.startswith("private") else None,
        "bot": bool(message.get("via_bot")),
    }


def _is_library(sample: Sample) -> bool:
    """Messages as programs keep them that use the library Telethon."""
    return sample.share(lambda item: item.get("_") in ("Message", "MessageService") and "peer_id" in item) > 0.5


def _from_library(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if item.get("_") != "Message":
        return Left("a system line, not a message")
    place = pick(item, "peer_id.channel_id", "peer_id.chat_id", "peer_id.user_id")
    results = pick(item, "reactions.results")
    return {
        "id": f"{place}/{item.get('id')}",
        "author": pick(item, "sender.username", "post_author", "from_id.user_id", "from_id.channel_id") or place,
        "text": item.get("message") or item.get("text"),
        "created_at": item.get("date"),
        "community": pick(item, "chat.title") or place,
        "likes": total(results),
        "shares": item.get("forwards"),
        "replies": pick(item, "replies.replies"),
        "reposted": pick(item, "fwd_from.from_name", "fwd_from.from_id.user_id", "fwd_from.from_id.channel_id"),
        "visibility": "direct" if pick(item, "peer_id.user_id") else None,
    }


def _is_page(sample: Sample) -> bool:
    return sample.head.get("page") == "telegram"


def _from_page(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if not item.get("from"):
        return Left("a system line, not a message")
    chat = context.head.get("name")
    return {
        "id": f"{chat}/{item.get('id')}", "author": item.get("from"), "text": item.get("text"),
        "created_at": item.get("date"), "community": chat, "likes": item.get("reactions"),
        "reposted": item.get("forwarded_from"),
    }  # fmt: skip


FORMATS = (
    Format(
        "Telegram chats",
        _recognises,
        _read,
        columns={
            "id": "the chat's id and id", "author": "from, or from_id", "text": "text with its styled pieces",
            "created_at": "date_unixtime", "community": "name of the chat", "likes": "reactions.count",
            "reposted": "forwarded_from",
        },
        skips=_skips,
        whole=_is_chat,
        archive=True,
        platform="Telegram",
        download="Telegram Desktop → Export chat history, or Settings → Advanced → Export Telegram data; format "
        "“Machine-readable JSON” (better: it says more of each message) or HTML",
        command="analyst index ChatExport_2024-06-01 --out INDEX",
        leaves="System lines; one-to-one chats unless `--include-private`. Forwarded messages are kept apart",
    ),
    Format(
        "Telegram chats", _is_page, _from_page, pages=page_of, archive=True, markup=False,
        columns={
            "id": "id", "author": "from_name", "text": "text", "created_at": "date", "community": "the page's title",
            "likes": "reactions", "reposted": "forwarded",
        },
    ),
    Format(
        "Telegram chats", _is_library, _from_library,
        columns={
            "id": "peer_id and id", "author": "from_id", "text": "message", "created_at": "date",
            "community": "peer_id", "likes": "reactions.results.count", "shares": "forwards", "replies": "replies",
            "reposted": "fwd_from",
        },
    ),
)  # fmt: skip
