"""The most or the least of something: posts, people, communities, names, phrases or times, by one measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Unpack

from index.errors import AnalystError
from tools.library import Library
from tools.privacy.sensitive import refuse_sensitive
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Cell, Line, Listing, Part, figure, lead, line, listed, note
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.result.tones import ENOUGH, sides_told
from tools.result.words import short
from tools.selection.census import table_of_names
from tools.selection.kinds import known_kind
from tools.selection.measures import (
    GROUPS,
    REACTIONS,
    TIMES,
    Dimension,
    Group,
    Measure,
    NameType,
    Order,
    Query,
    Table,
    is_rate,
    nothing_known,
    run,
    types_of,
)
from tools.selection.own_words import told
from tools.selection.people import Filters, People, select
from tools.selection.posts import EVIDENCE, Selection, as_evidence, evidence_posts

FLOOR = 5  # posts that a group must have where means or ratios are ranked
SHOWN_POSTS = 2
UNITS = {"engagement": "likes, replies and shares"}
NAMED_IN_A_TIE = 5
KINDS: dict[str, Literal["people", "posts", "names", "phrases", "communities", "times"]] = {
    "post": "posts", "person": "people", "community": "communities", "name": "names", "phrase": "phrases",
}  # fmt: skip
# How the leader is told: by measure, of the most and of the least.
SAYINGS: dict[str, tuple[str, str]] = {
    "posts": ("has the most posts", "has the fewest posts"),
    "people": ("has posts by the most people", "has posts by the fewest people"),
    "positive": ("has the most positive posts", "has the fewest positive posts"),
    "negative": ("has the most negative posts", "has the fewest negative posts"),
    "tone": ("has the warmest tone", "has the coldest tone"),
    "growth": ("grew the most", "fell the most"),
    **{part: (f"gets the most {part}", f"gets the fewest {part}") for part in REACTIONS if part != "engagement"},
    "engagement": ("gets the most engagement", "gets the least engagement"),
}
OWN = {
    ("posts", "person"): ("posted the most", "posted the least"),
    ("posts", "name"): ("is named in the most posts", "is named in the fewest posts"),
    ("people", "name"): ("is named by the most people", "is named by the fewest people"),
    ("posts", "phrase"): ("comes up in the most posts", "comes up in the fewest posts"),
}


@dataclass(frozen=True, kw_only=True)
class Rank(ToolResult):
    """``groups`` in order, of ``considered`` that could be ranked; ``tied`` further ones equal the last.

    ``value`` of a group is a sum, with ``average`` the mean a post; of one post, by ``positive`` or ``negative``, its
    share of that tone; of ``tone`` the mean of positive − negative; of ``growth`` how many times as common it is from
    ``later_from`` on as before. ``kind`` is what the brands ranked are called, in the plural.
    """

    of: Dimension
    by: Measure
    order: Order
    average: bool
    at_least: int
    groups: list[Group]
    considered: int
    tied: int
    left_out: int
    later_from: str | None
    subject: str
    kind: str | None = None


def rank(
    library: Library,
    of: Annotated[Dimension, "what is ranked"],
    by: Annotated[Measure, "what it is ranked by"] = "posts",
    order: Annotated[Order, "the most first, or the least"] = "most",
    type: Annotated[NameType | None, "of names, only this type; a brand is an organization or a product"] = None,
    kind: Annotated[str | None, "of names, only brands of this kind, such as airlines or coffee chains"] = None,
    at_least: Annotated[int | None, "leave out what has fewer posts"] = None,
    average: Annotated[bool, "rank by the mean a post instead of the sum"] = False,
    limit: Annotated[int, "how many are listed"] = 10,
    topic: Annotated[str | None, "a name or a subject that the posts are about"] = None,
    user: Annotated[str | None, "only posts of this person"] = None,
    **filters: Unpack[Filters],
) -> Rank:
    """The most or the least: which post, person, community, name, phrase, hour, weekday, day, week, month or year leads by posts, likes, tone, growth or another measure."""  # noqa: E501
    if of == "person":
        refuse_sensitive(topic)  # nobody is listed by what is never told of anybody
    english = of in ("name", "phrase") or by in ("positive", "negative", "tone")
    selection, people = select(library, topic=topic, user=user, english=english, **filters)
    brands = known_kind(kind) if kind else None
    keys = tuple(brands.keys) if brands else None
    query = Query(selection, by, of, order, average, at_least or 1, types_of(type), keys, limit)
    if at_least is None and (is_rate(query) or (average and by in ("positive", "negative"))):
        asked = filters.get("min_posts") if of == "person" else None  # who asks for fewer is content with them
        query = replace(query, at_least=min(FLOOR, asked or FLOOR))
    table = _table(library, query, given=at_least is not None)
    posts = _posts(library, query, table)
    found = Rank(
        of=of,
        by=by,
        order=order,
        average=average,
        at_least=query.at_least,
        groups=table.rows,
        considered=table.groups,
        tied=table.tied,
        left_out=table.small,
        later_from=table.since,
        kind=brands.plural if brands else None,
        subject=selection.words,
        evidence=posts,
        listing=Listing(KINDS.get(of, "times"), tuple(group.name for group in table.rows)),
    )
    found = replace(
        found,
        headline=lead(*_headline(found)),
        lines=_lines(found, selection, people),
        warnings=few_posts(table.rows[0].posts, "groups.0.posts") if of != "post" and is_rate(query) else [],
    )
    return told(found, selection.not_counted)


def _table(library: Library, query: Query, *, given: bool) -> Table:
    """Raises AnalystError where nothing can be ranked, and says why."""
    table = run(library, query)
    if not table.rows and not given and table.small:  # of small groups the least shaky
        table = run(library, replace(query, at_least=1))
    if table.rows:
        return table
    scope = f" {query.within.words}" if query.within.words else ""
    if table.small:
        raise AnalystError(
            f"No {query.dimension} has {query.at_least:,} posts{scope}: at_least leaves none of {table.small:,}",
            todo="Ask for fewer.",
        )
    if query.measure in REACTIONS:
        raise nothing_known(library, query.within, query.measure)
    if query.measure in ("positive", "negative"):
        raise AnalystError(f"No {query.dimension} has a {query.measure} post{scope}", todo="Widen what is looked at.")
    lacks = "date" if query.dimension in TIMES else "name of that kind" if query.keys else query.dimension
    raise AnalystError(f"None of the posts{scope} has a {lacks}", todo="Rank by something else.")


def _posts(library: Library, query: Query, table: Table) -> list[Evidence]:
    """The posts ranked, or some of the leader's."""
    if query.dimension == "post":
        return evidence_posts(library, [row.name for row in table.rows], within=query.within)
    leader = table.rows[0].name
    values: dict[str, Any] = dict(query.within.values)
    source, clause = query.within.posts, f"{GROUPS[query.dimension]} = $leader"
    if query.dimension == "name":
        clause = f"p.id IN (SELECT id FROM {table_of_names(library)} WHERE name = $leader)"
    elif query.dimension == "phrase":
        source += " JOIN phrases f ON f.post = p.id"
    values["leader"] = leader
    order = f"p.{query.measure} DESC, " if query.measure in ("positive", "negative") else ""
    rows = library.facts.rows(
        f"SELECT {EVIDENCE} FROM {source} WHERE {query.within.where} AND {clause} "
        f"ORDER BY {order}p.likes DESC NULLS LAST, p.id LIMIT {SHOWN_POSTS}",
        values,
    )
    return [as_evidence(row) for row in rows]


def _headline(found: Rank) -> list[Part]:
    saying, scope = _saying(found), f" in posts {found.subject}" if found.subject else ""
    if saying.endswith(" posts"):
        scope = scope.removeprefix(" in posts")
    equal = _tied_places(found)
    tied = len(equal) + (found.tied if len(equal) == len(found.groups) else 0)
    if found.of == "post":
        first = cells.said(found.evidence[0], "evidence.0")
        if tied > 1:
            value = _post_value(found) or [" (", *_tied_value(found), ")"]
            return [f"A tie: {tied:,} posts have {_superlative(found)}{scope}", *value, ", one of them by ", first]
        return [f"The post with {_superlative(found)}{scope}: ", first, *_post_value(found)]
    things = "people" if found.of == "person" else found.kind
    several = things and found.considered > 1
    if tied == 1:
        of: list[Part] = ["Of ", cells.number(found.considered, "considered"), f" {things} "] if several else []
        return [*of, _named(found, 0), f" {saying}{scope}: ", *_value(found, 0), "."]
    shown = [_named(found, place) for place in equal[:NAMED_IN_A_TIE]]
    more = [f"{tied - len(shown):,} more"] if tied > len(shown) else []
    among: list[Part] = [" among ", cells.number(found.considered, "considered"), f" {things}"] if several else []
    return ["A tie", *among, ": ", *listed([*shown, *more]), f" each {saying}{scope}: ", *_tied_value(found), "."]


def _tied_places(found: Rank) -> list[int]:
    """The places that have what the first has; growth is ranked by how sure it is, so that equal ratios are no tie."""
    if found.by == "growth":
        return [0]
    values = [_ranked_by(found, group) for group in found.groups]
    return [place for place, value in enumerate(values) if value == values[0]]


def _ranked_by(found: Rank, group: Group) -> float:
    share = group.share if found.average and found.by in ("positive", "negative") else None
    return round(group.value if share is None else share, 9)


def _tied_value(found: Rank) -> list[Part]:
    """What the tied have in common, and nothing that is the first one's alone."""
    value, at = found.groups[0].value, "groups.0.value"
    if found.by == "tone":
        return ["as many positive as negative posts"] if not value else sides_told(found.groups[0].tones, "groups.0")
    if found.average and found.by in ("positive", "negative"):
        return [cells.percent(found.groups[0].share or 0.0, "groups.0.share")]
    if found.by in ("posts", "positive", "negative"):
        return [cells.count(int(value), "post", at)]
    if found.by == "people":
        return [cells.count(int(value), "person", at, "people")]
    return [
        cells.number(value if found.average else int(value), at),
        f" {UNITS.get(found.by, found.by)}{' a post' if found.average else ''}",
    ]


def _saying(found: Rank) -> str:
    said = OWN.get((found.by, found.of), SAYINGS[found.by])[found.order == "least"]
    if not found.average:
        return said
    return (
        f"{said} a post"
        if found.by in REACTIONS
        else said.replace("has the most", "has the largest share of").replace(
            "has the fewest", "has the smallest share of"
        )
    )


def _superlative(found: Rank) -> str:
    if found.by == "tone":
        return f"the most {'positive' if found.order == 'most' else 'negative'} tone"
    if found.by in ("positive", "negative"):
        return f"the {found.order} {found.by} tone"
    return f"the {'most' if found.order == 'most' else 'fewest'} {found.by}"


def _post_value(found: Rank) -> list[Part]:
    value, path = found.groups[0].value, "groups.0.value"
    if found.by in ("positive", "negative"):
        return [" (", cells.percent(value, path), f" {found.by})"]
    if found.by in ("likes", "tone"):
        return []
    return [" (", cells.number(int(found.groups[0].value), "groups.0.value"), f" {found.by})"]


def _named(found: Rank, place: int) -> Cell:
    name, path = found.groups[place].name, f"groups.{place}.name"
    if found.of == "person":
        return cells.handle(name, path)
    if found.of in ("day", "week"):
        return cells.date(name, path)
    return cells.name(f"{name} UTC" if found.of == "hour" else name, path)


def _value(found: Rank, place: int) -> list[Part]:
    """The value of a group with its interval and what it rests on."""
    group, at = found.groups[place], f"groups.{place}"
    posts = cells.count(group.posts, "post", f"{at}.posts")
    people = cells.count(group.people, "person", f"{at}.people", "people")
    by: list[Part] = [" by ", people] if found.of != "person" else []
    if found.by == "posts":
        return [posts, *by]
    if found.by == "people":
        return [people, " in ", posts]
    if found.by in ("positive", "negative") and group.share is not None:
        share: list[Part] = [" (", cells.percent(group.share, f"{at}.share"), ")"] if group.posts >= ENOUGH else []
        return [cells.number(int(group.value), f"{at}.value"), " of ", posts, share]
    if found.by == "growth":
        since, times = cells.date(found.later_from or "", "later_from"), cells.number(group.value, f"{at}.value")
        between = [" (", _interval(group, at, cells.number), ")"]
        return [times, " times as common since ", since, " as before", between, ", ", posts, by]
    if found.by == "tone":
        return [posts, *by, ", ", sides_told(group.tones, at)]
    value = cells.number(group.value if found.average else int(group.value), f"{at}.value")
    unit = f" {UNITS.get(found.by, found.by)}{' a post' if found.average else ''} in "
    return [value, _bracketed(group, at, cells.number), unit, posts, by]


def _bracketed(group: Group, at: str, make: Callable[[float, str], Cell]) -> list[Part]:
    return [" (", between, ")"] if (between := _interval(group, at, make)) else []


def _interval(group: Group, at: str, make: Callable[[float, str], Cell]) -> list[Part]:
    if group.low is None or group.high is None:
        return []
    return [make(group.low, f"{at}.low"), " to ", make(group.high, f"{at}.high")]


def _lines(found: Rank, selection: Selection, people: People) -> list[Line]:
    if found.of == "post":
        lines = [
            line("post", cells.said(post, f"evidence.{place}"), place=place + 1)
            for place, post in enumerate(found.evidence)
        ]
    else:
        lines = [
            figure(_named(found, place), ": ", *_value(found, place), ".", place=place + 1)
            for place in range(len(found.groups))
        ]
        lines += [
            line("post", "For example ", cells.said(post, f"evidence.{n}")) for n, post in enumerate(found.evidence)
        ]
    return [*lines, *_notes(found, selection, people)]


def _notes(found: Rank, selection: Selection, people: People) -> list[Line]:
    notes = [note(each) for each in people.told]
    if found.tied:
        notes.append(note(cells.number(found.tied, "tied"), " more tie with the last one listed."))
    if found.left_out:
        few = cells.count(found.at_least, "post", "at_least")
        notes.append(note("Left out for fewer than ", few, ": ", cells.number(found.left_out, "left_out"), "."))
    if found.by == "growth" and (found.groups[0].low or 0) <= 1 <= (found.groups[0].high or 0):
        notes.append(note("This change may be chance."))
    elif len(found.groups) > 1 and _may_be_chance(*found.groups[:2]):
        notes.append(note("The first two differ by no more than chance may bring."))
    if selection.subject is not None and selection.subject.kind == "theme":
        notes.append(note(f"Counted: {short(selection.subject.how, 200)}."))
    return notes


def _may_be_chance(first: Group, second: Group) -> bool:
    """Whether the intervals of the first two overlap."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return False
    return max(first.low, second.low) <= min(first.high, second.high)
