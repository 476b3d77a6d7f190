"""Changes of a list: ``phrasings/edits.txt`` has what people say to change one, with what that means behind ``=>``.

``drop=`` takes an argument away (``period``, ``all`` or ``last``: the last change), ``how=`` says whether what is said
is added to what stood there or comes instead, ``limit=`` changes how many there are (``more``, ``fewer``, ``double``,
``half``), and ``exclude=$first`` and the like point into the list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.training.banks import constants_of, rows_of, split
from agent.training.conversations import Conversations, as_arguments, ordered
from agent.training.fillers import SLOT, names_in
from agent.training.reader.clauses import after
from agent.training.reader.question import Question
from agent.understanding.calls import SUBJECT
from agent.understanding.context import CallContext, pointer_in
from agent.understanding.labels import SEVERAL
from agent.understanding.pointing import changed_limit
from tools.registry import arguments_model

LISTING = ("find_audience", "find_lookalikes", "rank", "search_posts", "summarize_themes", "count", "list_segments")
CHANGED = ("campaign", "topic", "query", "community", "users", "user")  # what an edit may put in another's place
PERIOD = ("since", "until")
WHAT = ("campaign", "topic", "query", "users", "of", "by", "user", "order")  # what a list is about, whatever is dropped
PLACES = {"first": 0, "second": 1, "last": -1, "user": 0}
POINTS = {"user": "person", "people": "all"}


@dataclass(frozen=True)
class Edit:
    """One change: its words, and what it means (see above); ``constants`` are arguments that it sets or points at."""

    say: str
    drop: str
    how: str
    limit: str
    constants: Mapping[str, str]

    @classmethod
    def of(cls, row: str) -> Edit:
        say, _, written = row.partition(" => ")
        constants = dict(pair.split("=", 1) for pair in written.split())
        drop, how, limit = (constants.pop(name, "") for name in ("drop", "how", "limit"))
        return cls(say, drop, how, limit, constants)

    @property
    def slots(self) -> set[str]:
        return {slot for slot, _ in SLOT.findall(self.say)}

    @property
    def gone(self) -> set[str]:
        """The arguments that a list must have, to lose them."""
        named = {"period": {"since"}, "last": set(), "all": set(), "": set()}.get(self.drop, {self.drop})
        return named | ({"limit"} if self.limit else set())

    @property
    def needed(self) -> set[str]:
        """The arguments that the tool of the list must take."""
        dated = {"since"} if self.slots & {"during", "period"} else set()
        return dated | (self.slots - {"during", "limit", *CHANGED}) | self.constants.keys() | self.gone


class Edits:
    """Draws a list and a change of it with the generator and the fillers of ``conversations``; of the changes every
    twentieth is held out.
    """

    def __init__(self, conversations: Conversations) -> None:
        self.conversations, self.random = conversations, conversations.random
        self.rows = split([Edit.of(row) for row in rows_of("edits")], conversations.held_out)

    def draw(self) -> list[Question]:
        """The change; now and then also behind a look at one of the people listed."""
        while True:
            edit = self.random.choice(self.rows)
            first = self._list_for(edit)
            if first is None:
                continue
            if found := self._question(edit, first, after(first, self.conversations.fillers)):
                return [found, *self._later(found)]

    def _question(self, edit: Edit, first: Question, earlier: CallContext) -> Question | None:
        """``edit`` of the list that ``first`` asked for; None where it does not fit that."""
        text, values = self.conversations.said(self._worded(edit.say, first.kind), {}, names_in(dict(first.args)))
        if edit.drop == "last":
            heads = frozenset({"edit", "kind"})
            return Question(text, first.kind, dict(first.args), earlier, follows="edit", edit="undo", heads=heads)
        kept = _without(edit, first.args)
        pointed = _pointed(edit, first.kind, earlier)
        if kept is None or pointed is None:
            return None
        said = {**as_arguments(first.kind, values), **{name: value for name, (value, _) in pointed.items()}}
        for name, value in said.items():
            if name in SEVERAL and name in kept and (edit.how == "add" or (name == "exclude" and not edit.how)):
                said[name] = [*kept[name], *(each for each in value if each not in kept[name])]
        if said.keys() & set(PERIOD):
            kept = {name: value for name, value in kept.items() if name not in PERIOD}
        constants = {name: value for name, value in edit.constants.items() if not value.startswith("$")}
        if constants.get("order") == "reverse":
            constants["order"] = "most" if kept.get("order") == "least" else "least"
        written = " ".join(f"{name}={value}" for name, value in constants.items())
        try:
            args = ordered(first.kind, {**kept, **constants_of(edit.say, written), **said})
        except ValueError:
            return None
        points = {name: at for name, (_, at) in pointed.items()}
        nth = pointer_in(text) if points else ""
        return Question(text, first.kind, args, earlier, nth, "edit", points=points, edit=edit.limit or "edit")

    def _later(self, question: Question) -> list[Question]:
        """The same behind a look at a person, where only that it changes the list can be told."""
        if self.random.random() < 0.5 or not question.earlier.people:
            return []
        user = question.earlier.people[0]
        asked = self.random.choice([f"who is @{user}", f"why @{user}?"])
        between = CallContext(asked, "get_profile", {"user": user}, question.earlier.listed, question.earlier.kind)
        return [replace(question, earlier=between, nth="", points={}, heads=frozenset({"edit"}))]

    def _list_for(self, edit: Edit) -> Question | None:
        """A question for a list whose tool takes what the edit says, and which has what the edit takes away."""
        fitting = [tool for tool in LISTING if edit.needed <= _fields(tool) and _takes(tool, edit.slots & set(CHANGED))]
        if not fitting:
            return None
        tool = self.random.choice(fitting)
        bank = [phrasing for phrasing in self.conversations.phrasings[tool] if self._fits(edit, phrasing)]
        if not bank:
            return None
        asked, called = self.conversations.question(tool, self.random.choice(bank))
        assert called.call is not None
        return Question(asked.content, tool, called.call[1])

    def _fits(self, edit: Edit, phrasing: str) -> bool:
        """Whether a list asked for in such words has what the edit takes away, adds to or replaces, and nothing that
        it would say twice; a constant takes the place of another.
        """
        named, constants = _named(phrasing), phrasing.partition(" => ")[2].split()
        if not edit.gone <= named or any(f"{name}={value}" in constants for name, value in edit.constants.items()):
            return False
        if edit.how == "instead":
            return bool(edit.slots & (named | set(SUBJECT.values())))
        replaced = {name for name, value in edit.constants.items() if not value.startswith("$")} | edit.gone
        return bool(edit.how or edit.drop) or not (named - {"exclude", *CHANGED, *replaced}) & (
            edit.slots | edit.needed
        )

    def _worded(self, say: str, tool: str) -> str:
        """``say`` with the slots that this tool has for what it is about and for numbers."""
        for slot in set(SUBJECT.values()):
            say = say.replace("{" + slot + "}", "{" + SUBJECT.get(tool, slot) + "}")
        fields = _fields(tool)
        return say.replace("{limit}", "{count}") if "limit" not in fields and "count" in fields else say


def _without(edit: Edit, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """``args`` without what the edit takes away, and with as many as it wants; None for half of a whole period."""
    if edit.drop in PERIOD and args.get("since") == args.get("until"):
        return None
    gone = {"period": set(PERIOD), "all": set(args) - set(WHAT)}.get(edit.drop, {edit.drop})
    kept = {name: value for name, value in args.items() if name not in gone}
    return {**kept, "limit": changed_limit(edit.limit, kept["limit"])} if edit.limit and "limit" in kept else kept


def _pointed(edit: Edit, tool: str, earlier: CallContext) -> dict[str, tuple[list[str], str]] | None:
    """The people whom the edit points at, by argument, and what it points at; None if they are not there."""
    found: dict[str, tuple[list[str], str]] = {}
    for name, value in edit.constants.items():
        if not value.startswith("$"):
            continue
        symbol, people = value[1:], earlier.people
        if "," in symbol or len(people) < 2 or name not in _fields(tool):
            return None
        chosen = [people[PLACES[symbol]]] if symbol in PLACES else list(people)
        found[name] = chosen, POINTS.get(symbol, symbol)
    return found


def _fields(tool: str) -> set[str]:
    return set(arguments_model(tool).model_fields)


def _takes(tool: str, slots: set[str]) -> bool:
    """Whether what these slots name can take the place of what a list of ``tool`` is about."""
    return all(slot in _fields(tool) or (slot in SUBJECT.values() and tool in SUBJECT) for slot in slots)


def _named(phrasing: str) -> set[str]:
    """The arguments that a phrasing fills, by slot or as a constant."""
    words, _, constants = phrasing.partition(" => ")
    slots = {slot for slot, _ in SLOT.findall(words)}
    return slots | (set(PERIOD) if "during" in slots else set()) | set(re.findall(r"(\w+)=", constants))
