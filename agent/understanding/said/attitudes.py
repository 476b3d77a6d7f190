"""Who is told by how they speak of what was talked of before: "not the ones who moan about it", "nobody who has slagged
Garmin off", "only those who love it".

The question reader tags a name as liked or disliked; a pronoun names nothing, and the ways to moan are many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.understanding.reader import QuestionReading

IT = "it"  # what was talked of before, until the call before is known
_OUT = (
    r"(?:not|never|no|nobody|no one|none|without|drop|dump|exclud\w+|leav(?:e|ing) out|skip|minus|except(?: for)?|lose|"
    r"remove|filter out|take out|kick out|cut|ditch|bin|weed out|keep out|get rid of)"
)
_ONLY = r"(?:only|just|keep|nobody but|no one but|limit (?:it|that|this) to|narrow (?:it|that|this) (?:down )?to)"
_WHO = (
    r"(?:\s+(?:of|any|all|every|the|those|them|these|people|persons?|folks?|ones?|anyone|anybody|everyone|everybody|"
    r"users?|members?|that|who|who['’]?s|who['’]?ve|which|ever|has|have|had|having|been|is|are|was|were|being|already|"
    r"actually|clearly|just|keeps?|kept|always|often|really|seems?|to|be|with|lot|guys))*\s+"
)
_SAY = r"(?:sa(?:id|ys?|ying)|ha[sd]|have|having|wr(?:ote|ites?|ite)|post(?:s|ed)?)"
SPOKEN = {
    "dislikes": (
        r"(?:moan|complain|whin|whing|slag|slat|rant|bitch|hat|dislik|bash|trash|diss|criticis|criticiz|bad-?mouth|"
        rf"dunk|gripe|grumbl)(?:e[sd]?|s|t?ed|ged|d|ing|ging)?|haters?|critics?|detractors?|moaners?|"
        rf"{_SAY}(?: (?:any|some)thing)? (?:bad|negative|nasty|mean|critical)"
        r"(?: (?:things?|stuff|words?))?(?: to say)?|"
        r"(?:negative|fed up|annoyed|angry|unhappy|mad|sick)"
    ),
    "likes": rf"(?:lov|lik|prais|ador|recommend)(?:e[sd]?|s|ed|ing)?|fans?|"
    rf"{_SAY}(?: (?:any|some)thing)? (?:good|nice|positive)(?: (?:things?|stuff|words?))?(?: to say)?|positive",
    "names": r"(?:mention|nam|discuss)(?:e[sd]?|s|ed|ing)?|talk(?:s|ed|ing)? about",
}  # fmt: skip
_OBJECT = (
    r"(?: (?:off|on|about|of|with|at|toward|towards|by|over))*(?: (?P<what>it|them|this|that|the brand|the product))?"
)
# Behind a pronoun, or behind nothing, the clause has to end; behind anything else it is about that.
_END = r"(?: (?:off|at all|though|either|please|pls|already|before))*\s*(?:[.,;:!?]|$|\band\b|\bor\b|\bbut\b)"
CLAUSES = {
    lead: {how: re.compile(rf"\b{said}{_WHO}(?:{verbs})\b{_OBJECT}{_END}", re.IGNORECASE)
           for how, verbs in SPOKEN.items()}
    for lead, said in (("never_", _OUT), ("", _ONLY))
}  # fmt: skip
OF_A_NAME = {
    how: re.compile(rf"\b{_OUT}{_WHO}(?:{verbs})\b(?: (?:off|on|about|of|with|at|by|over))* *(?:the )?$", re.IGNORECASE)
    for how, verbs in SPOKEN.items()
}
SLOTS = ("likes", "dislikes", "names", "never_likes", "never_dislikes", "never_names")


def with_attitudes(reading: QuestionReading, known: Mapping[str, str]) -> QuestionReading:
    """``reading`` with who is wanted or not for how they speak of ``IT``, or of a name that the index knows."""
    if {*SLOTS, "without", "exclude"} & reading.slots.keys():
        return reading
    for lead, clauses in CLAUSES.items():
        for how, clause in clauses.items():
            if clause.search(reading.text):
                return replace(reading, slots={**reading.slots, lead + how: [IT]})
    for said, kind in known.items():
        place = reading.text.find(said)
        for how, clause in OF_A_NAME.items():
            if kind == "name" and place >= 0 and clause.search(reading.text[:place]):
                slots = {name: at for name, at in reading.slots.items() if said not in at}
                return replace(reading, slots={**slots, f"never_{how}": [said]})
    return reading
