"""Facebook and Instagram: the JSON of "Download your information", with its letters mended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick
from index.posts.text import mended

_TITLE = re.compile(
    r"(.{1,100}?) (?:updated (?:his|her|their)|shared|added|posted|commented|replied|was |is |wrote|likes?d? |tagged|"
    r"uploaded|created|changed|published|went live|checked in|hat |a |ha )"
)
# What Instagram calls the parts of an entry, in the language of the account and with its letters spoilt.
_COMMENTS = ("Comment", "Kommentar", "Commentaire", "Comentario", "Commento", "Comentário", "Opmerking", "Reactie",
             "Komentarz", "Yorum", "Комментарий", "コメント", "评论", "댓글")  # fmt: skip
_CAPTIONS = ("Caption", "Bildunterschrift", "Légende", "Pie de foto", "Didascalia", "Legenda", "Bijschrift", "Text")
_USERNAMES = ("Username", "Benutzername", "Nom d’utilisateur", "Nom d'utilisateur", "Nombre de usuario", "Nome utente",
              "Nome de usuário", "Nome de utilizador", "Gebruikersnaam", "Nazwa użytkownika", "Kullanıcı Adı",
              "Имя пользователя", "ユーザーネーム", "用户名", "사용자 이름")  # fmt: skip


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: bool(_kind(item, sample.path))) > 0.5


def _kind(item: Mapping[str, Any], path: str) -> str:
    if labels := _labels(item):
        if _first(labels, _COMMENTS) or _is_comment_in_any_language(item, labels, path):
            return "instagram comment"
        return "captioned" if "label_values" in item and _first(labels, _CAPTIONS) else ""
    if ("sender_name" in item and ("timestamp_ms" in item or "timestamp" in item)) or (
        "senderName" in item and "timestamp" in item
    ):
        return "message"
    if path.endswith("comments") and {"0", "1", "2"} == item.keys():
        return "early comment"
    if "timestamp" in item and ("data" in item or "attachments" in item) and "author" not in item:
        data = item.get("data")
        listed = data if isinstance(data, list) else []
        if any(isinstance(part, Mapping) and "reaction" in part for part in listed):
            return ""
        return "facebook"
    if isinstance(item.get("media"), list) and pick(item, "creation_timestamp", "media.0.creation_timestamp"):
        return "picture"
    return "picture" if "creation_timestamp" in item and ("title" in item or "uri" in item) else ""


def _labels(item: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parts of an entry by their names, in order: Instagram wrote them as a map until 2025, and as a list since."""
    mapped, listed = item.get("string_map_data"), item.get("label_values")
    if isinstance(mapped, Mapping):
        return {mended(name): part for name, part in mapped.items() if isinstance(part, Mapping)}
    parts = [part for part in listed if isinstance(part, Mapping)] if isinstance(listed, list) else []
    return {mended(label): part for part in parts if isinstance(label := part.get("label"), str)}


def _first(labels: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> Any:
    return next((labels[name]["value"] for name in names if labels.get(name, {}).get("value")), None)


def _is_comment_in_any_language(item: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]], path: str) -> bool:
    """A comment is the words, whose picture they are under, and when, in this order."""
    beside = "comment" in path or ("media_list_data" in item and len(labels) > 2)
    said = next(iter(labels.values())).get("value")
    return beside and bool(said) and any(part.get("timestamp") for part in labels.values())


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    readers = {
        "facebook": _facebook, "instagram comment": _comment, "captioned": _captioned, "message": _message,
        "picture": _picture, "early comment": _early_comment,
    }  # fmt: skip
    kind = _kind(item, context.path)
    return readers[kind](item, context) if kind else Left("not a post or comment")


def _early_comment(item: Mapping[str, Any], context: Context) -> Found:
    """Until 2019: when, the words, and whose picture they are under."""
    return {"author": context.owner(lambda: _owner(context)), "text": item.get("1"), "created_at": item.get("0")}


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
    author = mended(author) if isinstance(author, str) else None
    return {
        "author": context.owner(lambda: _owner(context), author, found[1] if found else None),
        "text": text,
        "created_at": item.get("timestamp"),
        "community": group,
    }


def _comment(item: Mapping[str, Any], context: Context) -> Found:
    labels = _labels(item)
    text = _first(labels, _COMMENTS) or next(iter(labels.values())).get("value")
    moments = (part["timestamp"] for part in labels.values() if part.get("timestamp"))
    moment = item.get("timestamp") or next(moments, None)
    return {"author": context.owner(lambda: _owner(context)), "text": text, "created_at": moment}


def _captioned(item: Mapping[str, Any], context: Context) -> Found:
    text = _first(_labels(item), _CAPTIONS)
    return {"author": context.owner(lambda: _owner(context)), "text": text, "created_at": item.get("timestamp")}


def _message(item: Mapping[str, Any], context: Context) -> Found:
    return {
        "author": item.get("sender_name") or item.get("senderName"),
        "text": item.get("content") or item.get("text"),
        "created_at": item.get("timestamp_ms") or item.get("timestamp"),
        "community": context.head.get("title") or context.head.get("threadName"),
        "visibility": "direct",
    }


def _picture(item: Mapping[str, Any], context: Context) -> Found:
    # Each picture of an album of Facebook is titled with the album's name.
    text = pick(item, "description") or (pick(item, "title", "media.0.title") if "name" not in context.head else None)
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
        whose = _first(_labels(pick(found, "profile_user.0") or {}), _USERNAMES)
        whose = whose or pick(found, "profile_v2.name.full_name", "profile.name.full_name", "profile_v2.username")
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
        archive=True,
        platform="Facebook, Instagram, Threads",
        download="Accounts Centre → Download your information, format JSON; the ZIP, or single files of it",
        command="analyst index facebook-you.zip --author you --out INDEX",
        leaves="Reactions, pictures without words; messages unless `--include-private`. Likes are not in the export",
    ),
)  # fmt: skip
