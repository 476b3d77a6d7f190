"""An answer as HTML: a lead, then people, posts and figures as lists that the eye can scan.

The words are those of the answer to the letter, since its sources are known by their places in it; only the marks of
Markdown, in lines of the model's own, become what they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from agent.events import Source
from agent.page.views.html import esc
from agent.page.views.markdown import BOLD

MOST, SHOWN = 7, 5  # of a list with more than MOST items only SHOWN are open
MANY_PARTS = 3  # from so many parts on a line is a list of its own
LONGEST_HEAD, LONGEST_NAME = 45, 90  # letters before a colon: of a figure, of a numbered thing
LONGEST_VALUE = 60  # letters of a value that fit beside the name of its field
_NUMBERED = re.compile(r"\d{1,3}[.)] (?=\S)")
_BULLET = re.compile(r"\s*[-*•] +(?=\S)")
_HEADING = re.compile(r"#{1,4} +(?=\S)")
_PERSON = re.compile(r"(@.{1,80}?)(, )(\d+ % \([^()]*\))(: )")
_BYLINE = re.compile(r"((?:[^@:]{1,80}: |For example )?)(@\S+)(.*?)(: )")
_KEYED = re.compile(r"([^\":;]{1,90})(: )(?=\S)")
LISTS = {"numbered": "ol", "post": "ul", "point": "ul", "bullet": "ul"}


@dataclass(frozen=True)
class _Line:
    """A line of the answer, from ``start`` to ``end`` of its text."""

    kind: str  # lead, careful, heading, text, or one of LISTS
    start: int
    end: int


def answer_html(text: str, sources: Sequence[Source] = (), told: Iterable[str] = ()) -> str:
    """The answer in one block; ``told`` are the texts that the tools returned, whose lines it may repeat.

    What has a source is marked with it: tool, field and value.
    """
    words, blocks, after = _Words(text, sources), list[str](), False
    lines = _lines(text, [[line.strip() for line in each.splitlines() if line.strip()] for each in told])
    for kind, group in groupby(lines, key=lambda line: line.kind):
        held = list(group)
        if kind not in LISTS:
            blocks += [_paragraph(words, line) for line in held]
            after = after and kind == "careful"
        else:
            # What follows the people or the posts says how they were found.
            blocks.append(_list(words, kind, held, "notes" if after and kind == "point" else f"{kind}s"))
            after = after or kind in ("numbered", "post")
    return f'<div class="answer">{chr(10).join(blocks)}</div>'


def source_words(source: Source) -> str:
    """Where something comes from, in one line: ``find_audience · people.2.probability: 0.3084``."""
    value = "" if isinstance(source.value, str) and len(source.value) > LONGEST_VALUE else f": {source.value}"
    return f"{source.tool} · {source.path}{value}"


class _Words:
    """The text of an answer, of which stretches are shown with the marks that stand in them."""

    def __init__(self, text: str, sources: Sequence[Source]) -> None:
        self.text = text
        self._marks: list[Source] = []
        for each in sorted(sources, key=lambda each: (each.start, -each.end)):
            if not self._marks or each.start >= self._marks[-1].end:  # a mark within a mark says nothing new
                self._marks.append(each)

    def html(self, start: int, end: int, *, markdown: bool = False) -> str:
        """What stands from ``start`` to ``end``; **bold** is heeded in ``markdown`` only."""
        parts, at = list[str](), start
        for bold in BOLD.finditer(self.text, start, end) if markdown else ():
            parts += [self._marked(at, bold.start()), f"<strong>{self._marked(*bold.span(1))}</strong>"]
            at = bold.end()
        return "".join([*parts, self._marked(at, end)])

    def _marked(self, start: int, end: int) -> str:
        parts, at = list[str](), start
        for mark in self._marks:
            left, right = max(mark.start, at), min(mark.end, end)
            if left < right:
                parts += [esc(self.text[at:left]), _tag(mark), esc(self.text[left:right]), "</abbr>"]
                at = right
        return "".join([*parts, esc(self.text[at:end])])


def _tag(source: Source) -> str:
    kind = "source" if len(source.said) <= LONGEST_VALUE else "source long"
    return f'<abbr class="{kind}" tabindex="0" title="{esc(source_words(source))}">'


def _lines(text: str, told: Sequence[Sequence[str]]) -> list[_Line]:
    """The lines that say anything, each with what it is."""
    leads, said = {lines[0] for lines in told if lines}, {line for lines in told for line in lines}
    found, at = list[_Line](), 0
    for line in text.splitlines(keepends=True):
        kept = line.strip()
        if kept:
            start = at + len(line) - len(line.lstrip())
            found.append(_Line(_kind(kept, leads, said), start, start + len(kept)))
        at += len(line)
    return found


def _kind(line: str, leads: set[str], said: set[str]) -> str:
    if line.startswith("Careful"):
        return "careful"
    if line in leads:
        return "lead"
    if _NUMBERED.match(line):
        return "numbered"
    if line in said:
        return "post" if _is_post(line) else "point"
    return "bullet" if _BULLET.match(line) else "heading" if _HEADING.match(line) else "text"


def _is_post(line: str) -> bool:
    quote = _quote(line, 0, len(line))
    return quote is not None and ". " not in line[:quote]


def _quote(text: str, start: int, end: int) -> int | None:
    """Where the quotation begins that ends a line, if one does."""
    begins = text.rfind('"', start, end - 1) if text[start:end].endswith('"') else -1
    return begins if begins >= 0 and (begins == start or text.endswith(": ", start, begins)) else None


def _paragraph(words: _Words, line: _Line) -> str:
    start = line.start
    if line.kind == "heading" and (mark := _HEADING.match(words.text, start, line.end)):
        return f'<h4 dir="auto">{words.html(mark.end(), line.end, markdown=True)}</h4>'
    inside = words.html(start, line.end, markdown=line.kind == "text")
    return f'<p class="{line.kind}" dir="auto">{inside}</p>'


def _list(words: _Words, kind: str, lines: Sequence[_Line], name: str) -> str:
    """A list; what is too much for one look is folded."""
    items = [f'<li dir="auto">{_ITEMS[kind](words, line.start, line.end)}</li>' for line in lines]
    shown = len(items) if len(items) <= MOST else SHOWN
    tag = LISTS[kind]

    def made(some: Sequence[str]) -> str:
        return f'<{tag} class="{name}" role="list">{chr(10).join(some)}</{tag}>'

    if shown == len(items):
        return made(items)
    summary = f"<summary>Show {len(items) - shown} more</summary>"
    return f"{made(items[:shown])}\n<details>{summary}{made(items[shown:])}</details>"


def _numbered(words: _Words, start: int, end: int) -> str:
    """``1. @ana, 28 % (15 % to 46 %): active in shoes. Wrote: "…"``: the name, how likely, why, the post."""
    number = _NUMBERED.match(words.text, start, end)
    at = number.end() if number else start
    place = f'<span class="place">{words.html(start, at)}</span>'
    quote = _quote(words.text, at, end)
    label = end if quote is None else max(words.text.rfind(". ", at, quote) + 2, at)
    post = "" if quote is None else _beside(words, label, quote, end)
    copied = quote is not None or _PERSON.match(words.text, at, label) is not None
    if person := _PERSON.match(words.text, at, label):
        chance = f'{_hidden(words, person, 2)}<span class="chance">{words.html(*person.span(3))}</span>'
        head = f"<bdi><b>{words.html(*person.span(1))}</b></bdi>{chance}{_hidden(words, person, 4)}"
        return f'<p class="head">{place}{head}</p>{_why(words, person.end(), label)}{post}'
    keyed = _KEYED.match(words.text, at, label)
    if keyed and len(keyed[1]) <= LONGEST_NAME:
        head = f"<b>{words.html(*keyed.span(1), markdown=not copied)}</b>{_hidden(words, keyed, 2)}"
        return f'<p class="head">{place}{head}</p>{_why(words, keyed.end(), label, markdown=not copied)}{post}'
    return f'<p class="head">{place}{words.html(at, label, markdown=not copied)}</p>{post}'


def _beside(words: _Words, label: int, quote: int, end: int) -> str:
    """What a person wrote, in the item about the person."""
    told = f'<span class="label">{words.html(label, quote)}</span>'
    return f'<blockquote dir="auto">{told}{words.html(quote, end)}</blockquote>'


def _why(words: _Words, start: int, end: int, *, markdown: bool = False) -> str:
    return f'<p class="why" dir="auto">{words.html(start, end, markdown=markdown)}</p>'


def _hidden(words: _Words, match: re.Match[str], group: int) -> str:
    """Signs between two parts that now stand apart: whoever listens or copies still has them."""
    return f'<span class="sep">{words.html(*match.span(group))}</span>'


def _post(words: _Words, start: int, end: int) -> str:
    """``Most positive: @ana in Coffee on 2025-01-02 (3 likes): "…"``."""
    quote = _quote(words.text, start, end)
    return _quoted(words, start, start if quote is None else quote, end)


def _quoted(words: _Words, start: int, quote: int, end: int) -> str:
    """Who wrote it, where and when, and below it what was written."""
    line = _BYLINE.fullmatch(words.text, start, quote)
    if line is None:
        byline = f'<span class="label">{words.html(start, quote)}</span>'
    else:
        label = f'<span class="label">{words.html(*line.span(1))}</span>' if line[1] else ""
        byline = f"{label}<bdi><b>{words.html(*line.span(2))}</b></bdi>{words.html(*line.span(3))}"
        byline += _hidden(words, line, 4)
    byline = f'<p class="byline">{byline}</p>' if quote > start else ""
    return f'{byline}<blockquote dir="auto">{words.html(quote, end)}</blockquote>'


def _point(words: _Words, start: int, end: int) -> str:
    """``Nike (organization): 12 posts by 8 people``; many parts behind the colon are a list of their own."""
    keyed = _KEYED.match(words.text, start, end)
    if keyed is None or len(keyed[1]) > LONGEST_HEAD:
        return words.html(start, end)
    head = f"<b>{words.html(keyed.start(), keyed.end())}</b>"
    cuts = [match.start() for match in re.finditer("; ", words.text[keyed.end() : end])]
    if len(cuts) + 1 < MANY_PARTS:
        return head + words.html(keyed.end(), end)
    edges = [keyed.end(), *(keyed.end() + cut + 2 for cut in cuts), end]
    parts = "".join(f"<li>{_part(words, *pair, end)}</li>" for pair in pairwise(edges))
    return f'{head}<ul class="parts" role="list">{parts}</ul>'


def _part(words: _Words, start: int, stop: int, end: int) -> str:
    cut = stop if stop == end else stop - 2
    return words.html(start, cut) + (f'<span class="sep">{words.html(cut, stop)}</span>' if cut < stop else "")


def _bullet(words: _Words, start: int, end: int) -> str:
    mark = _BULLET.match(words.text, start, end)
    return words.html(mark.end() if mark else start, end, markdown=True)


_ITEMS: dict[str, Callable[[_Words, int, int], str]] = {
    "numbered": _numbered,
    "post": _post,
    "point": _point,
    "bullet": _bullet,
}
