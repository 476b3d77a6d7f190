"""Whose words count: people's own, public and in English. What else a question selects is counted apart and told.

Reposts are somebody else's words; accounts that say the same again and again are hardly people; what was not public is
nobody's business; tone, names and phrases are read by models that were made for English. A question may ask for any of
these (``include``).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from index.errors import AnalystError
from index.posts.language import ENGLISH
from index.posts.record import NOT_PUBLIC
from index.store.facts import Facts
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Part, listed, warning
from tools.result.result import ToolResult

Apart = Literal["reposts", "bots", "private", "languages"]
Include = Annotated[list[Apart] | None, "what is else left out: reposts, bots, private posts, other languages"]
Result = TypeVar("Result", bound=ToolResult)


@dataclass(frozen=True)
class Kind:
    """Posts that are counted apart: the ``clause`` over ``posts p`` that finds them, the columns that it needs, and how
    one and many are called.
    """

    clause: str
    needs: frozenset[str]
    one: str
    many: str


SHORT = 40  # characters; a shorter post is in its author's language, whatever an identifier made of it
_LANGUAGE = f"coalesce(lower(split_part({{}}, '-', 1)), '{ENGLISH}')"
KINDS: dict[Apart, Kind] = {
    "reposts": Kind("p.reposted IS NOT NULL", frozenset(["posts.reposted"]), "repost", "reposts"),
    "bots": Kind(
        "(coalesce(p.bot, false) OR p.author IN (SELECT author FROM people WHERE bot IS NOT NULL))",
        frozenset(["posts.bot", "people.bot"]),
        "post by an account that is hardly a person",
        "posts by accounts that are hardly people",
    ),
    "private": Kind(
        f"coalesce(p.visibility, '') IN {NOT_PUBLIC}",
        frozenset(["posts.visibility"]),
        "post that was not public",
        "posts that were not public",
    ),
    "languages": Kind(
        f"{_LANGUAGE.format('p.lang')} <> '{ENGLISH}' AND (length(p.text) >= {SHORT} OR "
        f"p.author NOT IN (SELECT author FROM people q WHERE {_LANGUAGE.format('q.lang')} = '{ENGLISH}'))",
        frozenset(["posts.lang", "people.lang"]),
        "post that is not English",
        "posts that are not English",
    ),
}


@dataclass(frozen=True)
class Basis:
    """All that people wrote of their own in a time, whatever a question is about: a condition on ``posts p``."""

    where: str = "true"
    values: dict[str, Any] = field(default_factory=dict)


EVERY_POST = Basis()


@dataclass(frozen=True)
class NotCounted:
    """How many posts of each kind a selection left out, of how many ``in_all``; ``notices`` limit what it holds.

    ``where`` with its ``values`` is the selection with what it left out, ``kinds`` what that may be.
    """

    posts: dict[Apart, int] = field(default_factory=dict)
    in_all: int = 0
    notices: tuple[Line, ...] = ()
    where: str = field(default="true", repr=False)
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    kinds: dict[Apart, Kind] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.posts)

    def among(self, library: Library, clause: str, values: dict[str, Any] | None = None) -> NotCounted:
        """The same of the posts that also meet ``clause``."""
        where, both = f"{self.where} AND {clause}", {**self.values, **(values or {})}
        return replace(count_apart(library, where, both, self.kinds), notices=self.notices)

    @property
    def by_kind(self) -> dict[str, int]:
        return {str(kind): number for kind, number in self.posts.items()}

    @property
    def said(self) -> list[Part]:
        """``12 reposts and 60 posts that are not English``."""
        return listed(
            cells.count(number, KINDS[kind].one, f"not_counted.{kind}", KINDS[kind].many)
            for kind, number in self.posts.items()
        )

    @property
    def lines(self) -> list[Line]:
        """What limits the figures, a sentence each."""
        if not self.posts:
            return list(self.notices)
        are = "is" if sum(self.posts.values()) == 1 else "are"
        whole = cells.count(self.in_all, "post")
        return [warning(self.said, f", of {whole.text} in all, {are} not in these figures."), *self.notices]


_HERE: WeakKeyDictionary[Facts, dict[Apart, Kind]] = WeakKeyDictionary()
_LOOKING = threading.Lock()


def kinds_here(library: Library) -> dict[Apart, Kind]:
    """The kinds of which there is a post in this index: a clause for what does not occur would only cost time."""
    with _LOOKING:
        if (known := _HERE.get(library.facts)) is None:
            known = _HERE[library.facts] = _kinds_here(library)
        return known


def _kinds_here(library: Library) -> dict[Apart, Kind]:
    columns = {
        f"{table}.{name}"
        for table in ("posts", "people")
        for (name,) in library.facts.rows(f"SELECT column_name FROM (DESCRIBE {table})")
    }
    kinds = {name: kind for name, kind in KINDS.items() if kind.needs <= columns}  # earlier indexes know fewer
    if not kinds:
        return {}
    found = library.facts.rows(f"SELECT {', '.join(f'bool_or({kind.clause})' for kind in kinds.values())} FROM posts p")
    return {name: kind for (name, kind), occurs in zip(kinds.items(), found[0], strict=True) if occurs}


def kinds_apart(
    library: Library, include: Sequence[Apart], author: str | None, language: str | None, *, english: bool
) -> dict[Apart, Kind]:
    """The kinds that a selection leaves out: none that was asked for, by ``include``, by the name of the ``author`` or
    of the ``language``; other languages only where ``english`` says that more than counting is done.
    """
    wanted: set[Apart] = set(include)
    wanted |= {"bots"} if author is not None else set()
    wanted |= {"languages"} if language is not None or not english else set()
    return {name: kind for name, kind in kinds_here(library).items() if name not in wanted}


def without(kinds: dict[Apart, Kind]) -> list[str]:
    """The conditions that leave these kinds out."""
    return [f"NOT ({kind.clause})" for kind in kinds.values()]


def count_apart(library: Library, where: str, values: dict[str, Any], kinds: dict[Apart, Kind]) -> NotCounted:
    """How many posts that meet ``where`` are of these kinds, each post counted once."""
    if not kinds:
        return NotCounted()
    cases = " ".join(f"WHEN {kind.clause} THEN '{name}'" for name, kind in kinds.items())
    rows = library.facts.rows(
        f"SELECT CASE {cases} END AS kind, count(*) FROM posts p WHERE {where} GROUP BY 1", values
    )
    found = dict(rows)
    posts = {name: int(found[name]) for name in kinds if name in found}
    return NotCounted(posts, sum(found.values()), (), where, values, kinds)


def notices(library: Library, author: str | None, language: str | None, *, english: bool) -> tuple[Line, ...]:
    """What to know of an author who is hardly a person, and of a language that the models were not made for."""
    found = []
    if author is not None and "bots" in kinds_here(library) and (why := why_no_person(library, author)):
        found.append(warning("Careful: ", cells.handle(author), f" is hardly a person: {why}."))
    if english and language not in (None, ENGLISH):
        found.append(warning("Careful: tone, names and phrases are read as English, so here they are guesses."))
    return tuple(found)


def why_no_person(library: Library, author: str) -> str:
    """Why an account is hardly a person, in words; "" where it may be one."""
    rows = library.facts.rows(
        "SELECT coalesce(bot, 'says so') FROM people WHERE author = $author AND "
        "(bot IS NOT NULL OR author IN (SELECT author FROM posts WHERE bot))",
        {"author": author},
    )
    why = str(rows[0][0]) if rows else ""
    return "it says so itself" if why == "says so" else why


def no_own_posts(library: Library, author: str, when: str) -> AnalystError:
    """The error where a person wrote nothing that a ranking could look at."""
    why = why_no_person(library, author) if "bots" in kinds_here(library) else ""
    handle = cells.handle(author).text
    if why:
        return AnalystError(f"{handle} is hardly a person: {why}", todo='Ask with include=["bots"] to rank it too.')
    return AnalystError(
        f"{handle} has no posts of their own, public and in English{f' {when}' if when else ''}",
        todo="Widen the time, or ask with include to count others too.",
    )


def told(result: Result, apart: NotCounted) -> Result:
    """``result`` with what its figures do not hold."""
    said = {is_note: [each for each in apart.lines if (each.role == "note") is is_note] for is_note in (True, False)}
    return replace(
        result,
        lines=[*result.lines, *said[True]],
        warnings=[*result.warnings, *said[False]],
        not_counted={str(kind): number for kind, number in apart.posts.items()},
    )
