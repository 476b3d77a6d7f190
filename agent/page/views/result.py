"""Which view each kind of result gets beside the chat: views made for it, or its fields as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from agent.page.views.about import described_html
from agent.page.views.answer import lines_html
from agent.page.views.audiences import audience_html, compared_html
from agent.page.views.fields import fields_html
from agent.page.views.figures.brands import brands_html
from agent.page.views.figures.changes import changes_html
from agent.page.views.figures.counts import count_html, rank_html
from agent.page.views.figures.themes import themes_html
from agent.page.views.figures.tones import tone_html
from agent.page.views.html import fixes_of, mentions_of, part, render
from agent.page.views.person import match_html, profile_html
from agent.page.views.shown import Shown
from tools.analyze_sentiment import AnalyzeSentiment
from tools.brief.found import WriteBrief
from tools.brief.telling import sections_of
from tools.cannot_tell import CannotTell
from tools.changes.found import ComparePeriods
from tools.compare_audiences import CompareAudiences
from tools.compare_brands import CompareBrands
from tools.count import Count
from tools.describe_data import DescribeData
from tools.engagement.groups import EngagementGroup
from tools.explain_match import ExplainMatch
from tools.explain_method import ExplainMethod
from tools.exports.names import title
from tools.find_audience import FindAudience
from tools.find_lookalikes import FindLookalikes
from tools.get_profile import GetProfile
from tools.library import Library
from tools.measure_engagement import MeasureEngagement, figure_words
from tools.rank import Rank
from tools.result.words import capital, percent, shortened
from tools.search_posts import SearchPosts
from tools.show_audience import ShowAudience
from tools.summarize_themes import SummarizeThemes

WORDS_ONLY = (ExplainMethod, CannotTell)  # of which the words are all
NOTHING = "Nothing to show yet. Ask a question: the people, figures and posts behind the answer appear here."
NO_POSTS = "This result rests on figures alone; it quotes no posts."
LONGEST_QUESTION = 160  # characters of a question above its result
# What the heading or the answer says, or what only tells how it was found.
OMITTED = {
    "extract_entities": {"subject"},
    "extract_keywords": {"subject"},
    "list_segments": {"subject", "topic", "since", "until", "community"},
}


def head_html(results: Sequence[Shown], place: int | None = None) -> str:
    """The heading of the result panel: which result of how many, and what must be said first."""
    if not results:
        return part("quiet", NOTHING)
    place = len(results) - 1 if place is None else place
    titles = [title(each.name, each.args) for each in results]
    asked = shortened(results[place].asked, LONGEST_QUESTION)
    return render("head.html.j2", titles=titles, place=place, asked=asked, warnings=results[place].result.warnings)


def result_html(shown: Shown | None, library: Library | None = None) -> str:
    """The figures of a result, and below them the tool's own lines, which every answer is made of."""
    if shown is None:
        return ""
    result = shown.result
    view = _VIEWS.get(type(result))
    body = view(result, library) if view else fields_html(result, leave_out=OMITTED.get(shown.name, ()))
    lines = None if isinstance(result, WORDS_ONLY) else lines_html(result)
    return render("result.html.j2", body=body, shown=shown, lines=lines)


def is_posts(shown: Shown | None) -> bool:
    """Whether a result is nothing but its posts."""
    result = shown.result if shown is not None else None
    lists = isinstance(result, SearchPosts) or (isinstance(result, Rank) and result.of == "post")
    return result is not None and lists and bool(result.evidence)


def posts_tab_html(library: Library | None, shown: Shown | None) -> str:
    """The posts behind a result, names marked and tone told."""
    if shown is None:
        return part("quiet", NOTHING)
    posts = shown.result.evidence
    if not posts:
        return part("quiet", NO_POSTS)
    mentions = mentions_of(library, posts)
    return part("posts", posts, mentions, fixes_of(library, posts, mentions))


def _audience(result: FindAudience, library: Library | None) -> Markup:
    """People with their probabilities and reasons, each to be opened."""
    if not result.people:
        return part("notice", "Nobody fits. Widen the time or the community, or name other interests.")
    return render("audience.html.j2", result=result, top=_full([person.high for person in result.people]))


def _lookalikes(result: FindLookalikes, library: Library | None) -> Markup:
    """People with how likely they are of the same kind, and why."""
    return render("lookalikes.html.j2", result=result, top=_full([person.high for person in result.people]))


def _full(highest: list[float]) -> float:
    """The share at which a bar is full: the next tenth."""
    return min(1.0, math.ceil(10 * max(highest, default=1.0) + 1e-9) / 10)


def _brief(result: WriteBrief, library: Library | None) -> Markup:
    """Every part of a brief; its people with their probabilities and reasons."""
    people, audience = result.audience.people, result.audience
    pairs = [
        ("Posts about it", f"{result.posts:,}"),
        ("Praise it", f"{result.praise.value:,}" if result.praise else "–"),
        ("Complain", f"{result.complaints.value:,}" if result.complaints else "–"),
        ("Should engage", f"about {audience.expected_engaged:.1f} of these {len(people)}"),
    ]
    sections = []
    for section in sections_of(result):
        lines = [line for line in section.lines if line.role != "person"]
        sections.append((section, capital(section.summary.text), lines_html(result, lines)))
    return render(
        "brief.html.j2", pairs=pairs, sections=sections, people=people, top=_full([person.high for person in people])
    )


def _engagement(result: MeasureEngagement, library: Library | None) -> Markup:
    pairs = [
        ("Posts", f"{result.posts:,}"),
        (f"{' + '.join(result.parts).capitalize()} a post", figure_words(result.everyone.mean)),
        ("Half of them get at most", figure_words(result.everyone.median)),
    ]
    if result.top_share is not None:
        pairs.append(("The top fifth gets", percent(result.top_share)))
    asked = {f"By {result.by}": result.groups} if result.by and result.groups else {}
    tables = {**asked, "By tone": result.sentiment, "By length": result.length}
    shown = [(name, groups, _top(groups)) for name, groups in tables.items() if len(groups) > 1]
    phrases = [each.phrase for each in result.phrases]
    return render(
        "engagement.html.j2", pairs=pairs, tables=shown, sure=result.confidence, phrases=phrases, figure=figure_words
    )


def _top(groups: dict[str, EngagementGroup]) -> float:
    """Where a bar is full."""
    return max((value for each in groups.values() for value in (each.typical, each.high or 0)), default=1)


_VIEWS: dict[type, Callable[[Any, Library | None], Markup]] = {
    FindAudience: _audience,
    FindLookalikes: _lookalikes,
    ExplainMatch: match_html,
    GetProfile: lambda result, library: profile_html(result),
    DescribeData: lambda result, library: described_html(result),
    ExplainMethod: lambda result, library: lines_html(result),
    CannotTell: lambda result, library: lines_html(result),
    MeasureEngagement: _engagement,
    WriteBrief: _brief,
    ShowAudience: audience_html,
    CompareAudiences: compared_html,
    AnalyzeSentiment: tone_html,
    CompareBrands: brands_html,
    ComparePeriods: changes_html,
    SummarizeThemes: themes_html,
    Count: count_html,
    Rank: rank_html,
}
