"""An answer may only contain what tools returned: each figure, date, handle and quotation is traced to a value of this
conversation's results, or it is a loose end.

A figure is traced if a tool said it (to the letter, rounded, as a percentage or a fraction, in words), or if it is a
value of a result that the answer names. Words of posts are strangers' words: their figures count inside a quotation or
beside the name of the author, their handles inside a quotation only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.events import Source
from agent.grounding.claims import LIST_MARK, Claim, claims, flattened, name_key, quoted_parts, wording
from agent.grounding.returned import Leaf, Returned, stems

LEAST_DIGITS = 3  # a value that no tool put into words may be said if it has so many digits: that is no chance
NEAR = 0.06  # how far a figure may be rounded, as a share of its value
AROUND = 30  # characters around a figure that tell what it counts
SUGGESTED = re.compile(
    r"\b(?:ask|asking|try|trying|start with|something like|example|instance|such as|question)\b[^.!?]{0,40}$", re.I
)
ADDRESSED = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)
TOOL_LINES = ("lines", "warnings", "fault")


def loose_ends(answer: str, texts: Iterable[str], people: Iterable[str] = ()) -> list[str]:
    """What of ``answer`` stands in none of the ``texts`` of tool results; ``people`` may be named."""
    named = list(people)
    returned = [Returned(place, "", text, {"lines": text.splitlines()}, {}, named) for place, text in enumerate(texts)]
    return trace(answer, returned or [Returned(0, "", "", {}, {}, named)])[1]


def trace(answer: str, returned: Sequence[Returned], asked: Sequence[str] = ()) -> tuple[list[Source], list[str]]:
    """The sources of an answer, at their places in it, and what has none."""
    ledger, sources, loose, start = Ledger(returned, asked), list[Source](), list[str](), 0
    for line in answer.splitlines(keepends=True):
        checked = ledger.check(line)
        sources += [replace(each, start=each.start + start, end=each.end + start) for each in checked.sources]
        loose += checked.loose
        start += len(line)
    return sources, list(dict.fromkeys(loose))


@dataclass(frozen=True)
class Checked:
    """A line: where its claims come from (places within the line), and which come from nowhere."""

    sources: list[Source]
    loose: list[str]


class Ledger:
    """Checks the lines of one answer, in their order, against what tools have ``returned`` (the newest last).

    ``asked`` are the user's questions, which may be quoted to the user and are no source of anything.
    """

    def __init__(self, returned: Sequence[Returned], asked: Sequence[str] = ()) -> None:
        self._returned = [call for call in reversed(returned) if call.known]
        self._asked = [wording(question) for question in asked]
        self._mark = 0

    def check(self, line: str) -> Checked:
        """Trace all claims of a line."""
        own, inside = claims(line)
        reading = _Line(line, self._returned)
        own = [each for each in own if not self._is_list_mark(line, each, reading) and not reading.in_name(each)]
        quotes = {claim: reading.quote(claim) for claim in own if claim.kind == "quote"}
        sources, loose = [], []
        for claim in own:
            source = quotes[claim] if claim.kind == "quote" else reading.source(claim)
            if source is not None:
                sources.append(source)
            elif claim.kind != "quote" or not self._is_talk(line, claim):
                loose.append(claim.said)
        for claim in inside:  # as good as the quotation that they stand in
            found = next((quotes[quote] for quote in quotes if quote.start <= claim.start < quote.end), None)
            if found is not None:
                sources.append(replace(found, start=claim.start, end=claim.end, said=claim.said))
        return Checked(sorted(sources, key=lambda each: (each.start, -each.end)), loose)

    def _is_list_mark(self, line: str, claim: Claim, reading: _Line) -> bool:
        """Whether the figure only counts the items of a list, one after another."""
        match = LIST_MARK.match(flattened(line)[0])
        if not match or claim.kind != "figure" or line[: claim.start].strip(" \t*_>#-"):
            return False
        number, before = int(match[1]), self._mark
        self._mark = number
        return number in (1, before + 1) or reading.copied is not None

    def _is_talk(self, line: str, quote: Claim) -> bool:
        """Whether words in quotation marks are a suggestion what to ask, or the user's own words said to the user."""
        if SUGGESTED.search(line[: quote.start].rstrip("\"“„«'‘ ")):
            return True
        own = any(all(part in question for part in quoted_parts(quote.said)) for question in self._asked)
        return own and bool(ADDRESSED.search(line[: quote.start] + " " + line[quote.end :]))


class _Line:
    """One line of an answer beside all results."""

    def __init__(self, line: str, returned: Sequence[Returned]) -> None:
        self._line, self._returned = line, returned
        self._said = wording(line)
        self.copied = next((call for call in returned if self._said and self._said in call.lines), None)

    def quote(self, claim: Claim) -> Source | None:
        """The text that holds the quoted words, in their order; that of a post rather than a line about it."""
        parts = quoted_parts(claim.said)
        for call in self._returned:
            held = [leaf for leaf, text in call.texts if _holds(text, parts)]
            if held:
                return _source(claim, call, min(held, key=lambda leaf: (not leaf.stranger, _is_tool_line(leaf))))
        return None

    def in_name(self, claim: Claim) -> bool:
        """Whether a figure only is part of a person's name: "fern_88" says nothing of 88."""
        before, after = self._line[: claim.start], self._line[claim.end :]
        left, right = re.search(r"[\w.-]*$", before), re.match(r"[\w.-]*", after)
        word = (left[0] if left else "") + claim.said + (right[0] if right else "")
        known = claim.kind == "figure" and any(name_key(word) in call.names for call in self._returned)
        return known and any(char.isalpha() for char in word)

    def source(self, claim: Claim) -> Source | None:
        """The value that a claim comes from; None if it may not be said."""
        for call in [self.copied] if self.copied else self._returned:
            if (keys := self._known(claim, call)) is None:
                continue
            leaves = [leaf for key in keys for leaf in call.by_key.get(key, ())]
            posts = [leaf for leaf in leaves if leaf.stranger]
            if posts and call.said_keys.isdisjoint(keys):
                leaves = posts
            leaves = [leaf for leaf in leaves if not leaf.stranger] or leaves
            if claim.kind == "figure" and not self.copied and not _fits(leaves, self._telling(call), call):
                continue
            if leaves:
                names = self._names(call)
                return _source(claim, call, max(leaves, key=lambda leaf: self._weight(claim, leaf, names)))
            if claim.kind == "handle":  # a person of the result who goes by another form of the name
                return Source(claim.start, claim.end, claim.said, call.number, call.tool, "", claim.keys[0])
        return None

    def _known(self, claim: Claim, call: Returned) -> list[str] | None:
        """Keys under which the call has what is claimed; None if it has not, or not in a way that may be said."""
        if claim.kind == "handle":
            return list(claim.keys) if call.names.intersection(claim.keys) or self.copied else None
        keys = [key for key in claim.keys if key in call.said_keys and not _misses_year(claim, call)]
        keys = keys or [said.keys[0] for said in call.said if said.keys and means(claim, said)]
        keys = keys or [key for key in claim.keys if self._may_say(claim, key, call)]
        if not keys and (self.copied or self._names_author(claim, call)):
            keys = [key for key in claim.keys if key in call.by_key]
        return keys or None

    def _may_say(self, claim: Claim, key: str, call: Returned) -> bool:
        """Whether a value that the tool did not put into words may be said: dates, sizes of lists, telling figures."""
        leaves = [leaf for leaf in call.by_key.get(key, ()) if not leaf.stranger and not _is_tool_line(leaf)]
        if claim.kind == "date":
            return bool(leaves)
        if any(leaf.size and self._counted(claim) & leaf.words for leaf in leaves):
            return True
        digits = len(re.sub(r"\D", "", key).strip("0"))
        named = self._telling(call)
        return any(digits >= (2 if leaf.record in named else LEAST_DIGITS) for leaf in leaves if not leaf.size)

    def _names_author(self, claim: Claim, call: Returned) -> bool:
        """Whether a post says it whose author the line names."""
        authors = self._telling(call)
        leaves = (leaf for key in claim.keys for leaf in call.by_key.get(key, ()))
        return any(leaf.stranger and leaf.record in authors for leaf in leaves)

    def _names(self, call: Returned) -> dict[str, int]:
        """Things that the line names and the results tell of, and where each stands last."""
        places = {name: self._line.rfind(name) for name in call.records}
        return {name: at for name, at in places.items() if at >= 0 and _whole(self._line, at, len(name))}

    def _telling(self, call: Returned) -> dict[str, int]:
        """Those of the names that cannot be mere words."""
        names = self._names(call).items()
        return {name: at for name, at in names if name != name.lower() or self._line[at - 1 : at] == "@"}

    def _counted(self, claim: Claim) -> frozenset[str]:
        """Words near a claim, by which the field is known that it comes from."""
        return stems(self._line[max(0, claim.start - AROUND) : claim.end + AROUND])

    def _weight(self, claim: Claim, leaf: Leaf, named: dict[str, int]) -> float:
        """How well a value fits what is said around the claim."""
        weight = 2.0 * len(self._counted(claim) & leaf.words)
        weight += 1.5 * len(stems(" ".join(self._line[claim.end :].split()[:1])) & leaf.words)  # "4 posts by 3 people"
        if leaf.record in named:
            weight += 8 - abs(claim.start - named[leaf.record]) / 1000
        elif leaf.record or re.search(r"\.\d", leaf.path):
            weight -= 3  # told of something else, or of one of many
        weight -= leaf.path.startswith("evidence") / 2
        weight -= 6 * _is_tool_line(leaf) + (isinstance(leaf.value, str) and claim.kind == "figure") + leaf.size
        return weight - leaf.path.count(".") / 10


def means(claim: Claim, said: Claim) -> bool:
    """Whether a figure is another way of saying what a tool said: rounded, a percentage as a fraction, in words."""
    if claim.kind != "figure" or said.kind != "figure" or claim.number is None or said.number is None:
        return False
    if claim.percent == said.percent:
        value, step, share = said.number, claim.step, claim.percent
    elif claim.percent:  # 0.62 as 62 %
        value, step, share = said.number * 100, claim.step, True
        if not (0 < abs(said.number) < 1):
            return False
    else:  # 62 % as 0.62
        value, step, share = said.number / 100, claim.step, True
        if claim.step >= 1:
            return False
    off = abs(claim.number - value)
    if claim.slack:
        return share and said.percent and off <= claim.slack
    if step < said.step * (0.01 if claim.percent < said.percent else 100 if claim.percent > said.percent else 1):
        return False  # nothing is said more exactly than it is known
    return off <= step / 2 * 1.0001 and off <= NEAR * abs(value)


def _misses_year(claim: Claim, call: Returned) -> bool:
    """Whether "2,024" is taken for a year."""
    key = claim.keys[0]
    is_year = claim.kind == "figure" and re.fullmatch(r"(?:19|20)\d\d", key) is not None and claim.said.strip() != key
    return is_year and not any(said.kind == "figure" and key in said.keys for said in call.said)


def _fits(leaves: Sequence[Leaf], named: dict[str, int], call: Returned) -> bool:
    """Whether a figure may belong to what the line names: not if all who have it are others."""
    if not named or not leaves:
        return True
    return any(
        _about(str(leaf.value), named, call) if _is_tool_line(leaf) else leaf.record in ("", *named) for leaf in leaves
    )


def _about(line: str, named: dict[str, int], call: Returned) -> bool:
    """Whether a tool's line is about what is named, or about nothing in particular."""
    return any(name in line for name in named) or not any(name in line for name in call.records)


def _is_tool_line(leaf: Leaf) -> bool:
    return leaf.path.split(".")[0] in TOOL_LINES


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


def _whole(line: str, place: int, length: int) -> bool:
    before, after = line[place - 1 : place], line[place + length : place + length + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


def _source(claim: Claim, call: Returned, leaf: Leaf) -> Source:
    return Source(claim.start, claim.end, claim.said, call.number, call.tool, leaf.path, leaf.value)
