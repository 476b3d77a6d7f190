"""A campaign brief: whom to reach, what is said, liked and disliked, where and when, made from the other tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, TypeVar, Unpack

from index.errors import AnalystError
from tools.analyze_sentiment import analyze_sentiment
from tools.brief.found import WriteBrief
from tools.brief.telling import headline_of, lines_of, warnings_of
from tools.count import Count, count
from tools.extract_entities import extract_entities
from tools.extract_keywords import extract_keywords
from tools.find_audience import FindAudience, find_audience
from tools.library import Library
from tools.measure_engagement import MeasureEngagement, measure_engagement
from tools.privacy.tellable import tellable_names
from tools.rank import Rank, rank
from tools.result.evidence import Evidence
from tools.result.line import Listing
from tools.selection.measures import Group
from tools.selection.people import AudienceFilters
from tools.selection.posts import Scope, select_posts
from tools.summarize_themes import SMALL, SummarizeThemes, summarize_themes

PEOPLE = 5  # who are listed: a brief is one page
THEMES, WORDS, PLACES = 3, 6, 5  # that are listed
T = TypeVar("T")
Attempt = Callable[[str, Callable[[], T]], T | None]


def write_brief(
    library: Library,
    campaign: str,
    interests: list[str] | None = None,
    limit: Annotated[int, "how many people are listed"] = PEOPLE,
    **filters: Unpack[AudienceFilters],
) -> WriteBrief:
    """A campaign brief on one page: whom to reach and why, what people say, like and dislike about it, in which words, where and when to post, and what is shaky."""  # noqa: E501
    audience = find_audience(library, campaign, interests, limit=limit, **filters)
    missing: dict[str, str] = {}

    def attempt(part: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except AnalystError as error:
            missing[part] = str(error)
            return None

    scope = Scope(**{name: filters[name] for name in Scope.__annotations__ if filters.get(name) is not None})  # type: ignore[literal-required, typeddict-item]
    topic = audience.query.campaign
    about = attempt("about", lambda: count(library, topic=topic, **scope))
    given = {"interests": interests, **filters}
    brief = WriteBrief(
        campaign=topic,
        asked={"limit": limit, **{name: value for name, value in given.items() if value not in (None, [])}},
        scope=select_posts(library, may_be_empty=True, **scope).words,
        audience=audience,
        about=about,
        **(_said(library, topic, scope, attempt) if about is not None and about.value else {}),
        homes=attempt("homes", lambda: _homes(library, audience, scope)) or [],
        timing=attempt("timing", lambda: _timing(library, topic, about, scope)),
        missing=missing,
        listing=Listing("people", tuple(person.user for person in audience.people)),
    )
    brief = replace(brief, evidence=_evidence(brief))
    return replace(brief, headline=headline_of(brief), lines=lines_of(brief), warnings=warnings_of(brief))


def _said(library: Library, topic: str, scope: Scope, attempt: Attempt[Any]) -> dict[str, Any]:
    """What the posts about the campaign say; there is at least one."""
    praise = count(library, topic=topic, sentiment="positive", **scope)
    complaints = count(library, topic=topic, sentiment="negative", **scope)

    def themes(found: Count, side: Any) -> SummarizeThemes | None:
        """None for so few posts that their groups would be chance."""
        if found.value < SMALL:
            return None
        return summarize_themes(library, topic=topic, sentiment=side, count=THEMES, **scope)

    return {
        "praise": praise,
        "complaints": complaints,
        "tone": analyze_sentiment(library, topic=topic, **scope),
        "praise_themes": themes(praise, "positive"),
        "complaint_themes": themes(complaints, "negative"),
        "phrases": extract_keywords(library, topic=topic, limit=WORDS, **scope),
        "names": extract_entities(library, topic=topic, limit=WORDS, **scope),
        "places": attempt("places", lambda: _places(library, topic, scope)),
    }


def _places(library: Library, topic: str, scope: Scope) -> Rank | None:
    """The communities of the posts about it; None where one was asked for."""
    return None if "community" in scope else rank(library, of="community", topic=topic, limit=PLACES, **scope)


def _homes(library: Library, audience: FindAudience, scope: Scope) -> list[Group]:
    """The communities in which the people listed write, but for those that would tell a trait of them."""
    if "community" in scope or not audience.people:
        return []
    listed = [person.user for person in audience.people]
    groups = rank(library, of="community", by="people", among=listed, limit=2 * PLACES, **scope).groups
    kept = set(tellable_names([group.name for group in groups]))
    return [group for group in groups if group.name in kept][:PLACES]


def _timing(library: Library, topic: str, about: Count | None, scope: Scope) -> MeasureEngagement:
    """Of the posts about it if they are enough to part by hour or weekday, else of all posts."""
    if about is not None and about.value >= SMALL:
        found = measure_engagement(library, topic=topic, **scope)
        if any(each.by in ("hour", "weekday") for each in found.standouts):
            return found
    return measure_engagement(library, **scope)


def _evidence(brief: WriteBrief) -> list[Evidence]:
    """Every post that is quoted, once, in the order of the brief."""
    parts = (brief.audience, brief.tone, brief.praise_themes, brief.complaint_themes)
    posts = [post for part in parts if part is not None for post in part.evidence]
    return list({post.id: post for post in posts}.values())  # of one quoted twice the tone toward the campaign
