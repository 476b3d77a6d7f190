"""Why and why not a person would engage: each signal's part, the posts for and against, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np

from index.errors import AnalystError
from tools.find_audience import unknown_campaign
from tools.library import Library
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import GAP, Line, Listing, joined, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import SMALL_POSTS, few_people
from tools.selection.own_words import no_own_posts, told
from tools.selection.posts import Scope, Selection, evidence_posts, select_posts
from tools.targeting.propensity import Odds, model_for, odds_of
from tools.targeting.query import AudienceQuery, audience_query
from tools.targeting.reasons import TELLING, Reason, posts_against, posts_for, reasons_of
from tools.targeting.signals import NAMES, Signals, measure_signals

TOP = 0.05  # share of the people that counts as the audience
SHOWN_POSTS = 3
GOALS = {
    "posts": "write posts close to it",
    "communities": "be active in communities near it",
    "visits": "visit communities from which people come to it",
    "style": "write more like people who care for it",
    "mentions": "name it warmly",
}


@dataclass(frozen=True, kw_only=True)
class ExplainMatch(ToolResult):
    """``place`` among ``considered`` people, by ``probability`` (80 % interval ``low`` to ``high``).

    ``reasons`` has every signal, the weightiest first; ``needed`` is the probability from which the best 5 % begin, and
    ``changes`` which signals would have to be different for that. ``supporting`` and ``opposing`` are posts.
    """

    user: str
    campaign: str
    query: AudienceQuery
    probability: float
    low: float
    high: float
    place: int
    considered: int
    reasons: list[Reason]
    supporting: list[Evidence]
    opposing: list[Evidence]
    needed: float
    changes: list[str]
    calibrated_on: str


def explain_match(
    library: Library,
    user: str,
    campaign: str,
    interests: list[str] | None = None,
    **filters: Unpack[Scope],
) -> ExplainMatch:
    """Why one person would or would not engage with a campaign: what speaks for and against, and the posts that show it."""  # noqa: E501
    if not campaign.strip():
        raise AnalystError("The campaign is empty", todo="Name a brand or a product, or paste the ad's words.")
    author = library.author(user)
    within = select_posts(library, **filters)
    query = audience_query(library, campaign, interests or [], within.basis)
    signals = measure_signals(library, query, within.basis)
    if author not in signals.authors:
        raise no_own_posts(library, author, within.period.words)
    model = model_for(library.folder)
    odds = odds_of(signals, model)
    row = signals.authors.index(author)
    ranked = sorted(
        _rivals(library, signals, row, within),
        key=lambda other: (-odds.probability[other], signals.authors[other]),
    )
    reasons = reasons_of(signals, odds, row, query.campaign)
    supporting = evidence_posts(library, posts_for(signals, row, SHOWN_POSTS))
    opposing = evidence_posts(library, posts_against(library, signals, row, SHOWN_POSTS))
    top = ranked[: max(1, round(TOP * len(ranked)))]
    result = ExplainMatch(
        warnings=[*_warnings(signals, query, row, len(ranked)), *map(warning, model.notices)],
        listing=Listing("people", (author,)),
        evidence=[*supporting, *opposing],
        user=author,
        campaign=campaign,
        query=query,
        probability=round(float(odds.probability[row]), 4),
        low=round(float(odds.low[row]), 4),
        high=round(float(odds.high[row]), 4),
        place=ranked.index(row) + 1,
        considered=len(ranked),
        reasons=reasons,
        supporting=supporting,
        opposing=opposing,
        needed=round(float(odds.probability[top[-1]]), 4),
        changes=[] if row in top else _changes(odds, row, top),
        calibrated_on=model.calibrated_on,
    )
    return told(replace(result, headline=_headline(result), lines=_lines(result)), within.not_counted)


def _rivals(library: Library, signals: Signals, row: int, within: Selection) -> list[int]:
    """The people among whom a place is told: all, or those who posted within the time and community asked for."""
    if within.where == "true":
        return list(range(len(signals.authors)))
    rows = library.facts.rows(f"SELECT DISTINCT p.author FROM posts p WHERE {within.where}", within.values)
    present = {name for (name,) in rows}
    return sorted({row, *(i for i, author in enumerate(signals.authors) if author in present)})


def _changes(odds: Odds, row: int, top: list[int]) -> list[str]:
    """What the person lacks most beside the mean of the audience, in log-odds, until the gap is closed."""
    lacks = odds.parts[top].mean(0) - odds.parts[row]
    gap = float(odds.parts[top[-1]].sum() - odds.parts[row].sum())
    changes: list[str] = []
    for place in np.argsort(-lacks, kind="stable"):
        if gap <= 0 or lacks[place] < TELLING:
            break
        changes.append(GOALS[NAMES[place]])
        gap -= float(lacks[place])
    return changes


def _headline(found: ExplainMatch) -> Line:
    return lead(
        cells.handle(found.user, "user"),
        " would engage with ",
        cells.topic(found.query.campaign, "query.campaign"),
        " with a probability of ",
        cells.chance(found.probability, found.low, found.high),
        ": place ",
        cells.number(found.place, "place"),
        " of ",
        cells.number(found.considered, "considered", unit="person"),
        ".",
    )


def _lines(found: ExplainMatch) -> list[Line]:
    lines = []
    for label, sign in (("For: ", 1), ("Against: ", -1)):
        telling = [place for place, reason in enumerate(found.reasons) if sign * reason.weight >= TELLING]
        if telling:
            reasons = [cells.words(found.reasons[place].words, f"reasons.{place}.words") for place in telling]
            lines.append(note(label, joined(reasons, GAP), "."))
    if found.changes:
        needed, handle = cells.percent(found.needed, "needed", "probability"), cells.handle(found.user, "user")
        changes = listed(cells.words(each, f"changes.{place}") for place, each in enumerate(found.changes))
        top = cells.percent(TOP)
        lines.append(
            note("To be among the best ", top, " (", needed, " or more), ", handle, " would have to ", changes, ".")
        )
    for label, side in (("Speaks for it: ", "supporting"), ("Speaks against it: ", "opposing")):
        for place, post in enumerate(getattr(found, side)):
            lines.append(line("post", label, cells.quotation(post.text, f"{side}.{place}.text")))
    return lines


def _warnings(signals: Signals, query: AudienceQuery, row: int, considered: int) -> list[Line]:
    warnings = [] if signals.understood else [unknown_campaign(query)]
    posts = int(signals.matrix.posts[row])
    if posts < SMALL_POSTS:
        handle = cells.handle(signals.authors[row], "user")
        warnings.append(warning("Careful: this rests on only ", cells.count(posts, "post"), " by ", handle, "."))
    return [*warnings, *few_people(considered, "ranked", "a ranking is shaky", "considered")]
