"""What a question points at without naming it: "the second one", "them", "the winner", "her"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agent.understanding.context import CallContext, place_of, post_pointer_in
from agent.understanding.reader import QuestionReading
from agent.understanding.said.ranges import few

PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}
OF_PEOPLE = ("user", "users", "exclude", "among")
MOST = 500  # of a list
# What points at a post, though the list before was one of themes or names: "who wrote the second one?"
OF_A_POST = re.compile(
    r"\bwho (?:wrote|posted|said|tweeted|is behind|was) the\b|\bwhose (?:post|quote|comment)\b|"
    r"\bthe \w+ (?:post|quote|comment|tweet)\b.*\bwho(?:se)?\b",
    re.IGNORECASE,
)


def with_author(reading: QuestionReading, context: CallContext) -> QuestionReading:
    """``reading`` as a look at who wrote the post that is pointed at, where a post that was quoted is."""
    said = reading.slots.get("nth") or [post_pointer_in(reading.text)]
    place = place_of(said[0])
    if place is None or not OF_A_POST.search(reading.text) or not -len(context.authors) <= place < len(context.authors):
        return reading
    slots = {"user": [context.authors[place]]}
    return replace(reading, kinds=[("get_profile", 1.0)], slots=slots, choices={}, carried=frozenset(), points={})


def pointed_at(reading: QuestionReading, context: CallContext) -> tuple[str, Any] | None:
    """The role (``labels.ROLES``) of what is pointed at, and who or what that is; None if nothing is, or if there is
    nothing in that place.
    """
    refers, role = reading.points.get("refers", ""), reading.points.get("role", "")
    if nth := reading.slots.get("nth"):
        if (several := few(nth[0], context.listed)) and context.kind == "people":
            return role if role in ("exclude", "users") else "among", several
        place = place_of(nth[0])
        listed = context.listed
        if place is None or not -len(listed) <= place < len(listed):
            return None
        return _role_in(role, context.kind), listed[place]
    if refers == "last" and role == "during" and "after" in context.args:  # the later of two times
        return role, context.args["after"]
    if refers in PLACES:
        inside = -len(context.listed) <= PLACES[refers] < len(context.listed)
        return (role, context.listed[PLACES[refers]]) if role and inside else None
    if refers == "all":
        return (role or "among", list(context.people)) if context.people else None
    if refers == "person" or (refers == "" and "user" in reading.carried and "user" not in context.args):
        person = context.args.get("user") or (context.people[0] if context.people else None)
        return (role or "user", person) if person else None
    if refers == "subject":
        value = next((context.args[name] for name in ("campaign", "topic", "query") if context.args.get(name)), None)
        return (role, value) if role and value else None
    if refers == "next" and role:
        names = {"subject": ("campaign", "topic", "query"), "during": ("since",)}.get(role, (role,))
        value = next((context.later[name] for name in names if context.later.get(name)), None)
        return (role, value) if value else None
    return None


def _role_in(role: str, kind: str) -> str:
    """``role``, or that of an entry of a list of this kind where none is known or it cannot be that."""
    usual = {"people": "user", "posts": "user", "communities": "community", "times": "during"}.get(kind, "subject")
    if not role or (role in OF_PEOPLE and usual != "user") or (role == "during") != (usual == "during"):
        return usual
    return role


def changed_limit(edit: str, number: int) -> int:
    """How many are listed after "more", "fewer", "double" or "half" of ``number``, from 1 to 500."""
    changed = {"more": number + 10, "fewer": number // 2, "double": number * 2, "half": number // 2}[edit]
    return min(max(changed, 1), MOST)
