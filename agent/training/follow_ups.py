"""Follow-ups to learn from: single sentences that can follow any call that fits, so that each is met in many threads.

``phrasings/follow_ups.txt`` groups them by what they do to the call before:

- ``same subject`` (or ``user``, ``text``): the same call about another one
- ``narrow``: the same call with what is said added, or taken away (``-since``)
- ``brands more`` / ``brands new``: more names to compare, or others
- ``change TOOL: subject`` (or ``user``, ``person``, ``text``, ``community``, ``brands``): another tool, about the same
- ``point TOOL``: about a person whom the result before listed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.training.fillers import SLOT
from agent.understanding.calls import SUBJECT, constants
from agent.understanding.context import place_of
from tools.registry import arguments_model

PLACES = ("since", "until", "community")  # where and when: kept when the tool changes
DATES = ("since", "until")
TIMES = {"since", "until", "during", "before", "after"}  # slots that say when
SUBJECTS = ("campaign", "topic", "query")
MAIN_SLOTS = {"subject", "user", "text", "brand", "brands"}
LISTED = {"first": 0, "last": 0, "second": 1, "third": 2}  # places behind which a list must go on


@dataclass(frozen=True)
class Step:
    """One follow-up: what it ``does``, with which ``tool`` or part (``about``), its words and its constants."""

    does: str
    tool: str
    about: tuple[str, ...]
    say: str
    constants: Mapping[str, str]

    @property
    def slots(self) -> set[str]:
        return {slot for slot, _ in SLOT.findall(self.say)}


def read_steps(path: Path) -> list[Step]:
    """All follow-ups of a file, in its order. Raises ValueError for one before any heading."""
    steps: list[Step] = []
    heading: tuple[str, str, tuple[str, ...]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            head, _, about = line[3:].partition(":")
            does, _, tool = head.strip().partition(" ")
            heading = (does, tool, tuple(about.split()))
        elif line.strip():
            if heading is None:
                raise ValueError(f"A follow-up without a heading: {line}")
            say, _, constants = line.partition(" => ")
            steps.append(Step(*heading, say, dict(pair.partition("=")[::2] for pair in constants.split())))
    return steps


def kept(step: Step, tool: str, args: Mapping[str, Any], people: Sequence[str]) -> dict[str, Any] | None:
    """What the call after ``step`` takes over from the call ``tool(args)``; None if the step does not fit that call.

    ``people`` are those whom the result listed.
    """
    if step.does == "same":
        return _same(step, args)
    if step.does == "narrow":
        return _narrowed(step, tool, args)
    if step.does == "brands":
        return _other_brands(step, args) if tool == "compare_brands" else None
    if step.does == "change":
        return _changed(step, tool, args, people)
    return _pointing(step, args, people)


def tool_after(step: Step, tool: str) -> str:
    """The tool that ``step`` asks for after a call of ``tool``."""
    return step.tool if step.does in ("change", "point") else tool


def subject_of(args: Mapping[str, Any]) -> Any:
    return next((args[name] for name in SUBJECTS if name in args), None)


def _same(step: Step, args: Mapping[str, Any]) -> dict[str, Any] | None:
    gone = {"subject": SUBJECTS, "user": ("user",), "text": ("text",)}[step.tool]
    if not any(name in args for name in gone):
        return None
    # "What about tea?" after posts by @ana on coffee is about her still; after her profile it would be about nothing.
    rest = {name: value for name, value in args.items() if name not in gone}
    return _without_dates(rest) if step.slots & TIMES else rest


def _other_brands(step: Step, args: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in args.items() if step.tool == "more" or name != "brands"}
    return _without_dates(rest) if step.slots & TIMES else rest


def _without_dates(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in args.items() if name not in TIMES}


def _narrowed(step: Step, tool: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    fields = arguments_model(tool).model_fields
    taken = {name[1:] for name in step.constants if name.startswith("-")}
    said = {name: value for name, value in step.constants.items() if not name.startswith("-")}
    slots = {"count" if slot == "limit" and "count" in fields else slot for slot in step.slots}
    needed = set(DATES) if "during" in slots else set()
    if not (slots - {"during"} | needed | said.keys()) <= fields.keys() or not (taken <= args.keys()):
        return None
    if any(value not in constants(fields[name].annotation) or args.get(name) == value for name, value in said.items()):
        return None
    if "text" in args and not slots | said.keys() <= {"limit", "type"}:
        return None
    if not args and (slots or said) and "limit" in slots:
        return None
    rest = {name: value for name, value in args.items() if name not in taken}
    return _without_dates(rest) if slots & TIMES else rest


def _changed(step: Step, tool: str, args: Mapping[str, Any], people: Sequence[str]) -> dict[str, Any] | None:
    same_again = step.tool == tool and not step.constants and not step.slots & MAIN_SLOTS
    # "How do they feel about it?" after a person's posts: do these feel it, or all?
    if same_again or ("user" in args and not {"user", "person"} & set(step.about)):
        return None
    found = _about(step, args, people)
    if not found or "text" in args or ("person" in step.about and "user" not in args):
        return found
    fields = arguments_model(step.tool).model_fields
    places = _without_dates(args) if step.slots & TIMES else args
    return found | {name: places[name] for name in PLACES if name in places and name in fields and name not in found}


def _about(step: Step, args: Mapping[str, Any], people: Sequence[str]) -> dict[str, Any] | None:
    """What the call before was about, under the names that the tool of ``step`` has for it; None if that is missing."""
    fields = arguments_model(step.tool).model_fields
    found: dict[str, Any] = {}
    for about in step.about:
        if about == "subject":
            value, name = subject_of(args), SUBJECT.get(step.tool, "")
            if step.tool == "compare_brands":
                value, name = value and [value], "brands"
        elif about == "person":  # whom "she" means: the person asked about, or the first of the list
            value, name = args.get("user") or (people[0] if people else None), "user"
        else:
            value, name = args.get(about), about if about in fields else SUBJECT.get(step.tool, about)
        if not value:
            return None
        if name == "user" and "users" in fields:  # find_lookalikes starts from several
            value, name = [value], "users"
        if name in fields:
            found[name] = value
    return found


def _pointing(step: Step, args: Mapping[str, Any], people: Sequence[str]) -> dict[str, Any] | None:
    if len(people) < 2:
        return None
    if step.tool in ("explain_match", "search_posts") and "subject" in step.about:
        subject = subject_of(args)
        return {SUBJECT[step.tool]: subject} if subject else None
    return {}


def places_within(places: Sequence[str], number: int) -> list[str]:
    """Of the ways to say a place in a list, those that a list of ``number`` has."""
    return [said for said in places if (place := place_of(said)) is not None and -number <= place < number]


def pointed(name: str, refers: str, handles: Sequence[str]) -> Any:
    """The entry of a list for the argument ``name``, or all; ``refers`` is of ``agent.understanding.labels.REFERS``."""
    found = list(handles) if refers == "all" else [handles[-1 if refers == "last" else LISTED[refers]]]
    return found[0] if name == "user" else found
