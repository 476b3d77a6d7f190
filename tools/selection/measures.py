"""One query layer over the posts: a measure, by a dimension, of a selection; compiled to DuckDB.

A query is objects, never text: ``Query`` names a measure and a dimension of the two tables below, as semantic layers do
(Cube, Malloy, dbt), and values reach SQL only as parameters. Names are counted with ``tools.selection.census``, so
that a name has one count everywhere.

Shares have Wilson's interval (1927); means Student's t over people as clusters (Liang and Zeger, 1986), over posts
where a group is one person; growth the interval of a log-odds ratio with a prior (Monroe et al., 2008). All are of 95
%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from index.errors import AnalystError
from index.phrases.rarity import is_plain_word
from tools.library import Library
from tools.privacy.tellable import tellable, tellable_names
from tools.result.tones import SentimentShares
from tools.selection.census import table_of_names
from tools.selection.intervals import CONFIDENCE, wilson
from tools.selection.posts import Selection

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal[
    "posts", "people", "likes", "replies", "shares", "engagement", "positive", "negative", "tone", "growth"
]
Dimension = Literal["post", "person", "community", "name", "phrase", "hour", "weekday", "day", "week", "month", "year"]
NameType = Literal["person", "organization", "product", "location", "group", "work", "brand"]
Order = Literal["most", "least"]

TIME = "(p.created_at AT TIME ZONE 'UTC')"
ENGAGEMENT = "coalesce(p.likes, 0) + coalesce(p.replies, 0) + coalesce(p.shares, 0)"
KNOWN = "coalesce(p.likes, p.replies, p.shares) IS NOT NULL"
# The tone of a post is its label; of several posts, the share that is positive less the share that is negative.
TONE = "((p.sentiment = 'positive')::INT - (p.sentiment = 'negative')::INT)"
LABELS = ", ".join(f"avg((p.sentiment = '{side}')::INT)" for side in ("negative", "neutral", "positive"))
# What is summed over posts for each measure; posts where it is not known do not count. Of one post the share of a tone
# is ranked (OF_A_POST): whether it is negative says nothing of how negative it is.
AMOUNTS: dict[str, str] = {
    "posts": "1", "people": "1", "growth": "1", "tone": TONE, "likes": "p.likes", "replies": "p.replies",
    "shares": "p.shares", "engagement": f"CASE WHEN {KNOWN} THEN {ENGAGEMENT} END",
    "positive": "(p.sentiment = 'positive')::INT", "negative": "(p.sentiment = 'negative')::INT",
}  # fmt: skip
OF_A_POST = {
    "positive": "p.positive::DOUBLE", "negative": "p.negative::DOUBLE", "tone": "(p.positive::DOUBLE - p.negative)",
}  # fmt: skip
GROUPS: dict[str, str] = {
    "post": "p.id", "person": "p.author", "community": "p.community", "name": "n.name", "phrase": "f.phrase",
    "hour": f"strftime({TIME}, '%H:00')", "weekday": f"dayname({TIME})", "day": f"strftime({TIME}, '%Y-%m-%d')",
    "week": f"strftime(date_trunc('week', {TIME}), '%Y-%m-%d')", "month": f"strftime({TIME}, '%Y-%m')",
    "year": f"strftime({TIME}, '%Y')",
}  # fmt: skip
REACTIONS = ("likes", "replies", "shares", "engagement")
MEASURES, DIMENSIONS = get_args(Measure), get_args(Dimension)
TIMES = ("hour", "weekday", "day", "week", "month", "year")
BRAND = ("organization", "product")
_OF_KEYS = "($keys::VARCHAR[] IS NULL OR list_contains($keys::VARCHAR[], key))"
RECENT = 0.25  # share of the time at its end that growth compares with what was before
PRIOR = 5.0  # posts of average growth that are added to each side


@dataclass(frozen=True)
class Query:
    """``measure`` by ``dimension`` over the posts of ``within``.

    ``average`` takes the mean a post instead of the sum; ``at_least`` leaves out groups with fewer posts; ``types`` are
    the types of names, all if none is given; ``keys`` their canonical forms, any if it is None. Of posts of people who
    were named or picked out only what may be told of people is ranked.
    """

    within: Selection
    measure: Measure
    dimension: Dimension
    order: Order = "most"
    average: bool = False
    at_least: int = 1
    types: tuple[str, ...] = ()
    keys: tuple[str, ...] | None = None
    limit: int = 10


@dataclass(frozen=True)
class Group:
    """One row: its ``value`` by which it is ranked with its interval, where there is one, its ``posts`` and ``people``.

    ``mean`` is the tone of its posts, from −1 to 1, of names toward them; ``positive`` and ``negative`` are how many of
    them have these tones.
    ``share`` is the value's part of all that was selected, or for positive and negative the part of the group's posts.
    """

    name: str
    value: float
    posts: int
    people: int
    low: float | None = None
    high: float | None = None
    share: float | None = None
    mean: float = 0.0
    positive: int = 0
    negative: int = 0

    @property
    def tones(self) -> SentimentShares:
        posts = max(1, self.posts)
        neutral = self.posts - self.positive - self.negative
        return SentimentShares(self.posts, self.negative / posts, neutral / posts, self.positive / posts)


@dataclass(frozen=True)
class Table:
    """The first ``rows`` of ``groups`` groups; ``tied`` further ones have the value of the last.

    ``small`` groups were left out for having too few posts; ``since`` is where the later part begins that growth
    compares.
    """

    rows: list[Group]
    groups: int
    tied: int
    small: int
    since: str | None = None


def is_rate(query: Query) -> bool:
    """Whether the value is a mean or a ratio, which needs a floor of posts and has an interval."""
    return query.measure in ("tone", "growth") or (query.average and query.dimension != "post")


def run(library: Library, query: Query) -> Table:
    """The groups in order. Raises AnalystError where the measure does not fit the dimension or is not known."""
    _check(library, query)
    since = _recent(library, query) if query.measure == "growth" else None
    groups = _groups(library, query, since)
    if query.within.of_people and query.dimension in ("community", "name", "phrase"):
        groups = _tellable(query, groups, since)
    return _ranked(query, groups, since)


def _tellable(query: Query, groups: pd.DataFrame, since: datetime | None) -> pd.DataFrame:
    """Without the groups whose names may not be told of people: by meaning only those that could be shown."""
    if groups.empty:
        return groups
    groups = groups[[tellable(str(name)) for name in groups["name"]]]
    shown = [row.name for row in _ranked(replace(query, limit=3 * query.limit + 10), groups, since).rows]
    barred = set(shown) - set(tellable_names(shown))
    return groups[~groups["name"].isin(barred)]


def _check(library: Library, query: Query) -> None:
    if query.dimension == "post" and query.measure in ("posts", "people", "growth"):
        raise AnalystError(
            f"Posts cannot be ranked by {query.measure}",
            todo="Rank them by likes, replies, shares, engagement, positive, negative or tone.",
        )
    if query.dimension == "person" and query.measure == "people":
        raise AnalystError("Every person is one person", todo="Rank people by posts, likes or another measure.")
    if query.measure == "growth" and query.dimension in TIMES:
        raise AnalystError(
            f"Growth by {query.dimension} is not known", todo="Rank times by posts, or ask for the growth of names."
        )
    if query.types and query.dimension != "name":
        raise AnalystError("Only names have a type", todo='Leave type out, or rank names: of="name".')
    if query.keys is not None and query.dimension != "name":
        raise AnalystError("Only names are of a kind", todo='Leave kind out, or rank names: of="name".')


def types_of(kind: NameType | None) -> tuple[str, ...]:
    """The types of mentions that a kind of names is; none means all."""
    return BRAND if kind == "brand" else (kind,) if kind else ()


def nothing_known(library: Library, within: Selection, measure: str) -> AnalystError:
    """The error for posts that came without likes, replies or shares."""
    column = KNOWN if measure == "engagement" else f"p.{measure} IS NOT NULL"
    ((anywhere,),) = library.facts.rows(f"SELECT count(*) FROM posts p WHERE {column}")
    if anywhere:
        return AnalystError(
            f"None of the posts {within.words} says how many {measure} it has".replace("  ", " "),
            todo=f"Ask about others: {anywhere:,} posts here say it.",
        )
    return AnalystError(
        f"No post here says how many {measure} it has",
        todo="If the export has such a column, index it again and name it, for example with `--map likes=score`.",
    )


def _source(library: Library, query: Query) -> tuple[str, dict[str, Any]]:
    """What stands after FROM, and its values."""
    within = query.within
    if query.dimension == "phrase":
        return f"{within.posts} JOIN phrases f ON f.post = p.id", {}
    if query.dimension != "name":
        return within.posts, {}
    tones = ", ".join(f"coalesce(n.{side}, q.{side}) AS {side}" for side in ("negative", "neutral", "positive"))
    label = (
        "CASE WHEN n.negative IS NULL THEN q.sentiment "
        "WHEN n.positive >= greatest(n.negative, n.neutral) THEN 'positive' "
        "WHEN n.negative >= n.neutral THEN 'negative' ELSE 'neutral' END AS sentiment"
    )
    # The names are those that ``count`` counts: marked in one of the posts selected, but not what these are about.
    table = table_of_names(library)
    names = (
        f"SELECT * FROM {table} WHERE key NOT IN (SELECT unnest($but::VARCHAR[])) AND {_OF_KEYS} AND key IN ("
        f"SELECT m.canonical FROM posts p JOIN mentions m ON m.post = p.id WHERE {within.where} "
        "AND (len($types) = 0 OR m.type IN (SELECT unnest($types))))"
    )
    source = (
        f"({names}) n JOIN LATERAL (SELECT q.* REPLACE ({tones}, {label}) FROM posts q WHERE q.id = n.id) p ON true"
    )
    own = within.subject.own_names if within.subject else frozenset()
    keys = None if query.keys is None else list(query.keys)
    return source, {
        "types": list(query.types),
        "keys": keys,
        "but": sorted(own | _mistaken(library, table, query.types)),
    }


def _mistaken(library: Library, table: str, types: Sequence[str]) -> set[str]:
    """Everyday words that are marked as one of ``types`` in less than a third of the posts that name them: Pickle, the
    dog, is once or twice taken for a product.
    """
    rows = library.facts.rows(
        f"SELECT t.key, any_value(t.name) FROM {table} t LEFT JOIN (SELECT canonical, count(DISTINCT post) AS marked "
        "FROM mentions WHERE type IN (SELECT unnest($types)) GROUP BY 1) m ON m.canonical = t.key "
        "WHERE len($types) > 0 GROUP BY t.key HAVING 3 * coalesce(any_value(m.marked), 0) < count(*)",
        {"types": list(types)},
    )
    return {key for key, name in rows if is_plain_word(str(name))}


def _groups(library: Library, query: Query, since: datetime | None) -> pd.DataFrame:
    """One row a group: posts, people and what its value and interval are made of."""
    source, more = _source(library, query)
    group, amount = GROUPS[query.dimension], AMOUNTS[query.measure]
    if query.dimension == "post":
        amount = OF_A_POST.get(query.measure, amount)
    cluster = "p.id" if query.dimension in ("person", "post") else "p.author"
    later = "p.created_at >= $recent::TIMESTAMP AT TIME ZONE 'UTC'" if since else "false"
    values = {**query.within.values, **more, **({"recent": since} if since else {})}
    dated = " AND p.created_at IS NOT NULL" if since else ""
    return library.facts.frame(
        f"""
        WITH clusters AS (
            SELECT {group} AS name, {cluster} AS cluster, any_value(p.author) AS author, count(*) AS posts,
                   count(*) FILTER ({later}) AS later, count({amount}) AS known, sum({amount})::DOUBLE AS amount,
                   min({amount})::DOUBLE AS least, sum({TONE}) AS tones,
                   count(*) FILTER (p.sentiment = 'positive') AS good,
                   count(*) FILTER (p.sentiment = 'negative') AS bad
            FROM {source} WHERE {query.within.where}{dated} AND {group} IS NOT NULL GROUP BY 1, 2)
        SELECT name, sum(posts)::BIGINT AS posts, count(DISTINCT author) AS people, sum(later)::BIGINT AS later,
               sum(known)::BIGINT AS known, sum(amount) AS amount, min(least) AS least,
               sum(tones) / sum(posts) AS mean, sum(good)::BIGINT AS positive, sum(bad)::BIGINT AS negative,
               count(*) FILTER (known > 0) AS clusters,
               sum(amount * amount) AS squares, sum(amount * known) AS crossed, sum(known * known)::DOUBLE AS sizes
        FROM clusters GROUP BY 1
        """,
        values,
    )


def _ranked(query: Query, groups: pd.DataFrame, since: datetime | None) -> Table:
    groups = groups[groups.known > 0]
    enough = groups[groups.known >= query.at_least]
    small = len(groups) - len(enough)
    valued = _valued(query, enough.copy())
    if query.order == "most" and query.measure in ("positive", "negative") and query.dimension != "post":
        valued = valued[valued.value > 0]  # who has none has not the most
    sign = -1 if query.order == "most" else 1
    ranked = valued.assign(_value=sign * valued["sort"].round(9), _posts=-valued.posts, _people=-valued.people)
    ranked = ranked.sort_values(["_value", "_posts", "_people", "name"], kind="stable")
    first = ranked.head(query.limit)
    last = first["_value"].iloc[-1] if len(first) else None
    tied = int((ranked["_value"] == last).sum() - (first["_value"] == last).sum())
    rows = [_group(row) for row in first.to_dict("records")]
    return Table(rows, len(ranked), tied, small, since.date().isoformat() if since else None)


def _group(row: dict[Any, Any]) -> Group:
    low, high, share = (_some(row[name]) for name in ("low", "high", "share"))
    return Group(
        str(row["name"]),
        float(row["value"]),
        int(row["posts"]),
        int(row["people"]),
        low,
        high,
        share,
        float(row["mean"]),
        int(row["positive"]),
        int(row["negative"]),
    )


def _valued(query: Query, groups: pd.DataFrame) -> pd.DataFrame:
    """Value, what it is sorted by, its interval and its share."""
    groups = groups.assign(low=None, high=None, share=None)
    if query.measure == "growth":
        return _growth(groups)
    if query.measure == "people":
        return groups.assign(value=groups.people, sort=groups.people)
    if query.measure == "tone" or (query.average and query.dimension != "post" and query.measure in REACTIONS):
        groups["value"] = groups.amount / groups.known
        nothing_below = bool((groups.least >= 0).all())  # scores of some platforms fall below zero
        _means(groups, (-1.0, 1.0) if query.measure == "tone" else (0.0 if nothing_below else None, None))
        return groups.assign(sort=groups.value)
    groups["value"] = groups.amount
    if query.measure in ("positive", "negative") and query.dimension != "post":
        groups["share"] = groups.amount / groups.known
        groups["low"], groups["high"] = (
            zip(*map(wilson, groups.amount, groups.known), strict=True) if len(groups) else ((), ())
        )
        return groups.assign(sort=groups.share if query.average else groups.value)
    if query.dimension == "post" and query.measure in OF_A_POST:
        return groups.assign(sort=groups.value)
    whole = float(groups.amount.clip(lower=0).sum())
    groups["share"] = groups.amount / whole if whole else None
    return groups.assign(sort=groups.value)


def _means(groups: pd.DataFrame, scale: tuple[float | None, float | None]) -> None:
    """Student's interval of each mean with people as clusters, kept on the scale."""
    import numpy as np
    from scipy.special import stdtrit

    mean, n = groups.value, groups.clusters
    residual = (groups.squares - 2 * mean * groups.crossed + mean**2 * groups.sizes).clip(lower=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(residual * n / (n - 1)) / groups.known
        half = stdtrit((n - 1).clip(lower=1), 1 - (1 - CONFIDENCE) / 2) * error
    half = half.where(n > 1)
    groups["low"], groups["high"] = (mean - half).clip(lower=scale[0]), (mean + half).clip(upper=scale[1])


def _growth(groups: pd.DataFrame) -> pd.DataFrame:
    """How many times as common each is in the later part as before, with the interval of that ratio."""
    import numpy as np

    earlier = groups.posts - groups.later
    all_later, all_earlier = max(1, groups.later.sum()), max(1, earlier.sum())
    prior = PRIOR * groups.posts / groups.posts.sum()
    one, other = groups.later + 0.5 + prior, earlier + 0.5 + prior
    ratio = np.log(one / all_later) - np.log(other / all_earlier)
    error = np.sqrt(1 / one + 1 / other)
    low, high = ratio - 1.96 * error, ratio + 1.96 * error
    return groups.assign(value=np.exp(ratio), low=np.exp(low), high=np.exp(high), sort=ratio / error)


def _recent(library: Library, query: Query) -> datetime:
    ((first, last),) = library.facts.rows(
        "SELECT min(p.created_at AT TIME ZONE 'UTC'), max(p.created_at AT TIME ZONE 'UTC') "
        f"FROM posts p WHERE {query.within.where}",
        query.within.values,
    )
    if first is None or last - first < timedelta(days=2):
        raise AnalystError(
            "Growth needs dated posts over several days"
            + (f": posts {query.within.words}" if query.within.words else ""),
            todo="Widen the time.",
        )
    cut = last - (last - first) * RECENT
    return datetime(cut.year, cut.month, cut.day)


def _some(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
