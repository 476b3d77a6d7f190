"""A file as sections of items, by its content: a table, lines, a document with lists, a workbook with sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.errors import AnalystError
from index.posts.containers.chats import chat_of, is_chat, is_labelled, labelled_of
from index.posts.containers.documents import ASSIGNMENT, Section, document_of, is_lines, lines_of, loads
from index.posts.containers.parquet import parquet_of
from index.posts.containers.streams import Content, OnBytes, check_text, is_page, undamaged
from index.posts.containers.tables import csv_of
from index.posts.containers.workbooks import workbook_of
from index.posts.formats.registry import is_post, page_of

_LARGEST_PAGE = 1 << 26  # bytes; a page of an export holds a thousand messages
_JSON, _LINES = (".json", ".js"), (".jsonl", ".ndjson")


def sections_of(content: Content, names: Sequence[str], on_bytes: OnBytes) -> Iterator[Section]:
    """The sections of a file, by its content."""
    head, suffixes, name = content.head, content.source.suffixes, content.source.name
    if head.startswith(b"PAR1") or (".parquet" in suffixes and head.lstrip()[:1] not in b"{["):
        yield parquet_of(content, on_bytes)
        return
    if ".xlsx" in suffixes and not head.startswith(b"PK"):
        raise AnalystError("The workbook cannot be read", where=name, todo="Save it again, or save the sheet as CSV.")
    if head.startswith(b"PK\x03\x04"):
        on_bytes(content.source.size)
        yield from workbook_of(content)
        return
    if is_page(head):
        yield _page_of(content, on_bytes)
        return
    check_text(content)
    if is_chat(content):
        yield chat_of(content, on_bytes)
        return
    if is_labelled(content):
        yield labelled_of(content, on_bytes)
        return
    start = head.lstrip()[:1]
    last = next((suffix for suffix in reversed(suffixes) if suffix in (*_JSON, *_LINES)), "")
    if (start == b"{" and is_lines(content)) or (start not in (b"[", b"{") and _mostly_objects(head)) or last in _LINES:
        yield lines_of(content, on_bytes)
    elif start in (b"[", b"{") or last == ".js" or _is_script(head):
        yield from document_of(content, on_bytes, is_post)
    elif last == ".json":
        raise _no_document(content, name)
    else:
        yield csv_of(content, on_bytes, names)


def _page_of(content: Content, on_bytes: OnBytes) -> Section:
    """A page in HTML that a platform wrote. Raises AnalystError for any other."""
    if content.source.size <= _LARGEST_PAGE:
        with undamaged(content.source.name), content.open(on_bytes) as stream:
            text = content.decoded(stream.read(_LARGEST_PAGE))
        if (page := page_of(text)) is not None:
            return Section(iter(page.items), head=page.head)
    raise AnalystError(
        "The file is a page or feed in HTML or XML",
        where=content.source.name,
        todo="Choose JSON or CSV where you export the posts.",
    )


def _is_script(head: bytes) -> bool:
    return ASSIGNMENT.match(head[:300].decode("utf-8", "replace")) is not None


def _mostly_objects(head: bytes) -> bool:
    lines = [line.lstrip() for line in head.splitlines()[:20] if line.strip()]
    return len(lines) > 1 and sum(line.startswith(b"{") for line in lines) > len(lines) / 2


def _no_document(content: Content, name: str) -> AnalystError:
    try:
        loads(content.head, content.decoded)
    except (ValueError, RecursionError):
        return AnalystError("The file is not JSON", where=name, todo="Export it again.")
    return AnalystError("The file holds no rows of posts", where=name, todo="Export the posts again as CSV or JSONL.")
