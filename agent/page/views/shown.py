"""A result that the page can show, and what it and its call are called."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.page.views.markdown import literal
from tools.exports.names import LONGEST_TITLE, filled
from tools.result.result import ToolResult
from tools.result.words import count, shortened

if TYPE_CHECKING:
    from tools.library import Library

SAID = ("headline", "lines", "warnings", "listing", "evidence")  # parts that every result has
# What a call does: while it runs and when it is done.
STEPS = {
    "find_audience": ("Ranking people for {campaign}", "Ranked {considered} people for {campaign}"),
    "find_lookalikes": ("Looking for people like {users}", "Compared {considered} people with {users}"),
    "explain_match": ("Looking at @{user} and {campaign}", "Looked at @{user} and {campaign}"),
    "get_profile": ("Reading what @{user} wrote", "Read what @{user} wrote"),
    "search_posts": ("Searching posts about {query}", "Searched posts about {query}"),
    "analyze_sentiment": ("Reading the tone of {what}", "Read the tone of {what}"),
    "extract_entities": ("Looking for names in {what}", "Looked for names in {what}"),
    "extract_keywords": ("Looking for key phrases of {what}", "Looked for key phrases of {what}"),
    "compare_brands": ("Comparing {brands}", "Compared {brands}"),
    "measure_engagement": ("Measuring the engagement of {what}", "Measured the engagement of {what}"),
    "list_segments": ("Grouping people", "Grouped people"),
    "describe_data": ("Looking at the data", "Looked at the data"),
    "count": ("Counting: {what}", "Counted: {what}"),
    "rank": ("Ranking: {of}", "Ranked: {of}"),
    "summarize_themes": ("Grouping posts: {what}", "Grouped posts: {what}"),
    "compare_periods": ("Comparing periods: {what}", "Compared periods: {what}"),
    "write_brief": ("Writing a brief for {campaign}", "Wrote a brief for {campaign}"),
    "show_audience": ("Opening the audience {name}", "Opened the audience {name}"),
    "compare_audiences": ("Comparing {first} and {second}", "Compared {first} and {second}"),
    "explain_method": ("Looking up what “{term}” means", "Looked up what “{term}” means"),
    "cannot_tell": ("Looking whether the posts tell that", "Looked whether the posts tell that"),
}


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
    """A call with all its arguments, a line of Markdown each."""
    values = {key: ", ".join(map(str, item)) if isinstance(item, list) else str(item) for key, item in args.items()}
    return "\n".join([f"**{literal(name)}**", *(f"**{literal(key)}** {literal(it)}" for key, it in values.items())])


def result_size(result: ToolResult) -> str:
    """How much a result holds, the people whom it lists or its first list, and its posts: ``10 people, 12 posts``."""
    listed = result.listing.names if result.listing is not None and result.listing.kind == "people" else ()
    sizes = [count(len(listed), "person", "people")] if listed else []
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name not in SAID and isinstance(value, (list, dict)) and value:
            first = next(iter(value.values() if isinstance(value, dict) else value))
            if is_dataclass(first) and len(value) > 1:
                sizes.append(f"{len(value):,} {item.name.replace('_', ' ')}")
    if result.evidence:
        sizes.append(count(len(result.evidence), "post"))
    return ", ".join([*sizes[:1], *sizes[1:][-1:]]) or count(len(result.lines) + 1, "line")
