"""What a result is called: its title, and the name of a file that tells it from others."""

from __future__ import annotations

import hashlib
import json
import re
from string import Formatter
from typing import Any

from tools.result.words import capital, listed, shortened

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
    "extract_keywords": "Words that set {what} apart",
    "compare_brands": "{brands} side by side",
    "measure_engagement": "Engagement of {what}",
    "list_segments": "Groups of people",
    "describe_data": "About this data",
    "count": "How many {of}{of_what}",
    "rank": "{Things} ranked by {measure}{of_what}",
    "summarize_themes": "{themes} {what}",
    "compare_periods": "What changed: {what}",
    "write_brief": "Brief for {campaign}",
    "show_audience": "The audience {name}",
    "compare_audiences": "The audiences {first} and {second}",
    "explain_method": "What “{term}” means",
    "cannot_tell": "What the posts do not tell",
}
# What a call does: while it runs and when it is done.
STEPS = {
    "find_audience": ("Ranking people for {campaign}", "Ranked {considered} people for {campaign}"),
    "find_lookalikes": ("Looking for people like {users}", "Compared {considered} people with {users}"),
    "explain_match": ("Looking at @{user} and {campaign}", "Looked at @{user} and {campaign}"),
    "get_profile": ("Reading what @{user} wrote", "Read what @{user} wrote"),
    "search_posts": ("Searching posts about {query}", "Searched posts about {query}"),
    "analyze_sentiment": ("Reading the tone of {what}", "Read the tone of {what}"),
    "extract_entities": ("Looking for names in {what}", "Looked for names in {what}"),
    "extract_keywords": ("Looking for words that set {what} apart", "Looked for words that set {what} apart"),
    "compare_brands": ("Comparing {brands}", "Compared {brands}"),
    "measure_engagement": ("Measuring what {what} gets", "Measured what {what} gets"),
    "list_segments": ("Grouping people by what they write", "Grouped people by what they write"),
    "describe_data": ("Looking at the data", "Looked at the data"),
    "count": ("Counting {of}{of_what}", "Counted {of}{of_what}"),
    "rank": ("Ranking {things} by {measure}{of_what}", "Ranked {things} by {measure}{of_what}"),
    "summarize_themes": ("Grouping {toned} by what they say: {what}", "Grouped {toned} by what they say: {what}"),
    "compare_periods": ("Comparing two times: {what}", "Compared two times: {what}"),
    "write_brief": ("Writing a brief for {campaign}", "Wrote a brief for {campaign}"),
    "show_audience": ("Opening the audience {name}", "Opened the audience {name}"),
    "compare_audiences": ("Comparing {first} and {second}", "Compared {first} and {second}"),
    "explain_method": ("Looking up what “{term}” means", "Looked up what “{term}” means"),
    "cannot_tell": ("Looking whether the posts tell that", "Looked whether the posts tell that"),
}
THINGS = {
    "post": "posts", "person": "people", "community": "communities", "name": "names", "phrase": "key phrases",
    "hour": "hours", "weekday": "weekdays", "day": "days", "week": "weeks", "month": "months", "year": "years",
}  # fmt: skip
MEASURES = {
    "posts": "posts", "people": "people", "likes": "likes", "replies": "replies", "shares": "shares",
    "engagement": "likes, replies and shares", "positive": "positive posts", "negative": "negative posts",
    "tone": "tone", "growth": "growth",
}  # fmt: skip
THEMES = {"negative": "Complaints about", "positive": "Praise for"}
TONED = {"negative": "complaints", "positive": "praise", "neutral": "neutral posts"}
IN_WHAT = ("user", "topic", "community", "text")  # arguments that ``{what}`` says
UNTOLD = frozenset({"limit", "text"})  # in names of files
SAID = {"rank": ("of", "by", "kind"), "summarize_themes": ("sentiment",)}  # arguments that titles have in other words
FIRST = ("since", "until", "community")  # conditions in the order of a name; the others follow as they were given


def title(tool: str, given: dict[str, Any]) -> str:
    """What the result of a call is about, in a few words of at most ``LONGEST_TITLE`` characters."""
    return shortened(filled(TITLES.get(tool), tool, given), LONGEST_TITLE)


def filled(pattern: str | None, tool: str, given: dict[str, Any]) -> str:
    """A pattern with the arguments of a call in it; the tool's name where these do not fit."""
    args = {key: _told(key, value) for key, value in given.items() if value is not None}
    about = [f"@{args['user']}"] if args.get("user") else []
    about += [str(args[key]) for key in ("topic", "community") if args.get(key)]
    what = ", ".join(about) or ("the pasted text" if args.get("text") else "all posts")
    fallback = f"{tool.replace('_', ' ').capitalize()}: {what}"
    said = {"what": what, "of_what": f": {what}" if about else "", **args, **_in_words(tool, given)}
    try:
        return pattern.format(**said) if pattern else fallback
    except KeyError:
        return fallback


def step_done(tool: str, given: dict[str, Any]) -> str:
    """What a call did, in a few words, where its result is not at hand."""
    done = (STEPS.get(tool) or ("", ""))[1]
    return filled(done.replace(" {considered}", ""), tool, given)


def _told(key: str, value: Any) -> Any:
    """An argument inside a sentence: handles of lists with their @."""
    if isinstance(value, list):
        sign = "@" if key == "users" else ""
        return listed([each if str(each)[:1] in ("@", "") or " " in str(each) else f"{sign}{each}" for each in value])
    return value.lstrip("@") if key == "user" and isinstance(value, str) else value


def _in_words(tool: str, given: dict[str, Any]) -> dict[str, str]:
    """What has words of its own in titles: what is ranked or counted, by what, and of which tone."""
    of, tone = str(given.get("of", "posts")), str(given.get("sentiment"))
    words = {"of": of} if tool == "count" else {}
    if tool == "rank":
        kinds = str(given.get("kind") or "")
        measure = MEASURES.get(str(given.get("by") or "posts"), "")
        words = {"things": kinds or THINGS.get(of, of), "measure": measure}
    if tool == "summarize_themes":
        words = {"toned": TONED.get(tone, "posts"), "themes": THEMES.get(tone, "Themes of")}
    return words | ({"Things": capital(words["things"])} if "things" in words else {})


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
    told = UNTOLD.union(slots, IN_WHAT if {"what", "of_what"} & slots else (), SAID.get(tool, ()))
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
