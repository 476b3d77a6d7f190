"""What was asked for, in words: the arguments of a call as names and values that need no manual."""

from __future__ import annotations

from typing import Any

from tools.exports.names import value_words
from tools.result.words import listed

SHOWN = 10  # of a list that was asked for
ASKED = {
    "campaign": "Campaign", "interests": "Interests", "also": "Who should also engage with", "limit": "Listed at most",
    "topic": "About", "query": "Posts about", "user": "Posts by", "users": "People like", "brands": "Brands",
    "text": "Pasted text", "count": "How many groups", "term": "What is explained", "seen": "Where it stands",
    "name": "Audience", "first": "First audience", "second": "Second audience", "why": "Why not",
    "what": "What was asked",
    "before": "Earlier time", "after": "Later time", "community": "Only posts in", "since": "Since", "until": "Until",
    "sentiment": "Only posts of this tone", "without": "Without posts that say", "not_in": "Not in",
    "not_during": "Not in the time", "language": "Language", "min_likes": "At least so many likes",
    "max_likes": "At most so many likes", "min_replies": "At least so many replies",
    "max_replies": "At most so many replies", "of": "Of which", "by": "By", "order": "Order", "kind": "Kind of brands",
    "type": "Kind of names", "at_least": "Only what has at least so many posts", "average": "On average a post",
    "likes": "Only people who speak well of", "dislikes": "Only people who speak badly of",
    "names": "Only people who mention", "never_names": "Only people who never mention",
    "never_likes": "Left out: people who speak well of", "never_dislikes": "Left out: people who speak badly of",
    "active_in": "Only people who post in", "never_active_in": "Left out: people who post in",
    "min_posts": "Only people with at least so many posts", "max_posts": "Only people with at most so many posts",
    "exclude": "Left out", "among": "Only these people", "include": "Counted too",
}  # fmt: skip
# What narrows whom or what a call looks at; the others say what it is about.
CONDITIONS = frozenset(ASKED) - {
    "campaign", "interests", "limit", "topic", "query", "user", "users", "brands", "text", "count", "term", "seen",
    "name", "first", "second", "why", "what", "before", "after", "of", "by", "order", "kind", "type",
}  # fmt: skip
PEOPLE = frozenset({"user", "users", "exclude", "among"})
ORDERS = {
    "most": "the most first", "least": "the least first", "likes": "most liked first", "newest": "newest first",
    "oldest": "oldest first", "relevance": "nearest to it first",
}  # fmt: skip
WHY = {
    "sensitive": "nobody's business", "not_in_posts": "the posts do not say it", "future": "it has not happened yet",
    "action": "something to be done, which is not done here", "outside": "it is not about these posts",
}  # fmt: skip


def asked_words(given: dict[str, Any]) -> list[tuple[str, str]]:
    """The arguments that were given, each with its name in words; long lists are cut."""
    return [
        (ASKED.get(key, key.replace("_", " ").capitalize()), value_told(key, value))
        for key, value in given.items()
        if value not in (None, "", [])
    ]


def value_told(key: str, value: Any) -> str:
    """An argument's value as it is said: handles with their @, lists with "and"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        told = [_one(key, each) for each in value[:SHOWN]]
        return listed([*told, *([f"{len(value) - SHOWN:,} more"] if len(value) > SHOWN else [])])
    return _one(key, value)


def _one(key: str, value: Any) -> str:
    said = value_words(value)
    if key == "why":
        return WHY.get(said, said)
    if key == "order":
        return ORDERS.get(said, said)
    if key == "of" or key == "by":
        return said.replace("_", " ")
    return f"@{said}" if key in PEOPLE and said and said[0] != "@" and " " not in said else said
