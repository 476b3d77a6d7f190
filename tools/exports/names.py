"""What a result is called: its title, and the name of a file that tells it from others."""

from __future__ import annotations

import hashlib
import json
import re
from string import Formatter
from typing import Any

from tools.result.words import shortened

LONGEST_TITLE = 80  # characters
LONGEST_FILE_NAME = 100  # characters before the ending
TITLES = {
    "find_audience": "Audience for {campaign}",
    "find_lookalikes": "People like {users}",
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
    "count": "How many: {what}",
    "rank": "Ranked: {of}",
    "summarize_themes": "Themes of {what}",
    "compare_periods": "What changed: {what}",
    "write_brief": "Brief for {campaign}",
    "show_audience": "The audience {name}",
    "compare_audiences": "The audiences {first} and {second}",
    "explain_method": "What “{term}” means",
    "cannot_tell": "What the posts do not tell",
}
IN_WHAT = ("user", "topic", "community", "text")  # arguments that ``{what}`` says
UNTOLD = frozenset({"limit", "text"})  # in names of files
FIRST = ("since", "until", "community")  # conditions in the order of a name; the others follow as they were given


def title(tool: str, given: dict[str, Any]) -> str:
    """What the result of a call is about, in a few words of at most ``LONGEST_TITLE`` characters."""
    return shortened(filled(TITLES.get(tool), tool, given), LONGEST_TITLE)


def filled(pattern: str | None, tool: str, given: dict[str, Any]) -> str:
    """A pattern with the arguments of a call in it; the tool's name where these do not fit."""
    args = {key: value_words(value) if isinstance(value, list) else value for key, value in given.items()}
    about = [f"@{args['user']}"] if args.get("user") else []
    about += [str(args[key]) for key in ("topic", "community") if args.get(key)]
    what = ", ".join(about) or ("the pasted text" if args.get("text") else "all posts")
    fallback = f"{tool.replace('_', ' ').capitalize()}: {what}"
    try:
        return pattern.format(**{"what": what, **args}) if pattern else fallback
    except KeyError:
        return fallback


def file_name(words: str, ending: str) -> str:
    """A file name of nothing but letters, digits and hyphens."""
    return f"{_plain(words)[:60].strip('-') or 'result'}.{ending}"


def export_name(tool: str, given: dict[str, Any], ending: str) -> str:
    """The name of a result's file, its conditions in it: ``audience-for-nike-since-2026-running.csv``.

    Where the name cannot hold all letters, six digits of the call's checksum tell it from others of the same name.
    """
    words = " ".join([filled(TITLES.get(tool), tool, given), *_conditions(tool, given)])
    plain = _plain(words)
    lost = len(plain) > LONGEST_FILE_NAME or any(sign.isalnum() and not sign.isascii() for sign in words)
    call = json.dumps([tool, given], sort_keys=True, default=str)
    mark = hashlib.sha256(call.encode("utf-8", "replace")).hexdigest()[:6] if lost else ""
    return f"{'-'.join(filter(None, [plain[:LONGEST_FILE_NAME].strip('-'), mark])) or 'result'}.{ending}"


def _conditions(tool: str, given: dict[str, Any]) -> list[str]:
    """The arguments that the title leaves out, in words."""
    slots = {name for _, name, _, _ in Formatter().parse(TITLES.get(tool, "{what}")) if name}
    told = UNTOLD.union(slots, IN_WHAT if "what" in slots else ())
    keys = [key for key in (*FIRST, *given) if key not in told and given.get(key) not in (None, "", [])]
    return [
        value_words(given[key]) if key == "community" else f"{key.replace('_', ' ')} {value_words(given[key])}"
        for key in dict.fromkeys(keys)
    ]


def value_words(value: Any) -> str:
    """An argument in words: a list with commas."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")
