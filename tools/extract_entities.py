"""Names that come up: people, organizations, products, places, groups and works, with counts and tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.line import Line, Listing, figure, lead, one_line
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.result.words import tone
from tools.selection.posts import Selection, count_posts, select_posts

# The tone is that toward the name. A post that says it three times is one post and one tone: each mention has its
# share of the post.
NAMED = """
SELECT mode(text ORDER BY text) AS name, mode(type ORDER BY type), count(DISTINCT id) AS posts,
       count(DISTINCT author) AS people, sum(tone * share) / sum(share)
FROM (SELECT m.text, m.type, m.canonical, p.id, p.author, m.positive - m.negative AS tone,
             1.0::DOUBLE / count(*) OVER (PARTITION BY m.canonical, p.id) AS share
      FROM posts p JOIN mentions m ON m.post = p.id"""
EntityType = Literal["person", "organization", "product", "location", "group", "work"]


@dataclass(frozen=True)
class Entity:
    """A name as most people write it. ``mean`` is the tone toward it, from −1 to 1."""

    name: str
    type: str
    posts: int
    people: int
    mean: float


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
    community: str | None = None,
    type: EntityType | None = None,
    limit: int = 10,
    since: str | None = None,
    until: str | None = None,
) -> ExtractEntities:
    """Names of people, companies, products, places, groups and works that come up about a topic, with a person, in a community or in a text."""  # noqa: E501
    if text is not None:
        return _of_text(library, text, type, limit)
    if topic is None and user is None and community is None:
        raise AnalystError(
            "Entities need one of topic, user, text or community", todo='For example topic="electric cars".'
        )
    selection = select_posts(library, topic=topic, user=user, community=community, since=since, until=until)
    found = _entities(library, selection, type, limit, leave_out=topic)
    if user is not None:
        kept = set(tellable_names([entity.name for entity in found]))
        found = [entity for entity in found if entity.name in kept]
    posts = count_posts(library, selection)
    kind = f"{type} names" if type else "names"
    headline = f"The {kind} that come up most in posts" if found else f"No {kind} come up in posts"
    return ExtractEntities(
        headline=lead(f"{headline} {selection.words}{':' if found else '.'}"),
        lines=[_entity_line(entity, place) for place, entity in enumerate(found)],
        warnings=few_posts(posts, "posts"),
        listing=Listing("names", tuple(entity.name for entity in found)),
        subject=selection.words,
        posts=posts,
        entities=found,
    )


def _entity_line(entity: Entity, place: int) -> Line:
    at = f"entities.{place}"
    posts = cells.count(entity.posts, "post", f"{at}.posts")
    people = cells.count(entity.people, "person", f"{at}.people", "people")
    named = cells.name(entity.name, f"{at}.name")
    return figure(named, f" ({entity.type}): ", posts, " by ", people, f", tone {tone(entity.mean)}.")


def _entities(
    library: Library, selection: Selection, kind: str | None, limit: int, leave_out: str | None
) -> list[Entity]:
    """Names in the posts selected but ``leave_out``, which is what they are about."""
    own = canonical(leave_out or "")
    rows = library.facts.rows(
        f"{NAMED} WHERE {selection.where} AND m.canonical NOT IN (SELECT unnest($left_out)) "
        "AND ($kind IS NULL OR m.type = $kind)) GROUP BY canonical ORDER BY posts DESC, people DESC, name LIMIT $limit",
        {**selection.values, "left_out": [own, own + "s", own.removesuffix("s")], "kind": kind, "limit": limit},
    )
    return [Entity(one_line(name), *row) for name, *row in rows]


def _of_text(library: Library, text: str, kind: str | None, limit: int) -> ExtractEntities:
    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose names you want.")
    (analysis,) = library.reader.read([text])
    named: dict[str, Entity] = {}
    for m in analysis.mentions:
        if kind is None or m.type == kind:
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
