"""Groups of people who write about alike things: how many, what they are about, how they sound, who is typical."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Unpack

from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Listing, Part, lead, line, listed, note, warning
from tools.result.names import handle_in_words
from tools.result.result import ToolResult
from tools.result.samples import few_people
from tools.result.tones import SentimentShares, sides_told
from tools.segments.grouping import CRITERION, FEWEST, MOST, STABLE, Grouping, Trial, group_people
from tools.segments.naming import GroupTerms, name_groups
from tools.selection.measures import LABELS
from tools.selection.own_words import kinds_here, told
from tools.selection.people import AudienceFilters, People, select
from tools.selection.posts import EVERYTHING, Selection, evidence_posts

TYPICAL_PEOPLE = 5
TYPICAL_POSTS = 3
NEAR_POSTS = 300  # nearest posts among which a group's own are looked for
TELLING = "length(p.text) >= 60"  # shorter posts may be near to everything and say nothing
MOST_READ = 6000


@dataclass(frozen=True)
class Segment:
    """A group: ``share`` of all people grouped, ``shares`` the tone of its ``posts`` posts, ``mean`` from −1 to 1.

    ``phrases`` and ``communities`` set it apart. ``typical_people`` and ``typical_posts`` (ids) are nearest its centre.
    """

    name: str
    people: int
    share: float
    posts: int
    shares: SentimentShares
    mean: float
    phrases: list[str]
    communities: list[str]
    typical_people: list[str]
    typical_posts: list[str]


@dataclass(frozen=True, kw_only=True)
class ListSegments(ToolResult):
    """``segments``, the largest first, of ``people`` people. ``topic`` and ``filters`` are what was asked for.

    ``silhouette`` (−1 to 1) says how well the groups are parted, ``stability`` (up to 1) how surely other samples of
    the people give them again; ``trials`` has both for every number of groups that was tried, ``criterion`` in words
    how one of them was taken.
    """

    subject: str
    people: int
    segments: list[Segment]
    criterion: str
    silhouette: float
    stability: float
    trials: list[Trial]
    topic: str | None = None
    filters: AudienceFilters = field(default_factory=lambda: AudienceFilters())


def list_segments(
    library: Library, count: int | None = None, topic: str | None = None, **filters: Unpack[AudienceFilters]
) -> ListSegments:
    """Groups of people by what they write about, each with a name, its size, its tone, typical people and typical posts.

    ``count`` groups, from 2 to 20; left out, their number is the one with the best silhouette among those that are
    found again in other samples of the people (``tools.segments.grouping.CRITERION``). Raises AnalystError for fewer than four
    people, or fewer than two for each group.
    """  # noqa: E501
    if count is not None and not FEWEST <= count <= MOST:
        raise AnalystError(f"count is {count}", todo=f"Ask for {FEWEST} to {MOST} groups.")
    selection, who = _selected(library, topic, filters)
    grouping = group_people(library, selection, count)
    where = selection or EVERYTHING
    terms = name_groups(library, grouping, where, topic or "")
    tones = _tones(library, grouping, where)
    typical = _typical_posts(library, grouping, where)
    segments = [_segment(grouping, label, terms[label], tones[label], typical[label]) for label in range(len(terms))]
    first = evidence_posts(library, [segment.typical_posts[0] for segment in segments])
    result = ListSegments(
        warnings=_warnings(grouping),
        listing=Listing("segments", tuple(segment.name for segment in segments)),
        evidence=first,
        subject=where.words,
        people=len(grouping.people),
        segments=segments,
        criterion=CRITERION if count is None else "as many as asked for",
        silhouette=grouping.chosen.silhouette,
        stability=grouping.chosen.stability,
        trials=grouping.trials,
        topic=topic,
        filters=filters,
    )
    lines = [*_lines(result, asked=count is not None), *map(note, who.told)]
    return told(replace(result, headline=_headline(result), lines=lines), where.not_counted)


def grouping_of(library: Library, result: ListSegments) -> Grouping:
    """The people behind a result, with their vectors: the same grouping again."""
    selection, _ = _selected(library, result.topic, result.filters)
    return group_people(library, selection, len(result.segments))


def _selected(library: Library, topic: str | None, filters: AudienceFilters) -> tuple[Selection | None, People]:
    """The posts by which people are grouped, None for all, and what the filters of people did."""
    if topic is None and not any(filters.values()) and not kinds_here(library):
        return None, People()
    return select(library, topic=topic, **filters)


def _segment(
    grouping: Grouping, label: int, terms: GroupTerms, tones: SentimentShares, typical_posts: list[str]
) -> Segment:
    people = len(grouping.members(label))
    typical = _typical_people(grouping, label)
    return Segment(
        name=terms.name or f"people like {handle_in_words(typical[0])}",
        people=people,
        share=people / len(grouping.people),
        posts=tones.posts,
        shares=tones,
        mean=tones.mean,
        phrases=terms.phrases,
        communities=terms.communities,
        typical_people=typical,
        typical_posts=typical_posts,
    )


def _tones(library: Library, grouping: Grouping, where: Selection) -> list[SentimentShares]:
    rows = library.facts.rows(
        "WITH grouped AS (SELECT unnest($grouped) AS author, unnest($labels) AS label) "
        f"SELECT count(*), {LABELS} "
        f"FROM {where.posts} JOIN grouped g ON g.author = p.author WHERE {where.where} "
        "GROUP BY g.label ORDER BY g.label",
        {**where.values, "grouped": grouping.people, "labels": grouping.labels.tolist()},
    )
    return [SentimentShares(*row) for row in rows]


def _typical_posts(library: Library, grouping: Grouping, where: Selection) -> list[list[str]]:
    """For each group ids of its posts nearest to its centre, each by another person while there are any."""
    label_of = dict(zip(grouping.people, grouping.labels.tolist(), strict=True))
    near = [
        dict(library.nearness.nearest("posts", grouping.centre(label), NEAR_POSTS))
        for label in range(grouping.chosen.groups)
    ]
    ids = list(dict.fromkeys(id_ for found in near for id_ in found))
    authors = _authors(library, where, f"{TELLING} AND p.id IN (SELECT unnest($near_ids))", {"near_ids": ids})
    typical = []
    for label, cosines in enumerate(near):
        found = {id_: authors[id_] for id_ in cosines if id_ in authors and label_of.get(authors[id_]) == label}
        if len(found) < TYPICAL_POSTS:  # many others write nearer to it: the typical people's own posts then
            found, cosines = _own_posts(library, grouping, label, where)
        order = sorted(found, key=lambda id_: (-round(cosines[id_], 6), id_))
        first_of: dict[str, str] = {}
        for id_ in order:
            first_of.setdefault(found[id_], id_)
        typical.append(list(dict.fromkeys([*first_of.values(), *order]))[:TYPICAL_POSTS])
    return typical


def _own_posts(
    library: Library, grouping: Grouping, label: int, where: Selection
) -> tuple[dict[str, str], dict[str, float]]:
    """Posts of a group's typical people with their authors, and how near each is to the group's centre."""
    clause, values = "p.author IN (SELECT unnest($typical))", {"typical": _typical_people(grouping, label)}
    found = _authors(library, where, f"{TELLING} AND {clause}", values) or _authors(library, where, clause, values)
    ids, vectors = library.vectors_of(list(found))
    return found, dict(zip(ids, (vectors @ grouping.centre(label)).tolist(), strict=True))


def _authors(library: Library, where: Selection, clause: str, values: dict[str, list[str]]) -> dict[str, str]:
    """Post → author."""
    rows = library.facts.rows(
        f"SELECT p.id, p.author FROM posts p WHERE {where.where} AND {clause} ORDER BY p.id LIMIT {MOST_READ}",
        {**where.values, **values},
    )
    return dict(rows)  # type: ignore[arg-type]


def _typical_people(grouping: Grouping, label: int) -> list[str]:
    """People nearest to the group's centre."""
    rows = grouping.members(label)
    nearness = grouping.vectors[rows] @ grouping.centre(label)
    order = sorted(range(len(rows)), key=lambda i: (-round(float(nearness[i]), 6), grouping.people[rows[i]]))
    return [grouping.people[rows[i]] for i in order[:TYPICAL_PEOPLE]]


def _headline(result: ListSegments) -> Line:
    people, groups = cells.number(result.people, "people"), cells.count(len(result.segments), "group")
    writers = f"people with posts {result.subject}" if result.subject else "people"
    return lead("The ", people, f" {writers} fall into ", groups, " by what they write.")


def _lines(result: ListSegments, *, asked: bool) -> list[Line]:
    places = {post.id: place for place, post in enumerate(result.evidence)}
    lines = [_segment_line(result, number, places) for number in range(len(result.segments))]
    how = "as asked" if asked else "the number that parts people best and comes out again in other samples of them"
    return [*lines, note(cells.count(len(result.segments), "group"), f": {how}.")]


def _segment_line(result: ListSegments, number: int, places: dict[str, int]) -> Line:
    segment, at = result.segments[number], f"segments.{number}"
    typical = listed(
        cells.handle(user, f"{at}.typical_people.{place}") for place, user in enumerate(segment.typical_people[:3])
    )
    shown: list[Part] = []
    if (place := places.get(segment.typical_posts[0])) is not None:
        post = result.evidence[place]
        quote = cells.quotation(post.text, f"evidence.{place}.text", length=90)
        shown = [" For example ", cells.handle(post.author, f"evidence.{place}.author"), ": ", quote]
    people = cells.count(segment.people, "person", f"{at}.people", "people")
    size = [people, " (", cells.percent(segment.share, f"{at}.share"), ")"]
    named, tones = cells.title(segment.name, f"{at}.name"), sides_told(segment.shares, f"{at}.shares")
    posts = cells.count(segment.posts, "post", f"{at}.posts")
    said: list[Part] = [size, ", ", posts, ", ", tones, ". Typical: ", typical, ".", shown]
    return line("figure", named, ": ", said, place=number + 1)


def _warnings(grouping: Grouping) -> list[Line]:
    warnings = few_people(len(grouping.people), "grouped", "groups are shaky", "people")
    if grouping.chosen.stability < STABLE:
        loose = "Careful: these groups are loose; another sample of the same people gives partly other ones."
        warnings.append(warning(loose))
    if grouping.left_out:
        left = cells.count(grouping.left_out, "person is", many="people are")
        warnings.append(warning("So many people wrote these posts that ", left, " left out."))
    return warnings
