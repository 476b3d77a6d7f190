"""A result that the page can show, and what it and its call are called."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from agent.page.views.html import shortened
from agent.page.views.markdown import literal
from tools.result.result import ToolResult
from tools.result.words import count

SAID = ("headline", "lines", "warnings", "listing", "evidence")  # parts that every result has
LONGEST_TITLE = 80  # characters
ARGUMENT_SHOWN = 80  # characters of one argument in the title of a step
TITLES = {
    "find_audience": "Audience for {campaign}",
    "explain_match": "@{user} and {campaign}: for and against",
    "get_profile": "Profile of @{user}",
    "search_posts": "Posts about {query}",
    "analyze_sentiment": "Tone of {what}",
    "extract_entities": "Names around {what}",
    "extract_keywords": "Key phrases of {what}",
    "compare_brands": "{brands} side by side",
    "measure_engagement": "Engagement of {what}",
    "list_segments": "Groups of people",
    "describe_data": "About this data",
}


@dataclass
class Shown:
    """A result that the page can show, and the call that made it. ``asked`` is the question in the user's words.

    ``charts`` are its pictures, once they were looked for.
    """

    name: str
    args: dict[str, Any]
    result: ToolResult
    seconds: float
    asked: str = ""
    charts: list[Any] | None = field(default=None, repr=False, compare=False)


def title(name: str, given: dict[str, Any]) -> str:
    """What the result of a call is about, in a few words."""
    args = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in given.items()}
    about = [f"@{args['user']}"] if args.get("user") else []
    about += [str(args[key]) for key in ("topic", "community") if args.get(key)]
    what = ", ".join(about) or ("the pasted text" if args.get("text") else "all posts")
    try:
        words = TITLES[name].format(**{"what": what, **args})
    except KeyError:
        words = f"{name.replace('_', ' ').capitalize()}: {what}"
    return shortened(words, LONGEST_TITLE)


def call_title(name: str, args: dict[str, Any]) -> str:
    """A call in one line of Markdown."""
    values = (str(value) if not isinstance(value, list) else ", ".join(map(str, value)) for value in args.values())
    return literal(" · ".join([name, *(shortened(value, ARGUMENT_SHOWN) for value in values)]))


def call_arguments(name: str, args: dict[str, Any]) -> str:
    """A call with all its arguments, a line of Markdown each."""
    values = {key: ", ".join(map(str, item)) if isinstance(item, list) else str(item) for key, item in args.items()}
    return "\n".join([f"**{literal(name)}**", *(f"**{literal(key)}** {literal(it)}" for key, it in values.items())])


def result_size(result: ToolResult) -> str:
    """How much a result holds, its first list and its posts: ``10 people, 12 posts``."""
    sizes = []
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name not in SAID and isinstance(value, (list, dict)) and value:
            first = next(iter(value.values() if isinstance(value, dict) else value))
            if is_dataclass(first) and len(value) > 1:
                sizes.append(f"{len(value):,} {item.name.replace('_', ' ')}")
    if result.evidence:
        sizes.append(count(len(result.evidence), "post"))
    return ", ".join([*sizes[:1], *sizes[1:][-1:]]) or count(len(result.lines) + 1, "line")
