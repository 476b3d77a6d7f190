"""An answer as HTML: a lead, then people, posts and figures as lists that the eye can scan.

A line of a result is shown by its cells, each with the field that it stands for; a line in a model's own words to the
letter, except for the few marks of Markdown that every model uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Literal

from markupsafe import Markup

from agent.events import AnswerLine, Source
from agent.page.views.fields import LABELS, SHARES
from agent.page.views.html import render
from agent.page.views.markdown import BOLD, BULLET, HEADING
from tools.exports.headings import heading
from tools.result.line import Cell, Line
from tools.result.result import ToolResult
from tools.result.words import capital

MOST, SHOWN = 7, 5  # in the panel, of a list with more than MOST items only SHOWN are open
CHAT = 5  # items of a result that are open in the chat
MANY_PARTS = 3  # from so many parts on a line is a list of its own
LONGEST_HEAD = 90  # characters before a colon; what is longer is a sentence
LONGEST_VALUE = 60  # characters of what is underlined as having a source
SUBJECTS = ("handle", "name", "date")
OF_ALL = frozenset({"considered", "needed", "expected_engaged"})  # fields that are told of nobody in particular
FIELDS = {
    **LABELS,
    "low": "lower end of the likely range", "high": "upper end of the likely range",
    "positive": "posts that are positive", "negative": "posts that are negative", "neutral": "posts that are neutral",
    "typical": "average in which no single post decides", "median": "what half get at most", "created_at": "date",
    "user": "person", "people": "number of people", "posts": "number of posts", "names": "how many are listed",
    "text": "words of a post", "considered": "people ranked", "needed": "probability of the best few",
    "expected_engaged": "people who should engage", "probability": "probability",
}  # fmt: skip
# Fields of which every entry is of one kind, whatever it goes by.
WHOLE = {"accuracy": "share that was right when it was measured", "top_engagement": "likes, replies and shares"}
Kind = Literal["lead", "careful", "heading", "text", "numbered", "post", "point", "note", "bullet"]
LISTS = {"numbered": "ol", "post": "ul", "point": "ul", "note": "ul", "bullet": "ul"}


@dataclass(frozen=True)
class Piece:
    """Words that are shown alike; ``title`` says where they come from."""

    text: str
    title: str = ""
    bold: bool = False
    format: str = "words"

    @property
    def is_long(self) -> bool:
        """Whether it is too long to be underlined."""
        return len(self.text) > LONGEST_VALUE


@dataclass(frozen=True)
class Item:
    """A line in its parts. ``head`` names what it is about, ``chance`` is a person's probability, ``parts`` say the
    rest, and a ``quote`` of a post follows its ``label``. What stands between them is kept for who copies or listens.
    """

    kind: Kind
    parts: tuple[tuple[Piece, ...], ...] = ()
    place: str = ""
    head: tuple[Piece, ...] = ()
    before_chance: str = ""
    chance: tuple[Piece, ...] = ()
    after_head: str = ""
    label: tuple[Piece, ...] = ()
    quote: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Block:
    """Items of one kind; blocks that are too much for one look are ``folded`` away behind it."""

    kind: Kind
    shown: list[Item]
    folded: list[Block] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """How many items are folded away."""
        return sum(len(block.shown) for block in self.folded)


def answer_html(lines: Sequence[AnswerLine], not_covered: Sequence[str] = ()) -> Markup:
    """An answer in the chat: what answers the question, what was not taken into account, warnings, and of each result
    at most ``CHAT`` items; the others are folded away.
    """
    items = [_item(each.line) if each.line else _free(each) for each in lines if each.text.strip()]
    return render("answer.html.j2", blocks=_in_chat(_notes_apart(items)), not_covered=list(not_covered))


def lines_html(result: ToolResult, lines: Sequence[Line] | None = None) -> Markup:
    """All that a result says, or some of its lines, for the panel."""
    said = result.said if lines is None else lines
    items = _notes_apart([_item(line) for line in said if line.cells])
    grouped = ((kind, list(group)) for kind, group in groupby(items, key=lambda item: item.kind))
    blocks = [_folded(kind, group, len(group) if len(group) <= MOST else SHOWN) for kind, group in grouped]
    return render("answer.html.j2", blocks=blocks, not_covered=[])


def plain_lines(text: str) -> list[AnswerLine]:
    """An answer of which only the text is known."""
    return [AnswerLine(line) for line in text.splitlines()]


# Which parts there are


def _item(line: Line) -> Item:
    """A line of a result."""
    before, quote = _cut_quote(line)
    pieces = [_piece(cell, line) for cell in before]
    quoted = tuple(_piece(cell, line) for cell in quote)
    if line.role in ("lead", "warning"):
        return Item("lead" if line.role == "lead" else "careful", (tuple(pieces + list(quoted)),))
    if line.role == "post":
        byline, after = _cut_end(pieces)
        who = next((place for place, piece in enumerate(byline) if piece.format == "handle"), len(byline))
        return Item("post", head=tuple(byline[who:]), after_head=after, label=tuple(byline[:who]), quote=quoted)
    head, after, rest = _cut_head(pieces)
    if line.place is None and line.role != "person":
        kind: Kind = "note" if line.role == "note" else "point"
        return Item(kind, _split(rest), head=tuple(head), after_head=after, quote=quoted)
    rest, label = _cut_label(rest) if quoted else (rest, [])
    name, sign, chance = _cut_chance(head)
    place = "" if line.place is None else f"{line.place}. "
    return Item("numbered", _split(rest), place, tuple(name), sign, tuple(chance), after, tuple(label), quoted)


def _cut_quote(line: Line) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """A line before and from the quotation that ends it."""
    for place in range(len(line.cells) - 1, -1, -1):
        if line.cells[place].format == "quotation":
            return line.cells[:place], line.cells[place:]
        if line.cells[place].format != "words" or line.cells[place].path:
            break
    return line.cells, ()


def _cut_head(pieces: list[Piece]) -> tuple[list[Piece], str, list[Piece]]:
    """What a line is about, the colon after it, and the rest; no head where the tool's own words have no colon."""
    for place, piece in enumerate(pieces):
        before, colon, after = piece.text.partition(": ") if _is_plain(piece) else ("", "", "")
        if colon and (place or before) and sum(len(each.text) for each in pieces[:place]) + len(before) <= LONGEST_HEAD:
            return [*pieces[:place], *_told(piece, before)], colon, [*_told(piece, after), *pieces[place + 1 :]]
    return [], "", pieces


def _cut_end(pieces: list[Piece]) -> tuple[list[Piece], str]:
    """A byline and the colon that ends it."""
    if pieces and pieces[-1].text.endswith(": "):
        return [*pieces[:-1], *_told(pieces[-1], pieces[-1].text[:-2])], ": "
    return pieces, ""


def _cut_label(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """What is said of a person or a group, and what leads to the quotation: ``Wrote: ``, ``For example @ana: ``."""
    for place in range(len(pieces) - 1, -1, -1):
        said, stop, label = pieces[place].text.rpartition(". ") if _is_plain(pieces[place]) else ("", "", "")
        if stop:
            return [*pieces[:place], replace(pieces[place], text=said + stop)], _told(pieces[place], label) + pieces[
                place + 1 :
            ]
    return [], pieces


def _is_plain(piece: Piece) -> bool:
    """Whether it is a tool's own words between values."""
    return piece.format == "words" and not piece.title


def _told(piece: Piece, text: str) -> list[Piece]:
    return [replace(piece, text=text)] if text else []


def _cut_chance(head: list[Piece]) -> tuple[list[Piece], str, list[Piece]]:
    """A person, and how likely they are to engage."""
    if len(head) > 2 and head[0].format == "handle" and head[1].format == "words":
        return head[:1], head[1].text, head[2:]
    return head, "", []


def _split(pieces: list[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """The parts of a line, if there are many; else the line in one."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.format == "gap":
            parts.append([])
        else:
            parts[-1].append(piece)
    many = len(parts) >= MANY_PARTS
    return tuple(map(tuple, parts)) if many else (tuple(pieces),) if pieces else ()


# Where a value comes from


def _piece(cell: Cell, line: Line) -> Piece:
    has_source = bool(cell.path) and cell.format != "words"
    return Piece(cell.text, source_words(cell, line) if has_source else "", format=cell.format)


def source_words(cell: Cell, line: Line) -> str:
    """What a value is, in people's words: ``Probability of @ana: 30.8 %``."""
    at = next(place for place, each in enumerate(line.cells) if each is cell)
    near = [each.text for each in line.cells[:at] if each.format in SUBJECTS and each.unit != "topic"]
    whose = [each.text for each in line.cells[:at] if each.format == "handle"] or near  # a person, whatever is beside
    about = whose[-1] if whose and cell.format not in (*SUBJECTS, "quotation") else ""
    return _source(cell.path, cell.value, about, share=cell.format == "percent")


def _source(path: str, value: object, about: str = "", *, share: bool | None = None) -> str:
    field = next((part for part in reversed(path.split(".")) if not part.isdigit()), "")
    told = WHOLE.get(path.partition(".")[0]) or FIELDS.get(field) or heading(field)
    of = f" of {about}" if about and field not in OF_ALL else ""
    is_share = share if share is not None else field in SHARES or "share" in field
    return capital(told[:1].casefold() + told[1:] + of) + _exactly(value, is_share)


def _exactly(value: object, share: bool) -> str:
    """A share or a mean with one more figure than the line has room for."""
    if not isinstance(value, float) or value == int(value):
        return ""
    return f": {100 * value:.1f} %" if share else f": {value:,.2f}"


# A model's own words


def _free(line: AnswerLine) -> Item:
    """A line in a model's own words: a heading, an item of a list, or text."""
    text = line.text
    for kind, mark in (("heading", HEADING.match(text)), ("bullet", BULLET.match(text))):
        if mark:
            return Item("heading" if kind == "heading" else "bullet", (tuple(_marked(line, mark.end())),))
    return Item("text", (tuple(_marked(line, len(text) - len(text.lstrip()))),))


def _marked(line: AnswerLine, start: int) -> list[Piece]:
    """The words from ``start``, cut where bold type or a source begins or ends."""
    bold = [(match.span(), match.span(1)) for match in BOLD.finditer(line.text, start)]
    sources = list[Source]()
    for each in sorted(line.sources, key=lambda each: (each.start, -each.end)):
        if not sources or each.start >= sources[-1].end:  # a mark within a mark says nothing new
            sources.append(each)
    signs = {at for (left, right), (first, last) in bold for at in (*range(left, first), *range(last, right))}
    edges = {start, len(line.text), *(at for each in sources for at in (each.start, each.end))}
    edges |= {at for spans in bold for span in spans for at in span}
    cuts = sorted(at for at in edges if at >= start)
    pieces = []
    for left, right in pairwise(cuts):
        if left in signs:
            continue
        source = next((each for each in sources if each.start <= left < each.end), None)
        is_bold = any(first <= left < last for _, (first, last) in bold)
        pieces.append(Piece(line.text[left:right], _source(source.path, source.value) if source else "", is_bold))
    return pieces


# What is open and what is folded away


def _notes_apart(items: Iterable[Item]) -> list[Item]:
    """Notes behind people, posts or figures say how these were found; where nothing else is told they are points."""
    found, after = list[Item](), False
    for item in items:
        if item.kind == "lead":
            after = False
        found.append(replace(item, kind="point") if item.kind == "note" and not after else item)
        after = after or item.kind in ("numbered", "post")
    return found


def _in_chat(items: Sequence[Item]) -> list[Block]:
    """Blocks of the chat: of each result, which its lead begins, only the first items are open."""
    blocks, left = list[Block](), CHAT
    for kind, group in groupby(items, key=lambda item: item.kind):
        held = list(group)
        if kind == "lead":
            left = CHAT
        if kind in LISTS and kind != "bullet":
            block = _folded(kind, held, left)
            left -= len(block.shown)
            if not block.shown and blocks and blocks[-1].folded:  # what is folded away side by side is one fold
                blocks[-1].folded.extend(block.folded)
                continue
            blocks.append(block)
        else:
            blocks.append(Block(kind, held))
    return blocks


def _folded(kind: Kind, items: list[Item], shown: int) -> Block:
    if kind not in LISTS:
        return Block(kind, items)
    rest = items[shown:]
    return Block(kind, items[:shown], [Block(kind, rest)] if rest else [])
