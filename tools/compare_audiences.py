"""Two saved audiences side by side: who is in both, and what sets them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from index.audiences import audience_named, key_of
from index.errors import AnalystError
from tools.audiences.affinities import Affinity, Cares, Wording, cares_lines, cares_of
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Listing, Part, figure, lead, listed, note, warning
from tools.result.names import named_in_words
from tools.result.result import ToolResult
from tools.selection.handles import Meant, people_meant

NAMED = 5  # people in both who are told
SMALL = 20  # people of an audience, below which little can be more than chance


@dataclass(frozen=True)
class Side:
    """One audience: how many ``people`` it has, and which ``share`` of them is in the other too. ``unknown`` of its
    people have no posts in the data (any more).
    """

    name: str
    people: int
    share: float
    unknown: int


@dataclass(frozen=True, kw_only=True)
class CompareAudiences(ToolResult):
    """Two ``audiences``, the people in ``both``, and what each has more than those who are only in the other."""

    audiences: list[Side]
    both: list[str]
    affinities: list[Affinity]
    phrases: list[Wording]


def compare_audiences(
    library: Library,
    first: Annotated[str, "the name of a saved audience"],
    second: Annotated[str, "the name of another one"],
) -> CompareAudiences:
    """Two saved audiences side by side: how many people are in both, and which communities, brands and words set each apart."""  # noqa: E501
    name, other = (audience_named(library.path, each).name for each in (first, second))
    if key_of(name) == key_of(other):
        raise AnalystError(f"{name} is the same audience twice", todo="Name two audiences.")
    one, two = (people_meant(library, [each]) for each in (name, other))
    both = [author for author in one.authors if author in set(two.authors)]
    cares = [_cares(library, name, other, one, two), _cares(library, other, name, two, one)]
    result = CompareAudiences(
        listing=Listing("people", tuple(both)),
        audiences=[_side(name, one, len(both)), _side(other, two, len(both))],
        both=both,
        affinities=[each for side in cares for each in side.affinities],
        phrases=[each for side in cares for each in side.phrases],
    )
    return replace(result, headline=_headline(result), lines=_lines(result), warnings=_warnings(result))


def _cares(library: Library, name: str, other: str, own: Meant, others: Meant) -> Cares:
    mine = set(own.authors)
    only_other = [author for author in others.authors if author not in mine]
    return cares_of(library, name, own.authors, only_other, f"only in {named_in_words(other)}")


def _side(name: str, who: Meant, both: int) -> Side:
    return Side(name, len(who.authors), both / len(who.authors) if who.authors else 0.0, len(who.unknown))


def _headline(result: CompareAudiences) -> Line:
    first, second = (cells.name(side.name, f"audiences.{place}.name") for place, side in enumerate(result.audiences))
    if not result.both:
        return lead("Nobody is in both ", first, " and ", second, ".")
    are = cells.count(len(result.both), "person is", many="people are")
    return lead(are, " in both ", first, " and ", second, ".")


def _lines(result: CompareAudiences) -> list[Line]:
    first, second = result.audiences
    lines = [_size_line(first, "audiences.0", second), _size_line(second, "audiences.1", first)]
    if result.both:
        shown: list[Part] = [cells.handle(user, f"both.{place}") for place, user in enumerate(result.both[:NAMED])]
        more: list[Part] = [cells.count(len(result.both) - NAMED, "other")] if len(result.both) > NAMED else []
        lines.append(note("In both: ", listed([*shown, *more]), "."))
    lines += cares_lines(Cares(result.affinities, result.phrases))
    if not (result.affinities or result.phrases):
        lines.append(note("Nothing sets them apart by more than chance may bring; larger audiences show more."))
    return lines


def _size_line(side: Side, at: str, other: Side) -> Line:
    size = cells.count(side.people, "person", f"{at}.people", "people")
    share: list[Part] = [cells.percent(side.share, f"{at}.share"), " of them also in ", cells.name(other.name)]
    return figure(cells.name(side.name, f"{at}.name"), ": ", size, ", ", *share, ".")


def _warnings(result: CompareAudiences) -> list[Line]:
    warnings = []
    for place, side in enumerate(result.audiences):
        if side.unknown:
            are = cells.count(side.unknown, "person", f"audiences.{place}.unknown", "people")
            warnings.append(
                warning("Left out, being no longer in these posts: ", are, " of ", cells.name(side.name), ".")
            )
    if (least := min(side.people for side in result.audiences)) < SMALL:
        people = cells.count(least, "person", many="people")
        warnings.append(warning("Careful: with ", people, " on one side, little can be more than chance."))
    return warnings
