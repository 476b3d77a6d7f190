"""A saved audience: who is in it, and what its people care for more than everybody else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from index.audiences import audience_named
from tools.audiences.affinities import Affinity, Cares, Wording, cares_lines, cares_of
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.line import Line, Listing, Part, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import not_all_shown
from tools.selection.handles import people_meant

TOLD = 10  # people, a line each
PLACES = 3  # communities that are told of a person
NAMED = 5  # people in the headline, and handles that are no longer in the data


@dataclass(frozen=True)
class Member:
    """A person with the number of their ``posts`` and the communities that they write in most."""

    user: str
    posts: int
    communities: list[str]


@dataclass(frozen=True, kw_only=True)
class ShowAudience(ToolResult):
    """The ``people`` of an audience in their order; ``unknown`` ones have no posts in the data (any more).

    ``origin`` says what they were the result of; ``affinities`` and ``phrases`` what they have more than everybody.
    """

    name: str
    kept_on: str
    origin: str
    people: list[Member]
    unknown: list[str]
    affinities: list[Affinity]
    phrases: list[Wording]


def show_audience(
    library: Library,
    name: Annotated[str, "the name of a saved audience"],
) -> ShowAudience:
    """Who is in a saved audience, and which communities and brands they care for more than everybody else."""
    audience = audience_named(library.path, name)
    who = people_meant(library, [audience.name])
    cares = cares_of(library, audience.name, who.authors)
    result = ShowAudience(
        listing=Listing("people", who.authors),
        name=audience.name,
        kept_on=audience.kept_on,
        origin=audience.origin,
        people=_members(library, who.authors),
        unknown=list(who.unknown),
        affinities=cares.affinities,
        phrases=cares.phrases,
    )
    return replace(result, headline=_headline(result), lines=_lines(result), warnings=_warnings(result))


def _members(library: Library, authors: tuple[str, ...]) -> list[Member]:
    rows = library.facts.rows(
        "SELECT author, community, count(*) FROM posts WHERE author IN (SELECT unnest($people)) GROUP BY 1, 2 "
        "ORDER BY 1, 3 DESC, 2",
        {"people": list(authors)},
    )
    may = set(tellable_names(sorted({place for _, place, _ in rows if place})))
    posts, places = dict.fromkeys(authors, 0), {author: list[str]() for author in authors}
    for author, place, number in rows:
        posts[author] += number
        if place in may and len(places[author]) < PLACES:
            places[author].append(place)
    return [Member(author, posts[author], places[author]) for author in authors]


def _headline(result: ShowAudience) -> Line:
    named = [cells.handle(person.user, f"people.{place}.user") for place, person in enumerate(result.people[:NAMED])]
    more: list[Part] = [cells.count(len(result.people) - NAMED, "other")] if len(result.people) > NAMED else []
    size = cells.count(len(result.people), "person", many="people")
    who: list[Part] = [": ", listed([*named, *more])] if named else []
    return lead("The audience ", cells.name(result.name, "name"), " has ", size, who, ".")


def _lines(result: ShowAudience) -> list[Line]:
    lines = [_person_line(person, place) for place, person in enumerate(result.people[:TOLD])]
    lines += not_all_shown(len(lines), len(result.people), "people", "the first; an export has all")
    lines += cares_lines(Cares(result.affinities, result.phrases))
    if not (result.affinities or result.phrases):
        lines.append(note("They have nothing in common that everybody else here does not have as often."))
    made: list[Part] = [" from: ", cells.words(result.origin, "origin")] if result.origin else []
    return [*lines, note("Saved on ", cells.date(result.kept_on, "kept_on"), made, ".")]


def _person_line(person: Member, place: int) -> Line:
    at = f"people.{place}"
    where = [cells.name(name, f"{at}.communities.{number}") for number, name in enumerate(person.communities)]
    most: list[Part] = [", most in ", listed(where)] if where else []
    posts = cells.count(person.posts, "post", f"{at}.posts")
    return line("person", cells.handle(person.user, f"{at}.user"), ": ", posts, most, ".", place=place + 1)


def _warnings(result: ShowAudience) -> list[Line]:
    if not result.unknown:
        return []
    shown: list[Part] = [cells.handle(user, f"unknown.{place}") for place, user in enumerate(result.unknown[:NAMED])]
    more: list[Part] = [cells.count(len(result.unknown) - NAMED, "other")] if len(result.unknown) > NAMED else []
    have = "has" if len(result.unknown) == 1 else "have"
    return [warning("No longer in these posts: ", listed([*shown, *more]), f", who {have} been left out.")]
