"""Which posts a question is about: one selection, with every filter, for all tools.

A tool takes the filters of posts as ``**filters: Unpack[PostFilters]`` and hands them to ``select_posts``; those of
people are ``tools.selection.people.PeopleFilters`` and work alike. ``tools.registry`` flattens both into the arguments
that a model sees, so that a filter is described in one place, and one that a tool does not take is refused, never
ignored. Values reach SQL only as parameters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Annotated, Any, Literal, Unpack

from typing_extensions import TypedDict

from index.errors import AnalystError
from index.store.facts import SENTIMENTS
from tools.library import Library
from tools.result.evidence import Evidence
from tools.result.line import warning
from tools.result.names import handle_in_words, named_in_words
from tools.result.words import count, short
from tools.selection.corrected import corrected_tones
from tools.selection.own_words import Basis, Include, NotCounted, count_apart, kinds_apart, notices, without
from tools.selection.period import Period, period_here, period_in_words
from tools.selection.places import places_of
from tools.selection.subject import (
    Subject,
    known_names,
    names_like,
    spelling_here,
    subject_of,
    subjects_of_names,
    table_of,
)

Sentiment = Literal["positive", "neutral", "negative"]
EVIDENCE = "p.id, p.author, p.text, p.created_at, p.community, p.likes, p.sentiment"
PLURALS = {"like": "likes", "reply": "replies"}  # what is counted of a post, and its column
LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "indonesian": "id",
    "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "no", "polish": "pl", "portuguese": "pt",
    "romanian": "ro", "russian": "ru", "spanish": "es", "swedish": "sv", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip


class Scope(TypedDict, total=False):
    """Where and when: each is optional, and all that are given must hold."""

    community: Annotated[str | None, "only posts in this community, or in any of several: 'dogs or cats'"]
    since: Annotated[str | None, "from this time on: a date, or words such as 'last month'"]
    until: Annotated[str | None, "up to this time, which is included: a date, or words"]
    include: Include


class ContentFilters(Scope, total=False):
    """Conditions on posts but for their tone."""

    without: Annotated[list[str] | None, "names or words that must not stand in the posts"]
    not_in: Annotated[list[str] | None, "no posts in these communities"]
    not_during: Annotated[list[str] | None, "no posts of these times: dates, or words such as 'last month'"]
    min_likes: Annotated[int | None, "only posts with at least so many likes"]
    max_likes: Annotated[int | None, "only posts with at most so many likes"]
    min_replies: Annotated[int | None, "only posts with at least so many replies"]
    max_replies: Annotated[int | None, "only posts with at most so many replies; 0 for posts that nobody answered"]
    language: Annotated[str | None, "only posts in this language: its name or code"]


class PostFilters(ContentFilters, total=False):
    """All conditions on posts."""

    sentiment: Annotated[Sentiment | None, "only posts of this tone, toward the topic if there is one"]


@dataclass(frozen=True)
class Condition:
    """One clause of a selection, over ``posts p``, and how it is said after "posts"."""

    clause: str
    words: str


@dataclass(frozen=True)
class Selection:
    """A WHERE clause over ``posts p`` with its values, and how to say it in words.

    ``posts`` is what may stand for ``posts p`` in a FROM clause: with a topic, posts whose tone is that toward it.
    ``subject`` is what a topic was resolved to, ``period`` the time that was asked for; ``beside`` says the conditions
    other than the topic. ``basis`` is all that people wrote of their own in that time, ``not_counted`` what was
    selected too but is told apart.
    """

    where: str
    values: dict[str, Any]
    words: str
    by_meaning: bool = False
    posts: str = "posts p"
    subject: Subject | None = None
    period: Period = field(default_factory=Period)
    beside: str = ""
    basis: Basis = field(default_factory=Basis)
    not_counted: NotCounted = field(default_factory=NotCounted)
    subjects: tuple[Subject, ...] = ()  # whose tables the clause names

    @property
    def of_people(self) -> bool:
        """Whether they are of somebody named or picked out, so that what is said of them is said of people."""
        return bool(self.values.keys() & {"author", "people"})


EVERYTHING = Selection("true", {}, "")


def select_posts(
    library: Library,
    *,
    topic: str | None = None,
    user: str | None = None,
    may_be_empty: bool = False,
    english: bool = True,
    **filters: Unpack[PostFilters],
) -> Selection:
    """Posts that meet every condition given: people's own words, in public and in English, unless others are asked for
    (``own_words``). Whoever only counts needs no ``english``; a tone is known of no other language.

    Raises AnalystError if a person, a community or a language is unknown, or, unless it ``may_be_empty``, nothing is
    left.
    """
    conditions, values = [], dict[str, Any]()
    subject, about, posts = None, None, "posts p"
    named: list[Subject] = []
    if user is not None:
        values["author"] = library.author(user)
        conditions.append(Condition("p.author = $author", f"by {handle_in_words(values['author'])}"))
    if topic is not None:
        subject = subject_of(library, topic)
        named.append(subject)
        table = table_of(library, subject)
        about = Condition(f"p.id IN (SELECT id FROM {table})", f"about {short(topic)}")
        conditions.append(about)
        posts = toward(table)
    period = period_here(library, filters.get("since"), filters.get("until"))
    conditions += _place_and_time(library, filters, period, values)
    if absent := [name for name in filters.get("without") or [] if name.strip()]:
        named += (others := subjects_of_names(library, absent))
        clause = " AND ".join(f"p.id NOT IN (SELECT id FROM {table_of(library, each)})" for each in others)
        conditions.append(Condition(clause, f"without a mention of {' or '.join(short(name) for name in absent)}"))
    conditions += _content(library, filters, posts, values)
    language = _code(filters.get("language"))
    english = english or bool(filters.get("sentiment"))
    apart = kinds_apart(library, filters.get("include") or (), user, language, english=english)
    met = " AND ".join(["true", *(each.clause for each in conditions)])
    not_counted = count_apart(library, met, values, apart)
    in_time, ends = period.where()
    said = notices(library, values.get("author"), language, english=english)
    if english:
        names = [spelling_here(library, subject.said)] if subject is not None else []
        said += tuple(corrected_tones(library, " AND ".join([met, *without(apart)]), values, names))
    found = Selection(
        " AND ".join([met, *without(apart)]),
        values,
        " ".join(each.words for each in conditions),
        subject is not None and subject.kind == "theme",
        posts,
        subject,
        period,
        " ".join(each.words for each in conditions if each is not about),
        Basis(" AND ".join(["true", *in_time, *without(apart)]), ends),
        replace(not_counted, notices=said),
        tuple(named),
    )
    if not may_be_empty and count_posts(library, found) == 0:
        raise _nothing(library, found, conditions)
    return found


def toward(table: str) -> str:
    """``posts p`` with the tone toward a subject where a post names it, whose ``table`` (``subject.table_of``) is
    given.
    """
    tones = ", ".join(f"coalesce(t.{name}, q.{name}) AS {name}" for name in SENTIMENTS)
    return f"""(
SELECT q.* REPLACE ({tones},
                    CASE WHEN t.negative IS NULL THEN q.sentiment
                         WHEN t.positive >= greatest(t.negative, t.neutral) THEN 'positive'
                         WHEN t.negative >= t.neutral THEN 'negative' ELSE 'neutral' END AS sentiment)
FROM posts q LEFT JOIN {table} t ON t.id = q.id) p"""


def count_posts(library: Library, selection: Selection) -> int:
    """How many posts are selected."""
    return int(library.facts.rows(f"SELECT count(*) FROM posts p WHERE {selection.where}", selection.values)[0][0])


def _place_and_time(library: Library, filters: PostFilters, period: Period, values: dict[str, Any]) -> list[Condition]:
    conditions = []
    if (community := filters.get("community")) is not None:
        values["community"] = places_of(library, community)
        clause = "p.community IN (SELECT unnest($community))"
        conditions.append(Condition(clause, f"in {' or '.join(map(named_in_words, values['community']))}"))
    if period:
        clauses, ends = period.where()
        values |= ends
        conditions.append(Condition(" AND ".join(clauses), period.words))
    barred_places = [place for each in filters.get("not_in") or () for place in places_of(library, each)]
    for number, place in enumerate(dict.fromkeys(barred_places)):
        values[f"not_in_{number}"] = place
        words = f"not in {named_in_words(place)}"
        conditions.append(Condition(f"p.community IS DISTINCT FROM $not_in_{number}", words))
    for number, time in enumerate(filters.get("not_during") or ()):
        barred = period_in_words(library, time)
        clauses, ends = barred.where(prefix=f"not_{number}_")
        values |= ends
        clause = f"NOT coalesce({' AND '.join(clauses)}, false)"
        conditions.append(Condition(clause, f"not {barred.words}"))
    return conditions


def _content(library: Library, filters: PostFilters, posts: str, values: dict[str, Any]) -> list[Condition]:
    conditions = []
    if sentiment := filters.get("sentiment"):
        values["sentiment"] = sentiment
        # As a membership, so that the tone is that toward the topic in queries over plain posts too.
        clause = f"p.id IN (SELECT p.id FROM {posts} WHERE p.sentiment = $sentiment)"
        conditions.append(Condition(clause, f"with a {sentiment} tone"))
    for unit in ("like", "reply"):
        column = PLURALS[unit]
        for bound, sign, words in (("min", ">=", "at least"), ("max", "<=", "at most")):
            if (number := filters.get(f"{bound}_{column}")) is not None:
                values[f"{bound}_{column}"] = number
                some = f"with {words} {count(int(str(number)), unit, column)}"
                said = f"without {column}" if (bound, number) == ("max", 0) else some
                conditions.append(Condition(f"p.{column} {sign} ${bound}_{column}", said))
    if language := filters.get("language"):
        values["language"] = _language(library, language)
        conditions.append(Condition("lower(split_part(p.lang, '-', 1)) = $language", f"in {short(language)}"))
    return conditions


def _code(said: str | None) -> str | None:
    plain = (said or "").strip().casefold()
    return LANGUAGES.get(plain, plain.partition("-")[0]) or None


def _language(library: Library, said: str) -> str | None:
    """The code of a language. Raises AnalystError if no post is in it."""
    code = _code(said)
    rows = library.facts.rows("SELECT DISTINCT lower(split_part(lang, '-', 1)) FROM posts WHERE lang IS NOT NULL")
    known = sorted(each for (each,) in rows)
    if not known:
        raise AnalystError("These posts do not say what language they are in", todo="Leave the language out.")
    if code not in known:
        raise AnalystError(f"No post here is in '{short(said)}'", todo=f"Languages here: {', '.join(known[:12])}.")
    return code


def _nothing(library: Library, selection: Selection, conditions: list[Condition]) -> AnalystError:
    subject, apart = selection.subject, selection.not_counted
    if apart:
        own = "".join(cell.text for cell in warning(apart.said).cells)
        return AnalystError(
            f"There are no posts {selection.words}".rstrip() + f" but {own}, which are not counted",
            todo=f"Ask with include={json.dumps(list(apart.posts))} to count them too.",
        )
    if subject is not None and not subject.ids and subject.key not in known_names(library):
        near = ", ".join(names_like(library, subject.said))
        return AnalystError(
            f"There are no posts {selection.words}",
            todo=f"Names like it that do occur: {near}." if near else "Try another spelling or a wider subject.",
        )
    freed = [(each.words, _count_without(library, selection, conditions, each)) for each in conditions]
    best = max(freed, key=lambda item: item[1], default=("", 0))
    todo = "Widen the time or leave a condition out."
    if len(conditions) > 1 and best[1]:
        todo = f'Leave out "{best[0]}": {count(best[1], "post")} would be left.'
    return AnalystError(f"There are no posts {selection.words}".rstrip(), todo=todo)


def _count_without(library: Library, selection: Selection, conditions: list[Condition], left_out: Condition) -> int:
    where = " AND ".join(["true", *(each.clause for each in conditions if each is not left_out)])
    values = {name: value for name, value in selection.values.items() if f"${name}" in where}
    return count_posts(library, Selection(where, values, ""))


def evidence_posts(
    library: Library, ids: list[str], scores: dict[str, float] | None = None, within: Selection = EVERYTHING
) -> list[Evidence]:
    """Posts to show, in the order of ``ids``; with the tone toward what ``within`` is about, if that is a name."""
    rows = library.facts.rows(
        # First where they stand, so that no other texts are unpacked.
        "WITH places AS MATERIALIZED "
        "(SELECT file_row_number AS place FROM numbered_posts WHERE id IN (SELECT unnest($ids))) "
        f"SELECT {EVIDENCE} FROM numbered_posts p WHERE file_row_number IN (SELECT place FROM places)",
        {"ids": ids},
    )
    found = {row[0]: as_evidence(row, (scores or {}).get(row[0])) for row in rows}
    if within.subject is not None:
        tones = library.facts.rows(
            f"SELECT p.id, p.sentiment FROM {within.posts} WHERE p.id IN (SELECT unnest($ids))", {"ids": ids}
        )
        found |= {id_: replace(found[id_], sentiment=str(tone)) for id_, tone in tones}
    return [found[id_] for id_ in ids if id_ in found]


def as_evidence(row: tuple[Any, ...], score: float | None = None) -> Evidence:
    """A row of the columns ``EVIDENCE``."""
    id_, author, text, created_at, community, likes, sentiment = row
    when = created_at and created_at.astimezone(UTC).isoformat()  # DuckDB gives the machine's own zone
    return Evidence(id_, author, text, when, community, likes, sentiment, score)


def refuse_filters(text: str, topic: str | None, user: str | None, filters: ContentFilters) -> None:
    """Raises AnalystError if a pasted text is to be about something, or filtered: nothing asked may be ignored."""
    if topic is not None or user is not None or filters:
        raise AnalystError(
            f"'{short(text, 30)}' as a text has no topic or user, and no filters", todo="Give the text alone."
        )
