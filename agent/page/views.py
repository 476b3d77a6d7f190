"""Which picture each kind of result gets beside the chat: views made for it, or its fields as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.page.about import described_html
from agent.page.conversation import Shown
from agent.page.html import bar, chips, esc, facts, table
from agent.page.person import Opened, person_head_html, profile_html, sides_html, why_html
from agent.page.result import audience_html, generic_html
from tools.describe_data import DescribeData
from tools.explain_match import ExplainMatch
from tools.find_audience import FindAudience, Person
from tools.get_profile import GetProfile
from tools.library import Library
from tools.measure_engagement import EngagementGroup, MeasureEngagement, figure_words
from tools.result.words import percent
from tools.search_posts import SearchPosts
from tools.targeting.reasons import told

# What the heading or the answer says, or what only tells how it was found.
OMITTED = {
    "analyze_sentiment": {"subject", "by", "label"},
    "compare_brands": {"subject"},
    "extract_entities": {"subject"},
    "extract_keywords": {"subject"},
    "list_segments": {"subject", "silhouette", "stability", "trials", "topic", "since", "until", "community"},
}


def result_html(shown: Shown | None, library: Library | None = None) -> str:
    """The figures of a result, and below them the tool's own lines, which every answer is made of."""
    if shown is None:
        return ""
    result = shown.result
    view = _VIEWS.get(type(result))
    body = view(result, library) if view else generic_html(result, leave_out=OMITTED.get(shown.name, ()))
    return body + _own_words(shown)


def is_posts(shown: Shown | None) -> bool:
    """Whether a result is nothing but its posts."""
    return shown is not None and isinstance(shown.result, SearchPosts) and bool(shown.result.evidence)


def _own_words(shown: Shown) -> str:
    said = [shown.result.headline, *shown.result.lines]
    lines = "".join(f'<li dir="auto">{esc(line.text)}</li>' for line in said)
    return (
        f"<details><summary>Where the answer's figures come from: {esc(shown.name)}, {shown.seconds:.2f} s</summary>"
        f'<ol class="lines">{lines}</ol></details>'
    )


def _match(result: ExplainMatch, library: Library | None) -> str:
    reasons, against = told(result.reasons, speaks_for=True), told(result.reasons, speaks_for=False)
    chance = (result.probability, result.low, result.high)
    person = Person(result.user, *chance, reasons, against, {}, [], [])
    opened = Opened(person, result.query.campaign, None, result, result.supporting, result.opposing)
    return person_head_html(opened) + why_html(opened) + sides_html(library, opened)


def _profile(result: GetProfile, library: Library | None) -> str:
    rows = [[esc(each.name), f"{each.posts:,}", f"{each.mean:+.2f}"] for each in result.brands]
    brands = table("Companies and products named", ["Name", "Posts", "Tone, −1 to 1"], rows) if rows else ""
    return profile_html(result) + brands


def _described(result: DescribeData, library: Library | None) -> str:
    return described_html(result)


def _engagement(result: MeasureEngagement, library: Library | None) -> str:
    everyone = result.everyone
    pairs = [
        ("Posts", f"{result.posts:,}"),
        (f"{' + '.join(result.parts).capitalize()} a post", figure_words(everyone.mean)),
        ("Half of them get at most", figure_words(everyone.median)),
    ]
    if result.top_share is not None:
        pairs.append(("The top fifth gets", percent(result.top_share)))
    pairs = [(name, esc(value)) for name, value in pairs]
    asked = {f"By {result.by}": result.groups} if result.by and result.groups else {}
    tables = {**asked, "By tone": result.sentiment, "By length": result.length}
    drawn = "".join(_groups(name, groups, result.confidence) for name, groups in tables.items() if len(groups) > 1)
    phrases = [each.phrase for each in result.phrases]
    return facts(pairs) + drawn + (f"<h4>The top fifth talks more about</h4>{chips(phrases)}" if phrases else "")


def _groups(name: str, groups: dict[str, EngagementGroup], sure: float) -> str:
    top = max((value for each in groups.values() for value in (each.typical, each.high or 0)), default=1)
    rows = [[esc(key), _typical(each, top), f"{each.posts:,}"] for key, each in groups.items()]
    return table(f"{name}; line: {percent(sure)} interval", ["", "A typical post gets", "Posts"], rows)


def _typical(group: EngagementGroup, top: float) -> str:
    if group.low is None or group.high is None:
        return f"<b>{figure_words(group.typical)}</b>{bar(group.typical, top=top)}"
    span = f'<span class="quiet">{figure_words(group.low)}–{figure_words(group.high)}</span>'
    return f"<b>{figure_words(group.typical)}</b> {span}{bar(group.typical, low=group.low, high=group.high, top=top)}"


_VIEWS: dict[type, Callable[[Any, Library | None], str]] = {
    FindAudience: lambda result, library: audience_html(result),
    ExplainMatch: _match,
    GetProfile: _profile,
    DescribeData: _described,
    MeasureEngagement: _engagement,
}
