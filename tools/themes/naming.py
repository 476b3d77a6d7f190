"""Names for groups of posts: key phrases that a group's people use and the other selected posts do not."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from index.entities.mentions import canonical
from tools.library import Library
from tools.privacy.sensitive import sensitive_subjects
from tools.privacy.tellable import tellable_names
from tools.result.names import named as told
from tools.result.words import listed
from tools.segments.naming import SAYS_LITTLE
from tools.selection.contrast import PRIOR
from tools.themes.grouping import Groups, stems_of
from tools.themes.reading import ReadPosts

if TYPE_CHECKING:
    import pandas as pd

TERMS = 3  # phrases in a name
LISTED = 6
FEW = 12  # posts of a group that may be named by what one of them says
FULLER = 0.4  # a longer phrase stands for a shorter one if so many posts (of the shorter's) have it
CLEARLY = 0.5  # of the surest phrase's z-score: what is less sure is not in the name
LONGEST_TERM = 40  # characters


@dataclass(frozen=True)
class ThemeTerms:
    """``name`` is made of the surest of the ``phrases``; both are empty where nothing sets a group apart."""

    name: str
    phrases: list[str]


def name_themes(
    library: Library, posts: ReadPosts, groups: Groups, leave_out: str = "", *, of_people: bool = False
) -> list[ThemeTerms]:
    """Terms of each group, by its label; none with a word of ``leave_out``, which all of them are about, alone.

    ``of_people``: themes of somebody named or picked out are called by what may be told of people.
    """
    own = _words(leave_out) | {stem for word in SAYS_LITTLE | sensitive_subjects() for stem in _words(word)}
    used = _phrases(library, posts)
    same = [phrase for phrase in used.phrase.unique() if canonical(phrase) == canonical(leave_out)]
    used = used[~used.phrase.isin(same)]
    if used.empty:
        return [ThemeTerms("", []) for _ in range(groups.number)]
    scored = _scored(used.assign(group=groups.labels[used.post]), groups)
    if of_people:
        may = set(tellable_names(sorted({phrase for rows in scored.values() for phrase, *_ in rows})))
        scored = {group: [row for row in rows if row[0] in may] for group, rows in scored.items()}
    taken: set[str] = set()
    named: dict[int, ThemeTerms] = {}
    for group in sorted(range(groups.number), key=lambda group: -int((groups.labels == group).sum())):
        rows = list(scored.get(group, []))
        # A phrase names the group whose it is most.
        terms = _apart(rows, own | taken)
        best = [term for term, z in terms[:TERMS] if z >= CLEARLY * terms[0][1]]
        taken |= {word for term in best for word in _words(term)}
        name = listed([told(term, LONGEST_TERM) for term in best])
        named[group] = ThemeTerms(name, [term for term, _ in terms])
    return [named[group] for group in range(groups.number)]


def _phrases(library: Library, posts: ReadPosts) -> pd.DataFrame:
    """Which key phrases the posts have: the place of the ``post`` and the ``phrase``."""
    import pandas as pd

    table = library.facts.keep(pd.DataFrame({"id": posts.ids, "place": np.arange(len(posts))}))
    try:
        return library.facts.frame(
            f"SELECT DISTINCT t.place AS post, f.phrase FROM phrases f JOIN {table} t ON t.id = f.post "
            "WHERE length(f.phrase) > 2 ORDER BY f.phrase, t.place"
        )
    finally:
        library.facts.drop(table)


Scored = tuple[str, float, int, frozenset[int]]  # phrase, z, posts of the group with it, and which


def _scored(used: pd.DataFrame, groups: Groups) -> dict[int, list[Scored]]:
    """For each group its own phrases with the z-score of their log-odds (Monroe et al., 2008), the surest first."""
    sizes = np.bincount(groups.labels[groups.labels >= 0], minlength=groups.number)
    total = len(groups.labels)
    everywhere = used.groupby("phrase").size()
    found: dict[int, list[Scored]] = {}
    for group, part in used[used.group >= 0].groupby("group"):
        number: Any = group
        size = int(sizes[int(number)])
        mine = part.groupby("phrase").size()
        mine = mine[mine >= (1 if size < FEW else 2)]
        others = everywhere[mine.index] - mine
        prior = PRIOR * everywhere[mine.index] / total
        a, b = mine + prior, size - mine + PRIOR
        c, d = others + prior, total - size - others + PRIOR
        z: Any = (np.log(a / b) - np.log(c / d)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        z = z[z > 0].round(6).sort_values(ascending=False, kind="stable").head(60)
        having = part[part.phrase.isin(z.index)].groupby("phrase").post.agg(frozenset)
        found[int(number)] = [
            (str(phrase), float(score), int(mine[phrase]), having[phrase]) for phrase, score in z.items()
        ]
    return found


def _apart(rows: list[Scored], own: Set[str]) -> list[tuple[str, float]]:
    """The surest phrases that share no word with one before, each in its fuller form: "customer service" for
    "service".
    """
    chosen: list[tuple[str, float]] = []
    said = set(own)
    for phrase, z, _, having in rows:
        words = _words(phrase)
        if not words or words & said:
            continue
        longer = [
            (other, len(theirs & having))
            for other, _, _, theirs in rows
            if words < _words(other) and len(theirs & having) >= FULLER * len(having) and not _words(other) & said
        ]
        fuller = max(longer, key=lambda item: item[1])[0] if longer else phrase
        chosen.append((fuller, z))
        said |= words | _words(fuller)
        if len(chosen) == LISTED:
            break
    return chosen


@lru_cache(maxsize=4096)
def _words(phrase: str) -> frozenset[str]:
    return frozenset(stems_of(" ".join(re.findall(r"[^\W_]+", phrase.casefold()))))
