"""Quotations that are typical of a group of posts: nearest to its middle, not said twice, each by another person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.themes.grouping import NOWHERE, Groups, stems_of, unit
from tools.themes.naming import TERMS
from tools.themes.reading import ReadPosts, plain_words

QUOTES = 3
TELLING = 30  # characters without addresses; what is shorter is near to everything and says nothing
READABLE = 280  # characters; longer posts say several things
NEAREST, NEAREST_SHARE, NEAREST_LEAST = 200, 0.3, 12  # posts among which the best to show are looked for
SAME = 0.8  # share of common words from which two posts say the same


def typical_posts(
    posts: ReadPosts, groups: Groups, group: int, phrases: Sequence[str], number: int = QUOTES
) -> list[int]:
    """Places of the ``number`` posts that are most typical of a group, the most typical first.

    Near to the middle of the group in words (``groups.nearness``) and in meaning alike, with many of the ``phrases``
    that set it apart, and one of the first, which name it; posts without, and such as are too short or too long, only
    where there are too few others. Nobody is quoted twice, and nothing is said twice.
    """
    members = np.flatnonzero(groups.labels == group)
    if group == NOWHERE or not len(members):
        return []
    middle = unit(posts.vectors[members].mean(axis=0)[None])[0] - posts.vectors.mean(axis=0)
    meaning = (posts.vectors[members] - posts.vectors.mean(axis=0)) @ middle
    score = (_standard(meaning) + _standard(groups.nearness[members])).round(6)
    ordered = np.lexsort((members, -score))
    stems = [set(stems_of(phrase.casefold())) for phrase in phrases]

    def rank(row: int) -> tuple[int, float]:
        """First posts that can be shown, less so such as are read badly or do not say why they are here."""
        text = posts.texts[members[row]]
        plain = plain_words(text)
        own = set(stems_of(plain))
        has = [bool(each) and each <= own for each in stems]
        readable = len(plain) >= TELLING and len(text) <= READABLE
        return 2 * (not readable) + (not any(has[:TERMS])), -score[row] - sum(has)

    # That it has the words of the name is not enough: "the camera was not working" says little of cameras.
    near = min(NEAREST, max(NEAREST_LEAST, round(NEAREST_SHARE * len(ordered))))
    chosen: list[int] = []
    words: list[set[str]] = []  # of each that is chosen
    for row in [*sorted(ordered[:near], key=rank), *ordered[near:]]:
        if len(chosen) == number:
            break
        place = int(members[row])
        if posts.authors[place] in [posts.authors[other] for other in chosen]:
            continue
        own_words = set(plain_words(posts.texts[place]).split())
        if all(_differ(own_words, others) for others in words):
            chosen.append(place)
            words.append(own_words)
    return chosen


def _differ(first: set[str], second: set[str]) -> bool:
    return len(first & second) < SAME * max(1, min(len(first), len(second)))


def _standard(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))
