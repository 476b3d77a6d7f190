"""Feeds (RSS, Atom) and the XML of Stack Exchange's dumps: entries as rows."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import AnalystError
from index.posts.formats.base import Context, Format, Found, Left, Page, Row, Sample
from index.posts.formats.plain import with_headline

_OPENING = 4_000  # characters in which a document says what it is
_ROOT = re.compile(r"<(?:\w+:)?(rss|feed|rdf|posts|comments)\b[^<>]*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTRIES = frozenset(("item", "entry", "row"))
_DUMPS = ("posts", "comments")
_QUESTION_OR_ANSWER = ("1", "2")
_FEED, _DUMP = "feed", "stack exchange"


def page_of(text: str) -> Page | None:
    """The entries of a document, None for one of another kind and one that defines entities, which no feed does."""
    head = text[:_OPENING]
    root = _ROOT.search(head)
    if root is None or "<html" in head.lower() or "<!DOCTYPE" in head or "<!ENTITY" in head:
        return None
    kind = root[1].lower()
    if kind in _DUMPS and "<row " not in head:
        return None
    return Page(_entries(text), {"page": _DUMP if kind in _DUMPS else _FEED})


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """The entries one by one. Raises AnalystError where the document is no XML any more."""
    around: dict[str, Any] = {}
    path: list[str] = []
    text = _DECLARATION.sub("", text, count=1)  # it may name the encoding that was read
    try:
        for event, element in ET.iterparse(io.BytesIO(text.encode("utf-8")), events=("start", "end")):
            name = _name(element.tag)
            if event == "start":
                path.append(name)
                continue
            path.pop()
            if name in _ENTRIES:
                yield {**around, **element.attrib, **_inside(element)}
                element.clear()
            elif not _ENTRIES & set(path) and name in ("title", "name") and (element.text or "").strip():
                around.setdefault({"title": "of_feed", "name": "by_feed"}[name], (element.text or "").strip())
    except ET.ParseError as error:
        raise AnalystError(f"The XML breaks off: {error}", todo="Save the feed again.") from error


def _inside(element: ET.Element) -> dict[str, Any]:
    """What stands in an entry, by the names of its elements; the address of a link, and the name of an author."""
    found: dict[str, Any] = {}
    for part in element:
        name = _name(part.tag)
        value: Any = "".join(part.itertext()).strip()
        if name == "link":
            value = part.get("href") or value
        elif name == "author":
            value = (part.findtext("{*}name") or value).strip()
        elif name == "content" and part.get("type") == "xhtml":
            value = "".join(ET.tostring(each, encoding="unicode") for each in part)
        if value and (name not in found or name == "encoded"):
            found[name] = value
    return found


def _name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _is_feed(sample: Sample) -> bool:
    return sample.head.get("page") == _FEED


def _is_dump(sample: Sample) -> bool:
    return sample.head.get("page") == _DUMP


def _entry(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    author = item.get("creator") or item.get("author") or item.get("by_feed") or item.get("of_feed")
    words = item.get("encoded") or item.get("content") or item.get("description") or item.get("summary")
    return {
        "id": item.get("guid") or item.get("id") or item.get("link"), "author": author, "url": item.get("link"),
        "text": with_headline(item.get("title"), words), "community": item.get("of_feed"),
        "created_at": item.get("pubdate") or item.get("published") or item.get("date") or item.get("updated"),
    }  # fmt: skip


def _row(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if item.get("PostTypeId", "1") not in _QUESTION_OR_ANSWER:
        return Left("a page of the site's own, not a question or an answer")
    if not (author := item.get("OwnerDisplayName") or item.get("UserDisplayName") or item.get("OwnerUserId")
            or item.get("UserId")):  # fmt: skip
        return Left("of a deleted account")
    return {
        "id": item.get("Id"), "author": author,
        "text": with_headline(item.get("Title"), item.get("Body") or item.get("Text")),
        "created_at": item.get("CreationDate"), "likes": item.get("Score"),
        "replies": item.get("AnswerCount") or item.get("CommentCount"),
    }  # fmt: skip


FORMATS = (
    Format(
        "Feed (RSS, Atom)",
        _is_feed,
        _entry,
        columns={"id": "guid", "author": "creator, author or the feed's own name", "text": "title and content",
                 "created_at": "pubDate, published or updated", "community": "the feed's title", "url": "link"},
        markup=True,
        pages=page_of,
        platform="Feeds",
        download="The feed of a blog, a forum or its comments (RSS 2.0, RSS 1.0 or Atom), saved as it is",
        command="analyst index feed.xml --out INDEX",
        leaves="Pictures and sound. Likes are not in a feed",
    ),
    Format(
        "Stack Exchange dump",
        _is_dump,
        _row,
        columns={"id": "Id", "author": "OwnerDisplayName or OwnerUserId", "text": "Title and Body",
                 "created_at": "CreationDate", "likes": "Score", "replies": "AnswerCount"},
        markup=True,
        platform="Stack Exchange",
        download="`Posts.xml` or `Comments.xml` of a site's data dump",
        command="analyst index Posts.xml --out INDEX",
        leaves="Tags, wikis, posts of deleted accounts. Authors are numbers: their names stand in another file",
    ),
)  # fmt: skip
