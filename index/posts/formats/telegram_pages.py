"""Telegram's export as HTML: a chat as pages of a thousand messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from index.posts.formats.base import Page
from index.posts.text import TAG

_OPENING = 20_000  # characters in which a page says what it is
_DEEPEST = 200  # elements inside each other
_ATTRIBUTE = re.compile(r'(class|id|title|href)="([^"<>]*)"')
_TRACKED = frozenset(("div", "span", "a", "pre", "blockquote"))
# What the words inside an element are; those inside of others are captions of pictures, names of files, and the like.
_PARTS = {"text": "text", "from_name": "from", "question": "question", "count": "count"}
_OTHERS = frozenset(("media_wrap", "reply_to", "signature", "reactions", "date", "userpic_wrap", "bot_buttons_table"))
_BREAKS = frozenset(("br", "blockquote", "pre", "div"))


def page_of(text: str) -> Page | None:
    """The messages of a page, None where another program wrote it."""
    head = text[:_OPENING]
    if "<title>Exported Data</title>" not in head or "page_wrap" not in head:
        return None
    title = re.search(r'<div class="text bold">([^<>]{0,400})</div>', head)
    return Page(_messages(text), {"page": "telegram", "name": unescape(title[1]).strip() if title else None})


def _messages(text: str) -> Iterator[dict[str, Any]]:
    """The messages one by one. One that follows another of the same person is not headed with the name again."""
    author = ""
    for message in _Walk(text).messages():
        said = message.finished(author)
        author = said.get("from") or author
        yield said


class _Message:
    def __init__(self, number: str, classes: list[str]) -> None:
        self._number, self._service = number.removeprefix("message"), "service" in classes
        self.date = ""
        self.reactions = 0
        self._words: dict[str, list[str]] = {}

    def take(self, part: str, words: str) -> None:
        self._words.setdefault(part, []).append(words)

    def link(self, address: str) -> None:
        """The words of a link were just taken; it keeps its address behind them where they are another."""
        words = self._words.setdefault("text", [""])
        said = words[-1].strip()
        if address.startswith(("http://", "https://")) and address not in said and said not in address:
            words.append(f" {address}")

    def finished(self, before: str) -> dict[str, Any]:
        """The message; ``before`` is who wrote the one above it."""
        said = {part: "".join(words).strip() for part, words in self._words.items()}
        text = said.get("text") or said.get("question") or ""
        if self._service:
            return {"id": self._number, "text": text}
        made = {"id": self._number, "from": said.get("from") or before, "text": text, "date": self.date}
        return {**made, "reactions": self.reactions, "forwarded_from": said.get("forwarded") or None}


class _Walk:
    """One pass over the tags of a page; ``_open`` are the elements around a place, with what the words in them are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[str, str]] = []
        self._message: _Message | None = None
        self._depth = 0  # of the message among the open elements
        self._link = ""

    def messages(self) -> Iterator[_Message]:
        end = 0
        for tag in TAG.finditer(self._text):
            if self._message is not None:
                self._take(unescape(self._text[end : tag.start()]))
            end = tag.end()
            name = (tag[2] or "").lower()
            if tag[1]:
                self._close(name)
                if self._message is not None and len(self._open) <= self._depth:
                    yield self._message
                    self._message = None
            elif name:
                self._enter(name, dict(_ATTRIBUTE.findall(tag[3])))
        if self._message is not None:
            yield self._message

    def _take(self, words: str) -> None:
        message, part = self._message, self._open[-1][1] if self._open else ""
        if message is None or not part or part == "other":
            return
        if part == "count":
            message.reactions += int(words) if words.strip().isdecimal() and len(words) < 12 else 0
        else:
            message.take(part, words if part == "text" else words.replace("\n", " "))

    def _enter(self, name: str, attributes: dict[str, str]) -> None:
        classes = attributes.get("class", "").split()
        above = self._open[-1][1] if self._open else ""
        if name == "div" and "message" in classes and self._message is None:
            self._message, self._depth = _Message(attributes.get("id", ""), classes), len(self._open)
        message = self._message
        if message is not None:
            if "date" in classes and attributes.get("title") and not message.date:
                message.date = attributes["title"]
            if name in _BREAKS and above == "text":
                message.take("text", "\n")
            message.reactions += "userpic" in classes and above == "reaction"
            if name == "a" and above == "text":
                self._link = unescape(attributes.get("href", ""))
        if name in _TRACKED and len(self._open) < _DEEPEST:
            self._open.append((name, _part(classes, above)))

    def _close(self, name: str) -> None:
        if name == "a" and self._link and self._message is not None:
            self._message.link(self._link)
            self._link = ""
        place = next((at for at in range(len(self._open) - 1, -1, -1) if self._open[at][0] == name), None)
        if place is not None:
            del self._open[place:]


def _part(classes: list[str], above: str) -> str:
    """What the words in an element with these classes are, inside another."""
    if "reaction" in classes:
        return "reaction"
    if above == "reaction":
        return "count" if "count" in classes else "reaction"
    if _OTHERS.intersection(classes) and "forwarded" not in classes:
        return "other"
    if "forwarded" in classes and "body" in classes:
        return "passed on"
    part = next((_PARTS[name] for name in classes if name in _PARTS), "")
    if part == "from" and above == "passed on":
        return "forwarded"
    return part or above
