"""Who is most like given people: a list of customers, say; ranked by probability, with reasons and posts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Unpack

import numpy as np

from index.errors import AnalystError
from tools.library import Library
from tools.privacy.tellable import tellable
from tools.result import cells
from tools.result.line import Line, Listing, Part, joined, lead, line, listed, note, warning
from tools.result.names import handle_in_words, named_in_words
from tools.result.result import ToolResult
from tools.result.samples import few_people
from tools.result.words import count
from tools.result.words import listed as listed_words
from tools.selection import own_words
from tools.selection.handles import people_meant, read_out
from tools.selection.people import MANY, AudienceFilters, LeftOut, select
from tools.selection.posts import evidence_posts
from tools.targeting.lookalike import SIGNALS, Likeness, likeness, shipped_weights
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.view import View, view_of

LONGEST_LIMIT = 500
NAMED = 3  # people in the headline
FEW_SEEDS = 5
SHOWN_UNKNOWN = 5
TELLING = 0.15  # log-odds from which a score is worth a word
SHARED = 2  # communities that are told


@dataclass(frozen=True)
class Lookalike:
    """A person: ``probability`` of being of the same kind with the ends of its 80 % interval, ``reasons`` in words,
    what each score adds in log-odds, and ids of the posts nearest to what the given people write.
    """

    user: str
    probability: float
    low: float
    high: float
    reasons: list[str]
    signals: dict[str, float]
    evidence: list[str]


@dataclass(frozen=True, kw_only=True)
class FindLookalikes(ToolResult):
    """``people`` most like the ``seeds``, of ``considered``; ``unknown`` handles given are not in the data.

    ``left_out`` says whom the filters removed, ``measured_on`` on whom the probabilities were proven.
    """

    seeds: list[str]
    unknown: list[str]
    considered: int
    people: list[Lookalike]
    measured_on: str
    left_out: list[LeftOut] = field(default_factory=list)


def find_lookalikes(
    library: Library,
    users: Annotated[
        list[str],
        "the people to find others like, by handle or by a saved audience; @FILE.csv reads them from a file",
    ],
    limit: Annotated[int, "how many people are listed"] = 10,
    **filters: Unpack[AudienceFilters],
) -> FindLookalikes:
    """People most like the given ones (customers, fans, members), ranked by probability, with reasons and posts."""
    if not 1 <= limit <= LONGEST_LIMIT:
        raise AnalystError(f"limit is {limit}", todo=f"Ask for 1 to {LONGEST_LIMIT} people.")
    seeds, unknown = _seeds(library, users)
    within, who = select(library, **filters)
    view = view_of(library, within.basis)
    matrix = view.matrix
    rows = {author: row for row, author in enumerate(matrix.authors)}
    unknown += [seed for seed in seeds if seed not in rows]
    seeds = [seed for seed in seeds if seed in rows]
    if not seeds:
        raise own_words.no_own_posts(library, unknown[-1], within.period.words)
    chosen_seeds = np.array([rows[seed] for seed in seeds])
    found = likeness(view.profiles, chosen_seeds)
    allowed = _allowed(library, within.where, within.values, matrix) - set(chosen_seeds.tolist())
    if not allowed:
        raise AnalystError("Nobody else is left to be like them", todo="Give fewer people, or loosen the filters.")
    ranked = sorted(allowed, key=lambda row: (-found.probability[row], row))
    people = [_person(view, found, row, chosen_seeds) for row in ranked[:limit]]
    evidence = evidence_posts(library, [post for person in people for post in person.evidence[:1]])
    result = FindLookalikes(
        warnings=_warnings(seeds, unknown, len(allowed)),
        listing=Listing("people", tuple(person.user for person in people)),
        evidence=evidence,
        seeds=seeds,
        unknown=unknown,
        considered=len(allowed),
        people=people,
        measured_on=shipped_weights()["measured_on"],
        left_out=list(who.left_out),
    )
    result = replace(result, headline=_headline(result), lines=[*_lines(result), *map(note, who.told)])
    return own_words.told(result, within.not_counted)


def _seeds(library: Library, users: list[str]) -> tuple[list[str], list[str]]:
    """The authors of the handles, each once, and handles that are not in the data. Raises AnalystError without any."""
    said = read_out(users)
    if not said:
        raise AnalystError("No people are given", todo='Name some, for example users=["ana", "ben"].')
    if len(said) > MANY:
        raise AnalystError(f"{len(said):,} people are given", todo=f"Give at most {MANY:,}.")
    found = people_meant(library, said)
    if not found.authors:
        library.author(said[0])  # raises, with the nearest names
    return list(found.authors), list(found.unknown)


def _allowed(library: Library, where: str, values: dict[str, object], matrix: PostMatrix) -> set[int]:
    if where == "true":
        return set(range(len(matrix.authors)))
    rows = library.facts.rows(f"SELECT DISTINCT p.author FROM posts p WHERE {where}", values)
    present = {author for (author,) in rows}
    return {row for row, author in enumerate(matrix.authors) if author in present}


def _person(view: View, found: Likeness, row: int, seeds: np.ndarray) -> Lookalike:
    matrix = view.matrix
    own = np.flatnonzero(matrix.author == row)
    centre = view.profiles.writing[seeds].mean(0)
    nearest = own[np.argsort(-(matrix.vectors[own] @ centre), kind="stable")][:3]
    return Lookalike(
        matrix.authors[row],
        round(float(found.probability[row]), 4),
        round(float(found.low[row]), 4),
        round(float(found.high[row]), 4),
        _reasons(view, found, row, seeds),
        {name: round(float(found.parts[row, place]), 3) for place, name in enumerate(SIGNALS)},
        [str(matrix.ids[post]) for post in nearest],
    )


def _reasons(view: View, found: Likeness, row: int, seeds: np.ndarray) -> list[str]:
    """What makes a person like the others, the weightiest first."""
    matrix = view.matrix
    parts = dict(zip(SIGNALS, found.parts[row], strict=True))
    said = []
    shared = _shared(matrix, row, seeds)
    if shared:
        places = listed_words([named_in_words(name) for name, _ in shared])
        of = max(number for _, number in shared)
        said.append(f"active in {places}, as {'they are' if len(seeds) == 1 else f'{of} of the {len(seeds)} are'}")
    if parts["writing"] + parts["centre"] + parts["nearest"] >= TELLING:
        writing = view.profiles.writing
        likest = int(seeds[np.argmax(writing[seeds] @ writing[row])])
        said.append(
            "writes about the same things"
            + (f", most like {handle_in_words(matrix.authors[likest], 40)}" if len(seeds) > 1 else "")
        )
    if parts["visits"] >= TELLING and not shared:
        said.append("posts where people like them are often found")
    return said or ["a little nearer to them than most"]


def _shared(matrix: PostMatrix, row: int, seeds: np.ndarray) -> list[tuple[str, int]]:
    """The communities of a person that most of the seeds visit beyond what everyone does, with how many of them do."""
    visits = matrix.habit > 0
    own = visits[row].indices
    mine = np.asarray(visits[seeds][:, own].sum(0)).ravel()
    everyone = np.asarray(visits[:, own].mean(0)).ravel()
    order = np.argsort(-(mine / len(seeds) - everyone), kind="stable")
    found = [
        (matrix.communities[own[i]], int(mine[i])) for i in order if mine[i] and mine[i] / len(seeds) > everyone[i]
    ]
    return [(name, number) for name, number in found if tellable(name)][:SHARED]


def _headline(result: FindLookalikes) -> Line:
    few = result.seeds[:3]
    named: list[Part] = [cells.handle(user, f"seeds.{place}") for place, user in enumerate(few)]
    if len(result.seeds) > len(few):
        named.append(cells.count(len(result.seeds) - len(few), "other"))
    first = listed(
        [
            cells.handle(person.user, f"people.{place}.user"),
            " (",
            cells.percent(person.probability, f"people.{place}.probability", "probability"),
            ")",
        ]
        for place, person in enumerate(result.people[:NAMED])
    )
    lost = [cells.handle(user, f"unknown.{place}") for place, user in enumerate(result.unknown[:NAMED])]
    return lead(
        "Most like ", listed(named), ": ", first, ", of ",
        cells.count(result.considered, "other person", "considered", "others"),
        ["; not in these posts: ", listed(lost)] if lost else "", ".",
    )  # fmt: skip


def _lines(result: FindLookalikes) -> list[Line]:
    posts = {post.author: place for place, post in reversed(list(enumerate(result.evidence)))}
    lines = []
    for place, person in enumerate(result.people):
        at = f"people.{place}"
        reasons = [cells.words(reason, f"{at}.reasons.{number}") for number, reason in enumerate(person.reasons)]
        chance = cells.chance(person.probability, person.low, person.high, at)
        wrote: list[Part] = []
        if (post := posts.get(person.user)) is not None:
            wrote = [" Wrote: ", cells.quotation(result.evidence[post].text, f"evidence.{post}.text", length=90)]
        user = cells.handle(person.user, f"{at}.user")
        lines.append(line("person", user, ", ", chance, ": ", joined(reasons, "; "), ".", wrote, place=place + 1))
    return lines


def _warnings(seeds: list[str], unknown: list[str], considered: int) -> list[Line]:
    warnings = []
    if unknown:
        shown: list[Part] = [cells.handle(user) for user in unknown[:SHOWN_UNKNOWN]]
        if len(unknown) > SHOWN_UNKNOWN:
            shown.append(cells.count(len(unknown) - SHOWN_UNKNOWN, "other"))
        are = "is" if len(unknown) == 1 else "are"
        warnings.append(warning("Not in these data and left out ", are, " ", listed(shown), "."))
    if len(seeds) < FEW_SEEDS:
        given = count(len(seeds), "person", "people")
        warnings.append(
            warning(f"Careful: {given} can show only a little of what they have in common; five or more do better.")
        )
    return [*warnings, *few_people(considered, "ranked", "a ranking is shaky", "considered")]
