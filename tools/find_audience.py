"""Who would engage with a campaign: people ranked by probability, with reasons and the posts behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.errors import AnalystError
from tools.library import Library
from tools.result import SMALL_PEOPLE, ToolResult
from tools.select import evidence_posts, select_posts
from tools.targeting import LONGEST_NAME, AudienceQuery, Signals, audience_query, measure_signals, probabilities
from tools.words import count, listed, percent, quote, short

LONGEST_LIMIT = 500


@dataclass(frozen=True)
class Person:
    """A candidate: ``probability`` of engaging, ``reasons`` in words and each signal's contribution in log-odds."""

    user: str
    probability: float
    reasons: list[str]
    signals: dict[str, float]
    evidence: list[str]


@dataclass(frozen=True, kw_only=True)
class FindAudience(ToolResult):
    """``expected_engaged`` of the people listed; ``considered`` were ranked. ``query`` can be edited and rerun."""

    campaign: str
    query: AudienceQuery
    considered: int
    people: list[Person]
    expected_engaged: float

    @property
    def handles(self) -> list[str]:
        return [person.user for person in self.people]


def find_audience(
    library: Library,
    campaign: str,
    interests: list[str] | None = None,
    limit: int = 10,
    since: str | None = None,
    until: str | None = None,
    community: str | None = None,
) -> FindAudience:
    """Which people would engage with a campaign (a brand, a product or ad copy), ranked by probability, with reasons."""  # noqa: E501
    if not campaign.strip():
        raise AnalystError("The campaign is empty", todo="Name a brand or a product, or paste the ad's words.")
    if not 1 <= limit <= LONGEST_LIMIT:
        raise AnalystError(f"limit is {limit}", todo=f"Ask for 1 to {LONGEST_LIMIT} people.")
    query = audience_query(library, campaign, interests or [])
    signals = measure_signals(library, query)
    chosen = _within(library, signals, since, until, community)
    odds, contributions = probabilities(signals)
    order = sorted(chosen, key=lambda row: (-odds[row], signals.authors[row]))[:limit]
    people = [_person(signals, row, float(odds[row]), contributions[row]) for row in order]
    evidence = evidence_posts(library, [post for person in people for post in person.evidence[:1]])
    expected = sum(person.probability for person in people)
    return FindAudience(
        lines=_lines(query, people, expected, len(chosen), {post.author: post.text for post in evidence}),
        warnings=_warnings(query, len(chosen), int(signals.mentions.sum())),
        evidence=evidence,
        campaign=campaign,
        query=query,
        considered=len(chosen),
        people=people,
        expected_engaged=expected,
    )


def _within(
    library: Library, signals: Signals, since: str | None, until: str | None, community: str | None
) -> list[int]:
    """Rows of people who posted within the time and community asked for."""
    if since is None and until is None and community is None:
        return list(range(len(signals.authors)))
    selection = select_posts(library, since=since, until=until, community=community)
    rows = library.facts.rows(f"SELECT DISTINCT p.author FROM posts p WHERE {selection.where}", selection.values)
    present = {name for (name,) in rows}
    return [row for row, author in enumerate(signals.authors) if author in present]


def _person(signals: Signals, row: int, probability: float, contributions: np.ndarray) -> Person:
    parts = {name: round(float(part), 3) for name, part in zip(signals.names, contributions, strict=True)}
    return Person(signals.authors[row], round(probability, 4), signals.reasons(row), parts, signals.best_posts[row][:3])


def _lines(
    query: AudienceQuery, people: list[Person], expected: float, considered: int, quotes: dict[str, str]
) -> list[str]:
    lines = [
        f"Likeliest to engage with {short(query.campaign)}: about {expected:.1f} of these "
        f"{count(len(people), 'person', 'people')} should engage, out of {considered:,} ranked."
    ]
    for place, person in enumerate(people, start=1):
        shown = f" Wrote: {quote(quotes[person.user], 90)}" if person.user in quotes else ""
        lines.append(f"{place}. @{person.user}, {percent(person.probability)}: {'; '.join(person.reasons)}.{shown}")
    if query.interests:
        lines.append(f"Related interests used: {listed([short(interest) for interest in query.interests])}.")
    return lines


def _warnings(query: AudienceQuery, considered: int, mentions: int) -> list[str]:
    warnings = []
    if not mentions and len(query.campaign.split()) <= LONGEST_NAME:
        warnings.append(f"Careful: nobody here names {short(query.campaign)}, so this rests on its meaning alone.")
    if considered < SMALL_PEOPLE:
        ranked = count(considered, "person", "people")
        warnings.append(f"Careful: only {ranked} could be ranked; under {SMALL_PEOPLE} a ranking is shaky.")
    return warnings
