"""What a result rests on or leaves out: small samples, and groups that are not shown."""

from __future__ import annotations

from tools.result import cells
from tools.result.line import Line, note, warning

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


def not_all_shown(shown: int, found: int, many: str, which: str, path: str = "") -> list[Line]:
    """Says ``which`` of the groups are shown, where not all are: "12 of 24 months are shown, the latest."."""
    if shown == found:
        return []
    are = "is" if shown == 1 else "are"
    return [note(cells.number(shown), " of ", cells.number(found, path), f" {many} {are} shown, {which}.")]
