"""Slack: the export of a workspace, a folder a channel with a file a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from index.posts.containers.files import Source
from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick, read_note, total

_WORDS = {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "reply_broadcast"}
_LINK = re.compile(r"<([^<>]{1,4000})>")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _recognises(sample: Sample) -> bool:
    return (
        not sample.header
        and sample.share(
            lambda item: (
                item.get("type") == "message"
                and "ts" in item
                and ("user" in item or "subtype" in item or "text" in item)
            )
        )
        > 0.5
    )


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    kind = str(item.get("subtype") or "")
    if item.get("type") != "message" or kind not in _WORDS:
        return Left("a system line, not a message")
    people, path = _people(context), PurePosixPath(context.source.name.replace("\\", "/"))
    channel = path.parent.name if _DAY.fullmatch(path.stem) else context.head.get("name") or path.stem
    user = str(item.get("user") or "")
    name = people.get(user) or pick(
        item, "user_profile.display_name", "user_profile.name", "username", "bot_profile.name"
    )
    direct = re.fullmatch(r"D[A-Z0-9]{7,}|mpdm-.*", channel) is not None or channel in _letters(context)
    return {
        "id": f"{channel}/{item.get('ts')}",
        "author": name or user or item.get("bot_id"),
        "text": _plain(item.get("text") or _attached(item), people),
        "created_at": item.get("ts"),
        "community": channel,
        "likes": total(item.get("reactions")) or 0,
        "replies": item.get("reply_count"),
        "visibility": "direct" if direct else None,
        "bot": kind == "bot_message" or bool(item.get("bot_id")),
    }


def _attached(item: Mapping[str, Any]) -> str:
    """What machines write, which put their words into attachments and blocks."""
    parts = [
        part for name in ("attachments", "blocks") if isinstance(listed := item.get(name), list) for part in listed
    ]
    said = [pick(part, "text", "fallback", "text.text") for part in parts if isinstance(part, Mapping)]
    return "\n".join(words for words in said if isinstance(words, str))


def _people(context: Context) -> dict[str, str]:
    """Names of users by their ids, from ``users.json`` of the export."""
    return context.made_beside(_names, "../users.json", "users.json", "../org_users.json") or {}


def _names(source: Source) -> dict[str, str] | None:
    users = read_note(source)
    if users is None:
        return None
    return {
        str(user.get("id")): str(
            pick(user, "profile.display_name", "name", "profile.real_name", "real_name") or user.get("id")
        )
        for user in (users if isinstance(users, list) else [])
        if isinstance(user, Mapping)
    }


def _letters(context: Context) -> set[str]:
    """Channels of direct messages, by the lists that an export has of them."""
    if "letters" not in context.memo:
        lists = (context.beside(f"../{name}", name) for name in ("dms.json", "mpims.json"))
        listed = [one for found in lists if isinstance(found, list) for one in found if isinstance(one, Mapping)]
        context.memo["letters"] = {str(one.get(key)) for one in listed for key in ("id", "name")}
    return context.memo["letters"]


def _plain(text: Any, people: Mapping[str, str]) -> Any:
    """Slack marks people, channels and links: "<@U501> see <https://shop.example|this>"."""

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            return "@" + (label.lstrip("@") or people.get(target[1:], target[1:]))
        if target.startswith("#"):
            return "#" + (label or target[1:])
        if target.startswith("!"):
            return "@" + (label.lstrip("@") or target[1:].partition("^")[0])
        return f"{label} {target}" if label and label not in target else target.removeprefix("mailto:")

    return _LINK.sub(shown, text) if isinstance(text, str) and "<" in text else text


FORMATS = (
    Format(
        "Slack export",
        _recognises,
        _read,
        columns={
            "id": "channel and ts", "author": "user, by users.json", "text": "text", "created_at": "ts",
            "community": "the channel's folder", "likes": "reactions.count", "replies": "reply_count",
        },
        archive=True,
        platform="Slack",
        download="Settings → Workspace settings → Import/Export data; the ZIP or its folder",
        command="analyst index slack-export.zip --out INDEX",
        leaves="System lines (“has joined”); direct messages unless `--include-private`",
    ),
)  # fmt: skip
