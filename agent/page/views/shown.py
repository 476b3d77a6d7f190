"""A result that the page can show, and what it and its call are called."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.page.views.markdown import literal
from tools.exports.asked import asked_words
from tools.exports.names import LONGEST_TITLE, STEPS, filled
from tools.result.result import ToolResult
from tools.result.words import count, shortened

if TYPE_CHECKING:
    from tools.library import Library

# Lists whose size is told, by the name of their field.
SIZED = {
    "themes": "themes", "brands": "brands", "segments": "groups", "entities": "names", "keywords": "phrases",
    "audiences": "audiences",
}  # fmt: skip
SAID = ("headline", "lines", "warnings", "listing", "evidence")  # parts that every result has


@dataclass
class Shown:
    """A result that the page can show, and the call that made it. ``asked`` is the question in the user's words, which
    ``model`` ("" if that is not known) answered on the day ``made_on``.

    ``library`` is the version of the index that it came from, of which more is then read to show it; None where it is
    no longer known, since the result is of an earlier day.

    ``charts`` are its pictures, once they were looked for.
    """

    name: str
    args: dict[str, Any]
    result: ToolResult
    seconds: float
    asked: str = ""
    library: Library | None = field(default=None, repr=False, compare=False)
    model: str = ""
    made_on: date = field(default_factory=date.today, compare=False)
    charts: list[Any] | None = field(default=None, repr=False, compare=False)


def step_title(name: str, args: dict[str, Any], result: ToolResult | None = None) -> str:
    """What a call does, or did where there is a result, in one line of Markdown."""
    known = {"considered": f"{considered:,}"} if (considered := getattr(result, "considered", None)) else {}
    steps = STEPS.get(name)
    return literal(shortened(filled(steps and steps[result is not None], name, {**args, **known}), LONGEST_TITLE))


def call_arguments(name: str, args: dict[str, Any]) -> str:
    """What a call was asked for, in words, a line of Markdown each."""
    return "\n".join(f"**{literal(key)}:** {literal(value)}" for key, value in asked_words(args))


def result_size(result: ToolResult) -> str:
    """How much a result holds, the people whom it lists or its first list, and its posts: ``10 people, 12 posts``; ""
    where there is nothing to count.
    """
    listed = result.listing.names if result.listing is not None and result.listing.kind == "people" else ()
    sizes = [count(len(listed), "person", "people")] if listed else []
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name in SIZED and isinstance(value, (list, dict)) and len(value) > 1:
            sizes.append(f"{len(value):,} {SIZED[item.name]}")
    if result.evidence:
        sizes.append(count(len(result.evidence), "post"))
    return ", ".join([*sizes[:1], *sizes[1:][-1:]])
