"""HTML from the templates of the page, in which words of posts and people are only words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from tools.library import Library
from tools.result.evidence import Evidence
from tools.result.words import count, percent

TEMPLATES = Path(__file__).parents[1] / "templates"
PARTS = "parts.html.j2"
# Gradio's HTML component and whoever reads the page after us may act on these signs: they go as references too.
_TEMPLATE_SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "{}$`\\"}
CLEAR = 0.5  # probability from which the tone toward a name is told
TONES = {"positive": "+", "neutral": "·", "negative": "−"}
Span = tuple[int, int, str, str]  # start, end, what it names, the tone toward it or ""


def esc(text: object) -> str:
    """``text`` to the letter, between tags or in a quoted attribute."""
    return html.escape(str(text), quote=True).translate(_TEMPLATE_SIGNS)


def render(template: str, **context: Any) -> Markup:
    """The HTML of a template. Every value that is not markup of another template is escaped."""
    return Markup(_environment().get_template(template).render(**context))


def part(name: str, *args: Any, **more: Any) -> Markup:
    """The HTML of a macro of ``parts.html.j2``."""
    return Markup(getattr(_environment().get_template(PARTS).module, name)(*args, **more))


class _OneLine(Extension):
    """Line breaks and indentation of a template are for its readers: an empty line would end HTML within Markdown."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\s*\n\s*", "", source)


def _escaped(value: Any) -> Markup:
    return value if hasattr(value, "__html__") else Markup(esc(value))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, finalize=_escaped, undefined=StrictUndefined,
        extensions=[_OneLine], auto_reload=False,
    )  # fmt: skip
    made.globals.update(
        percent=percent, count=count, width=width, whisker=whisker, pieces=pieces, share_range=share_range, TONES=TONES
    )
    return made


def width(share: float, top: float = 1.0) -> str:
    """How much of a bar that is full at ``top`` a share fills, in percent and within the bar."""
    return f"{_filled(share, top):.1f}"


def whisker(low: float, high: float, top: float) -> tuple[str, str]:
    """Where an interval begins on the bar and how long it is, in percent."""
    left, right = _filled(low, top), _filled(high, top)
    return f"{left:.1f}", f"{max(right - left, 0.5):.1f}"


def _filled(share: float, top: float) -> float:
    return 100 * min(max(share / top, 0.0), 1.0) if top > 0 else 0.0


def share_range(low: float, high: float) -> str:
    """``17–49 %`` of two shares."""
    return f"{percent(low).removesuffix(' %')}–{percent(high)}"


def pieces(text: str, spans: Iterable[Span]) -> list[tuple[str, str, str]]:
    """``text`` cut at its names: words, what they name, the tone toward it. The first of spans that overlap counts."""
    found, at = list[tuple[str, str, str]](), 0
    for start, end, kind, tone in sorted(spans):
        if start < at or end > len(text) or start >= end:
            continue
        found += [(text[at:start], "", ""), (text[start:end], kind, tone)]
        at = end
    return [each for each in (*found, (text[at:], "", "")) if each[0]]


@dataclass(frozen=True)
class Fixable:
    """What a person can correct in a post: its tone, and its ``names``; ``made`` says what was corrected already."""

    post: str
    names: list[str]
    made: list[str]

    def value(self, what: str, name: str = "") -> str:
        """What a button says to the server: ``what`` is a tone, "name" for no name, or "undo"."""
        return json.dumps([self.post, what, name])


def fixes_of(
    library: Library | None, posts: Sequence[Evidence], mentions: dict[str, list[Span]]
) -> dict[str, Fixable] | None:
    """What can be corrected in each post, by its id; None if nothing can, since the posts are no longer there."""
    if library is None or library.version is None:
        return None
    made: dict[str, list[str]] = {}
    for each in library.facts.corrections:
        made.setdefault(each.post, []).append(each.words)
    return {
        post.id: Fixable(
            post.id,
            list(dict.fromkeys(post.text[start:end] for start, end, *_ in sorted(mentions.get(post.id, [])))),
            made.get(post.id, []),
        )
        for post in posts
    }


def mentions_of(library: Library | None, posts: Sequence[Evidence]) -> dict[str, list[Span]]:
    """Where each post names something, by the post's id."""
    if library is None:
        return {}
    rows = library.facts.rows(
        'SELECT post, "start", "end", type, CASE WHEN positive >= $clear THEN $good WHEN negative >= $clear THEN $bad '
        "ELSE '' END FROM mentions WHERE post IN (SELECT unnest($ids))",
        {"ids": [post.id for post in posts], "clear": CLEAR, "good": "positive", "bad": "negative"},
    )
    found: dict[str, list[Span]] = {}
    for post, *span in rows:
        found.setdefault(post, []).append((*span,))  # type: ignore[arg-type]
    return found
