"""Saved audiences that a question names: they are found before any model reads it, and kept to in the calls it makes.

"How do my Spring runners feel about Nike?" is read as "How do people feel about Nike?", and the call that comes of it
is given ``among=["Spring runners"]``. What is asked of the audiences themselves ("who is in Spring runners?", "compare
Spring runners with Trail fans") is a call of its own, which no model has to make.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from index.audiences import Audience, key_of

if TYPE_CHECKING:
    from tools.library import Library

READ_AS = "read_as"  # under which a message has what was found in it
_OWN = r"(?:(?:my|our|the|these|those|this|that|saved|own|whole|entire|all)\s+)*"
_KIND = r"(?:\s+(?:audience|group|segment|list|people|members|ones|folks|crowd))?"
_OUT = (
    r",?\s*\b(?:but\s+)?(?:except(?:\s+for)?|excluding|without|leaving\s+out|apart\s+from|aside\s+from|other\s+than|"
    r"besides|but\s+not|not\s+(?:in|among|of)|who\s+(?:are\s+not|aren't|is\s+not|isn't)\s+in)\s+"
)
_LIKE = r"(\b(?:like|similar\s+to|resembl\w+|alike|lookalikes?\s+(?:of|for|to)))\s+"
_PART = (
    r"\b(who|anyone|anybody|someone|somebody|everyone|everybody|nobody|people|those|members|users)\s+"
    r"(?:of|among|amongst|in|from|within)\s+"
)
_WHICH = r"\b(?:which|what)\s+(?:of|among|amongst|in|from)\s+"
_SOME = r"\b(how\s+many|any|some|most|many|none|one|each|every)\s+(?:of|among|amongst|in|from)\s+"
_OF = r",?\s*\b(?:in|among|amongst|within|from|for|of|by|with)\s+"
_SHOW = re.compile(
    r"(?:please\s+)?(?:(?:can|could)\s+you\s+)?(?:show|open|list|see|tell|describe|who(?:'s|\s+is|\s+are)?|what(?:'s|\s+is|\s+are)?|"
    r"how\s+many|me|us|about|in|is|are|of|people|there|belong|belongs|to|again|please|\s|[?.!,])*",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"(?:please\s+)?(?:(?:can|could)\s+you\s+)?(?:compare|comparison|of|with|to|and|versus|vs\.?|against|between|overlap|"
    r"difference|differences|what|which|how|who|is|are|do|does|differ|differs|from|each|other|both|in|common|have|"
    r"sets?|apart|the|distinguishes|side\s+by|show|me|\s|[?.!,])*",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"\b(?:compare|comparison|versus|vs|against|overlap|differ\w*|common|apart|distinguish\w*|both)\b", re.I
)


@dataclass(frozen=True)
class NamedAudiences:
    """A ``question`` without the audiences that it names: those that calls are to be ``among``, and those to leave out
    (``exclude``). ``call`` is the one that such a question is by itself, with its arguments.
    """

    question: str
    among: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    call: str = ""
    args: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, to be kept with the message."""
        return {**asdict(self), "among": list(self.among), "exclude": list(self.exclude)}

    @classmethod
    def of(cls, message: Any) -> NamedAudiences | None:
        """What was found in a question of a conversation."""
        found = getattr(message, "additional_kwargs", {}).get(READ_AS)
        if not isinstance(found, Mapping):
            return None
        among, exclude = (tuple(found.get(name, ())) for name in ("among", "exclude"))
        return cls(str(found["question"]), among, exclude, str(found.get("call", "")), dict(found.get("args", {})))


def named_audiences(
    question: str, kept: Iterable[Audience], is_said: Callable[[str], bool] = lambda name: False
) -> NamedAudiences | None:
    """The saved audiences that a question names in so many words; None if it names none.

    A name that ``is_said`` in the posts too must be pointed at ("my Coffee people", "the audience Coffee").
    """
    names = sorted((each.name for each in kept), key=len, reverse=True)
    names = [
        name for name in names if _whole(name).search(question) and (_pointed(name, question) or not is_said(name))
    ]
    if not names:
        return None
    return _asked_of(question, names) or _read(question, names)


def said_here(library: Library, name: str) -> bool:
    """Whether posts use the words of a name, or a community is called so."""
    rows = library.facts.rows("SELECT 1 FROM posts WHERE contains(lower(text), lower($name)) LIMIT 1", {"name": name})
    return bool(rows) or key_of(name) in {key_of(place) for place in library.communities}


def as_read(message: Any) -> Any:
    """A question as models read it."""
    named = NamedAudiences.of(message)
    return message.model_copy(update={"content": named.question}) if named is not None else message


def by_itself(named: NamedAudiences, messages: Sequence[Any]) -> Any:
    """What is said next to a question about audiences alone: its one call, then what that brought; else None."""
    from langchain_core.messages import AIMessage, HumanMessage

    if not named.call:
        return None
    if isinstance(messages[-1], HumanMessage):
        call = {"name": named.call, "args": dict(named.args), "id": uuid.uuid4().hex, "type": "tool_call"}
        return AIMessage("", tool_calls=[call])
    return AIMessage(str(messages[-1].text))


def kept_to(named: NamedAudiences, reply: Any) -> Any:
    """A model's reply, its calls kept to the audiences that the question named, as far as the tools can."""
    for message in getattr(reply, "result", ()):
        for call in getattr(message, "tool_calls", ()):
            call["args"] = _with_audiences(named, call["name"], call["args"])
    return reply


def _with_audiences(named: NamedAudiences, tool: str, args: Mapping[str, Any]) -> dict[str, Any]:
    from tools.registry import TOOLS, arguments_model

    fields = arguments_model(tool).model_fields if tool in TOOLS else {}
    found = dict(args)
    if named.among and "among" in fields:
        found["among"] = list(named.among)
    if named.exclude and "exclude" in fields:
        found["exclude"] = list(dict.fromkeys([*(found.get("exclude") or ()), *named.exclude]))
    return found


def not_kept_to(named: NamedAudiences, calls: Sequence[Any]) -> list[str]:
    """The audiences that no call was kept to, quoted."""
    missing = []
    for name, audiences in (("among", named.among), ("exclude", named.exclude)):
        taken = {key_of(str(each)) for call in calls for each in call.args.get(name) or ()}
        missing += [f'"{each}"' for each in audiences if key_of(each) not in taken]
    return missing if calls else []


def _whole(name: str) -> re.Pattern[str]:
    """The name as a whole, in any case, with any signs between its words."""
    words = r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s_-]+", name))
    return re.compile(rf"(?<![\w@]){words}(?!\w)", re.IGNORECASE)


def _pointed(name: str, question: str) -> bool:
    whole = _whole(name).pattern
    before, after = (
        r"(?:\b(?:my|our|audience|segment|group|list)\s+|[\"“'‘])",
        r"(?:\s+(?:audience|segment|list)\b|[\"”])",
    )
    return re.search(f"{before}{whole}|{whole}{after}", question, re.IGNORECASE) is not None


def _phrase(name: str) -> str:
    """The name with what belongs to it: "my Spring runners audience", "the audience 'Spring runners'"."""
    return rf"{_OWN}(?:audience\s+|group\s+|segment\s+|list\s+)?[\"“'‘]?{_whole(name).pattern}[\"”'’]?{_KIND}"


def _asked_of(question: str, names: Sequence[str]) -> NamedAudiences | None:
    """A question that is about the audiences alone."""
    places = {name: match.start() for name in names if (match := _whole(name).search(question))}
    ordered = sorted(places, key=places.__getitem__)
    rest = question
    for name in names:
        rest = re.sub(_phrase(name), " ", rest, flags=re.IGNORECASE)
    if len(ordered) == 1 and _SHOW.fullmatch(rest):
        return NamedAudiences(question, call="show_audience", args={"name": ordered[0]})
    if len(ordered) == 2 and _COMPARE.fullmatch(rest) and _COMPARING.search(rest):
        return NamedAudiences(
            question, call="compare_audiences", args=dict(zip(("first", "second"), ordered, strict=True))
        )
    return None


def _read(question: str, names: Sequence[str]) -> NamedAudiences:
    """The question as it would be asked of everybody."""
    among, exclude, read = dict[str, None](), dict[str, None](), question

    def swap(pattern: str, instead: str) -> bool:
        nonlocal read
        read, found = re.subn(pattern, instead, read, flags=re.IGNORECASE)
        return bool(found)

    for name in names:
        phrase = _phrase(name)
        if swap(_OUT + phrase, ""):
            exclude[name] = None
        if swap(_LIKE + phrase, rf"\1 @{_alias(name)}"):
            continue  # whom others are to be like, which tools take as they take handles
        whose = rf"{_OWN}(?<![\"“'‘]){_whole(name).pattern}{_KIND}['’]s?(?!\w)"
        found = [
            swap(pattern, instead)
            for pattern, instead in (
                (whose, "people's"),
                (_PART + phrase, r"\1"),
                (_WHICH + phrase, "who"),
                (_SOME + phrase, r"\1 people"),
                (_OF + phrase, ""),
                (phrase, "people"),
            )
        ]
        if any(found):
            among[name] = None
    plain = re.sub(r"\bpeople(?:(?:\s*,|\s+(?:and|or))\s+people)+\b", "people", " ".join(read.split()))
    plain = re.sub(r"\s+([?.!,;:])", r"\1", plain)
    return NamedAudiences(plain, tuple(among), tuple(exclude))


def _alias(name: str) -> str:
    return re.sub(r"\W+", "_", name.casefold()).strip("_")
