"""Texts that are neither tables nor JSON: chats, a message a line and further lines behind it, and blocks of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from index.posts.containers.documents import Section
from index.posts.containers.streams import LONGEST_LINE, Content, OnBytes

# "[03.01.24, 09:00:12] Ana: hello" or "1/3/24, 9:00 AM - Ana: hello"; marks of direction stand in many places.
_START = re.compile(
    r"[\u200e\u200f\u202a-\u202e\ufeff]*(\[)?"
    r"(\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{1,4}\.?,?\s"
    r"(?:[上下午前後오전후]{2}\s?)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?)?)"
    r"(?(1)\]\s|\s[-–]\s)",
    re.IGNORECASE,
)
MARK = "\u200e"
_AUTHOR = re.compile(r"([^:\n]{1,120}?): (.*)", re.DOTALL)
_LABEL = re.compile(r"([A-Z][\w ]{1,30}): ")
_MOST_LINES = 2_000  # of one message
_LOOKED_AT = 400  # lines by which a chat is told from a table
_STARTING = 0.3  # of them, and more; the rest are further lines of messages


def is_chat(content: Content) -> bool:
    """Whether lines begin with a time and a name as those of a chat do."""
    lines = [line for line in _lines(content.head.decode("utf-8", "replace").splitlines(), _LOOKED_AT) if line.strip()]
    starts = [found for line in lines if (found := _START.match(line))]
    if not lines or not _START.match(lines[0]) or len(starts) < _STARTING * len(lines):
        return False
    return sum(": " in line for line in lines if _START.match(line)) * 4 >= len(starts)


def chat_of(content: Content, on_bytes: OnBytes) -> Section:
    """The messages of a chat, each with its date, author and text; what the program itself wrote has no author or
    begins with a sign of direction. The head says how many people write in its beginning, and what the program says.
    """
    first = list(_messages(content.head.decode("utf-8", "replace").splitlines()))
    machine = [one["text"] for one in first if not one["author"] or one["text"].startswith(MARK)]
    people = {one["author"] for one in first if one["author"] and not one["text"].startswith(MARK)}
    lines = (content.decoded(line).rstrip("\r\n") for line in content.lines(on_bytes))
    return Section(
        _messages(lines),
        head={"page": "chat", "people": len(people), "machine": machine[:_LOOKED_AT]},
        told=("a chat",),
    )


def _lines(lines: Iterable[str], most: int) -> list[str]:
    return [line[:300] for _, line in zip(range(most), lines, strict=False)]


def _messages(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    date, said = "", [""]
    for line in lines:
        found = _START.match(line[:200])
        if found is None:
            if len(said) < _MOST_LINES and len(line) < LONGEST_LINE:
                said.append(line)
            continue
        if date:
            yield _message(date, said)
        date, said = found[2], [line[found.end() :]]
    if date:
        yield _message(date, said)


def _message(date: str, said: list[str]) -> dict[str, Any]:
    text = "\n".join(said).rstrip()
    found = _AUTHOR.match(text)
    return {"created_at": date, "author": found[1] if found else None, "text": found[2] if found else text}


def is_labelled(content: Content) -> bool:
    """Whether a text is made of blocks of "Name: value", each beginning with the same name."""
    lines = content.head.decode("utf-8", "replace").splitlines()[:_LOOKED_AT]
    blocks = [line for before, line in zip(["", *lines], lines, strict=False) if line.strip() and not before.strip()]
    names = {found[1] if (found := _LABEL.match(line)) else "" for line in blocks}
    return len(blocks) > 1 and len(names) == 1 and "" not in names and len(lines) > 2 * len(blocks)


def labelled_of(content: Content, on_bytes: OnBytes) -> Section:
    """The blocks of such a text as objects, as TikTok writes them. The path is the file's name."""
    lines = (content.decoded(line).rstrip("\r\n") for line in content.lines(on_bytes))
    return Section(
        _blocks(lines), PurePosixPath(content.source.name.replace("\\", "/")).stem, told=("blocks of lines",)
    )


def _blocks(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    first, last, block = "", "", dict[str, str]()
    for line in lines:
        found = _LABEL.match(line[:300])
        if found and (found[1] == first or not first) and block:
            yield block
            block = {}
        if found and (found[1] not in block):
            first, last = first or found[1], found[1]
            block[last] = line[found.end() :]
        elif last and len(block[last]) < LONGEST_LINE:
            block[last] = f"{block[last]}\n{line}".rstrip()
    if block:
        yield block
