"""Warnings of small samples: from how many people and posts on a figure is worth telling."""

from __future__ import annotations

from tools.result import cells
from tools.result.line import Line, warning

SMALL_PEOPLE = 150
SMALL_POSTS = 5


def few_posts(posts: int, path: str = "") -> list[Line]:
    """A warning where a result rests on fewer than ``SMALL_POSTS`` posts."""
    if posts >= SMALL_POSTS:
        return []
    return [warning("Careful: this rests on only ", cells.count(posts, "post", path), ".")]


def few_people(people: int, done: str, consequence: str, path: str = "") -> list[Line]:
    """A warning where fewer than ``SMALL_PEOPLE`` people were ``done`` ("ranked"): what follows is shaky."""
    if people >= SMALL_PEOPLE:
        return []
    counted = cells.count(people, "person", path, "people")
    limit = cells.number(SMALL_PEOPLE)
    return [warning("Careful: only ", counted, f" could be {done}; under ", limit, f" {consequence}.")]
