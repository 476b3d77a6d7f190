"""Results as Markdown, in which words of posts and people are only words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from tools.result.cells import handle
from tools.result.evidence import Evidence
from tools.result.line import Line, one_line
from tools.result.words import count, short

# Signs that Markdown acts on, where it does. A backslash before them is all that is added; what begins a tag or a
# reference becomes a reference itself, since not every reader of Markdown lets a backslash guard it.
_ACTS = re.compile(
    r"""(?x) ( [\\`*\[\]|~$] | (?<![^\W_])_ | _(?![^\W_])   # emphasis, code, links, tables, formulas
    | ^[#>] | ^[+-](?=[\s-]|$) | :(?=//) | (?<=www)\. )"""
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_TAG = re.compile(r"<|&(?=\#?\w+;)")


def plain(text: str) -> str:
    """Markdown that shows ``text`` on one line to the letter."""
    guarded = _NUMBERED.sub(r"\1\\\2", _ACTS.sub(r"\\\1", one_line(text)))
    return _TAG.sub(lambda sign: "&lt;" if sign[0] == "<" else "&amp;", guarded)


def code(text: str) -> str:
    """``text`` on one line to be copied: a code span that no backtick in it can end."""
    plain_text = one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", plain_text)), default=0))
    return f"{fence} {plain_text} {fence}"


def line_lists(lines: Iterable[Line]) -> list[str]:
    """The lines as lists, numbered where the lines are."""
    grouped = groupby(lines, key=lambda each: each.place is not None)
    return [_numbered(group) if has_places else bullets(each.text for each in group) for has_places, group in grouped]


def _numbered(lines: Iterable[Line]) -> str:
    return "\n".join(f"{each.place}. {plain(replace(each, place=None).text)}" for each in lines)


def bullets(texts: Iterable[str]) -> str:
    """A list, an item for each text."""
    return "\n".join(f"- {plain(text)}" for text in texts)


def byline(post: Evidence) -> str:
    """Who, where, when, how many likes and which tone."""
    parts = [
        handle(post.author).text,
        post.community and f"in {short(post.community)}",
        post.created_at and post.created_at[:10],
    ]
    likes = count(post.likes, "like") if post.likes is not None else None
    return ", ".join(part for part in [*parts, likes, post.sentiment] if part)


def table(rows: Iterable[Sequence[str]], heads: Sequence[str] = ("", "")) -> str:
    """A table; without ``heads`` one of names with values."""
    lines = [" | ".join(map(plain, row)) for row in rows]
    head = f"| {' | '.join(map(plain, heads))} |" if any(heads) else "|" + " |" * len(heads)
    return "\n".join([head, "|" + "---|" * len(heads), *(f"| {line} |" for line in lines)])
