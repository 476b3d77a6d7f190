"""Facebook and Instagram: the JSON of "Download your information", with its letters mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick
from index.posts.text import mended

_TITLE = re.compile(
    r"(.{1,100}?) (?:updated (?:his|her|their)|shared|added|posted|commented|replied|was |is |wrote|likes?d? |tagged|"
    r"uploaded|created|changed|published|went live|checked in|hat |a |ha )"
)
_COMMENTS = ("Comment", "Kommentar", "Commentaire", "Comentario", "Commento", "Comentário")


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: bool(_kind(item))) > 0.5


def _kind(item: Mapping[str, Any]) -> str:
    if isinstance(item.get("string_map_data"), Mapping):
        return "instagram comment" if any(name in item["string_map_data"] for name in _COMMENTS) else ""
    if "sender_name" in item and ("timestamp_ms" in item or "timestamp" in item):
        return "message"
    if "timestamp" in item and ("data" in item or "attachments" in item) and "author" not in item:
        data = item.get("data")
        listed = data if isinstance(data, list) else []
        if any(isinstance(part, Mapping) and "reaction" in part for part in listed):
            return ""
        return "facebook"
    if isinstance(item.get("media"), list) and pick(item, "creation_timestamp", "media.0.creation_timestamp"):
        return "instagram post"
    return "instagram post" if "creation_timestamp" in item and "title" in item else ""


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    readers = {"facebook": _facebook, "instagram comment": _comment, "message": _message, "instagram post": _picture}
    kind = _kind(item)
    return readers[kind](item, context) if kind else Left("not a post or comment")


def _facebook(item: Mapping[str, Any], context: Context) -> Found:
    data = item.get("data")
    parts = [part for part in data if isinstance(part, Mapping)] if isinstance(data, list) else []
    comment = next((part["comment"] for part in parts if isinstance(part.get("comment"), Mapping)), None)
    if comment is not None:
        text, author, group = comment.get("comment"), comment.get("author"), comment.get("group")
    else:
        text = next((part["post"] for part in parts if isinstance(part.get("post"), str)), None)
        author, group = None, None
    if not text:
        return Left("a post without words")
    title = item.get("title")
    found = _TITLE.match(mended(title)) if isinstance(title, str) else None
    return {
        "author": context.author or author or (found[1] if found else None) or context.owner(lambda: _owner(context)),
        "text": text,
        "created_at": item.get("timestamp"),
        "community": group,
    }


def _comment(item: Mapping[str, Any], context: Context) -> Found:
    values = item["string_map_data"]
    text = next((pick(values, f"{name}.value") for name in _COMMENTS if pick(values, f"{name}.value")), None)
    moment = next(
        (part["timestamp"] for part in values.values() if isinstance(part, Mapping) and part.get("timestamp")), None
    )
    return {"author": context.owner(lambda: _owner(context)), "text": text, "created_at": moment}


def _message(item: Mapping[str, Any], context: Context) -> Found:
    return {
        "author": item.get("sender_name"),
        "text": item.get("content"),
        "created_at": item.get("timestamp_ms") or item.get("timestamp"),
        "community": context.head.get("title"),
        "visibility": "direct",
    }


def _picture(item: Mapping[str, Any], context: Context) -> Found:
    text = pick(item, "title", "media.0.title")
    if not text:
        return Left("a post without words")
    return {
        "author": context.owner(lambda: _owner(context)),
        "text": text,
        "created_at": pick(item, "creation_timestamp", "media.0.creation_timestamp"),
    }


def _owner(context: Context) -> Any:
    """Whose archive it is, from the profile that lies in a folder beside the posts."""
    ups = ("", "../", "../../", "../../../")
    folders = ("", "profile_information/", "personal_information/", "personal_information/personal_information/",
               "personal_information/profile_information/")  # fmt: skip
    for name in ("profile_information.json", "personal_information.json"):
        found = context.beside(*(f"{up}{folder}{name}" for up in ups for folder in folders))
        whose = pick(
            found, "profile_user.0.string_map_data.Username.value", "profile_v2.username", "profile_v2.name.full_name",
            "profile.name.full_name",
        )  # fmt: skip
        if isinstance(whose, str):
            return mended(whose)
    return None


FORMATS = (
    Format(
        "Facebook or Instagram archive",
        _recognises,
        _read,
        columns={
            "author": "comment.author, title, the profile beside, or --author", "text": "data.post, comment or title",
            "created_at": "timestamp", "community": "comment.group",
        },
        spoilt=True,
        platform="Facebook, Instagram",
        download="Accounts Centre → Download your information, format JSON; the ZIP, or single files of it",
        command="analyst index facebook-you.zip --author you --out INDEX",
        leaves="Reactions, pictures without words; messages unless `--include-private`. Likes are not in the export",
    ),
)  # fmt: skip
