"""Readings that the question's own words leave no doubt of, whatever the network made of them: "the most liked post" is
a ranking of posts, "mood in rants vs dogs" one of communities.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.understanding.reader import QuestionReading

BY = {  # what is ranked by, by the words that say so; "negative share" is no share
    "negative": r"negativ\w*|neg|complain\w*|angr\w+|hate\w*", "positive": r"positiv\w*|pos|praise\w*|love\w*",
    "tone": r"mood|tone|sentiment|happi\w+|feeling\w*",
    "likes": r"lik(?:e|es|ed)|upvot\w+|popular|hearts?",
    "replies": r"repl(?:y|ies|ied)(?:[ -]to)?|comment\w*|answer\w*",
    "shares": r"shar(?:e|es|ed)|retweet\w*|repost\w*", "engagement": r"engag\w+|reactions?",
    "people": r"people|ppl|persons|authors|users|members",
    "posts": r"posts?|posting|volume|activity|active|busy|busier|bigger|larger",
}  # fmt: skip
_REACTION = "|".join(BY[name] for name in ("likes", "replies", "shares", "engagement"))
# "The most liked post"; "the post with the fewest replies". Of one post, so not of "the most liked posts per month".
TOP_POST = re.compile(
    rf"\b(?P<order>most|least|best|worst|top)[ -](?P<by>{_REACTION})(?:[ -]with)? (?:\w+ ){{0,2}}posts?\b|"
    rf"\bposts? (?:with|that (?:got|has|have|had|gets?)|which (?:got|has|have|had)) (?:the )?"
    rf"(?P<order2>most|fewest|least|highest|lowest) (?:number of )?(?P<by2>{_REACTION})\b",
    re.IGNORECASE,
)
VERSUS = r"\s*(?:\bvs\.?|\bversus\b|\bv\b|\bagainst\b|\bcompared (?:to|with)\b|\bthan(?: in)?\b)\s*(?:in |the |r/)*"
ALSO = r"\s*(?:,\s*(?:and|or)?|\band\b|\bor\b|&)\s*(?:in |the |r/)*"
WHICH = re.compile(
    r"\bwhich (?:one|of|communit\w+|is|has|gets?|got)\b|\bout of\b|\bwhere\b|"
    r"\b(?:more|fewer|less|better|worse|happier)\b",
    re.IGNORECASE,
)
OF_POSTS = re.compile(
    r"\b(?:per post|a post|avg|average|posts in|communit\w+|boards?|subs?|subreddits?|sections?|"
    r"post (?:more|most|less|least))\b",
    re.I,
)
NOT_ONE_POST = ("rank", "search_posts", "compare_brands", "get_profile", "explain_method", "cannot_tell", "write_brief")
LIKELY = re.compile(r"\bhow like?ly\b|\b(?:chances?|odds|probability) (?:of|that)\b", re.IGNORECASE)
NOT_PEOPLE = ("explain_match", "explain_method", "cannot_tell", "find_lookalikes")
NOT_PLACES = ("rank", "find_audience", "explain_method", "cannot_tell", "get_profile", "compare_periods")


def plainly(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading:
    """``reading``, or what the words say for sure; ``known`` is what the index knows of them."""
    return _top_post(reading) or _places_compared(reading, known) or _match_of_one(reading, known) or reading


def _top_post(reading: QuestionReading) -> QuestionReading | None:
    match = TOP_POST.search(reading.text)
    if not match or reading.kinds[0][0] in NOT_ONE_POST:
        return None
    said, order = match["by"] or match["by2"], (match["order"] or match["order2"]).casefold()
    choices = {"of": "post", "by": _measure(said), "order": "least" if order in ("least", "fewest", "lowest") else ""}
    return replace(reading, kinds=[("rank", 1.0), *reading.kinds], choices={**reading.choices, **choices})


def _match_of_one(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading | None:
    """How likely a person is to engage with something that is named."""
    people = [said for said, kind in known.items() if kind == "person" and said in reading.text]
    about = [each for each in reading.slots.get("subject", []) if each not in people]
    if len(people) != 1 or not about or not LIKELY.search(reading.text) or reading.kinds[0][0] in NOT_PEOPLE:
        return None
    slots = {name: at for name, at in reading.slots.items() if people[0] not in at} | {"user": people, "subject": about}
    return replace(reading, kinds=[("explain_match", 1.0), *reading.kinds], slots=slots)


def _places_compared(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading | None:
    """Communities side by side are the ranking of these: "rants vs dogs", "which of baking, cooking and eats …"."""
    places = [said for said, kind in known.items() if kind == "community" and said in reading.text]
    kind, asked = reading.kinds[0][0], bool(WHICH.search(reading.text))
    if (
        len(places) < 2
        or (kind in NOT_PLACES and not (asked and kind == "rank"))
        or "subject" in _about(reading, places)
    ):
        return None
    if kind == "compare_brands" and not _are_places(reading.text, places):
        return None
    any_place = "|".join(re.escape(place) for place in places)
    one_another = rf"\b(?:{any_place})\b(?:{VERSUS}\b(?:{any_place})\b)+"
    listed = rf"\b(?:{any_place})\b(?:{ALSO}\b(?:{any_place})\b)+"
    found = re.search(one_another, reading.text, re.IGNORECASE)
    if not found and not (asked and re.search(listed, reading.text, re.IGNORECASE)):
        return None
    slots = {name: at for name, at in reading.slots.items() if name not in ("subject", "brands", "active_in")}
    choices = {**reading.choices, "of": "community", "by": _measure(reading.text)}
    choices["order"] = choices.get("order", "") if choices.get("order") == "least" else ""
    return replace(
        reading, kinds=[("rank", 1.0), *reading.kinds], slots={**slots, "community": [" or ".join(places)]},
        choices=choices,
    )  # fmt: skip


def _are_places(text: str, places: list[str]) -> bool:
    """Whether what could be brands is meant as communities: "avg likes per post: sneakers vs running". Communities are
    called like brands often enough: "Xbox vs PlayStation".
    """
    return all(place == place.casefold() for place in places) and bool(OF_POSTS.search(text))


def _about(reading: QuestionReading, places: list[str]) -> dict[str, list[str]]:
    """The slots that say something other than the places."""
    said = {place.casefold() for place in places}
    return {name: at for name, at in reading.slots.items() if any(each.casefold() not in said for each in at)}


def _measure(words: str) -> str:
    found = (name for name, said in BY.items() if re.search(rf"\b(?:{said})\b", words, re.IGNORECASE))
    return next(found, "posts")
