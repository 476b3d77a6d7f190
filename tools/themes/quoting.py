"""Quotations that are typical of a group of posts: nearest to its middle, not said twice, each by another person."""

from __future__ import annotations

import numpy as np

from tools.themes.grouping import NOWHERE, Groups, unit
from tools.themes.reading import ReadPosts

QUOTES = 3
TELLING = 30  # characters without addresses; what is shorter is near to everything and says nothing
READABLE = 280  # characters; longer posts say several things
SAME = 0.8  # share of common words from which two posts say the same


def typical_posts(posts: ReadPosts, groups: Groups, group: int, number: int = QUOTES) -> list[int]:
    """Places of the ``number`` posts that are most typical of a group, the most typical first.

    Near to the middle of the group in words (``groups.nearness``) and in meaning alike; posts of another length, of one who
    is quoted already, or with the same words only where there are too few others.
    """
    members = np.flatnonzero(groups.labels == group)
    if group == NOWHERE or not len(members):
        return []
    middle = unit(posts.vectors[members].mean(axis=0)[None])[0] - posts.vectors.mean(axis=0)
    meaning = (posts.vectors[members] - posts.vectors.mean(axis=0)) @ middle
    score = _standard(meaning) + _standard(groups.nearness[members])
    ordered = [int(members[row]) for row in np.lexsort((members, -score.round(6)))]
    good = [place for place in ordered if TELLING <= len(posts.words[place]) and len(posts.texts[place]) <= READABLE]
    chosen: list[int] = []
    for place in [*good, *(place for place in ordered if place not in set(good))]:
        if len(chosen) == number:
            break
        if all(_differ(posts, place, other) for other in chosen):
            chosen.append(place)
    return chosen


def _differ(posts: ReadPosts, one: int, other: int) -> bool:
    if posts.authors[one] == posts.authors[other]:
        return False
    first, second = set(posts.words[one].split()), set(posts.words[other].split())
    return len(first & second) < SAME * max(1, min(len(first), len(second)))


def _standard(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))
