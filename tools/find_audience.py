"""Who would engage with a campaign: people ranked by probability, with reasons and the posts behind them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, Unpack

import numpy as np

from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Listing, Part, joined, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import few_people
from tools.selection import own_words
from tools.selection.people import AudienceFilters, LeftOut, select
from tools.selection.posts import Selection, evidence_posts
from tools.targeting.propensity import Odds, TargetingModel, model_for, odds_of
from tools.targeting.query import LONGEST_NAME, AudienceQuery, audience_query
from tools.targeting.reasons import posts_against, posts_for, reasons_of, told
from tools.targeting.signals import Signals, measure_signals

Order = Literal["most", "least"]
LONGEST_LIMIT = 500
NAMED = 3  # people in the headline
EVIDENCE_EACH = 3
REACHED = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)  # shares of people on the lift curve


@dataclass(frozen=True)
class Person:
    """A candidate: ``probability`` of engaging with the ends of its 80 % interval, ``reasons`` and what speaks
    ``against`` in words, each signal's contribution in log-odds, ids of the posts that support and that oppose.
    """

    user: str
    probability: float
    low: float
    high: float
    reasons: list[str]
    against: list[str]
    signals: dict[str, float]
    evidence: list[str]
    opposing: list[str]


@dataclass(frozen=True)
class Reach:
    """Of the first ``people`` of the list, ``engaged`` are expected to engage: a share of ``precision``."""

    people: int
    engaged: float
    precision: float


@dataclass(frozen=True, kw_only=True)
class FindAudience(ToolResult):
    """``expected_engaged`` of the people listed; ``considered`` were ranked. ``query`` can be edited and rerun.

    ``lift_curve`` has (share of people, share of all who would engage among them), best people first, as the model
    expects it; ``calibrated_on`` says on whom the probabilities were proven, ``left_out`` whom the filters removed.
    With ``also`` the probabilities are of engaging with all of the campaigns, and the reasons those for the first.
    """

    campaign: str
    also: list[str]
    order: str
    query: AudienceQuery
    considered: int
    people: list[Person]
    expected_engaged: float
    reach: list[Reach]
    lift_curve: list[tuple[float, float]]
    calibrated_on: str
    left_out: list[LeftOut] = field(default_factory=list)


def find_audience(
    library: Library,
    campaign: str,
    interests: list[str] | None = None,
    also: Annotated[list[str] | None, "further campaigns that the people should engage with too"] = None,
    order: Annotated[Order, "the likeliest first, or with least those who would hardly engage"] = "most",
    limit: int = 10,
    **filters: Unpack[AudienceFilters],
) -> FindAudience:
    """Which people would engage with a campaign (a brand, a product or ad copy), ranked by probability, with reasons."""  # noqa: E501
    if not campaign.strip():
        raise AnalystError("The campaign is empty", todo="Name a brand or a product, or paste the ad's words.")
    if not 1 <= limit <= LONGEST_LIMIT:
        raise AnalystError(f"limit is {limit}", todo=f"Ask for 1 to {LONGEST_LIMIT} people.")
    within, who = select(library, **filters)
    query = audience_query(library, campaign, interests or [], within.basis)
    signals = measure_signals(library, query, within.basis)
    chosen = _chosen(library, signals, within)
    model = model_for(library.folder)
    odds = _with_all(library, odds_of(signals, model), model, also or [], within)
    sign = 1 if order == "least" else -1
    ranked = chosen[np.argsort(sign * odds.probability[chosen], kind="stable")].tolist()  # authors stand in order
    people = [_person(library, signals, odds, row, query.campaign) for row in ranked[:limit]]
    evidence = evidence_posts(library, [post for person in people for post in person.evidence[:1]])
    chances = odds.probability[ranked]
    expected = sum(person.probability for person in people)
    result = FindAudience(
        warnings=[*_warnings(signals, query, len(chosen)), *map(warning, model.notices)],
        listing=Listing("people", tuple(person.user for person in people)),
        evidence=evidence,
        campaign=campaign,
        also=list(also or []),
        order=order,
        query=query,
        considered=len(chosen),
        people=people,
        expected_engaged=expected,
        reach=[_reach(people[:k]) for k in _steps(len(people))],
        lift_curve=_lift_curve(chances),
        calibrated_on=model.calibrated_on,
        left_out=list(who.left_out),
    )
    result = replace(result, headline=_headline(result), lines=[*_lines(result), *map(note, who.told)])
    return own_words.told(result, within.not_counted)


def _with_all(library: Library, odds: Odds, model: TargetingModel, also: list[str], within: Selection) -> Odds:
    """The odds of engaging with the campaign and with ``also`` all of these, as if one did not depend on the other."""
    for other in also:
        if not other.strip():
            raise AnalystError("One of the further campaigns is empty", todo="Name a brand or a product.")
        query = audience_query(library, other, [], within.basis)
        found = odds_of(measure_signals(library, query, within.basis), model)
        odds = replace(
            odds,
            probability=odds.probability * found.probability,
            low=odds.low * found.low,
            high=odds.high * found.high,
        )
    return odds


def _steps(people: int) -> list[int]:
    """Lengths of the list for which reach is told."""
    return [k for k in (1, 3, 5, 10, 20, 50, 100, 200) if k < people] + [people] * (people > 0)


def _reach(people: list[Person]) -> Reach:
    engaged = sum(person.probability for person in people)
    return Reach(len(people), engaged, engaged / len(people))


def _lift_curve(chances: np.ndarray) -> list[tuple[float, float]]:
    """Cumulative share of the expected engaged, from probabilities in falling order."""
    total = np.concatenate([[0.0], np.cumsum(chances)])
    return [(share, float(total[round(share * len(chances))] / max(total[-1], 1e-9))) for share in REACHED]


def _chosen(library: Library, signals: Signals, within: Selection) -> np.ndarray:
    """Rows of the people who wrote the posts of ``within``."""
    if within.where == "true":
        return np.arange(len(signals.authors))
    rows = library.facts.rows(f"SELECT DISTINCT p.author FROM posts p WHERE {within.where}", within.values)
    present = {name for (name,) in rows}
    return np.array([row for row, author in enumerate(signals.authors) if author in present], dtype=int)


def _person(library: Library, signals: Signals, odds: Odds, row: int, campaign: str) -> Person:
    reasons = reasons_of(signals, odds, row, campaign)
    return Person(
        signals.authors[row],
        round(float(odds.probability[row]), 4),
        round(float(odds.low[row]), 4),
        round(float(odds.high[row]), 4),
        told(reasons, speaks_for=True) or ["a little nearer to it than most"],
        told(reasons, speaks_for=False),
        {reason.signal: reason.weight for reason in reasons},
        posts_for(signals, row, EVIDENCE_EACH),
        posts_against(library, signals, row, EVIDENCE_EACH),
    )


def _headline(result: FindAudience) -> Line:
    people = cells.count(len(result.people), "person", many="people")
    others = [cells.topic(name, f"also.{place}") for place, name in enumerate(result.also)]
    campaigns = listed([cells.topic(result.query.campaign, "query.campaign"), *others])
    first = listed(
        [
            cells.handle(person.user, f"people.{place}.user"),
            " (",
            cells.percent(person.probability, f"people.{place}.probability"),
            ")",
        ]
        for place, person in enumerate(result.people[:NAMED])
    )
    return lead(
        f"{'Least likely' if result.order == 'least' else 'Likeliest'} to engage with ", campaigns, ": ", first,
        "; about ", cells.number(result.expected_engaged, "expected_engaged"), " of these ", people,
        " should engage, out of ", cells.number(result.considered, "considered", unit="person"), " ranked.",
    )  # fmt: skip


def _lines(result: FindAudience) -> list[Line]:
    query, first = result.query, {post.author: place for place, post in reversed(list(enumerate(result.evidence)))}
    lines = [_person_line(result, place, first.get(person.user)) for place, person in enumerate(result.people)]
    if query.interests_found and query.meant:
        campaign = cells.topic(query.campaign, "query.campaign")
        lines.append(
            note("What ", campaign, " is about, as known beforehand: ", listed(map(cells.name, query.meant)), ".")
        )
    if query.interests:
        interests = [cells.name(each, f"query.interests.{place}") for place, each in enumerate(query.interests)]
        found = "Related interests found here, which can be given to weigh them in: "
        lines.append(note(found if query.interests_found else "Interests used: ", listed(interests), "."))
    return lines


def _person_line(result: FindAudience, place: int, post: int | None) -> Line:
    """``1. @ana, 28 % (15 % to 46 %): active in shoes. Wrote: "…"``."""
    person, at = result.people[place], f"people.{place}"
    chance = cells.chance(person.probability, person.low, person.high, at)
    reasons = [cells.words(reason, f"{at}.reasons.{number}") for number, reason in enumerate(person.reasons)]
    wrote: list[Part] = []
    if post is not None:
        wrote = [" Wrote: ", cells.quotation(result.evidence[post].text, f"evidence.{post}.text", length=90)]
    handle = cells.handle(person.user, f"{at}.user")
    return line("person", handle, ", ", chance, ": ", joined(reasons, "; "), ".", wrote, place=place + 1)


def unknown_campaign(query: AudienceQuery) -> Line:
    """The warning where nothing in the data is near to a campaign."""
    return warning(
        "Careful: nothing here comes near ",
        cells.topic(query.campaign, "query.campaign"),
        ": nobody names it and its words belong to no subject, so this is little more than a guess. Describe it in "
        "other words, or give interests.",
    )


def _warnings(signals: Signals, query: AudienceQuery, considered: int) -> list[Line]:
    warnings = []
    if not signals.understood:
        warnings.append(unknown_campaign(query))
    elif not signals.mentions.counts.any() and len(query.campaign.split()) <= LONGEST_NAME:
        campaign = cells.topic(query.campaign, "query.campaign")
        warnings.append(warning("Careful: nobody here names ", campaign, ", so this rests on its meaning alone."))
    return [*warnings, *few_people(considered, "ranked", "a ranking is shaky", "considered")]
