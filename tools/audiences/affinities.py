"""What some people care for more than others: communities where they post, brands that they name.

Each is counted once a person. How many times as common it is has the interval of a ratio of two shares (Katz et al.,
1978, with half a person added); that it is more than chance is tested exactly (Fisher, 1935), and of all that is told
at most one in twenty is wrong (Benjamini and Hochberg, 1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.line import Line, Part, figure, listed, note
from tools.selection.changes import exact, few_wrong
from tools.selection.contrast import contrast
from tools.selection.measures import BRAND, Dimension, Query, run
from tools.selection.people import People
from tools.selection.posts import Selection, select_posts

LEAST = 2  # people who must share something for it to be compared
TOLD = 6  # of each kind
PHRASES = 5
EVERY = 1_000_000  # groups of a query
EXACT = 10  # a ratio from which no decimals are told
HERE = "others here"
Kind = Literal["community", "brand"]
KINDS: dict[Kind, tuple[Dimension, tuple[str, ...]]] = {"community": ("community", ()), "brand": ("name", BRAND)}


@dataclass(frozen=True)
class Affinity:
    """A community or a brand that ``people`` of the ``size`` people of an audience have, and ``others`` of
    ``others_size``, who are told ``against``: it is ``lift`` times as common in the audience, between ``low`` and
    ``high`` (95 %).
    """

    audience: str
    kind: Kind
    name: str
    people: int
    size: int
    against: str
    others: int
    others_size: int
    lift: float
    low: float
    high: float


@dataclass(frozen=True)
class Wording:
    """A phrase that ``people`` of an audience use in ``posts`` posts, ``lift`` times as common as with the others."""

    audience: str
    phrase: str
    people: int
    posts: int
    lift: float


@dataclass(frozen=True)
class Cares:
    """What people care for more than others do, and which words they use more, the surest first."""

    affinities: list[Affinity]
    phrases: list[Wording]


def cares_of(
    library: Library, audience: str, people: Sequence[str], others: Sequence[str] | None = None, against: str = HERE
) -> Cares:
    """What the ``people`` of an audience care for more than ``others``, who share nobody with them; None: than
    everybody else here. ``against`` says who the others are, after their number.
    """
    everyone = select_posts(library, may_be_empty=True, english=False)
    here = People(frozenset(people)).narrow(everyone)
    rest = _others(everyone, people, others)
    sizes = _size(library, here), _size(library, rest)
    if not all(sizes):
        return Cares([], [])
    found = [
        (_affinity(audience, kind, name, against, *counts, *sizes), p)
        for kind in KINDS
        for name, counts, p in _compared(library, kind, here, rest, sizes)
    ]
    sure = few_wrong([p for _, p in found])
    told = sorted(
        (each for (each, _), good in zip(found, sure, strict=True) if good and each.lift > 1),
        key=lambda each: (-each.low, each.name),
    )
    may = set(tellable_names([each.name for each in told]))
    first = [each for kind in KINDS for each in [one for one in told if one.kind == kind and one.name in may][:TOLD]]
    return Cares(first, _phrases(library, audience, here, rest))


def cares_lines(cares: Cares) -> list[Line]:
    """Each affinity as a line ("6 of 12 people in Fans post in running, against …"), and the phrases as one for each
    audience. The result that is told has both in its fields ``affinities`` and ``phrases``.
    """
    told = [_line(each, f"affinities.{place}") for place, each in enumerate(cares.affinities)]
    for audience in dict.fromkeys(each.audience for each in cares.phrases):
        said = [
            cells.name(each.phrase, f"phrases.{place}.phrase")
            for place, each in enumerate(cares.phrases)
            if each.audience == audience
        ]
        told.append(note("Talked of more by ", cells.name(audience), " than by the others: ", listed(said), "."))
    return told


def _phrases(library: Library, audience: str, here: Selection, rest: Selection) -> list[Wording]:
    found = contrast(library, here, rest, 2 * PHRASES)
    may = set(tellable_names([each.phrase for each in found]))
    kept = [each for each in found if each.phrase in may][:PHRASES]
    return [Wording(audience, each.phrase, each.people, each.posts, each.lift) for each in kept]


def _others(everyone: Selection, people: Sequence[str], others: Sequence[str] | None) -> Selection:
    of_whom, who = ("NOT IN", people) if others is None else ("IN", others)
    where = f"{everyone.where} AND p.author {of_whom} (SELECT unnest($besides))"
    return replace(everyone, where=where, values={**everyone.values, "besides": sorted(who)})


def _size(library: Library, within: Selection) -> int:
    ((size,),) = library.facts.rows(f"SELECT count(DISTINCT p.author) FROM posts p WHERE {within.where}", within.values)
    return int(size)


def _compared(
    library: Library, kind: Kind, here: Selection, rest: Selection, sizes: tuple[int, int]
) -> list[tuple[str, tuple[int, int], float]]:
    """Everything that enough of ``here`` have, how many have it on each side, and how likely chance makes as much of a
    difference.
    """
    dimension, types = KINDS[kind]
    counts = [
        {
            group.name: group.people
            for group in run(library, Query(within, "people", dimension, types=types, limit=EVERY)).rows
        }
        for within in (here, rest)
    ]
    both = {name: (people, counts[1].get(name, 0)) for name, people in counts[0].items() if people >= LEAST}
    if not both:
        return []
    mine, theirs = (np.array(side) for side in zip(*both.values(), strict=True))
    p = exact(theirs, mine, sizes[1], sizes[0]).tolist()
    return [(name, sides, one) for (name, sides), one in zip(both.items(), p, strict=True)]


def _affinity(
    audience: str, kind: Kind, name: str, against: str, people: int, others: int, size: int, others_size: int
) -> Affinity:
    sides = ((people + 0.5, size + 0.5), (others + 0.5, others_size + 0.5))
    ratio = math.log(sides[0][0] / sides[0][1]) - math.log(sides[1][0] / sides[1][1])
    half = 1.96 * math.sqrt(sum(1 / part - 1 / whole for part, whole in sides))
    lift, low, high = (math.exp(value) for value in (ratio, ratio - half, ratio + half))
    return Affinity(audience, kind, name, people, size, against, others, others_size, lift, low, high)


def _line(each: Affinity, at: str) -> Line:
    does = " post in " if each.kind == "community" else " name "
    people = cells.count(each.size, "person", f"{at}.size", "people")
    share = [
        cells.number(each.people, f"{at}.people"),
        " of ",
        people,
        " in ",
        cells.name(each.audience, f"{at}.audience"),
    ]
    against = [
        cells.number(each.others, f"{at}.others"),
        " of the ",
        cells.number(each.others_size, f"{at}.others_size"),
    ]
    other = cells.words(f" {each.against}", f"{at}.against")
    return figure(
        [*share, does, cells.name(each.name, f"{at}.name"), ", against ", *against, other, ": "], _ratio(each, at), "."
    )


def _ratio(each: Affinity, at: str) -> list[Part]:
    """How many times as common it is; what none of the others has is only known to be "at least" so."""
    lift, low, high = (
        cells.number(value, f"{at}.{name}", decimals=0 if value >= EXACT else 1)
        for name in ("lift", "low", "high")
        if (value := getattr(each, name))
    )
    if not each.others:
        return ["at least ", low, " times as common"]
    return [lift, " times as common (", low, " to ", high, ")"]
