"""How people feel: shares, mean, trend and the most telling posts, of a topic, a person or a text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Unpack

from index.errors import AnalystError
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Line, Part, escaped, figure, lead, line, note
from tools.result.result import ToolResult
from tools.result.samples import few_posts, not_all_shown
from tools.result.tones import SentimentShares, leaning, sides_told, three_told, which_way
from tools.selection.changes import SURE, Change, mean_change
from tools.selection.measures import LABELS, TONE
from tools.selection.own_words import told
from tools.selection.people import ContentFiltersAmong, select_posts_among
from tools.selection.posts import EVIDENCE, Selection, as_evidence, refuse_filters

By = Literal["day", "week", "month", "year", "community", "user"]
GROUPS = {
    "day": "strftime(p.created_at AT TIME ZONE 'UTC', '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', p.created_at AT TIME ZONE 'UTC'), '%Y-%m-%d')",
    "month": "strftime(p.created_at AT TIME ZONE 'UTC', '%Y-%m')",
    "year": "strftime(p.created_at AT TIME ZONE 'UTC', '%Y')",
    "community": "p.community",
    "user": "'@' || p.author",
}
SHOWN_GROUPS = 12
TIMES = ("day", "week", "month", "year")
TREND_POSTS = 20  # from so many dated posts on a trend is told
TREND_STEP = 0.08


@dataclass(frozen=True, kw_only=True)
class AnalyzeSentiment(ToolResult):
    """``label`` is which way the whole leans (of a pasted text, its likeliest class).

    ``groups`` has the shares by ``by``, in order, of ``groups_found``; ``trend`` is the later half's mean
    minus the earlier half's, ``trend_sure`` whether that is more than chance (``tools.selection.changes``).
    """

    subject: str
    shares: SentimentShares
    mean: float
    label: str
    by: str | None = None
    groups: dict[str, SentimentShares] = field(default_factory=dict)
    groups_found: int = 0
    trend: float | None = None
    trend_sure: bool | None = None


def analyze_sentiment(
    library: Library,
    topic: str | None = None,
    user: str | None = None,
    text: str | None = None,
    by: By | None = None,
    **filters: Unpack[ContentFiltersAmong],
) -> AnalyzeSentiment:
    """How people feel about a topic, how a person sounds, or the tone of a pasted text; optionally over time or by group."""  # noqa: E501
    if text is not None:
        refuse_filters(text, topic, user, filters)
        return _of_text(library, text)
    if topic is None and user is None and not filters:
        raise AnalystError("Sentiment needs one of topic, user or text", todo='For example topic="iPhone".')
    selection = select_posts_among(library, topic=topic, user=user, **filters)
    shares = _shares(library, selection)
    groups, groups_found = _groups(library, selection, by) if by else ({}, 0)
    trend = _trend(library, selection)
    telling = _telling(library, selection)
    result = AnalyzeSentiment(
        warnings=few_posts(shares.posts, "shares.posts"),
        evidence=telling,
        subject=selection.words,
        shares=shares,
        mean=shares.mean,
        label=leaning(shares.mean),
        by=by,
        groups=groups,
        groups_found=groups_found,
        trend=trend.change if trend else None,
        trend_sure=trend.p < SURE if trend else None,
    )
    return told(replace(result, headline=_headline(result), lines=_lines(result)), selection.not_counted)


def _headline(result: AnalyzeSentiment) -> Line:
    shares = result.shares
    posts, three = cells.count(shares.posts, "post", "shares.posts"), three_told(shares, "shares")
    trend = [" ", *_trend_told(result)] if result.by in TIMES else []
    if way := which_way(shares):
        return lead(f"Posts {result.subject} are {way}: of ", posts, " ", three, ".", *trend)
    return lead("Of ", posts, f" {result.subject} ", three, ".", *trend)


def _trend_told(result: AnalyzeSentiment) -> list[Part]:
    """The direction of the tone, and whether it may be chance."""
    if (trend := result.trend) is None:
        return ["They are too few to say whether the tone changed."]
    direction = "grown warmer" if trend > TREND_STEP else "grown colder" if trend < -TREND_STEP else "hardly changed"
    told = f"From the earlier half of these posts to the later half the tone has {direction}"
    return [told, "." if result.trend_sure else ", which may be chance."]


def _lines(result: AnalyzeSentiment) -> list[Line]:
    lines = [_group_line(name, group) for name, group in result.groups.items()]
    if result.by:
        many = {"community": "communities", "user": "people"}.get(result.by, f"{result.by}s")
        which = "the latest" if result.by in TIMES else "those with the most posts"
        lines += not_all_shown(len(result.groups), result.groups_found, many, which, "groups_found")
    if result.trend is not None and result.by not in TIMES:
        lines.append(note(*_trend_told(result)))
    for place, post in enumerate(result.evidence):
        lines.append(line("post", f"Most {post.sentiment}: ", cells.said(post, f"evidence.{place}")))
    return lines


def _of_text(library: Library, text: str) -> AnalyzeSentiment:
    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose tone you want.")
    (found,) = library.reader.read([text])
    shares = SentimentShares(1, *(float(share) for share in found.sentiment))
    label = _label(shares)
    headline = lead(f"This text is {label} (", cells.percent(getattr(shares, label), f"shares.{label}"), " likely).")
    return AnalyzeSentiment(headline=headline, subject="this text", shares=shares, mean=shares.mean, label=label)


def _label(shares: SentimentShares) -> str:
    return max(("negative", "neutral", "positive"), key=lambda name: getattr(shares, name))


def _shares(library: Library, selection: Selection) -> SentimentShares:
    sql = f"SELECT count(*), {LABELS} FROM {selection.posts} WHERE {selection.where}"
    return SentimentShares(*library.facts.rows(sql, selection.values)[0])


def _groups(library: Library, selection: Selection, by: By) -> tuple[dict[str, SentimentShares], int]:
    """Times in order (the latest ones if there are many); communities and people by number of posts; and how many
    there are.
    """
    timed = by in TIMES
    order = "1 DESC" if timed else "2 DESC, 1"
    rows = library.facts.rows(
        f"SELECT {GROUPS[by]}, count(*), {LABELS}, count(*) OVER () "
        f"FROM {selection.posts} WHERE {selection.where} AND {GROUPS[by]} IS NOT NULL GROUP BY 1 "
        f"ORDER BY {order} LIMIT {SHOWN_GROUPS}",
        selection.values,
    )
    if by == "community" and selection.of_people:
        may = set(tellable_names([row[0] for row in rows]))
        rows = [row for row in rows if row[0] in may]
        return {row[0]: SentimentShares(*row[1:-1]) for row in rows}, len(rows)
    shown = {row[0]: SentimentShares(*row[1:-1]) for row in (reversed(rows) if timed else rows)}
    return shown, int(rows[0][-1]) if rows else 0


def _group_line(name: str, group: SentimentShares) -> Line:
    at = f"groups.{escaped(name)}"
    posts = cells.count(group.posts, "post", f"{at}.posts")
    return figure(cells.key(name), ": ", posts, ", ", sides_told(group, at), ".")


def _trend(library: Library, selection: Selection) -> Change | None:
    """From the earlier half of the posts to the later one; None if too few are dated."""
    posts = library.facts.frame(
        f"SELECT ntile(2) OVER (ORDER BY p.created_at, p.id) = 2 AS later, {TONE} AS tone, p.author "
        f"FROM {selection.posts} WHERE {selection.where} AND p.created_at IS NOT NULL",
        selection.values,
    )
    if len(posts) < TREND_POSTS:
        return None
    return mean_change(posts.tone.to_numpy(float), posts.later.to_numpy(bool), posts.author.to_numpy(str))


def _telling(library: Library, selection: Selection) -> list[Evidence]:
    """The two clearest posts of each side; between equals the better liked."""
    posts = []
    for side in ("positive", "negative"):
        rows = library.facts.rows(
            f"SELECT {EVIDENCE} FROM {selection.posts} WHERE {selection.where} AND p.sentiment = '{side}' "
            f"ORDER BY round(p.{side}, 1) DESC, coalesce(p.likes, 0) DESC, p.id LIMIT 2",
            selection.values,
        )
        posts += [as_evidence(row) for row in rows]
    return posts
