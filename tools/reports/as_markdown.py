"""A report as Markdown, in which words of posts and people are only words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from tools.reports.contents import Report
from tools.result.cells import handle
from tools.result.evidence import Evidence
from tools.result.line import Line, one_line
from tools.result.words import capital, count, short

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


def report_markdown(report: Report) -> str:
    """The report as one text, a block for each paragraph, list or table."""
    blocks = [f"# {plain(report.title)}", f"**{plain(report.headline.text)}**"]
    for part in report.parts:
        blocks += [f"## {part.section.title}", plain(capital(part.section.summary.text)), *_lines(part.section.lines)]
    blocks += ["## What is shaky", _bullets([*(each.text for each in report.warnings), *report.limits])]
    blocks += ["## The posts behind it", *([_posts(report.posts)] if report.posts else ["No post is quoted."])]
    blocks += ["## What was asked for", _table(report.asked)]
    blocks += ["## How to read the figures", _table(report.method)]
    blocks += ["## Which data", _table([*report.data, ("Made on", report.made_on.isoformat())])]
    blocks += ["The same again:", f"    {one_line(report.command)}"]
    return "\n\n".join(blocks) + "\n"


def _lines(lines: Iterable[Line]) -> list[str]:
    """The lines as lists, numbered where the lines are."""
    grouped = groupby(lines, key=lambda each: each.place is not None)
    return [_numbered(group) if has_places else _bullets(each.text for each in group) for has_places, group in grouped]


def _numbered(lines: Iterable[Line]) -> str:
    return "\n".join(f"{each.place}. {plain(replace(each, place=None).text)}" for each in lines)


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {plain(text)}" for text in texts)


def _posts(posts: Iterable[Evidence]) -> str:
    """Each post whole, in its order."""
    return "\n".join(
        f"{place}. {plain(f'{byline(post)}: “{one_line(post.text)}”')}" for place, post in enumerate(posts, 1)
    )


def byline(post: Evidence) -> str:
    """Who, where, when, how many likes and which tone."""
    parts = [
        handle(post.author).text,
        post.community and f"in {short(post.community)}",
        post.created_at and post.created_at[:10],
    ]
    likes = count(post.likes, "like") if post.likes is not None else None
    return ", ".join(part for part in [*parts, likes, post.sentiment] if part)


def _table(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {plain(name)} | {plain(value)} |" for name, value in pairs)])
