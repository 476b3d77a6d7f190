"""What gets engagement, and when: likes, replies and shares by time, community, tone, length and words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Unpack

from index.errors import AnalystError
from tools.engagement.groups import (
    By,
    EngagementGroup,
    Standout,
    by_length,
    group_of,
    groups_by,
    shown_groups,
    split_by,
    standout_of,
    top_share_of,
)
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Cell, Line, Listing, Part, escaped, figure, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import SMALL_POSTS, few_posts, not_all_shown
from tools.result.words import count
from tools.result.words import listed as listed_words
from tools.selection.contrast import Contrast, contrast
from tools.selection.intervals import CONFIDENCE
from tools.selection.own_words import told
from tools.selection.people import PostFiltersAmong, select_posts_among
from tools.selection.posts import EVIDENCE, Selection, as_evidence

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("likes", "replies", "shares")
ENGAGEMENT = "coalesce(p.likes, 0) + coalesce(p.replies, 0) + coalesce(p.shares, 0)"
KNOWN = "coalesce(p.likes, p.replies, p.shares) IS NOT NULL"
TIME = "p.created_at AT TIME ZONE 'UTC'"
GROUPS: dict[str, str] = {
    "hour": f"strftime({TIME}, '%H:00')",
    "weekday": f"dayname({TIME})",
    "month": f"strftime({TIME}, '%Y-%m')",
    "year": f"strftime({TIME}, '%Y')",
    "community": "p.community",
}
UNASKED: tuple[By, ...] = ("hour", "weekday", "community")
OUTER = 0.05  # share of the posts at each end whose engagement is drawn in to that of the next
TOP = 0.8  # quantile above which a post is among the top fifth
PHRASES = 8
SURE = 3.0  # z of a phrase: many thousands are tried
MOSTLY = 0.9  # a part that makes so much of all engagement is what is really measured
SHOWN_POSTS = 5


@dataclass(frozen=True, kw_only=True)
class MeasureEngagement(ToolResult):
    """Engagement of ``posts`` posts is the sum of the ``parts`` that are known: likes, replies, shares.

    ``known`` is the share of these posts that have each part, ``part_share`` the share of each in the whole,
    ``top_share`` the part of all engagement that the top fifth gets. ``groups`` has the shown groups of ``by``, of
    ``groups_found``; ``typical`` figures are winsorised (``drawn_in`` of the posts at each end).
    ``topic`` to ``filters`` are what was asked for.
    """

    subject: str
    posts: int
    parts: list[str]
    known: dict[str, float]
    unknown_posts: int
    part_share: dict[str, float]
    below_zero: float
    everyone: EngagementGroup
    top_share: float | None
    by: str | None
    groups: dict[str, EngagementGroup]
    groups_found: int
    standouts: list[Standout]
    best_groups: dict[str, EngagementGroup]
    sentiment: dict[str, EngagementGroup]
    length: dict[str, EngagementGroup]
    phrases: list[Contrast]
    top_engagement: dict[str, int] = field(default_factory=dict)
    drawn_in: float = OUTER
    confidence: float = CONFIDENCE
    topic: str | None = None
    user: str | None = None
    filters: PostFiltersAmong = field(default_factory=PostFiltersAmong)


def measure_engagement(
    library: Library,
    topic: str | None = None,
    user: str | None = None,
    by: By | None = None,
    **filters: Unpack[PostFiltersAmong],
) -> MeasureEngagement:
    """What gets likes, replies and shares, and when: about a topic, of a person or in all posts; by hour, weekday, month, year or community."""  # noqa: E501
    selection = select_posts_among(library, topic=topic, user=user, **filters)
    posts = _posts(library, selection)
    measured = posts[posts.known].copy()
    if selection.of_people:  # where they post may tell what is nobody's business
        may = tellable_names([str(name) for name in measured.community.dropna().unique()])
        measured["community"] = measured.community.where(measured.community.isin(may))
    if measured.empty:
        raise _nothing_known(library, selection, len(posts))
    # Where all is by one person, posts stand for themselves.
    measured["cluster"] = measured.index if user is not None else measured.author
    measured["drawn_in"] = measured.engagement.clip(*measured.engagement.quantile([OUTER, 1 - OUTER]))
    whole = float(measured.engagement.clip(lower=0).sum())
    everyone = group_of(measured, whole)
    asked: tuple[By, ...] = (by,) if by else UNASKED
    tables = {kind: groups_by(measured, kind, whole) for kind in asked}
    standouts = [found for kind in asked if (found := standout_of(measured, kind, tables[kind], everyone))]
    top = _top_posts(library, selection)
    result = MeasureEngagement(
        warnings=_warnings(len(measured), len(posts), by, tables),
        evidence=[post for post, _ in top],
        subject=selection.words,
        posts=len(measured),
        parts=[part for part in PARTS if measured[part].notna().any()],
        known={part: float(measured[part].notna().mean()) for part in PARTS},
        part_share={part: float(measured[part].clip(lower=0).sum()) / whole if whole else 0.0 for part in PARTS},
        unknown_posts=len(posts) - len(measured),
        below_zero=float((measured.engagement < 0).mean()),
        everyone=everyone,
        top_share=top_share_of(measured.engagement.clip(lower=0)),
        by=by,
        groups=shown_groups(tables[by], by) if by else {},
        groups_found=len(tables[by]) if by else 0,
        standouts=standouts,
        best_groups={name: tables[s.by][name] for s in standouts for name in (s.best, s.worst)},  # type: ignore[index]
        sentiment=split_by(measured, measured.sentiment, ["positive", "neutral", "negative"], whole),
        length=by_length(measured, whole),
        phrases=_phrases(library, selection, float(measured.engagement.quantile(TOP)), 1 if user is not None else 2),
        top_engagement={post.id: engagement for post, engagement in top},
        topic=topic,
        user=user,
        filters=filters,
    )
    listing = Listing("communities" if by == "community" else "times", tuple(result.groups)) if result.groups else None
    result = replace(result, headline=_headline(result), lines=_lines(result), listing=listing)
    return told(result, selection.not_counted)


def _posts(library: Library, selection: Selection) -> pd.DataFrame:
    """One row a post: what is known of its engagement, and what it is grouped by."""
    columns = ", ".join(f"{column} AS {name}" for name, column in GROUPS.items())
    return library.facts.frame(
        "SELECT hash(p.author) AS author, p.likes::DOUBLE AS likes, p.replies::DOUBLE AS replies, "
        f"p.shares::DOUBLE AS shares, ({ENGAGEMENT})::DOUBLE AS engagement, {KNOWN} AS known, "
        f"p.sentiment, length(p.text) AS length, {columns} FROM {selection.posts} WHERE {selection.where}",
        selection.values,
    )


def _nothing_known(library: Library, selection: Selection, posts: int) -> AnalystError:
    ((anywhere,),) = library.facts.rows(f"SELECT count(*) FROM posts p WHERE {KNOWN}")
    if anywhere:
        return AnalystError(
            f"Nothing is known of the engagement of the {count(posts, 'post')} {selection.words}".rstrip(),
            todo=f"Ask about others: {count(anywhere, 'post here has', 'posts here have')} likes, replies or shares.",
        )
    return AnalystError(
        "These posts came without engagement numbers: no column with likes, replies or shares was found",
        where=", ".join(library.manifest.sources),
        todo="If the export has such a column, index it again and name it, for example "
        "`analyst index FILE --out DIR --map likes=score --map replies=num_comments --map shares=retweets`.",
    )


def _phrases(library: Library, selection: Selection, cut: float, people: int) -> list[Contrast]:
    """What the top fifth says more than the rest, in posts of at least so many people."""
    values = {**selection.values, "cut": cut}
    above, rest = (
        Selection(f"{selection.where} AND {KNOWN} AND {ENGAGEMENT} {sign} $cut", values, "") for sign in (">", "<=")
    )
    found = contrast(library, above, rest, PHRASES, unit="posts", least_people=people, sure=SURE)
    if not selection.of_people:
        return found
    may = set(tellable_names([each.phrase for each in found]))
    return [each for each in found if each.phrase in may]


def _top_posts(library: Library, selection: Selection) -> list[tuple[Evidence, int]]:
    rows = library.facts.rows(
        f"SELECT {EVIDENCE}, {ENGAGEMENT} AS engagement FROM {selection.posts} WHERE {selection.where} AND {KNOWN} "
        f"ORDER BY engagement DESC, p.id LIMIT {SHOWN_POSTS}",
        selection.values,
    )
    return [(as_evidence(row[:-1]), int(row[-1])) for row in rows]


def _warnings(measured: int, posts: int, by: str | None, tables: dict[By, dict[str, EngagementGroup]]) -> list[Line]:
    warnings = few_posts(measured, "posts")
    if measured < posts:
        missing, whole = cells.number(posts - measured, "unknown_posts"), cells.count(posts, "post")
        warnings.append(warning("Careful: ", missing, " of ", whole, " carry no engagement numbers."))
    if by and not tables[by]:  # type: ignore[index]
        lacking = "community" if by == "community" else "date"
        warnings.append(warning(f"Careful: none of these posts has a {lacking}, so they cannot be told apart by {by}."))
    return warnings


def _headline(result: MeasureEngagement) -> Line:
    subject, all_ = f" {result.subject}" if result.subject else " here", result.everyone
    top: list[Part] = []
    if result.top_share is not None:
        top = ["; the top fifth gets ", cells.percent(result.top_share, "top_share"), " of all"]
    return lead(
        f"Posts{subject} get ",
        _figure(all_.mean, "everyone.mean"),
        f" {listed_words(result.parts)} on average, half of them ",
        _figure(all_.median, "everyone.median"),
        " or fewer (",
        cells.count(all_.posts, "post", "posts"),
        ")",
        top,
        ".",
    )


def _lines(result: MeasureEngagement) -> list[Line]:
    lines = [standout_line(found, result) for found in result.standouts]
    lines += [_group_line(name, group, result.by) for name, group in result.groups.items()]
    if result.by:
        many, which = f"{result.by}s", "the latest"
        if result.by == "community":
            small = any(group.posts < SMALL_POSTS for group in result.groups.values())
            many, which = "communities", "the best" if small else f"the best of those with {SMALL_POSTS} posts or more"
        lines += not_all_shown(len(result.groups), result.groups_found, many, which, "groups_found")
    for label, split in (("By tone: ", "sentiment"), ("By length: ", "length")):
        groups: dict[str, EngagementGroup] = getattr(result, split)
        if len(groups) > 1:
            lines.append(note(label, listed(_typical(group, split, name) for name, group in groups.items()), "."))
    if result.phrases:
        phrases = listed(
            cells.name(each.phrase, f"phrases.{place}.phrase") for place, each in enumerate(result.phrases)
        )
        lines.append(note("The top fifth talks more than the rest about ", phrases, "."))
    for place, post in enumerate(result.evidence):
        whole = cells.number(result.top_engagement[post.id], f"top_engagement.{escaped(post.id)}")
        lines.append(line("post", whole, " in all: ", cells.said(post, f"evidence.{place}")))
    return [*lines, _method(result)]


def _method(result: MeasureEngagement) -> Line:
    """What was counted and how, for whoever wants to know."""
    unknown = [part for part in PARTS if part not in result.parts]
    counted = " + ".join(result.parts) + (f" ({listed_words(unknown)} not known)" if unknown else "")
    parts: list[Part] = [f"Engagement is {counted}"]
    most = max(result.parts, key=lambda part: result.part_share[part])
    if len(result.parts) > 1 and result.part_share[most] > MOSTLY:
        parts += [", ", cells.percent(result.part_share[most], f"part_share.{most}"), f" of it {most}"]
    partly = [part for part in result.parts if result.known[part] < 1]
    if partly:
        shares = listed([f"{part} in ", cells.percent(result.known[part], f"known.{part}")] for part in partly)
        parts += [", known of ", shares, " of the posts"]
    if result.below_zero >= 0.005:
        parts += ["; ", cells.percent(result.below_zero, "below_zero"), " of the posts score below zero"]
    outer, sure = cells.percent(OUTER, "drawn_in"), cells.percent(CONFIDENCE, "confidence")
    parts += [". Groups are compared by an average in which the ", outer, " of posts that get the most and the "]
    parts += [outer, " that get the least count as the next ones do, so that no single post decides. The range in "]
    return note(parts, "brackets holds the true average in ", sure, " of such cases.")


def standout_line(found: Standout, result: MeasureEngagement) -> Line:
    """The best and the weakest group of a kind, and whether that may be chance."""
    best, worst = (
        [_name(name, found.by), " with ", _interval(result.best_groups[name], f"best_groups.{escaped(name)}")]
        for name in (found.best, found.worst)
    )
    everyone = _figure(result.everyone.typical, "everyone.typical")
    sure = "; these differences may be chance."
    if found.best_sure and found.worst_sure:
        sure = "; both are more than chance."
    elif found.best_sure or found.worst_sure:
        sure = f"; only the {'best' if found.best_sure else 'weakest'} is more than chance."
    against = [", against ", everyone, " for all posts; weakest: "]
    return figure(f"Best {found.by}: ", best, against, worst, sure)


def _group_line(name: str, group: EngagementGroup, by: str | None) -> Line:
    at = f"groups.{escaped(name)}"
    return figure(
        [_name(name, by), ": ", _interval(group, at)],
        [", half of them at most ", _figure(group.median, f"{at}.median"), ", "],
        [
            cells.percent(group.share, f"{at}.share"),
            " of all engagement, ",
            cells.count(group.posts, "post", f"{at}.posts"),
        ],
        ".",
    )


def _name(name: str, by: str | None) -> Cell:
    return cells.key(name, "UTC" if by == "hour" else "")


def _interval(group: EngagementGroup, at: str) -> list[Part]:
    """``3.4 per post (2.1 to 4.7)``."""
    parts: list[Part] = [_figure(group.typical, f"{at}.typical"), " per post"]
    if group.low is not None and group.high is not None:
        parts += [" (", _figure(group.low, f"{at}.low"), " to ", _figure(group.high, f"{at}.high"), ")"]
    return parts


def _typical(group: EngagementGroup, field: str, name: str) -> list[Part]:
    return [f"{name} ", _interval(group, f"{field}.{escaped(name)}")]


def _figure(value: float, path: str) -> Cell:
    return Cell(figure_words(value), "number", value, path, unit="engagement")


def figure_words(value: float) -> str:
    """``3.4``, ``12``, from a hundred on ``1,234``."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}".removesuffix(".0")
