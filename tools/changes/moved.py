"""Names, phrases and themes that rose or fell among some posts from one period to the next, each with the posts
behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.changes.spans import Spans, clause_of
from tools.library import Library
from tools.privacy.sensitive import is_sensitive, sensitive_subjects
from tools.privacy.tellable import tellable_names
from tools.selection.changes import few_wrong, share_changes
from tools.selection.posts import Selection
from tools.selection.subject import subjects_of_names
from tools.themes.grouping import group_posts
from tools.themes.naming import name_themes
from tools.themes.reading import LEAST_POSTS, read_posts

if TYPE_CHECKING:
    import pandas as pd

LEAST = 3  # posts that must have something, by two people, for it to be compared
SCREENED = 200  # of each kind so many are looked at closely; the others changed least
RECOUNTED = 8  # names that are looked for in every post, untagged ones too
THEME_POSTS = 800  # posts by which themes are made
THEMES = 8  # as many are compared; how steady they are is not asked here
SHOWN_POSTS = 2
Kind = Literal["name", "phrase", "theme"]


@dataclass(frozen=True)
class Moved:
    """``before`` and ``after`` posts have it, which are these shares of each period's posts. ``p`` is how likely
    chance makes as much; ``sure`` that it is more than chance, all comparisons taken together. ``posts`` are some
    behind it.
    """

    kind: Kind
    name: str
    before: int
    after: int
    share_before: float
    share_after: float
    p: float
    sure: bool
    posts: list[str]

    @property
    def change(self) -> float:
        return self.share_after - self.share_before


@dataclass(frozen=True)
class _Things:
    """Things of one kind with the rows of the posts that have each; ``compared`` counts those passed over too."""

    kind: Kind
    rows: dict[str, np.ndarray]
    compared: int
    among: np.ndarray | None = None  # rows of the posts that were looked at; None: all


def moved(
    library: Library, posts: pd.DataFrame, within: Selection, spans: Spans, topic: str, level: float
) -> list[Moved]:
    """What may have moved in ``posts`` (id, author, later), the surest first: all kinds are one family, of which at
    most ``level`` of those told are wrong.
    """
    if posts.later.all() or not posts.later.any():
        return []
    kinds = [
        _names(library, posts, within, spans, topic),
        _phrases(library, posts, within, spans, topic),
        _themes(library, posts, within, spans, topic),
    ]
    found = [each for things in kinds for each in _compared(posts, things)]
    if within.of_people:
        may = set(tellable_names([each.name for each in found]))
        found = [each for each in found if each.name in may]
    passed_over = sum(things.compared - len(things.rows) for things in kinds)
    sure = few_wrong([*(each.p for each in found), *[1.0] * passed_over], level)
    told = [replace(each, sure=bool(good)) for each, good in zip(found, sure, strict=False)]
    return _apart(sorted(told, key=lambda each: (not each.sure, each.p, -abs(each.change), each.name)))


def _compared(posts: pd.DataFrame, things: _Things) -> list[Moved]:
    from scipy.sparse import csr_matrix

    if not things.rows:
        return []
    names = list(things.rows)
    among = np.arange(len(posts)) if things.among is None else things.among
    place = np.full(len(posts), -1)
    place[among] = np.arange(len(among))
    rows = np.concatenate([place[things.rows[name]] for name in names])
    columns = np.repeat(np.arange(len(names)), [len(things.rows[name]) for name in names])
    has = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(among), len(names)))
    every_later, ids = posts.later.to_numpy(dtype=bool), posts.id.to_numpy()
    later = every_later[among]
    if later.all() or not later.any():
        return []
    p = share_changes(has, later, posts.author.to_numpy()[among])
    sizes = int((~later).sum()), int(later.sum())
    found = []
    for column, name in enumerate(names):
        own = things.rows[name]
        after = int(every_later[own].sum())
        before = len(own) - after
        shares = before / sizes[0], after / sizes[1]
        rising = shares[1] > shares[0]
        behind = own[every_later[own] == rising][:SHOWN_POSTS]
        shown = [str(id_) for id_ in ids[behind]]
        found.append(Moved(things.kind, name, before, after, *shares, float(p[column]), False, shown))
    return found


def _names(library: Library, posts: pd.DataFrame, within: Selection, spans: Spans, topic: str) -> _Things:
    """Names by their tags; of those that seem to have moved most every post that names them."""
    frame, compared = _screened(library, within, spans, "mentions", "canonical", "mode(x.text ORDER BY x.text)")
    own = canonical(topic) if topic else ""
    labels = {
        key: label
        for key, label in zip(frame.key, frame.label, strict=True)
        if key != own and canonical(label) and not is_sensitive(label)
    }
    rows = _rows_with(library, posts, "mentions", "canonical", list(labels))
    kept = {labels[key]: own_rows for key, own_rows in rows.items()}
    likeliest = sorted(_compared(posts, _Things("name", kept, 0)), key=lambda each: each.p)[:RECOUNTED]
    row_of = {id_: row for row, id_ in enumerate(posts.id)} if likeliest else {}
    for each, subject in zip(
        likeliest, subjects_of_names(library, [each.name for each in likeliest]) if likeliest else [], strict=True
    ):
        kept[each.name] = np.array(sorted(row_of[id_] for id_ in subject.posts.id if id_ in row_of), dtype=int)
    kept = {name: own_rows for name, own_rows in kept.items() if len(own_rows) >= LEAST}
    return _Things("name", kept, max(compared, len(kept)))


def _phrases(library: Library, posts: pd.DataFrame, within: Selection, spans: Spans, topic: str) -> _Things:
    frame, compared = _screened(library, within, spans, "phrases", "phrase", "any_value(x.phrase)")
    said = set(topic.casefold().split())
    private = sensitive_subjects()
    keys = [
        key for key in frame.key if len(key) > 2 and not set(key.split()) <= said and not set(key.split()) & private
    ]
    return _Things("phrase", _rows_with(library, posts, "phrases", "phrase", keys), compared)


def _screened(
    library: Library, within: Selection, spans: Spans, table: str, column: str, label: str
) -> tuple[pd.DataFrame, int]:
    """The things whose share differs most between the periods, by a rough measure; and how many were compared."""
    before, values = clause_of(within, spans.before, "early")
    after, more = clause_of(within, spans.after, "late")
    frame = library.facts.frame(
        f"""
        WITH here AS (SELECT p.id, p.author, ({after}) AS later FROM posts p
                      WHERE {within.where} AND (({before}) OR ({after}))),
             sizes AS (SELECT count(*) FILTER (later)::DOUBLE AS late,
                              count(*) FILTER (NOT later)::DOUBLE AS early FROM here),
             counted AS (SELECT x.{column} AS key, {label} AS label, count(DISTINCT here.id) AS posts,
                                count(DISTINCT here.id) FILTER (later)::DOUBLE AS after,
                                count(DISTINCT author) AS people
                         FROM {table} x JOIN here ON here.id = x.post GROUP BY 1
                         HAVING count(DISTINCT here.id) >= {LEAST}
                            AND people >= (SELECT least(2, count(DISTINCT author)) FROM here))
        SELECT key, label, count(*) OVER () AS compared FROM counted, sizes
        ORDER BY abs(after / late - (posts - after) / early) / sqrt(posts) DESC, key LIMIT {SCREENED}
        """,
        {**within.values, **values, **more},
    )
    return frame, int(frame.compared.iloc[0]) if len(frame) else 0


def _rows_with(
    library: Library, posts: pd.DataFrame, table: str, column: str, keys: list[str]
) -> dict[str, np.ndarray]:
    """For each key the rows of the posts that have it."""
    import pandas as pd

    if not keys:
        return {}
    kept = library.facts.keep(pd.DataFrame({"id": posts.id.to_numpy(), "place": np.arange(len(posts))}))
    try:
        found = library.facts.frame(
            f"SELECT DISTINCT x.{column} AS key, t.place FROM {table} x JOIN {kept} t ON t.id = x.post "
            f"WHERE x.{column} IN (SELECT unnest($keys)) ORDER BY 1, 2",
            {"keys": keys},
        )
    finally:
        library.facts.drop(kept)
    return {str(key): part.place.to_numpy() for key, part in found.groupby("key", sort=True)}


def _themes(library: Library, posts: pd.DataFrame, within: Selection, spans: Spans, topic: str) -> _Things:
    """Themes of both periods together."""
    nothing = _Things("theme", {}, 0)
    before, values = clause_of(within, spans.before, "early")
    after, more = clause_of(within, spans.after, "late")
    both = replace(
        within, where=f"{within.where} AND (({before}) OR ({after}))", values={**within.values, **values, **more}
    )
    if len(posts) < 4 * LEAST_POSTS:
        return nothing
    try:
        read = read_posts(library, both, THEME_POSTS)
    except AnalystError:
        return nothing
    groups = group_posts(read, number=THEMES)
    terms = name_themes(library, read, groups, topic, of_people=within.of_people)
    row_of = {id_: row for row, id_ in enumerate(posts.id)}
    rows = np.array([row_of[id_] for id_ in read.ids])
    found = {
        terms[group].name: rows[groups.labels == group]
        for group in range(groups.number)
        if terms[group].name and (groups.labels == group).sum() >= LEAST
    }
    return _Things("theme", found, len(found), rows)


def _apart(found: Sequence[Moved]) -> list[Moved]:
    """Each thing once: of a name, a phrase and a theme that share a word that which is surer."""
    chosen: list[Moved] = []
    said: set[str] = set()
    for each in found:
        words = _key(each.name)
        if words & said:
            continue
        chosen.append(each)
        said |= words
    return chosen


def _key(name: str) -> frozenset[str]:
    return frozenset(_singular(name.casefold().split()))


def _singular(words: Iterable[str]) -> Iterable[str]:
    from index.inflection import singular

    return (singular(word) for word in words)
