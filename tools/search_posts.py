"""Posts by meaning or by filters alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, Unpack

import numpy as np

from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Listing, lead, line, note
from tools.result.result import ToolResult
from tools.selection.own_words import told
from tools.selection.people import PostFiltersAmong, select_posts_among
from tools.selection.posts import Selection, evidence_posts
from tools.selection.subject import LONGEST_NAME, Subject, subject_of

Order = Literal["relevance", "likes", "newest", "oldest"]
SORTED: dict[str, str] = {
    "likes": "p.likes DESC NULLS LAST, p.id",
    "newest": "p.created_at DESC NULLS LAST, p.id",
    "oldest": "p.created_at NULLS LAST, p.id",
}
ORDERED = {"likes": "the most liked", "newest": "the newest", "oldest": "the oldest"}
LEXICAL_BONUS = 0.25  # what containing the very words adds to the cosine
RELEVANT = 0.35  # below this score a post is not about the query


@dataclass(frozen=True, kw_only=True)
class SearchPosts(ToolResult):
    """Posts about ``query``, the nearest first unless another ``order`` was asked for; each carries its score. Without
    a query they are those that passed the filters, the newest first.

    ``considered`` posts were looked at: all that name it where the query is a ``name``, else all that passed the
    filters.
    """

    query: str | None
    considered: int
    order: Order = "relevance"
    name: str | None = None
    subject: str = field(default="")


def search_posts(
    library: Library,
    query: Annotated[str | None, "what the posts are about; left out, all that pass the filters"] = None,
    user: Annotated[str | None, "only posts of this person"] = None,
    limit: Annotated[int, "how many are shown"] = 10,
    order: Annotated[Order, "which of the posts about it come first"] = "relevance",
    **filters: Unpack[PostFiltersAmong],
) -> SearchPosts:
    """Show posts about something, by meaning; optionally of one person, one tone, one community or a time; the most liked, newest or oldest of them first."""  # noqa: E501
    if query is not None and not query.strip():
        raise AnalystError("The query is empty", todo="Say what the posts should be about.")
    if query is None and order == "relevance":
        order = "newest"
    subject = subject_of(library, query, by_meaning=False) if query and canonical(query) else None
    name = subject if subject is not None and subject.kind == "name" and len(subject.posts) else None
    topic, may_be_empty = query if name else None, name is not None
    selection = select_posts_among(library, topic=topic, user=user, may_be_empty=may_be_empty, english=False, **filters)
    ids = [id_ for (id_,) in _ordered(library, selection, order)]
    scores = _scores(library, query, ids, subject) if query else {}
    about = [id_ for id_ in ids if name is not None or query is None or scores[id_] >= RELEVANT]
    if order == "relevance":
        about.sort(key=lambda id_: (-scores[id_], id_))
    found = SearchPosts(
        evidence=evidence_posts(library, about[:limit], scores, selection),
        query=query,
        considered=len(ids),
        order=order,
        name=name.name if name else None,
        subject=selection.beside,
    )
    listing = Listing("posts", tuple(post.id for post in found.evidence)) if found.evidence else None
    found = replace(found, headline=_headline(found), lines=_lines(found, name, len(about)), listing=listing)
    return told(found, selection.not_counted)


def _ordered(library: Library, selection: Selection, order: Order) -> list[tuple[str]]:
    by = SORTED.get(order, "p.id")
    sql = f"SELECT p.id FROM posts p WHERE {selection.where} ORDER BY {by}"
    return library.facts.rows(sql, selection.values)  # type: ignore[return-value]


def _scores(library: Library, query: str, ids: list[str], subject: Subject | None) -> dict[str, float]:
    """Cosine of each post to the query, raised where the very words occur."""
    matrix = library.matrix
    cosines = matrix.cosines(library.embed(query))
    rows = np.arange(len(matrix.ids)) if len(ids) == len(matrix.ids) else matrix.rows_of(ids)
    of = dict(zip(matrix.ids[rows].tolist(), cosines[rows].tolist(), strict=True))
    for id_ in subject.posts.id if subject is not None and len(query.split()) <= LONGEST_NAME else ():
        if id_ in of:
            of[id_] += LEXICAL_BONUS
    return of


def _headline(found: SearchPosts) -> Line:
    scope = f" {found.subject}" if found.subject else ""
    if found.query is None:
        number = cells.count(len(found.evidence), "post")
        whole = cells.count(found.considered, "post", "considered")
        some = [f"{len(found.evidence):,} of ", whole] if found.considered > len(found.evidence) else [number]
        return lead(*some, f"{scope}, {ORDERED[found.order]} first:")
    query = cells.topic(found.query, "query")
    if not found.evidence:
        return lead(f"No posts{scope} are about ", query, ".")
    shown = cells.count(len(found.evidence), "post")
    if found.order != "relevance":
        return lead(shown, " about ", query, f"{scope}, {ORDERED[found.order]} first:")
    return lead(shown, " nearest to ", query, f"{scope}, best first:")


def _lines(found: SearchPosts, name: Subject | None, about: int) -> list[Line]:
    lines = [line("post", cells.said(post, f"evidence.{place}")) for place, post in enumerate(found.evidence)]
    if name is not None and about > len(found.evidence):
        lines.append(
            note(
                "In all, ",
                cells.count(found.considered, "post", "considered"),
                f"{f' {found.subject}' if found.subject else ''} name it.",
            )
        )
    return lines
