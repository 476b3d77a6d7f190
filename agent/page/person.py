"""One person of an audience as HTML: how likely and why, the posts for and against, and the profile."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.page.conversation import Shown
from agent.page.html import action, chips, esc, facts, handle, mentions_of, notice, posts_html, tone_bar
from agent.page.result import probability_html
from index.errors import AnalystError
from tools.explain_match import ExplainMatch
from tools.find_audience import FindAudience, Person
from tools.get_profile import GetProfile
from tools.library import Library
from tools.registry import call_tool
from tools.result.evidence import Evidence
from tools.result.result import ToolResult
from tools.result.words import percent
from tools.selection.posts import evidence_posts
from tools.targeting.reasons import Reason

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


def person_html(library: Library, opened: Opened) -> str:
    """All about one person, with the way back to the others."""
    person = opened.person
    back = action("back", 0, "← All people", kind="button")
    faults = "".join(notice(fault, "error") for fault in opened.faults)
    profile = f"<h4>Profile</h4>{profile_html(opened.profile)}" if opened.profile is not None else ""
    return (
        f'{back}<section class="person"><h3 tabindex="-1" data-focus>{handle(person.user)}</h3>'
        f"{person_head_html(opened)}{faults}{why_html(opened)}{sides_html(library, opened)}{profile}</section>"
    )


def person_head_html(opened: Opened) -> str:
    """How likely the person is to engage."""
    said = f"likely to engage with {esc(opened.campaign)}; the line is the 80 % interval"
    return f'<div class="likely">{probability_html(opened.person)}<span class="quiet" dir="auto">{said}</span></div>'


def why_html(opened: Opened) -> str:
    """What speaks for it and against it, and what each signal adds."""
    person, explained = opened.person, opened.explained
    parts = [_list("For", person.reasons), _list("Against", person.against)]
    if explained and explained.changes:
        wanted = f"To be among the best 5 % ({percent(explained.needed)} or more)"
        parts.append(_list(wanted, [f"would have to {change}" for change in explained.changes]))
    if explained:
        widest = max((abs(reason.weight) for reason in explained.reasons), default=0.0) or 1.0
        rows = "".join(_signal(reason, widest) for reason in explained.reasons)
        parts.append(
            '<details><summary>What each signal adds</summary><p class="quiet">In log-odds: right raises the '
            f'probability, left lowers it.</p><ul class="signals">{rows}</ul>'
            f'<p class="quiet" dir="auto">Place {explained.place:,} of {explained.considered:,}. Probabilities were '
            f"proven on {esc(explained.calibrated_on)}</p></details>"
        )
    return "".join(parts)


def _list(name: str, words: list[str]) -> str:
    items = "".join(f'<li dir="auto">{esc(word)}</li>' for word in words)
    return f'<h4>{esc(name)}</h4><ul class="reasons">{items}</ul>' if items else ""


def _signal(reason: Reason, widest: float) -> str:
    side = "raises" if reason.weight >= 0 else "lowers"
    return (
        f'<li><span dir="auto">{esc(reason.words)}</span><span class="bar signal" aria-hidden="true">'
        f'<i class="{side}" style="width:{50 * abs(reason.weight) / widest:.1f}%"></i></span>'
        f"<b>{reason.weight:+.2f}</b></li>"
    )


def sides_html(library: Library | None, opened: Opened) -> str:
    """The posts on both sides, names marked."""
    spans = mentions_of(library, [*opened.supporting, *opened.opposing]) if library is not None else {}
    sides = [
        ("Posts for it", opened.supporting, "No single post stands out."),
        ("Posts against it", opened.opposing, "No post speaks against it."),
    ]
    return "".join(
        f"<h4>{name}</h4>" + (posts_html(posts, spans) if posts else f'<p class="quiet">{none}</p>')
        for name, posts, none in sides
    )


def profile_html(profile: GetProfile) -> str:
    """What a person writes about, when and how."""
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
    return f'{facts(pairs)}<p class="tone-line">Tone: {tone}</p>{tone_bar(*shares)}{lists}'
