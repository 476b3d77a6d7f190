"""WhatsApp: a chat as telephones export it, alone or in a ZIP with its pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from index.posts.containers.chats import MARK
from index.posts.formats.base import Context, Format, Found, Left, Row, Sample

# iPhones mark what the program itself wrote, and pictures, with a sign of direction; Androids bracket pictures.
_PICTURE = re.compile(r"<[^<>\n]{3,60}>|[\w\-]+\.\w{2,5} \([^()\n]{4,40}\)")
_EDITED = re.compile(r"\s*\u200e?<(?:This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje|"
                     r"Ce message a été modifié|Mensagem editada|Questo messaggio è stato modificato|"
                     r"Dit bericht is bewerkt)\.?>\s*$")  # fmt: skip
_ATTACHED = re.compile(r"\s*\u200e<[^<>\n]{3,120}>")
_DELETED = re.compile(
    r"(?:you deleted this message|this message was deleted|diese nachricht wurde gelöscht|du hast diese nachricht "
    r"gelöscht|se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado|ce message a été supprimé|"
    r"vous avez supprimé ce message|mensagem apagada|es[ts]a mensagem foi apagada|você apagou esta mensagem|"
    r"questo messaggio è stato eliminato|hai eliminato questo messaggio|dit bericht (?:is|werd) verwijderd|"
    r"u hebt dit bericht verwijderd|null)\.?",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"created group|created this group|added|joined using|left$|hat die Gruppe|hinzugefügt|creó el grupo|añadió|"
    r"criou (?:o|este) grupo|adicionou|a créé le groupe|a ajouté|ha creato il gruppo|ha aggiunto|heeft de groep|"
    r"toegevoegd"
)
_NAME = re.compile(
    r"(?:WhatsApp[ _-]+Chat|Chat[ _](?:de[ _])?WhatsApp|Conversa[ _]d?[no]o?[ _]WhatsApp|Discussion[ _]WhatsApp)"
    r"(?:[ _]+(?:-|with|mit|con|com|avec|met)[ _]+)(.+?)(?:[ _]?\(\d+\))?\.(?:txt|zip)(?:/|\\|$)",
    re.IGNORECASE,
)
_FEW = 2  # people in a chat that is no group


def _recognises(sample: Sample) -> bool:
    return sample.head.get("page") == "chat"


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    author, text = item.get("author"), str(item.get("text"))
    named_group = str(author).count('"') % 2  # Mira created group "Kettles: friends"
    if not author or named_group or (text.startswith(MARK) and not _ATTACHED.match(text)):
        return Left("a system line or a picture, not a message")
    text = _EDITED.sub("", text)
    first, _, further = text.partition("\n")
    if _PICTURE.fullmatch(first.strip(" \u200e")):
        text = further  # what was written under it
    text = _ATTACHED.sub("", text).strip()
    if not text:
        return Left("a post without words")
    if _DELETED.fullmatch(text.strip(" \u200e")):
        return Left("deleted by its author")
    return {
        "author": author.strip("~ \u200e\u202a\u202c\u202f\xa0"),
        "text": text.replace(MARK, ""),
        "created_at": item.get("created_at"),
        "community": _group(context),
        "visibility": "group" if _is_group(context) else "direct",
    }


def _is_group(context: Context) -> bool:
    if "is group" not in context.memo:
        told = any(_GROUP.search(line) for line in context.head.get("machine", ()))
        context.memo["is group"] = told or context.head.get("people", 0) > _FEW
    return bool(context.memo["is group"])


def _group(context: Context) -> str | None:
    if "name" not in context.memo:
        found = _NAME.search(context.source.name)
        alone = PurePosixPath(context.source.name).stem if context.source.container != "zip" else None
        context.memo["name"] = found[1].replace("_", " ").strip() if found else None if alone == "_chat" else alone
    return context.memo["name"]


FORMATS = (
    Format(
        "WhatsApp chat",
        _recognises,
        _read,
        columns={
            "author": "the name before the colon", "text": "the words behind it", "created_at": "the time before it",
            "community": "the file's name",
        },
        markup=False,
        archive=True,
        platform="WhatsApp",
        download="In the chat: More → Export chat → Without media; the ZIP or its `.txt`",
        command='analyst index "WhatsApp Chat with Run Club.txt" --out INDEX',
        leaves="System lines, pictures without words; chats of two people unless `--include-private`. Likes are not in "
        "it",
    ),
)  # fmt: skip
