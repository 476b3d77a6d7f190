"""Names for groups of people: what many in one group say, or where they post, that the others do not.

A phrase counts once for each person who uses it, so that nobody's pet subject names a group. How far a phrase is the
group's own is the z-score of its log-odds inside against outside (Monroe, Colaresi and Quinn, 2008, with a flat
prior); what also points, in meaning, the way in which the group differs from everyone makes its name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from index.entities.mentions import canonical
from tools.library import Library
from tools.privacy.sensitive import sensitive_subjects
from tools.privacy.tellable import tellable, tellable_names
from tools.result.names import named as told
from tools.result.words import listed
from tools.segments.grouping import Grouping
from tools.selection.posts import Selection

TERMS, FEW_TERMS = 3, 2  # in a name; below the second, less clear phrases fill up
COMMUNITIES = 2  # of these at most
CLEARLY = 1.96  # z-score from which a community is clearly the group's own
CANDIDATES = 10  # phrases of a group whose meaning is compared
POINTS = 0.2  # least cosine of a phrase to the way in which its group differs
ALONE = 6  # groups of fewer people may be named by what one of them says …
LEAST_SHARE = 0.02  # … others by what so many of them say, and two at the least
PRIOR = 0.5  # added to every count
LONGEST_TERM = 40  # characters
CAPITALS = 0.3  # a phrase is shown as a name if so many of its mentions have a capital …
NAMED = 0.5  # … and there is so much of a mention for every post that carries it
LONGEST_SHORT = 5  # letters; what is longer and all capitals was shouted

# Manners and curses part people too, but name nothing.
SAYS_LITTLE = frozenset(
    {
        "thank",
        "great",
        "good",
        "nice",
        "awesome",
        "fuck",
        "fucking",
        "shit",
        "damn",
        "ass",
        "bitch",
        "crap",
        "hell",
        "wtf",
    }
)
# How to reach a term from a post, and its column.
PHRASE = "JOIN phrases f ON f.post = p.id", "f.phrase"
COMMUNITY = "", "p.community"


@dataclass(frozen=True)
class GroupTerms:
    """``communities`` and ``phrases`` that set a group apart, the most telling first; ``name`` is made of them."""

    name: str
    communities: list[str]
    phrases: list[str]


@dataclass(frozen=True)
class _Term:
    group: int
    text: str
    score: float


def name_groups(library: Library, grouping: Grouping, where: Selection, leave_out: str = "") -> list[GroupTerms]:
    """Terms of each group, by its label, from its people's posts in ``where``.

    ``leave_out`` is what all of them write about.
    """
    own = set(canonical(leave_out).split()) | SAYS_LITTLE | sensitive_subjects()
    communities = _own([term for term in _counted(library, grouping, where, COMMUNITY) if term.score >= CLEARLY])
    clear, vague = _pointing(library, grouping, _counted(library, grouping, where, PHRASE))
    kept = set(tellable_names([term.text for term in (*clear, *vague)]))
    phrases = _own([term for term in (*clear, *vague) if term.text in kept])
    cased = _cased(library, {term.text for term in phrases})
    sure = {(term.group, term.text) for term in clear}
    named = []
    for group in range(grouping.chosen.groups):
        theirs = (term.text for term in communities if term.group == group and tellable(term.text))
        places = _apart(theirs, own, 3)
        ours = [term for term in phrases if term.group == group]
        said = [cased.get(term.text, term.text) for term in ours if (group, term.text) in sure]
        rest = [cased.get(term.text, term.text) for term in ours if (group, term.text) not in sure]
        parts = _apart([*places[:COMMUNITIES], *said], own, TERMS)
        if len(parts) < FEW_TERMS:
            parts = _apart([*places, *said, *rest], own, FEW_TERMS)
        name = listed([told(part, LONGEST_TERM) for part in parts])
        named.append(GroupTerms(name, places, _apart(said or rest, own, 6)))
    return named


def _counted(library: Library, grouping: Grouping, where: Selection, what: tuple[str, str]) -> list[_Term]:
    """Terms that more people of one group use than of the others, with their z-scores, best first."""
    join, column = what
    sizes = np.bincount(grouping.labels)
    least = [2 if size >= ALONE else 1 for size in sizes]
    rows = library.facts.rows(
        f"""
        WITH grouped AS (SELECT unnest($grouped) AS author, unnest($labels) AS label,
                                generate_subscripts($grouped, 1) AS person),
             least AS (SELECT unnest($least) AS people, generate_subscripts($least, 1) - 1 AS label),
             used AS (SELECT DISTINCT g.label, g.person, {column} AS term
                      FROM posts p JOIN grouped g ON g.author = p.author {join}
                      WHERE {where.where} AND {column} IS NOT NULL),
             counted AS (SELECT label, term, count(*) AS people, sum(count(*)) OVER (PARTITION BY term) AS everywhere
                         FROM used GROUP BY 1, 2)
        SELECT label, term, counted.people, everywhere FROM counted JOIN least USING (label)
        WHERE counted.people >= least.people
        """,
        {
            **where.values,
            "grouped": grouping.people,
            "labels": grouping.labels.tolist(),
            "least": [max(few, math.ceil(LEAST_SHARE * size)) for few, size in zip(least, sizes, strict=True)],
        },
    )
    terms = []
    for label, term, people, everywhere in rows:
        size, inside, total = int(sizes[label]), int(people), int(everywhere)
        terms.append(_Term(label, term, _log_odds(inside, size, total - inside, len(grouping.people) - size)))
    return sorted((term for term in terms if term.score > 0), key=lambda term: (-term.score, term.text, term.group))


def _log_odds(inside: int, size: int, outside: int, others: int) -> float:
    """z-score of the log-odds ratio of ``inside`` of ``size`` people against ``outside`` of ``others``."""
    cells = [inside, size - inside, outside, others - outside]
    a, b, c, d = (cell + PRIOR for cell in cells)
    return (math.log(a / b) - math.log(c / d)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _pointing(library: Library, grouping: Grouping, terms: list[_Term]) -> tuple[list[_Term], list[_Term]]:
    """Each group's best phrases, weighed by how far they point the way in which the group differs from everyone: those
    that clearly do, and the rest.
    """
    best = [
        term
        for group in range(grouping.chosen.groups)
        for term in [term for term in terms if term.group == group and len(term.text) > 2][:CANDIDATES]
    ]
    if not best:
        return [], []
    texts = sorted({term.text for term in best})
    meaning = dict(zip(texts, library.embed_all(texts), strict=True))
    middle = grouping.vectors.mean(axis=0)
    ways = {}
    for group in range(grouping.chosen.groups):
        way = grouping.centre(group) - middle
        ways[group] = way / (np.linalg.norm(way) + 1e-9)
    near = [(term, float(meaning[term.text] @ ways[term.group])) for term in best]
    weighed = [(cosine < POINTS, _Term(term.group, term.text, term.score * cosine)) for term, cosine in near]
    clear, vague = (
        sorted((term for weak, term in weighed if weak == side), key=lambda term: (-term.score, term.text, term.group))
        for side in (False, True)
    )
    return clear, vague


def _own(terms: list[_Term]) -> list[_Term]:
    """Each term only with the group whose it is most: no two groups share one. ``terms`` come best first."""
    first: dict[str, _Term] = {}
    for term in terms:
        first.setdefault(term.text, term)
    return list(first.values())


def _apart(terms: Iterable[str], own: set[str], limit: int) -> list[str]:
    """The first ``limit`` terms that share no word, whatever its ending, with one before or with ``own``."""
    chosen: list[str] = []
    seen = set(own)
    for term in terms:
        words = set(term.casefold().split())
        if not any(_same(word, other) for word in words for other in seen):
            chosen.append(term)
            seen |= words
        if len(chosen) == limit:
            break
    return chosen


def _same(word: str, other: str) -> bool:
    """dog and dogs, run and running; short beginnings prove nothing."""
    shorter, longer = sorted((word, other), key=len)
    return word == other or (len(shorter) > 2 and longer.startswith(shorter) and len(longer) - len(shorter) <= 4)


def _cased(library: Library, phrases: set[str]) -> dict[str, str]:
    """Phrases that are mostly names, as most people write them who use capitals: england → England."""
    rows = library.facts.rows(
        "WITH named AS (SELECT lower(text) AS phrase, mode(text ORDER BY text) FILTER (text <> lower(text)) AS name, "
        "                      count(*) AS mentions, count(*) FILTER (text <> lower(text)) AS capitals "
        "               FROM mentions WHERE lower(text) IN (SELECT unnest($phrases)) GROUP BY 1), "
        "said AS (SELECT phrase, count(*) AS posts FROM phrases WHERE phrase IN (SELECT unnest($phrases)) GROUP BY 1) "
        f"SELECT phrase, name FROM named JOIN said USING (phrase) "
        f"WHERE capitals >= {CAPITALS} * mentions AND mentions >= {NAMED} * posts AND capitals > 0",
        {"phrases": sorted(phrases)},
    )
    return {phrase: name.title() if name.isupper() and len(name) > LONGEST_SHORT else name for phrase, name in rows}
