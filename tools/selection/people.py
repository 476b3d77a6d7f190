"""Which people a question is about: the filters of people, each of which says whom it removed.

``min_posts`` and ``max_posts`` count posts in the time and the community asked for. The other filters look at all that
a person wrote in that time, in every community, which is told. Like and dislike are the mean tone toward a name over
the posts that name it. Nobody can be looked for by what is never inferred
(``tools.privacy.sensitive``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Unpack

from typing_extensions import TypedDict

from index.audiences import MOST_PEOPLE
from index.entities.mentions import canonical
from index.errors import AnalystError
from tools.library import Library
from tools.privacy.sensitive import hints_at_trait, refuse_sensitive
from tools.result.line import warning
from tools.result.names import handle_in_words, named_in_words
from tools.result.words import count, listed, short
from tools.selection.handles import Meant, nobody_known, people_meant
from tools.selection.own_words import Basis
from tools.selection.places import place_names, places_of
from tools.selection.posts import ContentFilters, PostFilters, Scope, Selection, select_posts
from tools.selection.subject import subjects_of_names, table_of

LIKES, DISLIKES = 0.15, -0.15  # mean tone of the posts that name something, from which it counts as liked or disliked
NOT_AMONG = "not among"
BY_PEOPLE = "p.author IN (SELECT unnest($people))"
MANY = MOST_PEOPLE  # handles that may be given


class Among(TypedDict, total=False):
    """Whose posts, for tools that tell no people apart."""

    among: Annotated[list[str] | None, "only these people, by handle or by the name of a saved audience"]
    exclude: Annotated[list[str] | None, "leave out these people, by handle or by the name of a saved audience"]


class PeopleFilters(Among, total=False):
    """Conditions on people; each is optional, and all that are given must hold."""

    likes: Annotated[list[str] | None, "only people who speak well of all of these"]
    dislikes: Annotated[list[str] | None, "only people who speak badly of all of these"]
    names: Annotated[list[str] | None, "only people who mention all of these"]
    never_names: Annotated[list[str] | None, "only people who mention none of these"]
    never_likes: Annotated[list[str] | None, "leave out people who speak well of any of these"]
    never_dislikes: Annotated[list[str] | None, "leave out people who speak badly of any of these"]
    active_in: Annotated[list[str] | None, "only people who posted in all of these communities"]
    never_active_in: Annotated[list[str] | None, "leave out people who posted in any of these communities"]
    min_posts: Annotated[int | None, "only people with at least so many posts"]
    max_posts: Annotated[int | None, "only people with at most so many posts"]


@dataclass(frozen=True)
class LeftOut:
    """One filter removed so many ``people``; ``words`` say why: "negative about Nike"."""

    people: int
    words: str


@dataclass(frozen=True)
class People:
    """Who is left: ``authors``, or None if no filter was given and everyone stays.

    ``left_out`` has what each filter removed, in the order in which they were applied; ``unknown`` the handles given
    that are not in the data; ``everywhere`` the names that were looked for outside the community asked for too.
    ``among`` says whose posts they are where that was asked for: "the people in Spring runners".
    """

    authors: frozenset[str] | None = None
    left_out: tuple[LeftOut, ...] = ()
    unknown: tuple[str, ...] = ()
    everywhere: tuple[str, ...] = ()
    among: str = ""

    @property
    def told(self) -> list[str]:
        """What the filters did, a sentence each: "3 people left out: negative about Nike."."""
        said = [
            f"{count(each.people, 'person', 'people')} left out: {each.words}." for each in self.left_out if each.people
        ]
        if self.everywhere:
            names = listed([short(name) for name in self.everywhere])
            said.append(f"What people say of {names} was looked at in all communities.")
        return [*said, *self.strangers]

    @property
    def strangers(self) -> list[str]:
        """Who is not in the data, if anybody, as a sentence."""
        if not self.unknown:
            return []
        handles = [handle_in_words(handle, 40) for handle in self.unknown[:5]]
        more = len(self.unknown) - len(handles)
        return [f"Not in these posts: {listed([*handles, *([f'{more:,} more'] if more else [])])}."]

    def narrow(self, selection: Selection) -> Selection:
        """The posts of ``selection`` by these people."""
        if self.authors is None:
            return selection
        by, among = (f"{word} {self.among}" if self.among else "" for word in ("by", "among"))
        return replace(
            selection,
            where=f"{selection.where} AND {BY_PEOPLE}",
            values={**selection.values, "people": sorted(self.authors)},
            words=f"{selection.words} {by}".strip(),
            beside=f"{selection.beside} {among}".strip(),
        )


Keep = Callable[[str], bool]
# Filters by how a person speaks of a name: what those left out have in common, and which mean tone stays (None: never
# named).
BY_TONE: dict[str, tuple[str, Callable[[float | None], bool]]] = {
    "names": ("without a mention of {}", lambda tone: tone is not None),
    "never_names": ("naming {}", lambda tone: tone is None),
    "likes": ("not known to like {}", lambda tone: tone is not None and tone >= LIKES),
    "dislikes": ("not known to dislike {}", lambda tone: tone is not None and tone <= DISLIKES),
    "never_likes": ("positive about {}", lambda tone: tone is None or tone < LIKES),
    "never_dislikes": ("negative about {}", lambda tone: tone is None or tone > DISLIKES),
}


def select_people(library: Library, within: Selection, **filters: Unpack[PeopleFilters]) -> People:
    """The authors of ``within`` who meet every condition. Raises AnalystError if a filter leaves nobody, and says
    which.
    """
    given: dict[str, Any] = {name: value for name, value in filters.items() if value is not None and value != []}
    if not given:
        return People()
    _refuse(given)
    left = _authors(library, within)
    unknown: list[str] = []
    left_out = []
    chosen = _chosen(library, given, left, within)
    for name, words, keep in _conditions(library, given, chosen, within, unknown):
        kept = {author for author in left if keep(author)}
        if left and not kept:
            raise AnalystError(
                f"The filter {name} leaves nobody: {count(len(left), 'person', 'people')} left out, {words}",
                todo="Leave it out, or loosen it.",
            )
        left_out.append(LeftOut(len(left) - len(kept), words))
        left = kept
    names: list[str] = []
    if "community" in within.values:
        names = [name for filter_ in BY_TONE for name in given.get(filter_, ())]
    everywhere = tuple(dict.fromkeys(names))
    among = chosen.words if chosen else ""
    return People(frozenset(left), tuple(left_out), tuple(dict.fromkeys(unknown)), everywhere, among)


def _chosen(library: Library, given: dict[str, Any], writers: set[str], within: Selection) -> Meant | None:
    """Who is asked for with ``among``. Raises AnalystError if none of them wrote anything ``within``."""
    if "among" not in given:
        return None
    chosen = people_meant(library, given["among"])
    if not chosen.authors:
        raise nobody_known(library, given["among"])
    if writers and writers.isdisjoint(chosen.authors):
        where = f" {within.words}" if within.words else ""
        raise AnalystError(
            f"Nobody among {chosen.words} has posts{where}", todo="Ask about something else, or about everybody."
        )
    return chosen


def _refuse(given: dict[str, Any]) -> None:
    """Refuses filters by traits that are never inferred, and filters that contradict each other."""
    for name in BY_TONE:
        refuse_sensitive(*given.get(name, ()))
    said = [*given.get("active_in", ()), *given.get("never_active_in", ())]
    for community in [place for each in said for place in (each, *place_names(each))]:
        if hints_at_trait(community):
            raise AnalystError(
                f"To post in {short(community)} hints at a trait that is never inferred or filtered on",
                todo="Choose a community about a product or an interest.",
            )
    for one, other in (
        ("likes", "dislikes"),
        ("names", "never_names"),
        ("likes", "never_likes"),
        ("dislikes", "never_dislikes"),
        ("likes", "never_names"),
        ("active_in", "never_active_in"),
    ):
        both = {canonical(name): name for name in given.get(one, ())}
        if clash := next((name for name in given.get(other, ()) if canonical(name) in both), None):
            raise AnalystError(
                f"The filters {one} and {other} contradict each other: both have {short(clash)}",
                todo="Leave one of them out.",
            )


def _authors(library: Library, within: Selection) -> set[str]:
    rows = library.facts.rows(f"SELECT DISTINCT p.author FROM posts p WHERE {within.where}", within.values)
    return {author for (author,) in rows}


def _conditions(
    library: Library, given: dict[str, Any], chosen: Meant | None, within: Selection, unknown: list[str]
) -> Iterable[tuple[str, str, Keep]]:
    """Each filter given, what it says of those whom it removes, and whom it keeps."""
    basis, places = within.basis, within.values.get("community")
    there = f" in {' or '.join(map(named_in_words, places))}" if places else ""
    if chosen is not None:
        unknown += chosen.unknown
        yield "among", f"{NOT_AMONG} {chosen.words}", frozenset(chosen.authors).__contains__
    if "exclude" in given:
        barred = people_meant(library, given["exclude"])
        unknown += barred.unknown
        why = f"in {listed([*map(named_in_words, barred.audiences)])}" if barred.audiences else "excluded by name"
        yield "exclude", why, partial(_is_not_in, frozenset(barred.authors))
    if "min_posts" in given:
        busy = _busy(library, basis, places, int(given["min_posts"]))
        yield "min_posts", f"with fewer than {count(int(given['min_posts']), 'post')}{there}", busy.__contains__
    if "max_posts" in given:
        busy = _busy(library, basis, places, int(given["max_posts"]) + 1)
        yield "max_posts", f"with more than {count(int(given['max_posts']), 'post')}{there}", partial(_is_not_in, busy)
    for name in [place for each in given.get("active_in", ()) for place in places_of(library, each)]:
        yield "active_in", f"not active in {named_in_words(name)}", _active(library, basis, name).__contains__
    for name in [place for each in given.get("never_active_in", ()) for place in places_of(library, each)]:
        visitors = _active(library, basis, name)
        yield "never_active_in", f"active in {named_in_words(name)}", partial(_is_not_in, visitors)
    yield from _by_names(library, given, basis)


def _by_names(library: Library, given: dict[str, Any], basis: Basis) -> Iterable[tuple[str, str, Keep]]:
    for filter_, (words, keeps) in BY_TONE.items():
        for name in given.get(filter_, ()):
            tones = _tones(library, basis, name)
            yield filter_, words.format(short(name)), partial(_stays, keeps, tones)


def _is_not_in(those: Set[str], author: str) -> bool:
    return author not in those


def _stays(keeps: Callable[[float | None], bool], tones: dict[str, float], author: str) -> bool:
    return keeps(tones.get(author))


def _tones(library: Library, basis: Basis, name: str) -> dict[str, float]:
    """Mean tone toward ``name``, from −1 to 1, of everyone who names it."""
    (subject,) = subjects_of_names(library, [name])
    rows = library.facts.rows(
        "SELECT p.author, avg(coalesce(t.positive, p.positive)::DOUBLE - coalesce(t.negative, p.negative)) "
        f"FROM {table_of(library, subject)} t JOIN posts p ON p.id = t.id WHERE {basis.where} GROUP BY 1",
        basis.values,
    )
    return dict(rows)  # type: ignore[arg-type]


def _busy(library: Library, basis: Basis, places: list[str] | None, least: int) -> set[str]:
    there = "AND p.community IN (SELECT unnest($places)) " if places else ""
    rows = library.facts.rows(
        f"SELECT p.author FROM posts p WHERE {basis.where} {there}GROUP BY 1 HAVING count(*) >= $least",
        {**basis.values, **({"places": places} if places else {}), "least": least},
    )
    return {author for (author,) in rows}


def _active(library: Library, basis: Basis, community: str) -> set[str]:
    rows = library.facts.rows(
        f"SELECT DISTINCT p.author FROM posts p WHERE {basis.where} AND p.community = $place",
        {**basis.values, "place": community},
    )
    return {author for (author,) in rows}


class AudienceFilters(Scope, PeopleFilters, total=False):
    """Where and when, and who."""


class Filters(PostFilters, PeopleFilters, total=False):
    """All filters: of posts, and of the people who wrote them."""


class ContentFiltersAmong(ContentFilters, Among, total=False):
    """Conditions on posts but for their tone, and whose they are."""


class PostFiltersAmong(PostFilters, Among, total=False):
    """All conditions on posts, and whose they are."""


def select(
    library: Library,
    *,
    topic: str | None = None,
    user: str | None = None,
    may_be_empty: bool = False,
    english: bool = True,
    **filters: Unpack[Filters],
) -> tuple[Selection, People]:
    """The posts that meet every condition on posts, by the people who meet every condition on people."""
    given: dict[str, Any] = dict(filters)
    of_people = {name: given.pop(name) for name in PeopleFilters.__annotations__ if name in given}
    selection = select_posts(library, topic=topic, user=user, may_be_empty=may_be_empty, english=english, **given)
    people = select_people(library, selection, **of_people)
    narrowed = people.narrow(selection)
    if of_people.get(
        "among"
    ):  # what others wrote was not asked for; of other filters nobody knows whom they would keep
        among = {"people": sorted(people_meant(library, of_people["among"]).authors)}
        narrowed = replace(narrowed, not_counted=selection.not_counted.among(library, BY_PEOPLE, among))
    return narrowed, people


def select_posts_among(
    library: Library,
    *,
    topic: str | None = None,
    user: str | None = None,
    may_be_empty: bool = False,
    english: bool = True,
    **filters: Unpack[PostFiltersAmong],
) -> Selection:
    """The posts that meet every condition, of the people asked for; whoever of these is not in the data is told with
    what else is not counted.
    """
    selection, people = select(library, topic=topic, user=user, may_be_empty=may_be_empty, english=english, **filters)
    gone = [each for each in people.left_out if not each.words.startswith(NOT_AMONG)]
    said = replace(people, left_out=tuple(gone)).told
    if not said:
        return selection
    apart = selection.not_counted
    return replace(selection, not_counted=replace(apart, notices=(*apart.notices, *map(warning, said))))
