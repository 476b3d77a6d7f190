"""One person of an audience as HTML: how likely and why, the posts for and against, and the profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from agent.page.views.figures.tones import tones_of
from agent.page.views.html import fixes_of, mentions_of, render
from agent.page.views.shown import Shown
from index.errors import AnalystError
from tools.explain_match import ExplainMatch
from tools.find_audience import FindAudience, Person
from tools.get_profile import GetProfile
from tools.library import Library
from tools.registry import call_tool
from tools.result.evidence import Evidence
from tools.result.result import ToolResult
from tools.selection.posts import evidence_posts
from tools.targeting.reasons import told

# What a call that explains one person shares with the call that found the audience.
SHARED = ("since", "until", "community")


@dataclass(frozen=True)
class Opened:
    """A person with all that the page shows of them; ``faults`` are sentences about what could not be had."""

    person: Person
    campaign: str
    profile: GetProfile | None
    explained: ExplainMatch | None
    supporting: list[Evidence]
    opposing: list[Evidence]
    faults: list[str] = field(default_factory=list)


def open_person(library: Library, shown: Shown, place: int) -> Opened:
    """Look up the person at ``place`` of the audience on show."""
    audience, faults = shown.result, list[str]()
    assert isinstance(audience, FindAudience)
    person, query = audience.people[place], audience.query
    profile = _called(library, faults, "get_profile", user=person.user)
    asked = {name: shown.args[name] for name in SHARED if shown.args.get(name)}
    if not query.interests_found:
        asked["interests"] = query.interests
    explained = _called(library, faults, "explain_match", user=person.user, campaign=audience.campaign, **asked)
    explained = explained if isinstance(explained, ExplainMatch) else None
    return Opened(
        person,
        query.campaign,
        profile if isinstance(profile, GetProfile) else None,
        explained,
        explained.supporting if explained else evidence_posts(library, person.evidence),
        explained.opposing if explained else evidence_posts(library, person.opposing),
        list(dict.fromkeys(faults)),
    )


def _called(library: Library, faults: list[str], tool: str, **args: object) -> ToolResult | None:
    try:
        return call_tool(library, tool, dict(args))
    except AnalystError as error:
        faults.append(str(error))
        return None


def person_html(library: Library, opened: Opened) -> Markup:
    """All about one person, with the way back to the others."""
    about = profile_context(opened.profile) if opened.profile is not None else None
    return render("person.html.j2", **_context(library, opened), faults=opened.faults, about=about)


def match_html(result: ExplainMatch, library: Library | None) -> Markup:
    """What speaks for one person and one campaign, and what against."""
    reasons, against = told(result.reasons, speaks_for=True), told(result.reasons, speaks_for=False)
    chance = (result.probability, result.low, result.high)
    person = Person(result.user, *chance, reasons, against, {}, [], [])
    opened = Opened(person, result.query.campaign, None, result, result.supporting, result.opposing)
    return render("match.html.j2", **_context(library, opened))


def _context(library: Library | None, opened: Opened) -> dict[str, Any]:
    """What both views show."""
    explained = opened.explained
    widest = max((abs(reason.weight) for reason in explained.reasons), default=0.0) if explained else 0.0
    posts = [*opened.supporting, *opened.opposing]
    spans = mentions_of(library, posts)
    fixes = fixes_of(library, posts, spans)
    return {"opened": opened, "explained": explained, "widest": widest or 1.0, "spans": spans, "fixes": fixes}


def profile_html(profile: GetProfile) -> Markup:
    """What a person writes about, when and how."""
    return render("profile.html.j2", about=profile_context(profile), brands=profile.brands)


def profile_context(profile: GetProfile) -> dict[str, Any]:
    """A profile in words: named values, shares of tone, and lists that are not empty."""
    span = f"{profile.first_post} to {profile.last_post}" if profile.first_post else "not dated"
    pairs = [("Posts", f"{profile.posts:,}"), ("Wrote", span)]
    if profile.likes is not None and profile.everyone_likes is not None:
        pairs.append(("Likes a post", f"{profile.likes:.1f} (everyone {profile.everyone_likes:.1f})"))
    if profile.hours:
        hour, day = next(iter(profile.hours)), next(iter(profile.weekdays), "")
        pairs.append(("Posts most", f"{hour:02d}:00–{(hour + 1) % 24:02d}:00 UTC, {day}s"))
    lists = [
        ("Communities", profile.communities),
        ("Talks about", [keyword.phrase for keyword in profile.interests]),
        ("Speaks well of", profile.liked),
        ("Speaks badly of", profile.disliked),
    ]
    return {"pairs": pairs, "tones": tones_of(profile), "lists": [each for each in lists if each[1]]}
