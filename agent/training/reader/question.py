"""A question with what it means, and the labels that the reader learns from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from agent.training.conversations import Turn
from agent.understanding.context import CallContext, place_of
from agent.understanding.labels import AMOUNTS, CARRIED, CHOICES, KEPT_AS, POINTERS, SAID_AS
from tools.selection.numbers import as_number

SUBJECTS = ("campaign", "topic", "query")
NUMBER_WAYS = (
    re.compile(r"\b(?:a couple(?: of)?|a few|a half|half a|a|one|two|three|four|five) [\w-]+\b", re.IGNORECASE),
    re.compile(r"\b[\w-]+\b"),
    re.compile(r"\b\w+\b"),
)
CLOSED = CHOICES | POINTERS
HEADS = ("kind", "tags", "starts", "carried", *CLOSED)
PLACE_NAMES = {0: "first", 1: "second", 2: "third", -1: "last"}


@dataclass(frozen=True)
class Question:
    """A question with what it means, after the call ``earlier``.

    ``nth`` are its words that point into the list before, ``follows`` is the kind of follow-up, ``also`` are other
    right tools. ``points`` and ``edit`` are those of ``Turn``; ``starts`` are where its second part begins and those
    behind it. ``known`` is what an index would know of its words. Only the outputs ``heads``
    are learned from it; None for all.
    """

    text: str
    kind: str
    args: dict[str, Any]
    earlier: CallContext = field(default_factory=CallContext)
    nth: str = ""
    follows: str = ""
    also: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    edit: str = ""
    starts: tuple[int, ...] = ()
    heads: frozenset[str] | None = None
    known: Mapping[str, str] = field(default_factory=dict)


def questions(turns: list[Turn]) -> list[Question]:
    """Every question of a conversation."""
    found: list[Question] = []
    earlier = CallContext()
    for asked, said in pairwise(turns):
        if asked.role == "tool" and "user" not in earlier.args:
            earlier = CallContext(earlier.question, earlier.tool, earlier.args, asked.people or earlier.listed)
        if asked.role != "user":
            continue
        kind, args = said.call or (said.kind, {})
        follows = (asked.kind or "thread") if earlier.tool else ""
        # Whether "only in March" changes a list that stood further back cannot be told.
        heads = frozenset(HEADS) - {"edit"} if follows in ("narrow", "thread") else None
        found.append(
            Question(asked.content, kind, args, earlier, asked.nth, follows, said.also, asked.points, heads=heads)
        )
        if said.call:
            earlier = CallContext(asked.content, kind, args, earlier.listed)
    return found


def labels(question: Question) -> tuple[list[tuple[str, int, int]], set[str]]:
    """Spans of the question by slot, and the arguments carried over from the call before."""
    spans: list[tuple[str, int, int]] = []
    carried: set[str] = set()
    previous = question.earlier.args
    args = dict(question.args)
    if question.nth:
        place = re.search(rf"(?<!\w){re.escape(question.nth)}(?!\w)", question.text, re.IGNORECASE)
        assert place is not None, question
        spans.append(("nth", *place.span()))
        if not question.points:
            args.pop("user")
    if args.get("since") is not None and args.get("since") == args.get("until"):
        args["during"] = args.pop("since")
        args.pop("until")
    for name, value in sorted(args.items(), key=lambda pair: pair[0] in AMOUNTS):  # a number may stand in a date
        if name in CHOICES:
            carried |= {name} if previous.get(name) == value else set()
            continue
        slot = "subject" if name in SUBJECTS else SAID_AS.get(name, name)
        pointed = name in question.points
        if pointed and not isinstance(value, list):
            continue
        for item in value if isinstance(value, list) else [value]:
            place_in = place_of_value(question.text, name, item, spans) or place_of_value(question.text, name, item)
            if place_in and not (pointed and item in question.earlier.listed):
                spans.append((slot, *place_in))
            elif not pointed or item in (previous.get(name) or ()):
                carried |= _sources(name, KEPT_AS.get(name, slot), item, previous)
    return spans, carried & set(CARRIED)


def pointer(question: Question) -> dict[str, str]:
    """What the question points at, for which argument, and how it changes the list before."""
    name, refers = next(iter(question.points.items()), ("", ""))
    if question.nth and not refers:
        name, refers = "user", PLACE_NAMES.get(place_of(question.nth) or 0, "")
    role = "subject" if name in SUBJECTS else name
    return {"refers": refers, "role": role, "edit": question.edit}


def _sources(name: str, slot: str, item: Any, previous: Any) -> set[str]:
    """What is carried over where ``item`` is not said; a brand may have been the subject before."""
    if name == "brands":
        return {"brands"} if item in previous.get("brands", []) else {"subject"}
    if name == "during":
        return {"since", "until"} if "since" in previous or "until" in previous else {"after"}
    return {slot}


def place_of_value(
    text: str, name: str, value: Any, taken: Sequence[tuple[str, int, int]] = ()
) -> tuple[int, int] | None:
    """Where a value stands in the question outside what is ``taken``; a number by its value."""

    def free(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(start, end) for start, end in spans if not any(a < end and start < b for _, a, b in taken)]

    if name in AMOUNTS:
        words = [match for way in NUMBER_WAYS for match in way.finditer(text)]
        return next(iter(free(match.span() for match in words if as_number(match[0]) == value)), None)
    # "Ale" is not found in "sale" if it stands alone somewhere. The last one: a name may be said before it is meant.
    said = str(value)
    ways = (_stretches(text, said), _stretches(text.lower(), said.lower()) if len(text.lower()) == len(text) else [])
    whole = [[span for span in spans if _is_whole(text, *span)] for spans in ways]
    return next((found[-1] for spans in (*whole, ways[1]) if (found := free(spans))), None)


def _stretches(text: str, said: str) -> list[tuple[int, int]]:
    """Every place of ``said`` in ``text``."""
    places: list[tuple[int, int]] = []
    start = text.find(said)
    while said and start >= 0:
        places.append((start, start + len(said)))
        start = text.find(said, start + len(said))
    return places


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before or behind the stretch."""
    return not any(char.isalnum() or char == "_" for char in text[max(0, start - 1) : start] + text[end : end + 1])


def possible(earlier: CallContext) -> set[str]:
    """Arguments of the call before that a question could carry over."""
    names = {"subject" if name in SUBJECTS else KEPT_AS.get(name, name) for name in earlier.args}
    return names | ({"user"} if earlier.people else set())
