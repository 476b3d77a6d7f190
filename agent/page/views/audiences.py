"""Saved audiences as HTML: the list of them, the people of one, and two side by side."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from agent.page.views.html import render
from index.audiences import Audience
from tools.audiences.affinities import Affinity
from tools.compare_audiences import CompareAudiences
from tools.library import Library
from tools.result.words import count, percent
from tools.show_audience import ShowAudience

SHARED = "Everybody who may open these posts sees them."
MINE = "Only you see them."
EXACT = 10  # times, from which no decimals are shown


def kept_html(kept: Sequence[Audience], *, opened: str = "", deleted: str = "", own: bool = False) -> Markup:
    """The saved audiences; the others can be compared with the one that is ``opened``, and ``deleted`` is brought back
    by a press of a button.
    """
    rows = [(place, each, count(len(each.people), "person", "people")) for place, each in enumerate(kept)]
    opened = opened if any(each.name == opened for each in kept) else ""
    return render("kept.html.j2", rows=rows, opened=opened, deleted=deleted, whose=MINE if own else SHARED)


def audience_html(result: ShowAudience, library: Library | None) -> Markup:
    """The people of an audience, each with a button that takes them out, and what they care for."""
    pairs = [("People", f"{len(result.people):,}"), ("Saved on", result.kept_on)]
    pairs += [("From", result.origin)] if result.origin else []
    rows = [(person, count(person.posts, "post"), ", ".join(person.communities)) for person in result.people]
    phrases = [each.phrase for each in result.phrases]
    cares = [_care(each) for each in result.affinities]
    return render("kept_audience.html.j2", pairs=pairs, rows=rows, cares=cares, phrases=phrases)


def compared_html(result: CompareAudiences, library: Library | None) -> Markup:
    """How large each is, who is in both, and what sets them apart."""
    pairs = [(f"In {side.name}", f"{count(side.people, 'person', 'people')}") for side in result.audiences]
    pairs.append(("In both", count(len(result.both), "person", "people")))
    shares = [(side.name, percent(side.share)) for side in result.audiences] if result.both else []
    sides = [
        (
            side.name,
            [_care(each) for each in result.affinities if each.audience == side.name],
            [each.phrase for each in result.phrases if each.audience == side.name],
        )
        for side in result.audiences
    ]
    return render("compared_audiences.html.j2", pairs=pairs, shares=shares, both=result.both, sides=sides)


def _care(each: Affinity) -> tuple[str, str, str, str]:
    """What it is, how many of the audience and of the others have it, and how many times as common it is."""
    does = "posts in" if each.kind == "community" else "names"
    low, lift, high = (
        f"{value:,.0f}" if value >= EXACT else f"{value:,.1f}" for value in (each.low, each.lift, each.high)
    )
    times = f"{lift} ({low} to {high})" if each.others else f"at least {low}"
    return f"{does} {each.name}", f"{each.people} of {each.size}", f"{each.others} of {each.others_size}", times
