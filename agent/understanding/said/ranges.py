"""Several entries of a list at once, "leave out the first two", "what do the top three talk about", each of them, and a
list made shorter by name of its beginning, "just the top 3".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.selection.numbers import as_number

if TYPE_CHECKING:
    from agent.understanding.context import CallContext
    from agent.understanding.reader import QuestionReading

_NUMBER = r"two|three|four|five|six|seven|eight|nine|ten|\d{1,3}"
# Not "the top 5 posters", which asks for a new list: behind it the list itself is spoken of, or nothing.
FEW = re.compile(
    rf"\b(?P<end>first|top|last|bottom) (?P<n>{_NUMBER})\b(?=\s*(?:[?.!,;:–—-]|$|ones\b|"
    r"of (?:them|those|these)\b|there\b|only\b|please\b|pls\b|talk|say|said|"
    r"tell|have\b|are\b|do\b|did\b|and\b|again\b|out\b|off\b))",
    re.IGNORECASE,
)
OUT = re.compile(
    r"\b(?:drop|leav(?:e|ing) out|exclud\w+|without|not|skip|remove|minus|except(?: for)?|ditch|bin|lose|cut|take out|"
    r"ignor\w+)(?: of)?(?: the| those| these)?\s*$|\b(?:take|leave|kick|throw|cut)(?: the)?\s*$",
    re.IGNORECASE,
)
OF_PEOPLE = re.compile(r"\b(?:handles?|users?|people)\b", re.IGNORECASE)
POINTED = re.compile(r"\b(?:the|those|these)\s+$", re.IGNORECASE)
EACH = re.compile(  # not "for each month", which is a ranking of months
    rf"\b(?:for|of|about|from|by|on) (?:each|every)(?: single)?(?: one)?(?: (?:of|in))?"
    rf"(?: (?:the|them|those|these|it))?(?: (?P<end>first|top))?(?: (?P<n>{_NUMBER}))?"
    r"(?: (?:ones?|people|persons?|brands?|names?|communities|entr\w+))?"
    r"(?=\s*(?:[,.;:?!–—-]|$|(?:tell|give|show|list|say|find|pull|what|how|who|which|whats|why|the|their|and)\b))|"
    r"\beach of (?:them|those|these)\b|\b(?:them|those|these) each\b",
    re.IGNORECASE,
)
SHORTER = re.compile(
    rf"(?:(?:ok(?:ay)?|so|and|now|then|please|pls|just|only|actually|can|could|you|show|give|list|keep|tell|send|want|"
    r"need|i|me|us|the|handles?|names?|users?|of|for|in|people|ones?|results?|with|from|that|this|list|them|thanks|ta|"
    rf"(?:top|first) (?P<n>{_NUMBER}))[\s,.!?]*)+",
    re.IGNORECASE,
)


def with_few(reading: QuestionReading, context: CallContext) -> QuestionReading:
    """``reading`` with the several entries of the list before that are pointed at, in place of one and of a length."""
    match = FEW.search(reading.text)
    if not match or not context.listed or EACH.search(reading.text) or SHORTER.fullmatch(reading.text.strip()):
        return reading
    slots = {name: at for name, at in reading.slots.items() if name not in ("limit", "count")}
    points, out = dict(reading.points), OUT.search(reading.text[: match.start()])
    # "The top three" of a list that is shown, and not "which brands are named most, top 3?"
    if not out and not (POINTED.search(reading.text[: match.start()]) and (points.get("refers") or "nth" in slots)):
        return reading
    if out:
        points |= {"role": "exclude", "edit": "edit"}
    elif points.get("role") not in ("exclude", "users"):
        points |= {"role": "among"}
    return replace(reading, slots={**slots, "nth": [match[0]]}, points=points)


def few(said: str, listed: tuple[str, ...]) -> list[str]:
    """The entries of a list that "first two" or "last three" means; none for one place alone."""
    match = FEW.fullmatch(said.strip())
    number = as_number(match["n"]) if match else None
    if match is None or not number:
        return []
    return list(listed[:number] if match["end"].lower() in ("first", "top") else listed[-number:])


def shorter(question: str, context: CallContext) -> tuple[str, dict[str, Any]] | None:
    """The call of the last list with the length that is asked for, where nothing else is: "just the top 3 handles"."""
    from tools.registry import arguments_model

    match = SHORTER.fullmatch(question.strip())
    number = as_number(match["n"]) if match and match["n"] else None
    if not number or not context.lists:
        return None
    if OF_PEOPLE.search(question) and context.lists[-1].kind != "people":
        return None
    call = context.lists[-1]
    length = next((name for name in ("limit", "count") if name in arguments_model(call.tool).model_fields), "")
    return (call.tool, {**call.args, length: number}) if length else None


def entries_of_each(question: str, context: CallContext, most: int) -> list[str]:
    """The entries of the last list for each of which ``question`` asks, ``most`` at most; none if it does not, or if
    there are more and it names no number: then it is about all of them together.
    """
    match = EACH.search(question)
    if not match or not context.listed or context.kind == "posts":
        return []
    number = as_number(match["n"]) if match["n"] else None
    listed = list(dict.fromkeys(context.listed))
    return listed[: min(number, most)] if number else listed if len(listed) <= most else []
