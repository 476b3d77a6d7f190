"""Posts by meaning, with filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.line import Listing, lead, line
from tools.result.result import ToolResult
from tools.selection.posts import count_posts, evidence_posts, select_posts, topic_pattern

Sentiment = Literal["positive", "neutral", "negative"]
WIDE = 400  # nearest posts that are looked through when the filters are loose
NARROW = 20_000  # up to so many posts the filtered ones are compared one by one
LEXICAL_BONUS = 0.25  # what containing the very words adds to the cosine
RELEVANT = 0.35  # below this score a post is not about the query


@dataclass(frozen=True, kw_only=True)
class SearchPosts(ToolResult):
    """Posts nearest to ``query``; each carries its score. ``considered`` posts passed the filters."""

    query: str
    considered: int


def search_posts(
    library: Library,
    query: str,
    user: str | None = None,
    sentiment: Sentiment | None = None,
    limit: int = 10,
    since: str | None = None,
    until: str | None = None,
    community: str | None = None,
) -> SearchPosts:
    """Show posts about something, by meaning; optionally of one person, one tone, one community or a time."""
    if not query.strip():
        raise AnalystError("The query is empty", todo="Say what the posts should be about.")
    selection = select_posts(library, user=user, community=community, since=since, until=until)
    where, values = selection.where, dict(selection.values)
    if sentiment:
        where += " AND p.sentiment = $sentiment"
        values["sentiment"] = sentiment
    filtered = where != "true"
    considered = count_posts(library, selection) if not sentiment else _count(library, where, values)
    scores = _scores(library, query, where, values, narrow=filtered and considered <= NARROW)
    best = sorted(scores, key=lambda id_: (-scores[id_], id_))[:limit]
    posts = [post for post in evidence_posts(library, best, scores) if (post.score or 0) >= RELEVANT]
    tone = f"{sentiment} " if sentiment else ""
    scope = f" {selection.words}" if selection.words else ""
    if not posts:
        headline = lead(f"No {tone}posts{scope} are about ", cells.topic(query, "query"), ".")
        return SearchPosts(headline=headline, query=query, considered=considered)
    found = cells.count(len(posts), f"{tone}post")
    return SearchPosts(
        headline=lead(found, " nearest to ", cells.topic(query, "query"), f"{scope}, best first:"),
        lines=[line("post", cells.said(post, f"evidence.{place}")) for place, post in enumerate(posts)],
        listing=Listing("posts", tuple(post.id for post in posts)),
        evidence=posts,
        query=query,
        considered=considered,
    )


def _count(library: Library, where: str, values: dict[str, object]) -> int:
    return int(library.facts.rows(f"SELECT count(*) FROM posts p WHERE {where}", values)[0][0])


def _scores(library: Library, query: str, where: str, values: dict[str, object], *, narrow: bool) -> dict[str, float]:
    """Cosine of each candidate that passes the filters, raised where the very words occur."""
    vector = library.embed(query)
    lexical = [
        id_
        for (id_,) in library.facts.rows(
            f"SELECT p.id FROM posts p WHERE {where} AND regexp_matches(p.text, $q) ORDER BY p.id LIMIT {WIDE}",
            {**values, "q": topic_pattern(library, query)},
        )
    ]
    if narrow:
        candidates = [id_ for (id_,) in library.facts.rows(f"SELECT p.id FROM posts p WHERE {where}", values)]
    else:
        near = [id_ for id_, _ in library.vectors.nearest("posts", vector, WIDE)]
        candidates = [
            id_
            for (id_,) in library.facts.rows(
                f"SELECT p.id FROM posts p WHERE {where} AND p.id IN (SELECT unnest($near))", {**values, "near": near}
            )
        ]
    ids, vectors = library.vectors.get("posts", list(dict.fromkeys([*lexical, *candidates])))
    cosines = vectors @ vector
    said_it = set(lexical)
    return {id_: float(c) + LEXICAL_BONUS * (id_ in said_it) for id_, c in zip(ids, cosines, strict=True)}
