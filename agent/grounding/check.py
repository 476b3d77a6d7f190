"""An answer may only contain what tools returned.

A line that a tool said needs no check: its cells are the sources. In any other line each figure, date, handle and
quotation is traced to a value that a cell of this conversation's results holds, or it is ungrounded. A figure may be
rounded, written as a percentage, a fraction or in words; it must be told of the same person, brand or group, and count
the same kind of thing. Words of posts are user-generated: they may be quoted, and prove nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.events import AnswerLine, Source
from agent.grounding.claims import LIST_MARK, Claim, claims, flattened, name_key, quoted_parts, wording
from agent.grounding.traits import OwnWords
from agent.grounding.values import Told, Value, counted, label_of
from tools.result.line import Line

NEAR = 0.06  # how far a figure may be rounded, as a share of its value
COUNTABLE = frozenset(("post", "person", "like", "reply", "share", "community", "group", "engagement"))
SAME_UNIT = {"user": "person", "author": "person", "member": "person", "comment": "reply", "upvote": "like"}
CHANCE = re.compile(r"\b(?:chance|probability|likelihood|likely|odds)\b", re.IGNORECASE)
AROUND = 30  # characters around a share in which a word says that it is a chance
# Words that count what was just named, not what a tool told: "those two", "all three", "one or two".
COUNTING = re.compile(r"\b(?:those|these|all|both|the|first|last|other|next|one or|two or|three or)\s+$", re.IGNORECASE)
ENDS = ("from", "to")
SMALL = 10  # up to which number a word may so count
ORDINAL = re.compile(r"\b(first|second|third|fourth|fifth|last)(?: one| of (?:these|them|those)| person)?\b", re.I)
PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
YEAR = re.compile(r"(?:19|20)\d\d")
SINCE = re.compile(
    r"(?:\b(?:in|since|until|till|from|to|of|by|during|through|before|after|year|early|late|mid|and|or)|[(–—-])\s*$",
    re.I,
)
# "Ask me …", "try …": a proposal what to ask, in quotation marks.
PROPOSED = re.compile(r"\b(?:ask|asking|try|start with)\b[^.!?\"“„«]{0,25}$", re.IGNORECASE)
REQUEST = re.compile(r"\?$|^(?:show|find|compare|list|tell|who|what|which|how|why|when)\b", re.IGNORECASE)
ADDRESSED = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)


def trace(answer: str, told: Sequence[Told], asked: Sequence[str] = ()) -> tuple[list[AnswerLine], list[str]]:
    """The lines of an answer with their sources, and what of it has none."""
    ledger, lines, ungrounded = Ledger(told, asked), list[AnswerLine](), list[str]()
    for line in answer.splitlines():
        checked, without = ledger.check(line)
        lines.append(checked)
        ungrounded += without
    return lines, list(dict.fromkeys(ungrounded))


def sources_of(lines: Sequence[AnswerLine]) -> list[Source]:
    """The sources of all lines, at their places in the text that has these lines."""
    found, start = list[Source](), 0
    for line in lines:
        found += [replace(each, start=each.start + start, end=each.end + start) for each in line.sources]
        start += len(line.text) + 1
    return found


class Ledger:
    """Checks the lines of one answer, in their order, against what tools have ``told`` (the newest last). What tells of
    a person what is nobody's business has no source either.

    ``asked`` are the user's questions, which may be quoted to the user and are no source of anything.
    """

    def __init__(self, told: Sequence[Told], asked: Sequence[str] = ()) -> None:
        self._told = [call for call in reversed(told) if call.known]
        self._asked = [wording(question) for question in asked]
        self._mark = 0
        self._own_words = OwnWords()
        self._names = frozenset[str]().union(*(call.names for call in self._told))

    def check(self, line: str) -> tuple[AnswerLine, list[str]]:
        """Trace all claims of a line: where they come from, and which come from nowhere."""
        for call in self._told:
            if copied := call.by_text.get(wording(line)):
                self._mark = copied.place or 0
                barred = self._own_words.beside_person() if copied.role == "person" else ""
                return AnswerLine(line, copied, tuple(_cell_sources(line, copied, call))), [barred] if barred else []
        own, inside = claims(line)
        reading = _FreeLine(line, self._told)
        own = [each for each in own if not self._is_list_mark(line, each) and not reading.says_nothing(each)]
        sources, ungrounded = list[Source](), list[str]()
        for claim in own:
            source = reading.quotation(claim) if claim.kind == "quote" else reading.source(claim)
            if source is not None:
                sources.append(source)
                # What stands inside a quotation is as good as the quotation.
                within = [each for each in inside if claim.start <= each.start < claim.end]
                sources += [replace(source, start=each.start, end=each.end, said=each.said) for each in within]
            elif claim.kind != "quote" or not self._is_talk(line, claim):
                ungrounded.append(claim.said)
        if barred := self._own_words.said(line, own, self._names):
            ungrounded.append(barred)
        return AnswerLine(line, None, tuple(sorted(sources, key=lambda each: (each.start, -each.end)))), ungrounded

    def _is_list_mark(self, line: str, claim: Claim) -> bool:
        """Whether the figure only counts the items of a list, one after another."""
        match = LIST_MARK.match(flattened(line)[0])
        if not match or claim.kind != "figure" or line[: claim.start].strip(" \t*_>#-"):
            return False
        number, before = int(match[1]), self._mark
        self._mark = number
        return number in (1, before + 1)

    def _is_talk(self, line: str, quote: Claim) -> bool:
        """Whether quoted words are a proposal what to ask, or the user's own words said to the user."""
        before = line[: quote.start].rstrip("\"“„«'‘ ")
        if PROPOSED.search(before) and REQUEST.search(quote.said.strip()):
            return True
        own = any(all(part in question for part in quoted_parts(quote.said)) for question in self._asked)
        return own and bool(ADDRESSED.search(line[: quote.start] + " " + line[quote.end :]))


class _FreeLine:
    """One line in a model's own words beside all that tools told."""

    def __init__(self, line: str, told: Sequence[Told]) -> None:
        self._line, self._told = line, told
        plain = line.casefold()
        known = {key: shown for call in told for key, shown in call.subjects.items()}
        self._named: list[tuple[int, int, str]] = []  # start, end and key of each name that the line speaks of
        for key, shown in known.items():
            for match in re.finditer(rf"(?<!\w){re.escape(shown.casefold().lstrip('@'))}(?!\w)", plain):
                self._named.append((*match.span(), key))
        times = ((each.start, each.end, key) for each in claims(line)[0] if each.kind == "date" for key in each.keys)
        self._named += [time for time in times if time[2] in known]
        self._named += self._ordinals()
        self._named.sort()

    def _ordinals(self) -> Iterator[tuple[int, int, str]]:
        """ "The second of these": whom the newest list has at that place."""
        listing = next((call.listing for call in self._told if call.listing is not None), None)
        for match in ORDINAL.finditer(self._line):
            place = PLACES[match[1].lower()]
            if listing is not None and -len(listing.names) <= place < len(listing.names):
                yield (*match.span(), name_key(listing.names[place]).lstrip("@"))

    def in_name(self, claim: Claim) -> bool:
        """Whether a figure is only part of a name: "iPhone 15" says nothing of 15."""
        if claim.kind != "figure":
            return False
        before, after = re.search(r"[\w.-]*$", self._line[: claim.start]), re.match(r"[\w.-]*", self._line[claim.end :])
        word = (before[0] if before else "") + claim.said + (after[0] if after else "")
        is_handle = not word.isdigit() and any(name_key(word)[1:] in call.names for call in self._told)
        return is_handle or any(start <= claim.start and claim.end <= end for start, end, _ in self._named)

    def only_counts(self, claim: Claim) -> bool:
        """Whether a number in words counts what was just named: "each of those two"."""
        small = claim.kind == "figure" and claim.number is not None and claim.number <= SMALL and not claim.percent
        return small and claim.said.isalpha() and COUNTING.search(self._line[: claim.start]) is not None

    def says_nothing(self, claim: Claim) -> bool:
        """Whether a claim is part of a name or only counts."""
        return self.in_name(claim) or self.only_counts(claim)

    def quotation(self, claim: Claim) -> Source | None:
        """The post that holds the quoted words, in their order."""
        parts = quoted_parts(claim.said)
        for call in self._told:
            for cell, text in call.quotable:
                if _holds(text, parts):
                    return _source(claim, call, Value("quote", claim.keys, cell))
        return None

    def source(self, claim: Claim) -> Source | None:
        """The value that a claim comes from; None if it may not be said."""
        for call in self._told:
            fitting = [value for value in call.values if self._fits(claim, value)]
            if fitting:
                return _source(claim, call, max(fitting, key=lambda value: self._likeness(claim, value)))
        return None

    def _fits(self, claim: Claim, value: Value) -> bool:
        if claim.kind != value.kind:
            # "In 2024" is the year of a date; "2024 posts" is not.
            return (
                claim.kind == "figure" and value.kind == "date" and claim.keys[0] in value.keys and self._is_year(claim)
            )
        if claim.kind != "figure":
            return not set(claim.keys).isdisjoint(value.keys)
        return (
            (not set(claim.keys).isdisjoint(value.keys) or means(claim, value))
            and self._same_unit(claim, value)
            and self._same_label(claim, value)
            and self._same_subject(claim, value)
        )

    def _is_year(self, claim: Claim) -> bool:
        written = claim.said.strip()
        dated = YEAR.fullmatch(written) is not None and SINCE.search(self._line[: claim.start]) is not None
        return dated and counted(self._line, claim.end) not in COUNTABLE

    def _same_unit(self, claim: Claim, value: Value) -> bool:
        """Whether both count the same: a figure without a word behind it counts whatever there is."""
        unit = counted(self._line, claim.end)
        unit, told = SAME_UNIT.get(unit, unit), value.unit.split(" ")[0]
        if claim.percent or value.percent:
            around = self._line[max(0, claim.start - AROUND) : claim.end + AROUND]
            return told == "probability" or CHANCE.search(around) is None
        return unit not in COUNTABLE or told not in COUNTABLE or unit == told

    def _same_label(self, claim: Claim, value: Value) -> bool:
        """Whether a share of positive posts is not told as one of negative ones, nor a beginning as an end."""
        said, told = label_of(self._line, claim.start, claim.end), value.label
        alike = (said in ENDS and told in ENDS) or (said not in ENDS and told not in ENDS)
        return not said or not told or not alike or said == told

    def _same_subject(self, claim: Claim, value: Value) -> bool:
        """Whether the line speaks, around the claim, of what the value is told of."""
        return not value.subjects or not self._named or not value.subjects.isdisjoint(self._spoken_of(claim))

    def _spoken_of(self, claim: Claim) -> set[str]:
        """The name before the claim, else the one behind it. In small letters a name may be a mere word ("travel"),
        so the one before that counts as well.
        """
        before, found = [span for span in self._named if span[0] < claim.start], set[str]()
        for start, end, key in reversed(before):
            found.add(key)
            said = self._line[start:end]
            if said != said.lower() or not said.isalpha() or self._line[start - 1 : start] == "@":
                break
        return found or {key for start, _, key in self._named[:1] if start >= claim.end}

    def _likeness(self, claim: Claim, value: Value) -> tuple[bool, bool, bool, bool]:
        return (
            not value.subjects.isdisjoint(self._spoken_of(claim)),
            bool(value.unit) and value.unit == counted(self._line, claim.end),
            not set(claim.keys).isdisjoint(value.keys),
            bool(value.cell.path),
        )


def means(claim: Claim, value: Value) -> bool:
    """Whether a figure is another way of saying a value: rounded, a percentage as a fraction, in words."""
    if claim.number is None or value.number is None:
        return False
    said, known, step = claim.number, value.number, claim.step
    if claim.slack:  # "two thirds", "one in three"
        return value.percent and abs(said - known) <= claim.slack
    if claim.percent != value.percent:
        if (claim.percent and not 0 < abs(known) < 1) or (not claim.percent and (step >= 1 or not value.percent)):
            return False
        known = known * 100 if claim.percent else known / 100
    elif step < value.step:
        return False  # nothing is said more exactly than it was told
    return abs(said - known) <= step / 2 * 1.0001 and abs(said - known) <= NEAR * abs(known)


def _cell_sources(text: str, line: Line, call: Told) -> Iterator[Source]:
    """The cells of a copied line as sources, at their places in ``text``."""
    at = 0
    for cell in line.cells:
        start = text.find(cell.text.strip(), at)
        if start >= 0 and cell.text.strip():
            at = start + len(cell.text.strip())
            if cell.path:
                yield Source(start, at, text[start:at], call.number, call.tool, cell.path, cell.value)


def _source(claim: Claim, call: Told, value: Value) -> Source:
    cell = value.cell
    return Source(claim.start, claim.end, claim.said, call.number, call.tool, cell.path, cell.value)


def _holds(text: str, parts: Sequence[str]) -> bool:
    """Whether all parts stand in the text, in order, none of them cutting a word in two."""
    place = 0
    for part in parts:
        # An underscore is no letter: "_so furious_" is written so to be set in italics.
        match = re.search(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", text[place:])
        if match is None:
            return False
        place += match.end()
    return bool(parts)
