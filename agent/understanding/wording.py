"""What the words of a question say for sure, where the reader's tags miss it: thresholds, places and times that are not
wanted, words that name nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.understanding.bounds import bound, none_of, thresholds
from tools.selection.numbers import as_number
from tools.selection.period import turned

# What is no subject, though it stands where one could.
NO_SUBJECTS = frozenset(
    ("all", "overall", "everything", "anything", "it", "them", "this", "that", "these", "those", "posts", "post",
     "people", "everyone", "anyone", "posting", "publishing",
     "data", "the data", "this data", "your data", "dataset", "the dataset", "the sample", "the index", "here",
     "positively", "negatively", "at all", "of all", "in total", "people here")
)  # fmt: skip
OF_PEOPLE = re.compile(r"\s+(?:community|subreddit)\b", re.IGNORECASE)  # behind a name that is one
PLACE = re.compile(r"\b(?:in|on|from) the ([\w-]+) (?:section|community|subreddit|sub|forum)\b", re.IGNORECASE)
TIMES = ("during", "since", "until")
OF_PLACES = ("active_in", "community", "never_names")
OF_EITHER = ("likes", "dislikes", "names", "also")  # all of which must be met, and of "Nike or Adidas" one
OR = re.compile(r"[\s,]*or\s+(?:the |an? )?", re.IGNORECASE)
AND_SO = re.compile(r"[\s,]*(?:or|and|nor|&)\s*(?:r/)?|,\s*(?:r/)?")
# How a community is named whose people are not wanted: "drop anyone who posts in tea", "nobody from r/tea".
NOT_THERE = re.compile(
    r"\b(?:drop|without|exclud\w+|leav(?:e|ing) out|take out|keep out|filter out|remove|skip|nobody|no one|none|"
    r"nothing|not|except(?: for)?|minus|outside(?: of)?)"
    r"(?: any(?:one|body)?| every(?:one|body)| all| the| those| people| users| folks| ones)*"
    r"(?: who| that)?(?: posts?| posted| are| is| active| writes?| wrote| hang out| were)*(?: in| from| on| of)?"
    r"(?: the)?\s*(?:r/)?$",
    re.IGNORECASE,
)


# "Drop anyone who's not in running" keeps those who are.
NOT_ELSEWHERE = re.compile(
    r"\b(?:drop|without|exclud\w+|leav(?:e|ing) out|take out|filter out|remove|skip|nobody|no one|not|minus|"
    r"cut|lose|ditch|bin|kick out|get rid of)\b[^,;.?!]{0,30}?\b(?:not|n.t|never|isn.?t|aren.?t|don.?t|doesn.?t|"
    r"hasn.?t|haven.?t|outside(?: of)?)(?: (?:active|posts?|posting|posted|been|a|part|members?|of|in|from|on|"
    r"the|r/|at|all|"
    r"ever|really))*\s*(?:r/)?$",
    re.IGNORECASE,
)
NOT_THEN = re.compile(  # before a time that does not count: "not from 2024", "leaving March aside"
    r"\b(?:not|never|without|except(?: for)?|exclud\w+|ignor\w+|disregard\w+|skip(?:ping)?|minus|apart from|"
    r"other than|outside(?: of)?|leav(?:e|ing) out|leav(?:e|ing)(?=\s*$)|(?:don.t|do not) count|not counting|nothing)"
    r"(?: (?:anything|posts?|those|what was|stuff|the ones))*"
    r"(?: (?:from|in|of|during|for|on|the year|the month of|all of))*\s*$",
    re.IGNORECASE,
)
SUCH_AS = re.compile(  # "something like Elden Ring": nobody has to like it
    r"(?:,|\b(?:think|something|anything|stuff|things?|brands?|games?|shows?|films?|books?|type|kind|sort|more))\s+like\s*$",
    re.IGNORECASE,
)
ONLY_ABOUT = re.compile(r"\b(?:about|regarding|concerning)\s+(?:the )?$", re.IGNORECASE)
NOT_ABOUT = re.compile(  # what is not to be talked of, and not "posts without replies about parking"
    r"\b(?:not|never|\w+n.t|nothing|nobody|no one|none|anything|without|except|exclud\w+|leav\w+|drop|skip|minus|"
    r"ignor\w+|no)\b(?! (?:repl|likes?|comments?|answers?|shares?))(?: [\w']+){0,3}\s+(?:about|regarding|"
    r"concerning)\s+(?:the )?$",
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
    last = Said("", 0, 0, "")
    barred = len(question)  # where the last name of a place ends whose people are not wanted
    for said in tagged:
        slot, words = turned(said.slot, said.words, question[: said.start])
        lead = question[: said.start]
        placed = slot in ("active_in", "community") or (slot == "never_names" and FROM.search(lead))
        elsewhere = NOT_ELSEWHERE.search(lead)
        not_there = placed and NOT_THERE.search(lead) and not elsewhere
        if not_there or (slot in OF_PLACES and AND_SO.fullmatch(question[barred : said.start])):
            slot, barred = "never_active_in", said.end
        slot = "active_in" if slot == "never_active_in" and elsewhere else slot
        if slot == said.slot and slot in TIMES and NOT_THEN.search(lead):
            slot = "not_during"
        slot, words = bound(slot, words, lead, question[said.end :])
        slot = _meant(slot, lead)
        if slot == "subject" and OF_PEOPLE.match(question, said.end):
            slot = "community"
        if words and not (slot == "subject" and words in NO_SUBJECTS):
            listed = slots.setdefault(slot, [])
            if listed and slot == last.slot and slot in OF_EITHER and OR.fullmatch(question[last.end : said.start]):
                listed[-1] += f" or {words}"
            else:
                listed.append(words)
            last = Said(slot, said.start, said.end, words)
    if not {"community", "active_in", "never_active_in"} & slots.keys() and (place := PLACE.search(question)):
        slots["community"] = [place[1]]
    return with_thresholds(question, slots)


def _meant(slot: str, lead: str) -> str:
    """The slot behind the words ``lead``, where it is not the one that was tagged."""
    if slot == "likes" and SUCH_AS.search(lead):
        return "interests"
    about = slot in ("without", "never_names") and ONLY_ABOUT.search(lead) and not NOT_ABOUT.search(lead)
    return "subject" if about else slot


def with_thresholds(question: str, slots: dict[str, list[str]]) -> dict[str, list[str]]:
    """``slots`` with "at least 20 likes" and its like, which no length of a list is then."""
    for kind, said, lead, behind in thresholds(question):
        slot, words = bound(kind, said, lead, behind)
        if slot in slots or (slot == "min_posts" and "at_least" in slots):
            continue
        number = as_number(said)
        slots = {name: at for name, at in slots.items() if name != "limit" or as_number(at[0]) != number}
        slots[slot] = [words]
        if slot.endswith("replies"):  # which the tags take for likes
            slots = {name: at for name, at in slots.items() if name not in ("min_likes", "max_likes") or at[0] != words}
    if (nought := none_of(question)) and nought not in slots:
        slots[nought] = ["0"]
    return slots
