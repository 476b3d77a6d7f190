"""What a question leaves unsaid, or the reader misses, and what its words and the call before say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.understanding.context import CallContext
from agent.understanding.labels import SPANS_OF_TIME
from agent.understanding.reader import QuestionReading

OF_PERSONS = {  # conditions that only people meet
    "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes", "active_in", "never_active_in",
    "min_posts", "among",
}  # fmt: skip
MEASURES = {
    "likes": "likes", "liked": "likes", "replies": "replies", "shares": "shares", "shared": "shares",
    "engagement": "engagement",
}  # fmt: skip
MEASURED = re.compile(rf"\b({'|'.join(MEASURES)})\b", re.IGNORECASE)  # what is ranked by, where the reader missed it
PERSONS = re.compile(
    r"\b(?:who(?:m|se)?|people|persons?|users?|any(?:one|body)|nobody|no one|folks?|members?|fans|authors?|those)\b",
    re.IGNORECASE,
)
HOW_GOOD = re.compile(  # an analysis is, whichever is asked about
    r"\b(?:accura\w+|validat\w+|how (?:sure|good|reliable|trustworthy) (?:are|is) (?:you|it|this|that|the|your)|"
    r"error rate|how often (?:are|is) (?:you|it) (?:right|wrong)|(?:can|should) (?:i|we) trust)\b",
    re.IGNORECASE,
)
ABOUT_SOMEBODY = ("get_profile", "explain_match", "find_lookalikes")
POINTING = re.compile(r"\b(?:that|this|it|they|them|those|he|she)\b", re.IGNORECASE)
ON_AVERAGE = re.compile(
    r"\b(?:averages?|averaged|avgs?|per post|shares? of|"
    r"(?:negative|positive|neg|pos) (?:share|rate|ratio|percentage)|not (?:the )?(?:totals?|sums?)|"
    r"mean (?:number of )?(?:likes|replies|shares)|"
    r"(?:likes|replies|shares|engagement|reactions) (?:a|each|every) post)\b",
    re.IGNORECASE,
)
OF_THE_WEEK = re.compile(
    r"\b(?:days? of (?:the )?week|dow|week ?days?|days? (?:and|n|&|or|\+) (?:hours?|times?)|"
    r"what days? (?:is|are|should|shall|do|to)|which days? (?:are|should|shall|do|to))\b",
    re.IGNORECASE,
)


def persons_alone(reading: QuestionReading) -> QuestionReading | None:
    """A reading that asks who meets the conditions, where people are asked for and nothing that they should engage
    with; None otherwise.
    """
    if reading.kinds[0][0] not in ("find_audience", "compare_brands") or not OF_PERSONS & reading.slots.keys():
        return None
    return replace(reading, choices={**reading.choices, "of": "person", "by": "posts"})


def with_person(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading:
    """A reading that is about the only person whom the question is known to name, where the reader took the handle for
    nothing, or for what people would engage with.
    """
    people = [said for said, kind in known.items() if kind == "person" and said in reading.text]
    kind = reading.kinds[0][0]
    if len(people) != 1 or {"user", "users", "nth", "exclude", "among"} & reading.slots.keys():
        return reading
    slots = {name: at for name, at in reading.slots.items() if people[0] not in at}
    if "user" in reading.carried:  # "what about @ben?" after a look at @ana
        return replace(reading, slots={**slots, "user": people}, carried=reading.carried - {"user"})
    if kind == "find_audience" and slots.keys() != reading.slots.keys() and "subject" not in slots:
        return replace(reading, kinds=[("find_lookalikes", 1.0)], slots={**slots, "user": people})
    return replace(reading, slots={**slots, "user": people}) if kind in ABOUT_SOMEBODY else reading


def counted(reading: QuestionReading, context: CallContext) -> dict[str, Any]:
    """What "how many is that?" counts: what the call before was about, of its leader where it ranked people."""
    if not POINTING.search(reading.text):
        return {}
    about = {name: value for name, value in context.args.items() if name not in ("of", "sentiment")}
    leader = context.tool == "rank" and context.args.get("of") == "person" and context.people
    return about | ({"user": context.people[0]} if leader else {})


def asks_for_people(reading: QuestionReading) -> bool:
    """Whether a place that is not wanted is one of people, and not of posts."""
    return reading.choices.get("of") in ("person", "people") or bool(PERSONS.search(reading.text))


def is_spread(reading: QuestionReading) -> bool:
    """Whether a count is asked for by month, say, or by community, which is a ranking of these."""
    return reading.kinds[0][0] == "count" and reading.choices.get("by") in (*SPANS_OF_TIME, "community")


def ranked(reading: QuestionReading, merged: Mapping[str, Any]) -> dict[str, Any]:
    """What is ranked and by what, where the arguments ``merged`` so far do not say it."""
    average: dict[str, Any] = {"average": True} if ON_AVERAGE.search(reading.text) else {}
    if is_spread(reading):
        by = "people" if reading.choices.get("of") == "people" else "posts"
        return average | {"of": reading.choices["by"], "by": by}
    if reading.choices.get("of") == "day" and OF_THE_WEEK.search(reading.text):
        average |= {"of": "weekday"}
    found = MEASURED.search(reading.text)
    return average if "by" in merged or not found else average | {"by": MEASURES[found[1].lower()]}


def entries_from_above(args: Mapping[str, Any]) -> dict[str, Any]:
    """A ranking of communities or names "with fewer than 60 posts" as one that begins with the least: its bounds are
    those of people otherwise.
    """
    if args.get("of") in (None, "person", "people", "post", "posts") or "max_posts" not in args:
        return dict(args)
    rest = {name: value for name, value in args.items() if name not in ("max_posts", "at_least", "min_posts")}
    return {**rest, "order": "least"}


def term(reading: QuestionReading) -> str:
    """The term of the glossary that the question names; else the one that it means, or else its own words."""
    from tools.explain_method import glossary

    asked, meant = reading.text.casefold(), reading.choices.get("term", "")
    if HOW_GOOD.search(asked):
        return "Accuracy"
    ways = [(len(way), each.title == meant, each.title) for each in glossary() for way in (each.title, *each.also)
            if re.search(rf"(?<!\w){re.escape(way.casefold())}(?!\w)", asked)]  # fmt: skip
    named = {title for _, _, title in ways}
    return meant if meant in named else max(ways)[2] if ways else meant or reading.text
