"""What the words of a question say for sure, where the reader's tags miss it: thresholds, places that are not wanted,
words that name nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.selection.numbers import as_number
from tools.selection.period import turned

FLOORS = ("min_posts", "min_likes", "at_least")
_ABOVE = r"more than|over|above|exceeding|upwards of"
ABOVE = re.compile(rf"(?:\b(?:{_ABOVE})|>)\s*$", re.IGNORECASE)
_NUMBER, _COUNTED = r"\d[\d,.]*k?|[a-z]+(?:-[a-z]+)?", r"(?P<of>posts|likes)\b"
THRESHOLDS = (
    re.compile(rf"\b(?:at least|minimum(?: of)?|no fewer than|{_ABOVE}) (?P<n>{_NUMBER}) {_COUNTED}", re.IGNORECASE),
    re.compile(rf"(?P<n>\b(?:{_NUMBER})) ?(?:\+|plus|or more) {_COUNTED}", re.IGNORECASE),
    re.compile(rf"(?P<n>\b(?:{_NUMBER})) {_COUNTED} or more\b", re.IGNORECASE),
)  # fmt: skip
MEANT = {"posts": "min_posts", "likes": "min_likes"}
# What is no subject, though it stands where one could.
NO_SUBJECTS = frozenset(
    ("all", "overall", "everything", "anything", "it", "them", "this", "that", "these", "those", "posts", "post",
     "people", "everyone", "anyone", "posting", "publishing",
     "positively", "negatively", "at all", "of all", "in total", "people here")
)  # fmt: skip
OF_PEOPLE = re.compile(r"\s+(?:community|subreddit)\b", re.IGNORECASE)  # behind a name that is one
PLACE = re.compile(r"\b(?:in|on|from) the ([\w-]+) (?:section|community|subreddit|sub|forum)\b", re.IGNORECASE)
OF_PLACES = ("active_in", "community", "never_names")
AND_SO = re.compile(r"[\s,]*(?:or|and|nor|&)\s*(?:r/)?|,\s*(?:r/)?")
# How a community is named whose people are not wanted: "drop anyone who posts in tea", "nobody from r/tea".
NOT_THERE = re.compile(
    r"\b(?:drop|without|exclud\w+|leav(?:e|ing) out|take out|keep out|filter out|remove|skip|nobody|no one|none|"
    r"nothing|not|except(?: for)?|minus)"
    r"(?: any(?:one|body)?| every(?:one|body)| all| the| those| people| users| folks| ones)*"
    r"(?: who| that)?(?: posts?| posted| are| is| active| writes?| wrote| hang out| were)*(?: in| from| on| of)?"
    r"(?: the)?\s*(?:r/)?$",
    re.IGNORECASE,
)


FROM = re.compile(r"\b(?:in|from)\s+(?:the )?(?:r/)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A stretch of the question that fills a slot: where it stands, and its words."""

    slot: str
    start: int
    end: int
    words: str


def slots_of(question: str, tagged: Iterable[Said]) -> dict[str, list[str]]:
    """The words of each slot, in their order, as the tags and the wording together say."""
    slots: dict[str, list[str]] = {}
    barred = len(question)  # where the last name of a place ends whose people are not wanted
    for said in tagged:
        slot, words = turned(said.slot, said.words, question[: said.start])
        lead = question[: said.start]
        placed = slot in ("active_in", "community") or (slot == "never_names" and FROM.search(lead))
        not_there = placed and NOT_THERE.search(lead)
        if not_there or (slot in OF_PLACES and AND_SO.fullmatch(question[barred : said.start])):
            slot, barred = "never_active_in", said.end
        if slot in FLOORS:
            words = floor(words, question[: said.start])
        if slot == "subject" and OF_PEOPLE.match(question, said.end):
            slot = "community"
        if words and not (slot == "subject" and words in NO_SUBJECTS):
            slots.setdefault(slot, []).append(words)
    if not {"community", "active_in", "never_active_in"} & slots.keys() and (place := PLACE.search(question)):
        slots["community"] = [place[1]]
    return with_thresholds(question, slots)


def floor(said: str, lead: str) -> str:
    """The least number that ``said`` allows behind ``lead``: 21 for "more than 20"."""
    number = as_number(said)
    return str(number + 1) if number is not None and ABOVE.search(lead) else said


def with_thresholds(question: str, slots: dict[str, list[str]]) -> dict[str, list[str]]:
    """``slots`` with "at least 20 likes" and its like, which no length of a list is then."""
    for pattern in THRESHOLDS:
        for match in pattern.finditer(question):
            slot, number = MEANT[match["of"].lower()], as_number(match["n"])
            if number is None or slot in slots or (slot == "min_posts" and "at_least" in slots):
                continue
            taken = {name: said for name, said in slots.items() if name == "limit" and as_number(said[0]) == number}
            slots = {name: said for name, said in slots.items() if name not in taken}
            slots[slot] = [floor(match["n"], question[: match.start("n")])]
    return slots
