"""Names that come up: people, organizations, products, places, groups and works, with counts and tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.errors import AnalystError
from tools.library import Library
from tools.result import ToolResult
from tools.select import Selection, select_posts
from tools.words import count, quote, small_sample, tone

EntityType = Literal["person", "organization", "product", "location", "group", "work"]


@dataclass(frozen=True)
class Entity:
    """A name as most people write it. ``mean`` is the tone of the posts that carry it, from −1 to 1."""

    name: str
    type: str
    posts: int
    people: int
    mean: float


@dataclass(frozen=True, kw_only=True)
class ExtractEntities(ToolResult):
    """Names found, the commonest first."""

    subject: str
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
    """Names of people, companies, products, places, groups and works that come up about a topic, with a person, in a community or in a text."""
    if text is not None:
        return _of_text(library, text, type, limit)
    if topic is None and user is None and community is None:
        raise AnalystError("Entities need one of topic, user, text or community", todo='For example topic="electric cars".')
    selection = select_posts(library, topic=topic, user=user, community=community, since=since, until=until)
    found = _entities(library, selection, type, limit, leave_out=topic)
    kind = f"{type} names" if type else "names"
    if not found:
        return ExtractEntities(lines=[f"No {kind} come up in posts {selection.words}."], subject=selection.words, entities=[])
    lines = [f"The {kind} that come up most in posts {selection.words}:"]
    lines += [
        f"{entity.name} ({entity.type}): {count(entity.posts, 'post')} by {count(entity.people, 'person', 'people')}, "
        f"tone {tone(entity.mean)}."
        for entity in found
    ]
    warnings = small_sample(max(entity.posts for entity in found))
    return ExtractEntities(lines=lines, warnings=warnings, subject=selection.words, entities=found)


def _entities(
    library: Library, selection: Selection, kind: str | None, limit: int, leave_out: str | None
) -> list[Entity]:
    from index.entities import canonical

    rows = library.facts.rows(
        "SELECT mode(m.text), mode(m.type), count(DISTINCT p.id) AS n, count(DISTINCT p.author), avg(p.positive - p.negative) "
        f"FROM posts p JOIN mentions m ON m.post = p.id WHERE {selection.where} AND m.canonical <> $left_out "
        f"AND ($kind IS NULL OR m.type = $kind) GROUP BY m.canonical ORDER BY n DESC, 4 DESC, 1 LIMIT {int(limit)}",
        {**selection.values, "left_out": canonical(leave_out or ""), "kind": kind},
    )
    return [Entity(*row) for row in rows]


def _of_text(library: Library, text: str, kind: str | None, limit: int) -> ExtractEntities:
    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose names you want.")
    reading, mentions = next(library.reader.read([text]))
    mean = float(reading.sentiment[2] - reading.sentiment[0])
    named = {m.canonical: Entity(m.text, m.type, 1, 1, mean) for m in mentions if kind is None or m.type == kind}
    found = list(named.values())[:limit]
    if not found:
        return ExtractEntities(lines=[f"No {kind or ''} names stand in {quote(text, 60)}.".replace("  ", " ")], subject="this text", entities=[])
    lines = ["The names in this text:", *(f"{entity.name} ({entity.type})." for entity in found)]
    return ExtractEntities(lines=lines, subject="this text", entities=found)
