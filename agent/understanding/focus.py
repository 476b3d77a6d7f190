"""What of a question asks, and what only tells where it comes from: "We lost our old spaniel in March. Which dog post
had the most replies?" asks for no month.

People explain themselves before they ask. The question reader has mostly seen what asks, and takes a time, a number or
a name out of the rest for a condition.
"""

from __future__ import annotations

import re

FEWEST = 3  # words of what asks
SENTENCE = re.compile(r"(?<=[.?!])(?<!\bvs\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)(?<!\bno\.)\s+(?=[\w@\"“'])")
SELF = re.compile(r"\b(?:I|we|my|our|us|me|mine|ours)\b", re.IGNORECASE)
OF_MYSELF = re.compile(
    r"(?:(?:and|but|so|well|hello|hi|oh|now|no|yes)\b[\s,]*)*(?:I|we|my|our|me again)\b", re.IGNORECASE
)
ASKS = re.compile(
    r"\?|\b(?:who|whom|whose|which|what|how|when|where|why|whether|find|show|give|gimme|list|name|tell|rank|compare|"
    r"count|summari[sz]e|write|draft|brief|pull|quote|need|want|wants|looking|look|like to|interested in|identify|"
    r"please|pls|can|could|any|anyone|anybody|someone|somebody|only|just|without|exclude|drop|leave|remove|add|same|"
    r"instead|mean|meant|sorry|sell|selling|launch\w*|campaign|ad|ads|advert\w*|promot\w*|plan\w*|target\w*|"
    r"compar\w*|make|makes|making|produc\w*|brew\w*|open\w*|offer\w*|build\w*|creat\w*|design\w*|stock\w*|"
    r"introduc\w*|releas\w*)\b",
    re.IGNORECASE,
)
SMALL = re.compile(
    r"(?:(?:oh|well|ah|hi|hello|hey|good (?:morning|afternoon|evening)|dear|thanks?(?: you)?|ta|cheers|great|lovely|"
    r"fine|"
    r"ok(?:ay)?|right|good|perfect|nice|i see|how (?:lovely|nice|kind|interesting|funny)|very|so|much|that'?s|all|then|"
    r"got it|understood|hm+|wow|interesting)\b[\s,.!]*)+",
    re.IGNORECASE,
)
# Where the question itself begins, behind which nobody tells of themselves any more.
BEGINS = re.compile(
    r"\b(?:what (?:I|we)(?:'d| would| really| just)?(?: like| love| want| need)?(?: to know)?(?: first(?: of all)?)?"
    r"(?: is|'s)|"
    r"what I'?m after is|I(?:'m| was| am)? (?:just )?wondering(?: if| whether)?|was wondering(?: if| whether)?|"
    r"(?:so )?my question is|(?:I|we)(?:'d| would| should)? (?:like|need|want|wanted)(?: to)? (?:know|ask|find out)"
    r"(?: if| whether)?|(?:(?:could|can|would|will) you|you (?:could|can|would)) (?:please |kindly )?tell (?:me|us)"
    r"(?: if| whether)?)\b[:,]?\s*",
    re.IGNORECASE,
)
POINTS_BACK = re.compile(
    r"\b(?:it|its|them|they|their|theirs|those|these|that|this|him|his|her|hers|he|she|one|ones)\b", re.IGNORECASE
)
BECAUSE = re.compile(
    r"(?:,?\s+(?:because(?! of)|'?cos|coz|cus|bc)\b|,\s+(?:as|since) (?:I|we|my|our)\b|,?\s+mind you\b|"
    r",?\s+so (?:that )?(?:I|we) (?:can|could|know)\b|"
    r",?\s+(?:I|we)(?:'d| would| do)? (?:suppose|guess|reckon|think|imagine|gather|hope)\b)[^.?!;]*?"
    r"(?=[.?!;]|,? and (?:of|then|also|which|who|how|what)\b|$)",
    re.IGNORECASE,
)


def focus(question: str) -> str:
    """The part of ``question`` that asks; all of it where nothing else is sure to be there, or where what asks points
    back at the rest ("do they like it?").
    """
    if '"' in question or "“" in question or ":" in question:  # a text or an ad that was pasted
        return question
    asking = " ".join(part for part in SENTENCE.split(question) if not is_background(part))
    asking = BECAUSE.sub(_dropped, _from_the_question_on(_from_the_question_on(asking))).strip()
    if len(asking.split()) < FEWEST or asking == question:
        return question
    gone = len(question.split()) - len(asking.split())
    return question if gone and _points_back(question, asking) else asking


def is_background(sentence: str) -> bool:
    """Whether ``sentence`` asks nothing: it tells of whoever asks, or is mere politeness."""
    if SMALL.fullmatch(sentence):
        return True
    return bool(OF_MYSELF.match(sentence)) and not ASKS.search(sentence)


def _dropped(match: re.Match[str]) -> str:
    """A reason is left out behind a question, not where it stands first."""
    return "" if len(match.string[: match.start()].split()) > FEWEST else match[0]


def _from_the_question_on(asking: str) -> str:
    """Without what stands before "what I'd like to know is"."""
    match = BEGINS.search(asking)
    if match is None:
        return asking
    before, rest = asking[: match.start()], asking[match.end() :]
    # What was asked before, "rank them and tell me", is no background.
    told = not before.strip() or SMALL.fullmatch(before.strip()) or SELF.search(before)
    asked_before = re.search(r"\?|\b(?:find|show|give|list|rank|compare|count|write|pull)\b", before, re.IGNORECASE)
    return rest if told and not asked_before and len(rest.split()) >= FEWEST else asking


def _points_back(question: str, asking: str) -> bool:
    """Whether ``asking`` has a pronoun for what only the rest of ``question`` says."""
    rest = question.replace(asking, " ") if asking in question else question
    named = re.search(r"(?<=[a-z,] )[A-Z][a-z]+|\d|@", rest)
    return bool(POINTS_BACK.search(asking)) and bool(named)
