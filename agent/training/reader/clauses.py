"""Questions of several parts: ``phrasings/clauses.txt`` has them parted by `` || ``, with the calls behind ``=>``.

In calls, ``$winner`` (or ``$first``, ``$second``, ``$last``, ``$loser``, ``$people``) stands for what the result before
listed, ``$subject``, ``$user``, ``$community`` and ``$period`` for what the call before was about, and ``$next`` for
what only the part behind it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.training.banks import constants_of, rows_of, split
from agent.training.conversations import Conversations, as_arguments, ordered
from agent.training.fillers import Fillers, names_in
from agent.training.follow_ups import subject_of
from agent.training.reader.question import Question
from agent.understanding.calls import SUBJECT
from agent.understanding.context import CallContext, pointer_in
from agent.understanding.labels import ROLES, SEVERAL
from tools.registry import arguments_model

PLACES = {"winner": "first", "loser": "last"}  # what a place is called where it is no number
LISTED = {  # what the result of a tool lists; people where nothing is said
    "extract_entities": "names", "extract_keywords": "phrases", "compare_brands": "names", "summarize_themes": "themes",
    "list_segments": "segments", "search_posts": "posts", "compare_periods": "phrases", "count": "", "get_profile": "",
}  # fmt: skip
OF = {"post": "posts", "person": "people", "community": "communities", "name": "names", "phrase": "phrases"}
BY = {"community": "communities", "user": "people"}


@dataclass(frozen=True)
class Part:
    """One part of a question: its words, its ``tool``, and its arguments as they are written in the phrasing."""

    say: str
    tool: str
    constants: Mapping[str, str]

    @property
    def symbols(self) -> dict[str, str]:
        return {name: value[1:] for name, value in self.constants.items() if value.startswith("$")}


class Clauses:
    """Draws such questions with the generator and the fillers of ``conversations``; every twentieth is held out."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations, self.random = conversations, conversations.random
        self.rows = split([_parts(row) for row in rows_of("clauses")], conversations.held_out)

    def draw(self) -> list[Question]:
        """A question of several parts: whole, to be parted, and each part behind the one before."""
        while True:
            found = self._questions(self.random.choice(self.rows))
            if found:
                return found

    def _questions(self, parts: Sequence[Part]) -> list[Question]:
        said = [self._filled(part) for part in parts]
        texts = [text for text, _ in said]
        starts = [sum(len(text) + 1 for text in texts[:place]) for place in range(1, len(texts))]
        found = [Question(" ".join(texts), parts[0].tool, {}, starts=tuple(starts), heads=frozenset({"starts"}))]
        earlier, later = CallContext(), [*(values for _, values in said[1:]), {}]
        for part, (text, values), behind in zip(parts, said, later, strict=True):
            question = self._part(part, text, values, earlier, behind)
            if question is None:
                break
            found.append(question)
            earlier = after(question, self.conversations.fillers)
        return found

    def _filled(self, part: Part) -> tuple[str, dict[str, Any]]:
        fields = arguments_model(part.tool).model_fields
        counted = "count" in fields and "limit" not in fields
        text, values = self.conversations.said(part.say.replace("{limit}", "{count}") if counted else part.say, {})
        return text.strip(), values

    def _part(
        self, part: Part, text: str, values: dict[str, Any], earlier: CallContext, after: Mapping[str, Any]
    ) -> Question | None:
        """One part behind the call before it; None if it points at what is not there."""
        said = as_arguments(part.tool, values)
        plain = {name: value for name, value in part.constants.items() if not value.startswith("$")}
        args = {**constants_of(part.say, " ".join(f"{name}={value}" for name, value in plain.items())), **said}
        points: dict[str, str] = {}
        for name, symbol in part.symbols.items():
            found = self._pointed(name, symbol, earlier, as_arguments(part.tool, dict(after)))
            if found is None:
                return None
            value, points_at = found
            if symbol == "period" and "since" in earlier.args:
                args |= {end: earlier.args[end] for end in ("since", "until") if end in earlier.args}
            else:
                args |= {"since": value, "until": value} if name == "during" else {name: value}
            points |= {name: points_at} if points_at else {}
        try:
            args = ordered(part.tool, args)
        except ValueError:
            return None
        nth = pointer_in(text) if points.keys() & {"user"} and earlier.kind in ("people", "posts") else ""
        return Question(text, part.tool, args, earlier, nth, "clause" if earlier.tool else "", points=points)

    def _pointed(
        self, name: str, symbol: str, earlier: CallContext, after: Mapping[str, Any]
    ) -> tuple[Any, str] | None:
        """The value that ``symbol`` stands for, and what is pointed at, "" where the argument is carried over."""
        args, listed, many = earlier.args, earlier.listed, name in SEVERAL
        role = "subject" if name in ("campaign", "topic", "query") else name
        if role not in ROLES:
            return None
        if symbol == "subject":
            value = subject_of(args)
            return None if not value else (value, "") if role == "subject" else ([value] if many else value, "subject")
        if symbol in ("user", "community"):
            value = args.get(symbol)
            return None if not value else (value, "") if name == symbol else ([value] if many else value, "person")
        if symbol == "period":
            value = args.get("since") or args.get("after")
            return (value, "" if args.get("since") else "last") if value else None
        if symbol == "next":
            value = after.get({"during": "since"}.get(name, name))
            if role == "subject":
                value = next((after[each] for each in SUBJECT.values() if each in after), None)
            return (value, "next") if value else None
        if symbol == "people":
            return (list(listed), "all") if many and listed and earlier.kind in ("people", "posts") else None
        place = {"first": 0, "second": 1, "last": -1}.get(PLACES.get(symbol, symbol))
        if place is None or len(listed) < 2:
            return None
        return [listed[place]] if many else listed[place], PLACES.get(symbol, symbol)


def after(question: Question, fill: Fillers) -> CallContext:
    """``question`` as the call before, with a list as its tool makes one."""
    args, tool = question.args, question.kind
    of = LISTED.get(tool, "people")
    if tool == "rank":
        of = OF.get(args["of"], "times")
    elif "by" in args:
        of = BY.get(args["by"], "times")
    number = fill.random.choice([2, 3, 5, 8])
    if tool == "compare_brands":
        listed = list(args["brands"])
    elif of in ("people", "posts"):
        listed = fill.handles(number)
    elif of == "times":
        listed = [fill.date("during") for _ in range(number)]
    elif of:
        drawn = [fill.community() if of == "communities" else fill.brand(names_in(args)) for _ in range(number)]
        listed = list(dict.fromkeys(drawn))
    else:
        listed = list(question.earlier.listed)
    return CallContext(question.text, tool, args, tuple(listed), of or question.earlier.kind)


def _parts(row: str) -> list[Part]:
    """Raises ValueError for a row whose words and calls are not of the same number."""
    words, _, calls = row.partition(" => ")
    parts = []
    for say, call in zip(words.split(" || "), calls.split(" || "), strict=True):
        tool, *constants = call.split()
        parts.append(Part(say.strip(), tool, dict(pair.split("=", 1) for pair in constants)))
    return parts
