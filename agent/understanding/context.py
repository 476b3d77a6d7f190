"""What came before a question: the last call and what its result listed, so that "the second one" is somebody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from tools.selection.numbers import as_number

ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
PLACES = {word: place for place, word in enumerate(ORDINALS.split())} | {"top": 0, "best": 0, "former": 0, "1st": 0}
FROM_THE_END = {"last": -1, "bottom": -1, "latter": -1, "worst": -1, "final": -1}
_NTH = rf"{ORDINALS.replace(' ', '|')}|last|top|bottom|former|latter|\d+(?:st|nd|rd|th)"
POINTER = re.compile(
    rf"\b((?:second to )?(?:{_NTH}))(?=\s+(?:one|person|user|guy|woman|man|match|name|account|of (?:them|those))\b)|"
    rf"\bthe ({_NTH})(?=\s*[?.!]*$)|(?<!\w)(#\d+|number (?:\d+|one|two|three|four|five)|no\.? ?\d+)\b",
    re.IGNORECASE,
)
SHOWN_CHARACTERS = 40  # of each argument in the context of a question


@dataclass(frozen=True)
class CallContext:
    """The last call: the user's ``question``, the ``tool`` and its ``args`` as they were written.

    ``listed`` are the people or names, best first, of the last result that had a list; of posts their authors.
    """

    question: str = ""
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    are_people: bool = True
    are_posts: bool = False

    @property
    def text(self) -> str:
        """The call in words, as the question reader is shown it; empty if there was none."""
        return described(self.tool, self.args, self.question) if self.tool else ""

    @property
    def people(self) -> tuple[str, ...]:
        return self.listed if self.are_people or self.are_posts else ()

    @classmethod
    def of(cls, messages: Sequence[BaseMessage]) -> CallContext:
        """From a conversation whose last message is the question that is to be read."""
        question, found = "", cls()
        calls: dict[str, Mapping[str, Any]] = {}
        listed: tuple[tuple[str, ...], bool, bool] = ((), True, False)
        for message in messages[:-1]:
            if isinstance(message, HumanMessage):
                question = str(message.text)
            elif isinstance(message, AIMessage) and message.tool_calls:
                call = message.tool_calls[0]
                calls[str(call["id"])] = call["args"]
                found = cls(question, call["name"], dict(call["args"]))
            elif isinstance(message, ToolMessage):
                listed = _listed(message, calls.get(str(message.tool_call_id), {})) or listed
        return cls(found.question, found.tool, found.args, *listed)


def _listed(message: ToolMessage, args: Mapping[str, Any]) -> tuple[tuple[str, ...], bool, bool] | None:
    """What a result lists, and whether these are people, or authors of posts; None for a result without a list, and
    for one about a single person.
    """
    result = getattr(message.artifact, "result", None)
    listing = getattr(result, "listing", None)
    if listing is None or not listing.names or (listing.kind in ("people", "posts") and "user" in args):
        return None
    if listing.kind == "posts" and result is not None:
        authors = {post.id: post.author for post in result.evidence}
        return tuple(authors.get(id_, "") for id_ in listing.names), False, True
    names = () if listing.kind == "times" else listing.names  # a time is no subject
    return tuple(map(str, names)), listing.kind == "people", False


def described(tool: str, args: Mapping[str, Any], question: str) -> str:
    """``find audience; campaign Nike; limit 5 | who would go for Nike? five will do``."""
    said = [
        f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in args.items()
    ]
    return "; ".join([tool.replace("_", " "), *(text[:SHOWN_CHARACTERS] for text in said)]) + " | " + question


def pointer_in(question: str) -> str:
    """The words that point into a list, as in "why the *second* one?"; empty if there are none."""
    found = POINTER.search(question)
    return next(filter(None, found.groups()), "") if found else ""


def place_of(said: str) -> int | None:
    """The place in a list that is meant: "second" is 1, "#3" 2, "last" -1, "second to last" -2; None if none is."""
    words = re.findall(r"[a-z]+|\d+", said.casefold())
    numbers = [place for word in words if (place := _place(word)) is not None]
    end = next((FROM_THE_END[word] for word in words if word in FROM_THE_END), None)
    if end is None:
        return numbers[0] if numbers else None
    return end - numbers[0] if numbers and numbers[0] else end


def _place(word: str) -> int | None:
    if word.isdecimal():
        return int(word) - 1 if 0 < int(word) <= 1000 else None
    return PLACES[word] if word in PLACES else number - 1 if (number := as_number(word)) else None
