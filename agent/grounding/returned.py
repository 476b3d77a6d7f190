"""What the tools of a conversation returned, taken apart: every value of a result with its path, ready to be looked up
by the keys of ``agent.grounding.claims``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from agent.grounding.claims import Claim, claims, name_key, wording

NAMES = ("user", "name", "author", "phrase", "subject", "type")  # what a record goes by, the first that it has
TABLES = ("groups", "communities", "top_communities", "languages", "over_time")  # what is keyed by names of things
NEAR = Decimal("0.06")  # how far a value may be rounded to a whole number, as a share of it
PLACES = 4  # decimals to which a value is rounded when it is looked up
DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
SAID = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Leaf:
    """One value of a result. ``record`` is the name of the thing that it is told of, ``words`` those of its path.

    ``stranger``: a post says it, no tool. ``size``: it is how many things a list holds.
    """

    path: str
    value: Any
    record: str = ""
    words: frozenset[str] = frozenset()
    stranger: bool = False
    size: bool = False


@dataclass(frozen=True)
class Returned:
    """One call with its outcome: ``number`` in the conversation, ``text`` as the model read it, ``result`` as data."""

    number: int
    tool: str
    text: str
    result: Mapping[str, Any]
    args: Mapping[str, Any]
    people: Sequence[str] = ()
    known: bool = True
    """Whether there is such a tool; the answer of one that there is not is no source."""

    @cached_property
    def lines(self) -> frozenset[str]:
        """The lines that an answer may copy whole."""
        return frozenset(wording(line) for line in self.text.splitlines())

    @cached_property
    def said(self) -> list[Claim]:
        """What the tool claims itself, its quotations left out."""
        return [claim for line in self.text.splitlines() for claim in claims(line)[0] if claim.kind != "quote"]

    @cached_property
    def quoted(self) -> list[Claim]:
        """What stands inside the quotations of the text."""
        return [claim for line in self.text.splitlines() for claim in claims(line)[1]]

    @cached_property
    def said_keys(self) -> frozenset[str]:
        """Keys of what the tool claims; dates in all forms in which they may be said."""
        return frozenset(key for claim in self.said for key in said_of(claim))

    @cached_property
    def names(self) -> frozenset[str]:
        """People whom the tool named, and those instances of the fediverse aside."""
        told = [key for claim in self.said if claim.kind == "handle" for key in claim.keys]
        return frozenset(form for key in [*map(name_key, self.people), *told] for form in (key, _local(key)))

    @cached_property
    def leaves(self) -> list[Leaf]:
        """Every value of the result; dates of the call's arguments count, too."""
        dates = {key: value for key, value in self.args.items() if isinstance(value, str) and DATE.match(value)}
        return [*_leaves(self.result, "", "", frozenset(), False), *_leaves(dates, "args", "", frozenset(), False)]

    @cached_property
    def by_key(self) -> dict[str, list[Leaf]]:
        """Leaves by every key under which they may be said."""
        found: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            for key in _keys(leaf.value):
                found.setdefault(key, []).append(leaf)
        return found

    @cached_property
    def records(self) -> frozenset[str]:
        """What the result tells of, by name."""
        return frozenset(leaf.record for leaf in self.leaves if len(leaf.record) > 1)

    @cached_property
    def texts(self) -> list[tuple[Leaf, str]]:
        """Leaves that are words, as quotations are compared."""
        return [(leaf, wording(leaf.value)) for leaf in self.leaves if isinstance(leaf.value, str)]


def said_of(claim: Claim) -> Iterator[str]:
    """The keys under which something said may be said again: a date also as its year, its month or its day."""
    for key in claim.keys:
        yield key
        if claim.kind == "date":
            yield from _partial_dates(key)


def _local(name: str) -> str:
    """@bob of @bob@mast.social."""
    return "@" + name[1:].partition("@")[0]


def _partial_dates(date: str) -> Iterator[str]:
    parts = date.split("-")
    if len(parts[0]) == 4:
        yield parts[0]
        if len(parts) == 3:
            yield from (f"{parts[0]}-{parts[1]}", f"{parts[1]}-{parts[2]}")


def _leaves(value: Any, path: str, record: str, words: frozenset[str], stranger: bool) -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        name = next((str(value[key]) for key in NAMES if isinstance(value.get(key), str) and value[key]), record)
        for key, item in value.items():
            yield from _member(str(key), item, path, name, words, stranger)
    elif isinstance(value, list):
        if value:
            yield Leaf(path, len(value), record, words, stranger, size=True)
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}.{place}", record, words, stranger)
    elif value is not None and not isinstance(value, bool):
        yield Leaf(path, value, record, words, stranger)


def _member(key: str, item: Any, path: str, name: str, words: frozenset[str], stranger: bool) -> Iterator[Leaf]:
    """A field of a record, or an entry of a table whose key is itself a value ("2024-07", "Monday", "r/coffee")."""
    where = f"{path}.{escaped(key)}".lstrip(".")
    if path.rsplit(".", 1)[-1] in TABLES:
        name = key
        yield Leaf(where, key, key, words, stranger)
    named = words | stems(key)
    yield from _leaves(item, where, name, named, stranger or (key == "text" and bool(path)))  # the words of a post


def stems(text: str) -> frozenset[str]:
    """Words without the s of the plural."""
    return frozenset(word.rstrip("s") for word in SAID.findall(text.casefold()))


def escaped(key: str) -> str:
    """A key as a part of a path: its own full stops are marked."""
    return key.replace("\\", "\\\\").replace(".", "\\.")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, (int, float)):
        yield from _number_keys(value)
        return
    text = str(value)
    if text and not any(char.isspace() for char in text):
        yield name_key(text)
    for own in claims(text):
        for claim in own:
            yield from said_of(claim)
    if date := re.match(r"(\d{4}-\d\d-\d\d)T", text):
        yield from (date[1], *_partial_dates(date[1]))


def _number_keys(value: float) -> Iterator[str]:
    """The value rounded in all ways in which it may be said, plain and as a percentage."""
    exact = Decimal(str(value))
    if isinstance(value, int):  # a count: no part of anything
        yield str(value)
        return
    yield from (key for places in range(PLACES + 1) for key in _rounded(exact, places, ""))
    if -1 <= exact <= 1:
        yield from (key for places in range(3) for key in _rounded(exact * 100, places, "%"))


def _rounded(value: Decimal, places: int, unit: str) -> Iterator[str]:
    """Both ways of rounding a half, since tools round the way Python prints."""
    half_up = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    for written in {format(half_up, "f"), format(float(value), f".{places}f")}:
        if not places and not unit and abs(Decimal(written) - value) > NEAR * abs(value):
            continue  # 1.7 is not said to be 2
        key = written.rstrip("0").rstrip(".") if "." in written else written
        yield ("0" if key == "-0" else key) + unit
