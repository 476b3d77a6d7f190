"""Names that come up: people, organizations, products, places, groups and works, with counts and tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.line import Line, Listing, figure, lead, one_line
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.selection.measures import NameType, Query, run, types_of
from tools.selection.own_words import told
from tools.selection.people import PostFiltersAmong, select_posts_among
from tools.selection.posts import Selection, count_posts, refuse_filters
from tools.selection.subject import known_names


@dataclass(frozen=True)
class Entity:
    """A name as most people write it. ``mean`` is the tone toward it, from −1 to 1; so many of the posts are
    ``positive`` and ``negative`` toward it.
    """

    name: str
    type: str
    posts: int
    people: int
    mean: float
    positive: int = 0
    negative: int = 0


@dataclass(frozen=True, kw_only=True)
class ExtractEntities(ToolResult):
    """Names found, the commonest first, in ``posts`` posts."""

    subject: str
    posts: int
    entities: list[Entity]


def extract_entities(
    library: Library,
    topic: str | None = None,
    user: str | None = None,
    text: str | None = None,
    type: NameType | None = None,
    limit: int = 10,
    **filters: Unpack[PostFiltersAmong],
) -> ExtractEntities:
    """Names of people, companies, products, places, groups and works that come up about a topic, with a person, in a community, in a text, or in all posts."""  # noqa: E501
    if text is not None:
        refuse_filters(text, topic, user, filters)
        return _of_text(library, text, type, limit)
    selection = select_posts_among(library, topic=topic, user=user, **filters)
    found = named_most(library, selection, types_of(type), limit)
    if selection.of_people:
        kept = set(tellable_names([entity.name for entity in found]))
        found = [entity for entity in found if entity.name in kept]
    posts = count_posts(library, selection)
    kind = "brands" if type == "brand" else f"{type} names" if type else "names"
    headline = f"The {kind} that come up most in posts" if found else f"No {kind} come up in posts"
    result = ExtractEntities(
        headline=lead(f"{headline} {selection.words or 'here'}{':' if found else '.'}"),
        lines=[_entity_line(entity, place) for place, entity in enumerate(found)],
        warnings=few_posts(posts, "posts"),
        listing=Listing("names", tuple(entity.name for entity in found)),
        subject=selection.words,
        posts=posts,
        entities=found,
    )
    return told(result, selection.not_counted)


def _entity_line(entity: Entity, place: int) -> Line:
    at = f"entities.{place}"
    posts = cells.count(entity.posts, "post", f"{at}.posts")
    people = cells.count(entity.people, "person", f"{at}.people", "people")
    named = cells.name(entity.name, f"{at}.name")
    good, bad = cells.number(entity.positive, f"{at}.positive"), cells.number(entity.negative, f"{at}.negative")
    return figure(named, f" ({entity.type}): ", posts, " by ", people, ", ", good, " positive and ", bad, " negative.")


def named_most(library: Library, selection: Selection, types: tuple[str, ...], limit: int) -> list[Entity]:
    """The names in most of the posts selected, without what these are about; each counted as every tool counts it."""
    table = run(library, Query(selection, "posts", "name", types=types, limit=limit))
    known = known_names(library)
    return [
        Entity(
            one_line(row.name),
            known[canonical(row.name)].type,
            row.posts,
            row.people,
            row.mean,
            row.positive,
            row.negative,
        )
        for row in table.rows
        if canonical(row.name) in known
    ]


def _of_text(library: Library, text: str, kind: NameType | None, limit: int) -> ExtractEntities:
    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose names you want.")
    (analysis,) = library.reader.read([text])
    named: dict[str, Entity] = {}
    for m in analysis.mentions:
        if kind is None or m.type in types_of(kind):
            named.setdefault(m.canonical, Entity(one_line(m.text), m.type, 1, 1, m.tone[2] - m.tone[0]))
    found = list(named.values())[:limit]
    subject = "this text"
    if not found:
        headline = lead(
            f"No {kind} names stand in " if kind else "No names stand in ", cells.quotation(text, length=60), "."
        )
        return ExtractEntities(headline=headline, subject=subject, posts=1, entities=[])
    return ExtractEntities(
        headline=lead("The names in this text:"),
        lines=[
            figure(cells.name(entity.name, f"entities.{place}.name"), f" ({entity.type}).")
            for place, entity in enumerate(found)
        ],
        listing=Listing("names", tuple(entity.name for entity in found)),
        subject=subject,
        posts=1,
        entities=found,
    )
