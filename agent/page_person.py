"""One person of an audience as HTML: how likely and why, the posts for and against, and the profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.page_html import action, chips, esc, facts, handle, mentions_of, notice, posts_html, tone_bar
from agent.page_result import probability_html
from index.errors import AnalystError
from tools.find_audience import FindAudience, Person
from tools.get_profile import GetProfile
from tools.library import Library
from tools.registry import TOOLS, call_tool
from tools.result import Evidence, ToolResult
from tools.select import evidence_posts
from tools.words import percent

SIGNALS = {
    "person": "All they write, compared with the campaign",
    "posts": "Their posts nearest to it",
    "communities": "The communities they are in",
    "mentions": "Posts that name it, and their tone",
}
SUPPORTING, OPPOSING = ("supporting", "evidence_for", "pro"), ("opposing", "evidence_against", "contra")


@dataclass(frozen=True)
class Opened:
    """A person with all that the page shows of them; ``faults`` are sentences about what could not be had."""

    person: Person
    campaign: str
    profile: GetProfile | None
    explained: ToolResult | None
    supporting: list[Evidence]
    opposing: list[Evidence]
    faults: list[str] = field(default_factory=list)


def open_person(library: Library, audience: FindAudience, place: int) -> Opened:
    """Look up the person at ``place`` of an audience."""
    faults: list[str] = []
    person = audience.people[place]
    profile = _called(library, faults, "get_profile", user=person.user)
    explained = None
    if "explain_match" in TOOLS:
        explained = _called(library, faults, "explain_match", user=person.user, campaign=audience.campaign)
    supporting = _posts(library, explained, SUPPORTING) or evidence_posts(library, person.evidence)
    opposing = _posts(library, explained, OPPOSING)
    if explained is None:
        about = {"query": audience.query.campaign, "user": person.user}
        cold = _called(library, faults, "search_posts", **about, sentiment="negative", limit=3)
        known = {post.id for post in supporting}
        opposing = [post for post in cold.evidence if post.id not in known] if cold else []
    return Opened(
        person,
        audience.query.campaign,
        profile if isinstance(profile, GetProfile) else None,
        explained,
        supporting,
        opposing,
        faults,
    )


def _called(library: Library, faults: list[str], tool: str, **args: object) -> ToolResult | None:
    try:
        return call_tool(library, tool, dict(args))
    except AnalystError as error:
        faults.append(str(error))
        return None


def _posts(library: Library, explained: ToolResult | None, names: tuple[str, ...]) -> list[Evidence]:
    """The posts of one side, which a result holds as posts or as their ids."""
    found: list[Any] = next((value for name in names if (value := getattr(explained, name, None))), [])
    ids = [item for item in found if isinstance(item, str)]
    return [item for item in found if isinstance(item, Evidence)] or (evidence_posts(library, ids) if ids else [])


def person_html(library: Library, opened: Opened) -> str:
    """All about one person, with the way back to the others."""
    person = opened.person
    back = action("back", 0, "← All people", kind="button")
    faults = "".join(notice(fault, "error") for fault in opened.faults)
    return (
        f'{back}<section class="person"><h3 tabindex="-1" data-focus>{handle(person.user)}</h3>'
        f'<div class="likely">{probability_html(person)}'
        f'<span class="quiet" dir="auto">to engage with {esc(opened.campaign)}</span></div>{faults}'
        f"{_why(opened)}{_evidence(library, opened)}{_profile(opened.profile)}</section>"
    )


def _why(opened: Opened) -> str:
    lines = opened.explained.lines if opened.explained else opened.person.reasons
    said = "".join(f'<li dir="auto">{esc(line)}</li>' for line in lines)
    rows = "".join(_signal(name, part, opened.person) for name, part in _parts(opened.person))
    return (
        f'<h4>Why</h4><ul class="reasons">{said}</ul><details><summary>What each signal adds</summary>'
        '<p class="quiet">In log-odds, against an average person here: right raises the probability, left lowers it.'
        "</p>"
        f'<ul class="signals">{rows}</ul></details>'
    )


def _parts(person: Person) -> list[tuple[str, float]]:
    return sorted(person.signals.items(), key=lambda item: -abs(item[1]))


def _signal(name: str, part: float, person: Person) -> str:
    widest = max(abs(value) for value in person.signals.values()) or 1.0
    width, side = 50 * abs(part) / widest, "raises" if part >= 0 else "lowers"
    return (
        f"<li><span>{esc(SIGNALS.get(name, name.replace('_', ' ')))}</span>"
        f'<span class="bar signal" aria-hidden="true"><i class="{side}" style="width:{width:.1f}%"></i></span>'
        f"<b>{part:+.2f}</b></li>"
    )


def _evidence(library: Library, opened: Opened) -> str:
    spans = mentions_of(library, [*opened.supporting, *opened.opposing])
    sides = [
        ("Posts for it", opened.supporting, "No single post stands out."),
        ("Posts against it", opened.opposing, "No post speaks against it."),
    ]
    return "".join(
        f"<h4>{name}</h4>" + (posts_html(posts, spans) if posts else f'<p class="quiet">{none}</p>')
        for name, posts, none in sides
    )


def _profile(profile: GetProfile | None) -> str:
    if profile is None:
        return ""
    shares = (profile.positive, profile.neutral, profile.negative)
    named = zip(("positive", "neutral", "negative"), shares, strict=True)
    tone = ", ".join(f"{percent(share)} {name}" for name, share in named)
    span = f"{profile.first_post} to {profile.last_post}" if profile.first_post else "not dated"
    pairs = [("Posts", f"{profile.posts:,}"), ("Wrote", esc(span))]
    if profile.likes is not None and profile.everyone_likes is not None:
        pairs.append(("Likes a post", f"{profile.likes:.1f} (everyone {profile.everyone_likes:.1f})"))
    if profile.hours:
        hour, day = next(iter(profile.hours)), next(iter(profile.weekdays), "")
        pairs.append(("Posts most", esc(f"{hour:02d}:00–{(hour + 1) % 24:02d}:00 UTC, {day}s")))
    groups = [
        ("Communities", profile.communities),
        ("Talks about", [keyword.phrase for keyword in profile.interests]),
        ("Speaks well of", profile.liked),
        ("Speaks badly of", profile.disliked),
    ]
    lists = "".join(f"<h5>{name}</h5>{chips(words)}" for name, words in groups if words)
    return f'<h4>Profile</h4>{facts(pairs)}<p class="tone-line">Tone: {tone}</p>{tone_bar(*shares)}{lists}'
