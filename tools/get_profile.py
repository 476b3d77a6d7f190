"""All about one person: activity, interests, brands liked and disliked, tone, engagement, habits of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Unpack

from tools.extract_entities import named_most
from tools.extract_keywords import Keyword, contrastive_phrases
from tools.library import Library
from tools.privacy.tellable import tellable, tellable_names
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Cell, Line, Listing, Part, lead, line, listed, note
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.result.tones import SentimentShares, three_told, which_way
from tools.selection.measures import LABELS
from tools.selection.own_words import told
from tools.selection.people import DISLIKES, LIKES
from tools.selection.posts import EVIDENCE, Scope, Selection, as_evidence, select_posts

COMMUNITIES, INTERESTS, BEST = 5, 8, 5  # that are told at most
READ = 50  # of the best liked posts, from which those are taken that may be told
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@dataclass(frozen=True)
class Brand:
    """A name this person uses, in how many posts, and their tone toward it: from −1 to 1, and how many of the posts are
    ``positive`` and ``negative``.
    """

    name: str
    type: str
    posts: int
    mean: float
    positive: int = 0
    negative: int = 0


@dataclass(frozen=True, kw_only=True)
class GetProfile(ToolResult):
    """A person as the posts show them. Times are UTC; engagement is per post, ``everyone_*`` the mean of all posts.

    ``within`` says which time and community the figures are of, if not of all; ``everyone_*`` is of the same.
    """

    user: str
    within: str
    posts: int
    first_post: str | None
    last_post: str | None
    communities: dict[str, int]
    interests: list[Keyword]
    brands: list[Brand]
    liked: list[str]
    disliked: list[str]
    positive: float
    neutral: float
    negative: float
    likes: float | None
    replies: float | None
    everyone_likes: float | None
    everyone_replies: float | None
    hours: dict[int, int]
    weekdays: dict[str, int]


def get_profile(
    library: Library,
    user: str,
    **filters: Unpack[Scope],
) -> GetProfile:
    """Everything about one person: activity, interests, brands, tone, engagement, habits."""
    author = library.author(user)
    selection = select_posts(library, user=author, **filters)
    ((posts, first, last, negative, neutral, positive, likes, replies),) = library.facts.rows(
        f"SELECT count(*), min(p.created_at), max(p.created_at), {LABELS}, "
        f"avg(p.likes), avg(p.replies) FROM posts p WHERE {selection.where}",
        selection.values,
    )
    everyone = select_posts(library, **filters)
    ((all_likes, all_replies),) = library.facts.rows(
        f"SELECT avg(p.likes), avg(p.replies) FROM posts p WHERE {everyone.where}", everyone.values
    )
    brands = _brands(library, selection)
    evidence = _most_liked(library, selection)
    profile = GetProfile(
        warnings=few_posts(posts, "posts"),
        listing=Listing("people", (author,)),
        evidence=evidence,
        user=author,
        within=everyone.words,
        posts=posts,
        first_post=first and first.astimezone(UTC).date().isoformat(),
        last_post=last and last.astimezone(UTC).date().isoformat(),
        communities=_communities(library, selection),
        interests=_interests(library, selection),
        brands=brands,
        liked=[brand.name for brand in brands if brand.mean >= LIKES][:6],
        disliked=[brand.name for brand in brands if brand.mean <= DISLIKES][:6],
        positive=positive,
        neutral=neutral,
        negative=negative,
        likes=likes,
        replies=replies,
        everyone_likes=all_likes,
        everyone_replies=all_replies,
        hours=dict(_counts(library, selection, "hour(p.created_at AT TIME ZONE 'UTC')")),
        weekdays={DAYS[d]: n for d, n in _counts(library, selection, "dayofweek(p.created_at AT TIME ZONE 'UTC')")},
    )
    return told(replace(profile, headline=_headline(profile), lines=_lines(profile)), selection.not_counted)


def _headline(profile: GetProfile) -> Line:
    """``@ana wrote 12 posts in Coffee since 2024, from 2024-01-03 to 2024-11-30, mostly in Coffee.``"""
    parts: list[Part] = [cells.handle(profile.user, "user"), " wrote ", cells.count(profile.posts, "post", "posts")]
    if profile.within:
        parts.append(f" {profile.within}")
    if profile.first_post and profile.last_post:
        first, last = cells.date(profile.first_post, "first_post"), cells.date(profile.last_post, "last_post")
        parts += ["," if profile.within else "", " from ", first, " to ", last]
    if profile.communities and not (profile.within and len(profile.communities) == 1):
        parts += [", mostly in ", listed(map(cells.name, list(profile.communities)[:3]))]
    return lead(parts, ".")


def _lines(profile: GetProfile) -> list[Line]:
    lines = []
    for label, field, names in (
        ("Talks about ", "interests", [keyword.phrase for keyword in profile.interests]),
        ("Speaks well of ", "liked", profile.liked),
        ("Speaks badly of ", "disliked", profile.disliked),
    ):
        if names:
            end = ".phrase" if field == "interests" else ""
            lines.append(
                note(label, listed(cells.name(name, f"{field}.{place}{end}") for place, name in enumerate(names)), ".")
            )
    shares = SentimentShares(profile.posts, profile.negative, profile.neutral, profile.positive)
    way = which_way(shares)
    of = ["Of these posts " if not way else f"These posts are {way}: "]
    lines.append(note(*of, three_told(shares, ""), "."))
    if profile.likes is not None and profile.everyone_likes is not None:
        own, all_ = cells.number(profile.likes, "likes"), cells.number(profile.everyone_likes, "everyone_likes")
        lines.append(
            note(
                "Gets ",
                own,
                " likes a post on average; ",
                Cell("everyone here", "name", "everyone"),
                " gets ",
                all_,
                ".",
            )
        )
    if profile.hours:
        hour, day = next(iter(profile.hours)), next(iter(profile.weekdays))
        hours = cells.words(f"{hour:02d}:00 and {(hour + 1) % 24:02d}:00", f"hours.{hour}")
        lines.append(note("Posts most often between ", hours, f" UTC, and on {day}s."))
    # Without any likes the first post is only the first.
    best = [post for post in profile.evidence[:1] if post.likes is not None]
    return [*lines, *(line("post", "Best liked: ", cells.said(post, "evidence.0")) for post in best)]


def _brands(library: Library, selection: Selection) -> list[Brand]:
    """Organizations, products, works and groups this person names, the commonest first."""
    named = named_most(library, selection, ("organization", "product", "work", "group"), 20)
    kept = set(tellable_names([each.name for each in named]))
    return [
        Brand(each.name, each.type, each.posts, each.mean, each.positive, each.negative)
        for each in named
        if each.name in kept
    ]


def _communities(library: Library, selection: Selection) -> dict[str, int]:
    """The commonest of the communities that may be told of a person, with the number of posts."""
    counts = [(name, posts) for name, posts in _counts(library, selection, "p.community") if tellable(name)]
    names = set(tellable_names([name for name, _ in counts[: 2 * COMMUNITIES]]))
    return dict([(name, posts) for name, posts in counts if name in names][:COMMUNITIES])


def _interests(library: Library, selection: Selection) -> list[Keyword]:
    found = contrastive_phrases(library, selection, 2 * INTERESTS)
    kept = set(tellable_names([keyword.phrase for keyword in found]))
    return [keyword for keyword in found if keyword.phrase in kept][:INTERESTS]


def _counts(library: Library, selection: Selection, column: str) -> list[tuple[Any, int]]:
    return library.facts.rows(  # type: ignore[return-value]
        f"SELECT {column}, count(*) FROM posts p WHERE {selection.where} AND {column} IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        selection.values,
    )


def _most_liked(library: Library, selection: Selection) -> list[Evidence]:
    """The best liked posts, but for those in communities that may not be told of a person."""
    rows = library.facts.rows(
        f"SELECT {EVIDENCE} FROM posts p WHERE {selection.where} ORDER BY p.likes DESC NULLS LAST, p.id LIMIT {READ}",
        selection.values,
    )
    posts = [as_evidence(row) for row in rows]
    places = set(tellable_names([post.community for post in posts if post.community]))
    return [post for post in posts if post.community is None or post.community in places][:BEST]
