"""What came before a question: the last call and what its result listed, so that "the second one" is somebody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
# One post of those shown; "the top post" and "her first post" are asked for anew.
POST_POINTER = re.compile(
    rf"\bthe ({'|'.join(ORDINALS.split()[1:])}|\d+(?:st|nd|rd|th))\s+(?:post|quote|comment|tweet)\b"
    r"(?! (?:about|in|of|from|by|that|with|on)\b)",
    re.IGNORECASE,
)
SHOWN_CHARACTERS = 40  # of each argument in the context of a question


@dataclass(frozen=True)
class CallContext:
    """The last call: the user's ``question``, the ``tool`` and its ``args`` as they were written.

    ``listed`` are the people or names, best first, of the last result that had a list, and ``kind`` says which; of
    posts they are the authors. ``lists`` are the calls that brought lists, the last one last; ``later`` are the
    arguments of the next part of the same question. ``authors`` are those of the posts that the last result quoted.
    """

    question: str = ""
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    kind: str = "people"
    lists: tuple[CallContext, ...] = ()
    later: Mapping[str, Any] = field(default_factory=dict)
    authors: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The call in words, as the question reader is shown it; empty if there was none."""
        return described(self.tool, self.args, self.question) if self.tool else ""

    @property
    def people(self) -> tuple[str, ...]:
        return self.listed if self.kind in ("people", "posts") else ()

    @property
    def is_list(self) -> bool:
        """Whether the last call brought a list itself."""
        return bool(self.lists) and (self.lists[-1].tool, self.lists[-1].args) == (self.tool, self.args)

    def at_list(self) -> CallContext:
        """The context at the last list, as if nothing had been asked behind it."""
        return replace(self.lists[-1], lists=self.lists) if self.lists else self

    @classmethod
    def of(cls, messages: Sequence[BaseMessage]) -> CallContext:
        """From a conversation up to the question that is to be read, which is left out."""
        question, found = "", cls()
        lists: list[CallContext] = []
        calls: dict[str, CallContext] = {}
        listed: tuple[tuple[str, ...], str] = ((), "people")
        authors: tuple[str, ...] = ()
        for message in messages:
            if isinstance(message, HumanMessage):
                question = str(message.text)
            elif isinstance(message, AIMessage) and message.tool_calls:
                call = message.tool_calls[0]
                found = cls(question, call["name"], dict(call["args"]))
                calls[str(call["id"])] = found
            elif isinstance(message, ToolMessage) and (made := calls.get(str(message.tool_call_id))):
                brought = _listed(message, made.args)
                authors = _authors(message) or authors
                listed = brought or listed
                lists += [replace(made, listed=brought[0], kind=brought[1])] if brought else []
        return replace(found, listed=listed[0], kind=listed[1], lists=tuple(lists), authors=authors)


def _authors(message: ToolMessage) -> tuple[str, ...]:
    """Who wrote the posts that a result quotes, in their order."""
    result = getattr(message.artifact, "result", None)
    return tuple(post.author for post in result.evidence) if result is not None else ()


def _listed(message: ToolMessage, args: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """What a result lists, and of which kind that is; None for a result without a list, and for one about a single
    person.
    """
    result = getattr(message.artifact, "result", None)
    listing = getattr(result, "listing", None)
    if listing is None or not listing.names or (listing.kind in ("people", "posts") and "user" in args):
        return None
    if listing.kind == "posts" and result is not None:
        authors = {post.id: post.author for post in result.evidence}
        return tuple(authors.get(id_, "") for id_ in listing.names), "posts"
    return tuple(map(str, listing.names)), listing.kind


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


def post_pointer_in(question: str) -> str:
    """The words that point at a post, as in "the *third* post"; empty if there are none."""
    found = POST_POINTER.search(question)
    return found[1] if found else pointer_in(question)


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
