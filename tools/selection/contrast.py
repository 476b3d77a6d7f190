"""What some posts say that others do not: log-odds of phrases with an informative prior (Monroe et al., 2008)."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from tools.library import Library
from tools.selection.posts import Selection

PRIOR = 5.0  # how many people (or posts) of average habits are added to each side; it tames rare phrases
SURE = 1.96  # z of a difference that chance alone makes in one case of forty
LIKELY = 1.64  # … in one case of twenty
# Between crowds people count, so that twenty posts of one are one; between posts of the same people, posts.
UNITS = {"people": "p.author", "posts": "p.id"}


@dataclass(frozen=True)
class Contrast:
    """A phrase in ``posts`` posts by ``people``, ``lift`` times as common as elsewhere; ``z`` is how sure that is."""

    phrase: str
    posts: int
    people: int
    lift: float
    z: float


def contrast(
    library: Library,
    here: Selection,
    others: Selection,
    limit: int,
    *,
    unit: Literal["people", "posts"] = "people",
    least_people: int = 2,
    sure: float = SURE,
    leave_out: Set[str] = frozenset(),
) -> list[Contrast]:
    """Phrases that ``here`` are commoner than in ``others``, the surest first, none with a word in ``leave_out``.

    Only what ``least_people`` say in at least two posts. Values of the selections that share a name must be the same.
    """
    import numpy as np

    found = library.facts.frame(
        f"""
        WITH here AS (SELECT p.id, p.author, {UNITS[unit]} AS unit FROM posts p WHERE {here.where}),
             others AS (SELECT p.id, {UNITS[unit]} AS unit FROM posts p WHERE {others.where}),
             mine AS (SELECT phrase, count(DISTINCT unit) AS n, count(DISTINCT here.id) AS posts,
                             count(DISTINCT author) AS people
                      FROM phrases JOIN here ON post = here.id GROUP BY 1 HAVING posts > 1 AND people >= $least),
             theirs AS (SELECT phrase, count(DISTINCT unit) AS n FROM phrases JOIN others ON post = others.id
                        WHERE phrase IN (SELECT phrase FROM mine) GROUP BY 1)
        SELECT phrase, posts, people, mine.n AS mine, coalesce(theirs.n, 0) AS theirs,
               (SELECT count(DISTINCT unit) FROM here) AS all_mine,
               (SELECT count(DISTINCT unit) FROM others) AS all_theirs
        FROM mine LEFT JOIN theirs USING (phrase) ORDER BY phrase
        """,
        {**here.values, **others.values, "least": least_people},
    )
    if found.empty or not found.all_theirs[0]:
        return []
    prior = PRIOR * (found.mine + found.theirs) / (found.all_mine + found.all_theirs)
    mine, theirs = found.mine + prior, found.theirs + prior
    mine_not, theirs_not = found.all_mine + PRIOR - mine, found.all_theirs + PRIOR - theirs
    variance = 1 / mine + 1 / mine_not + 1 / theirs + 1 / theirs_not
    found["z"] = (np.log(mine / mine_not) - np.log(theirs / theirs_not)) / np.sqrt(variance)
    found["lift"] = (mine / (found.all_mine + PRIOR)) / (theirs / (found.all_theirs + PRIOR))
    surest = found[found.z >= sure].sort_values(["z", "phrase"], ascending=[False, True])
    chosen: list[Contrast] = []
    said = set(leave_out)
    for phrase, *figures in surest[["phrase", "posts", "people", "lift", "z"]].itertuples(index=False, name=None):
        words = set(re.findall(r"\w+", phrase))
        if not words & said:  # "espresso" after "espresso machine" says nothing new
            chosen.append(Contrast(phrase, *figures))
            said |= words
        if len(chosen) == limit:
            break
    return chosen
