"""What is asked outright, in words that the question reader takes for something else: how accurate the analysis is,
who of two people likes a thing more, whether people are sick of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.understanding.gaps import HOW_GOOD

if TYPE_CHECKING:
    from agent.understanding.reader import QuestionReading

ABOUT_ITSELF = ("analyze_sentiment", "off_topic", "nowhere", "help", "gibberish", "explain_method")
OF_THE_ANALYSIS = re.compile(
    r"\b(?:you|your|tones?|sentiments?|figures?|numbers?|scores?|percentages?|model|classifier|analys[ie]s|tool|"
    r"predict\w*|results?|these|this)\b|%",
    re.IGNORECASE,
)
SIMILAR = re.compile(
    r"\b(?:is|are|does|do|how)\b.{0,12}?@?(?P<one>[\w.-]+) (?:(?:at all|really|very|anything|a lot|much|is) )*"
    r"(?:similar to|like|comparable to|close to|look like|write like|sound like) @?(?P<other>[\w.-]+)",
    re.IGNORECASE,
)
MORE = re.compile(
    r"\b(?:more|most|better|likelier|likeliest|keener|closer|rather|bigger|warmer|which|who(?:se|s)?)\b", re.I
)
PEOPLE_IN_GENERAL = re.compile(
    r"\b(?:if|whether|do|does|did|are|is|have)\s+(?:the |most |any |these |our )?(?:people|folks|ppl|users|they|"
    r"everyone|everybody|we|customers|members)\b(?!\s+(?:who|that|with|from))[^,;.?!]{0,30}?\s(?:sick of|"
    r"fed up|tired of|mad|angry|annoyed|happy|unhappy|pleased|"
    r"hate|hating|love|loving|like|liking|enjoy\w*|over it|into|cross|upset)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\b(?:vs\.?|versus|against|compared (?:to|with))(?!\w)", re.IGNORECASE)
LONGEST_BETWEEN = 40  # characters between two names that are compared
PLACE = "\N{BLACK SQUARE}"  # stands for a community in a question
THOSE_OF = re.compile(
    rf"(?:^|\b(?:find|any|all|list|which|show(?: me)?|get(?: me)?|give me|the|some|are|\d+)(?: of)?(?: the)?) ?{PLACE}"
    r"(?= (?:who|that|with|without|and who|also)\b)",
    re.IGNORECASE,
)
INTO = re.compile(rf"\b(?:into|active in|hang(?:s|ing)? out in|big on) (?:the )?{PLACE}", re.IGNORECASE)
SIDE_BY_SIDE = ("measure_engagement", "analyze_sentiment", "count", "search_posts", "extract_entities", "rank")
TALKS_OF_BOTH = re.compile(
    r"\b(?:talk(?:s|ed|ing)? about|mention(?:s|ed|ing)?|post(?:s|ed|ing)? about|writ(?:e|es|ing) about|wrote about|"
    r"names?|named|discuss(?:es|ed)?|into) both (?:the )?(?P<one>[\w.'&-]+) and (?:the )?(?P<other>[\w.'&-]+)",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"\b(?P<how>at least|more than|minimum) (?P<n>once|twice|thrice|(?:[2-9]|two|three|four|five) times)\b|"
    r"\b(?P<n2>twice|(?:[2-9]|two|three|four|five) times) or more\b",
    re.IGNORECASE,
)
OFTEN = {"once": 1, "twice": 2, "two": 2, "thrice": 3, "three": 3, "four": 4, "five": 5}


def outright(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading:
    """``reading``, or what is asked outright; ``known`` is what the index knows of the words."""
    people = [said for said, kind in known.items() if kind == "person" and said in reading.text]
    reading = _as_often(_of_both(_of_places(reading, known)))
    return (
        _accuracy(reading, people)
        or _similar(reading, people)
        or _of_two_people(reading, people)
        or _in_general(reading)
        or _brands_beside(reading, known)
        or reading
    )


def _accuracy(reading: QuestionReading, people: list[str]) -> QuestionReading | None:
    asked = HOW_GOOD.search(reading.text) and OF_THE_ANALYSIS.search(reading.text)
    if not asked or reading.kinds[0][0] not in ABOUT_ITSELF or people:
        return None
    return replace(reading, kinds=[("explain_method", 1.0)], slots={}, parts=())


def _similar(reading: QuestionReading, people: list[str]) -> QuestionReading | None:
    """How like two people are: one is looked for among the other."""
    match = SIMILAR.search(reading.text)
    if not match or not {match["one"].lstrip("@"), match["other"]} <= set(people) or match["one"] == match["other"]:
        return None
    slots = {"users": [match["one"]], "among": [match["other"]]}
    return replace(reading, kinds=[("find_lookalikes", 1.0)], slots=slots, choices={}, parts=())


def _of_two_people(reading: QuestionReading, people: list[str]) -> QuestionReading | None:
    """Which of some people would rather engage: an audience among them."""
    either = len(people) > 1 and re.search(
        rf"{re.escape(people[-2])}\W+(?:or|vs\.?|versus)\W+@?{re.escape(people[-1])}", reading.text
    )
    slots = {
        name: at
        for name in reading.slots
        if (at := [each for each in reading.slots[name] if each.lstrip("@") not in people])
    }
    subject = next(
        (slots[name] for name in ("subject", "likes", "interests", "brands", "names") if slots.get(name)), None
    )
    if not either or not subject or not MORE.search(reading.text):
        return None
    rest = {
        name: at
        for name, at in slots.items()
        if name not in ("subject", "likes", "interests", "brands", "names", "nth")
    }
    return replace(
        reading, kinds=[("find_audience", 1.0)], slots={**rest, "subject": subject[:1], "among": people}, parts=()
    )


def _in_general(reading: QuestionReading) -> QuestionReading | None:
    """Whether people like something: how they speak of it, and not who they are."""
    liked = [each for name in ("likes", "dislikes") for each in reading.slots.get(name, ())]
    asked = PEOPLE_IN_GENERAL.search(reading.text)
    if reading.kinds[0][0] not in ("rank", "find_audience") or len(liked) != 1 or not asked:
        return None
    slots = {name: at for name, at in reading.slots.items() if name not in ("likes", "dislikes")}
    choices = dict.fromkeys(reading.choices, "")
    return replace(reading, kinds=[("analyze_sentiment", 1.0)], slots={**slots, "subject": liked}, choices=choices)


def _brands_beside(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading | None:
    """Two names side by side are compared, whatever stands between: "posts that mention Nike vs those with Adidas"."""
    names = [said for said, kind in known.items() if kind == "name" and said in reading.text]
    if len(names) != 2 or reading.kinds[0][0] not in SIDE_BY_SIDE or {"community", "user"} & reading.slots.keys():
        return None
    one, other = sorted(names, key=reading.text.find)
    between = reading.text[reading.text.find(one) + len(one) : reading.text.find(other)]
    if not BETWEEN.search(between) or len(between) > LONGEST_BETWEEN:
        return None
    said = {name: at for name, at in reading.slots.items() if name not in ("subject", "names", "brands")}
    return replace(reading, kinds=[("compare_brands", 1.0)], slots={**said, "brands": [one, other]}, parts=())


def _of_places(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading:
    """People told by where they post: "find runners who …", "who's into gaming"."""
    if reading.kinds[0][0] not in ("find_audience", "rank"):
        return reading
    places = [said for said, kind in known.items() if kind == "community"]
    for name, told in (("subject", THOSE_OF), ("interests", THOSE_OF), ("likes", INTO)):
        here = [
            each for each in reading.slots.get(name, ()) if each in places and told.search(_around(reading.text, each))
        ]
        if here and "active_in" not in reading.slots:
            left = [each for each in reading.slots[name] if each not in here]
            slots = {key: at for key, at in reading.slots.items() if key != name} | ({name: left} if left else {})
            choices = {**reading.choices, "of": "person", "by": reading.choices.get("by") or "posts"}
            return replace(reading, slots={**slots, "active_in": here}, choices=choices)
    return reading


def _around(question: str, said: str) -> str:
    """``question`` with ``PLACE`` for what was said."""
    return re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", PLACE, question)


def _of_both(reading: QuestionReading) -> QuestionReading:
    """Two things that are both talked of, where the reader heard of neither."""
    match = TALKS_OF_BOTH.search(reading.text)
    if not match or {"subject", "names", "brands", "likes", "community", "active_in"} & reading.slots.keys():
        return reading
    return replace(reading, slots={**reading.slots, "names": [match["one"], match["other"]]})


def _as_often(reading: QuestionReading) -> QuestionReading:
    """Who is ranked for what they did "at least twice" did it so often."""
    match = TIMES.search(reading.text)
    if not match or reading.kinds[0][0] != "rank" or "at_least" in reading.slots:
        return reading
    said = (match["n"] or match["n2"]).casefold().split()[0]
    number = OFTEN.get(said, int(said) if said.isdecimal() else 0) + ((match["how"] or "").casefold() == "more than")
    return replace(reading, slots={**reading.slots, "at_least": [str(number)]})
