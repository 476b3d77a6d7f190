"""Thresholds: which bound the words around a number set, "more than 20 likes", "those with fewer than five posts"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.selection.numbers import as_number

# The bound from below, and that from above of the same quantity; of entries of a ranking there is only the first.
UPPER = {"min_posts": "max_posts", "min_likes": "max_likes", "min_replies": "max_replies"}
LOWER = ("min_posts", "min_likes", "min_replies", "at_least")
_FILL = r"(?:\s+(?:a|of|than|about|the|total of|count of))*\s*"
MORE = re.compile(rf"(?:\b(?:more than|over|above|exceed\w*|upwards of|greater than|beyond|past)|>){_FILL}$", re.I)
FEWER = re.compile(
    rf"(?:\b(?:fewer than|less than|lower than|below|under|beneath|short of|smaller than)|<){_FILL}$", re.I
)
# "Not more than" sets the same bound as "at most", and is no negation of what it stands in.
AT_MOST = re.compile(
    r"(?:\b(?:at (?:the )?most|up to|maximum|max\.?|(?:no|not|never) (?:more|higher|greater) than|"
    rf"not (?:over|above|exceeding))|<=|≤){_FILL}$",
    re.I,
)
AT_LEAST = re.compile(r"\b(?:no|not|never) (?:fewer|less|under|lower|below)(?: than)?\s*$", re.I)
AT_MOST_BEHIND = re.compile(
    r"^\s*(?:posts?|likes?|comments?)?,?\s*(?:(?:or|and) (?:fewer|less|under|below|lower)|at (?:the )?most|"
    r"max(?:imum)?\b|tops\b|(?:is|as) the (?:maximum|most|limit|ceiling))",
    re.I,
)
# "Without those who have fewer than 18" asks for the others.
NOT_THOSE = re.compile(
    r"\b(?:without|not|\w+n.t|nobody|no one|none|exclud\w+|excl\b\.?|"
    r"drop(?:ping)?|leav(?:e|ing) out|skip(?:ping)?|remov\w+|"
    r"minus|except(?: for)?|ignor\w+|filter out|weed out|cut|other than)"
    r"(?: (?:any(?:one|body)|every(?:one|body)|all|the|those|them|people|persons?|users?|folks|ones|accounts|members|"
    r"posts?|who|that|which|with|have|has|had|having|posted|wrote|written|got|get|gets|are|is|at|in total))*\s*$",
    re.I,
)
_REPLIES = r"repl(?:y|ies)|comments?|answers?|responses?"
_NUMBER, _COUNTED = r"\d[\d,.]*k?|[a-z]+(?:-[a-z]+)?", rf"(?P<of>posts?|likes?|{_REPLIES})\b"
THRESHOLDS = (
    re.compile(
        r"\b(?:at least|minimum(?: of)?|no fewer than|not less than|more than|over|above|exceeding|upwards of|"
        r"fewer than|less than|below|under|at (?:the )?most|up to|no more than|not more than|max(?:imum)?(?: of)?) "
        rf"(?P<n>{_NUMBER}) {_COUNTED}",
        re.I,
    ),
    re.compile(rf"(?P<n>\b(?:{_NUMBER})) ?(?:\+|plus|or more|or fewer|or less) {_COUNTED}", re.I),
    re.compile(
        rf"(?P<n>\b(?:{_NUMBER})) {_COUNTED},? (?:or (?:more|fewer|less)|at (?:the )?(?:least|most)|max\b|tops\b)",
        re.I,
    ),
)  # fmt: skip
MEANT = {"post": "min_posts", "like": "min_likes"}  # what else is counted are replies
NONE = re.compile(  # "by replies, no likes" names a measure
    rf"(?<!replies, )(?<!replies not )(?<!comments, )(?<!shares, )"
    rf"\b(?:(?:no|zero|0|without(?: a| any)?(?: single)?|not (?:a|one)(?: single)?) (?P<of>likes?|{_REPLIES})|"
    r"unanswered|(?:nobody|no one) (?:has )?(?:replied|answered|responded)|never (?:got|received) (?:a|an) "
    r"(?:reply|answer|response))\b",
    re.I,
)


def bound(slot: str, said: str, lead: str, behind: str) -> tuple[str, str]:
    """The slot and the number that ``said`` sets between the words ``lead`` and ``behind``: ("min_likes", "21") for
    "more than 20", ("max_posts", "17") for "fewer than 18", ("min_posts", "18") for "without those with fewer than 18".
    """
    number = as_number(said)
    if slot not in LOWER or number is None:
        return slot, said
    strict, upper, head = 0, False, lead
    if AT_LEAST.search(lead):
        pass
    elif AT_MOST.search(lead) or AT_MOST_BEHIND.search(behind):
        upper = True
    elif found := FEWER.search(lead):
        upper, strict, head = True, -1, lead[: found.start()]
    elif found := MORE.search(lead):
        strict, head = 1, lead[: found.start()]
    if upper and slot not in UPPER:
        return slot, said
    if strict and NOT_THOSE.search(head) and slot in UPPER:
        return (UPPER[slot] if not upper else slot), said  # of those with more, or fewer, the others stay
    return (UPPER[slot] if upper else slot), said if not strict else str(number + strict)


def thresholds(question: str) -> Iterator[tuple[str, str, str, str]]:
    """Slot, number and the words around it, of every "at least 20 likes" and its like."""
    for pattern in THRESHOLDS:
        for match in pattern.finditer(question):
            if as_number(match["n"]) is not None:
                slot = _slot(match["of"])
                yield slot, match["n"], question[: match.start("n")], question[match.end("n") :]


def none_of(question: str) -> str:
    """The upper bound that is nought where a question is about posts without replies, or without likes; else empty."""
    match = NONE.search(question)
    return UPPER[_slot(match["of"] or "reply")] if match else ""


def _slot(counted: str) -> str:
    return MEANT.get(counted.lower().rstrip("s"), "min_replies")
