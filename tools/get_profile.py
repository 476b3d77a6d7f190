"""All about one person: activity, interests, brands liked and disliked, tone, engagement, habits of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from tools.extract_entities import NAMED
from tools.extract_keywords import Keyword, contrastive_phrases
from tools.library import Library
from tools.result.result import Evidence, ToolResult, one_line
from tools.result.words import count, listed, percent, said, short, small_sample, tone
from tools.selection.posts import EVIDENCE, Selection, as_evidence, select_posts

LIKES, DISLIKES = 0.15, -0.15  # tone of the posts that name a brand, from which it counts as liked or disliked
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@dataclass(frozen=True)
class Brand:
    """A name this person uses, in how many posts, and their tone from −1 to 1."""

    name: str
    type: str
    posts: int
    mean: float


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

    @property
    def handles(self) -> list[str]:
        return [self.user]


def get_profile(
    library: Library,
    user: str,
    since: str | None = None,
    until: str | None = None,
    community: str | None = None,
) -> GetProfile:
    """Everything about one person: activity, interests, brands, tone, engagement, habits."""
    author = library.author(user)
    selection = select_posts(library, user=author, since=since, until=until, community=community)
    ((posts, first, last, negative, neutral, positive, likes, replies),) = library.facts.rows(
        "SELECT count(*), min(p.created_at), max(p.created_at), avg(p.negative), avg(p.neutral), avg(p.positive), "
        f"avg(p.likes), avg(p.replies) FROM posts p WHERE {selection.where}",
        selection.values,
    )
    everyone = select_posts(library, since=since, until=until, community=community)
    ((all_likes, all_replies),) = library.facts.rows(
        f"SELECT avg(p.likes), avg(p.replies) FROM posts p WHERE {everyone.where}", everyone.values
    )
    brands = _brands(library, selection)
    evidence = _most_liked(library, selection)
    profile = GetProfile(
        lines=[],
        warnings=small_sample(posts),
        evidence=evidence,
        user=author,
        within=everyone.words,
        posts=posts,
        first_post=first and first.astimezone(UTC).date().isoformat(),
        last_post=last and last.astimezone(UTC).date().isoformat(),
        communities=dict(_counts(library, selection, "p.community")[:5]),
        interests=contrastive_phrases(library, selection, 8),
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
    return replace(profile, lines=_lines(profile))


def _lines(profile: GetProfile) -> list[str]:
    lines = [_activity(profile)]
    if profile.interests:
        lines.append(f"Talks about {listed([short(keyword.phrase) for keyword in profile.interests])}.")
    if profile.liked:
        lines.append(f"Speaks well of {listed(list(map(short, profile.liked)))}.")
    if profile.disliked:
        lines.append(f"Speaks badly of {listed(list(map(short, profile.disliked)))}.")
    lines.append(
        f"Tone: {tone(profile.positive - profile.negative)}, {percent(profile.positive)} positive and "
        f"{percent(profile.negative)} negative."
    )
    if profile.likes is not None and profile.everyone_likes is not None:
        lines.append(
            f"Gets {profile.likes:.1f} likes a post on average; everyone here gets {profile.everyone_likes:.1f}."
        )
    if profile.hours:
        hour, day = next(iter(profile.hours)), next(iter(profile.weekdays))
        lines.append(f"Posts most often between {hour:02d}:00 and {(hour + 1) % 24:02d}:00 UTC, and on {day}s.")
    # Without any likes the first post is only the first.
    return [*lines, *(f"Best liked: {said(post)}" for post in profile.evidence[:1] if post.likes is not None)]


def _activity(profile: GetProfile) -> str:
    """``@ana wrote 12 posts in Coffee since 2024, from 2024-01-03 to 2024-11-30, mostly in Coffee.``"""
    text = f"@{profile.user} wrote {count(profile.posts, 'post')}"
    if profile.within:
        text += f" {profile.within}"
    if profile.first_post:
        text += f"{',' if profile.within else ''} from {profile.first_post} to {profile.last_post}"
    if profile.communities and not (profile.within and len(profile.communities) == 1):
        text += f", mostly in {listed(list(profile.communities)[:3])}"
    return text + "."


def _brands(library: Library, selection: Selection) -> list[Brand]:
    """Organizations, products, works and groups this person names, the commonest first."""
    rows = library.facts.rows(
        f"{NAMED} WHERE {selection.where} AND m.type IN ('organization', 'product', 'work', 'group')) "
        "GROUP BY canonical ORDER BY posts DESC, name LIMIT 20",
        selection.values,
    )
    return [Brand(one_line(name), type_, posts, mean) for name, type_, posts, _, mean in rows]


def _counts(library: Library, selection: Selection, column: str) -> list[tuple[Any, int]]:
    return library.facts.rows(  # type: ignore[return-value]
        f"SELECT {column}, count(*) FROM posts p WHERE {selection.where} AND {column} IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        selection.values,
    )


def _most_liked(library: Library, selection: Selection) -> list[Evidence]:
    rows = library.facts.rows(
        f"SELECT {EVIDENCE} FROM posts p WHERE {selection.where} ORDER BY p.likes DESC NULLS LAST, p.id LIMIT 5",
        selection.values,
    )
    return [as_evidence(row) for row in rows]
