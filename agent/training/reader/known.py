"""What an index would know of the words of a question: where training has no index, chance decides as one would.

Most of what is meant as a community or a person is one there; a name often, a subject now and then: "coffee" is what
people talk of and the place where they do. Some other words are known, too, and mean nothing by it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.training.fillers import LONG_WORDS, Fillers
from agent.training.reader.question import Question, labels

PLACES = ("community", "active_in", "never_active_in", "not_in")
PEOPLE = ("user", "users", "exclude", "among")
THINGS = (
    "subject", "brands", "also", "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes",
    "without", "interests",
)  # fmt: skip
KNOWN_PLACE, KNOWN_PERSON, KNOWN_BRAND, KNOWN_THING = 0.94, 0.96, 0.85, 0.15
THING_AND_PLACE = 0.25  # of subjects of one word
BY_CHANCE = 0.12  # of questions that have a known word which means nothing
CHANCE_KINDS = {"community": 6, "name": 3, "person": 1}
STRAY = re.compile(r"[^\W\d_]{4,}")


def with_known(drawn: Sequence[Question], fillers: Fillers) -> list[Question]:
    """``drawn`` with what would be known of each; of a question that is only parted what is known of its parts."""
    found = [replace(each, known=known_words(each, fillers)) if _is_whole(each) else each for each in drawn]
    parts: dict[str, str] = {}
    for each in found:
        parts |= each.known
    return [each if _is_whole(each) else replace(each, known=parts) for each in found]


def _is_whole(question: Question) -> bool:
    return question.heads is None or "tags" in question.heads


def known_words(question: Question, fillers: Fillers) -> Mapping[str, str]:
    """What an index would know of the words of ``question``, as they are written, with their kinds."""
    generator, found = fillers.random, dict[str, str]()
    spans, _ = labels(question)
    for slot, start, end in spans:
        said = question.text[start:end].strip(" @#")
        if said and (kind := _kind(slot, said, fillers)):
            found[said] = kind
    if generator.random() < BY_CHANCE and (stray := _stray(question.text, spans, generator)):
        found.setdefault(stray, generator.choices(list(CHANCE_KINDS), list(CHANCE_KINDS.values()))[0])
    return found


def _kind(slot: str, said: str, fillers: Fillers) -> str:
    """What a value is known as; empty if it is not."""
    roll = fillers.random.random()
    if slot in PLACES:
        return "community" if roll < KNOWN_PLACE or said in fillers.everyday else ""
    if slot in PEOPLE:
        return "person" if roll < KNOWN_PERSON else ""
    if slot not in THINGS or len(said.split()) >= LONG_WORDS:
        return ""
    if fillers.is_brand(said):
        return "name" if roll < KNOWN_BRAND else ""
    if said.isalpha() and roll < THING_AND_PLACE:
        return "community"
    return "name" if roll > 1 - KNOWN_THING else ""


def _stray(text: str, spans: Sequence[tuple[str, int, int]], generator: random.Random) -> str:
    """A word of ``text`` that is part of no value; empty if there is none."""
    words = [
        match for match in STRAY.finditer(text) if not any(a < match.end() and match.start() < b for _, a, b in spans)
    ]
    return generator.choice(words)[0] if words else ""
