"""Which posts a question is about: by topic, person, community and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from index.entities import canonical
from index.errors import AnalystError
from tools.library import Library, nearest_names
from tools.result import Evidence

NEAR_POSTS = 300
NEAR_ENOUGH = 0.5  # cosine from which a post without the words still counts as being about a topic
NAME_SHARE = 0.3  # a topic is a name if so many of the posts with its words have it tagged as one
EVIDENCE = "p.id, p.author, p.text, p.created_at, p.community, p.likes, p.sentiment"


@dataclass(frozen=True)
class Selection:
    """A WHERE clause over ``posts p`` with its values, and how to say it in words."""

    where: str
    values: dict[str, Any]
    words: str
    by_meaning: bool = False


def select_posts(
    library: Library,
    *,
    topic: str | None = None,
    user: str | None = None,
    community: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Selection:
    """Posts that meet every condition given. Raises AnalystError if a name is unknown or nothing is left."""
    clauses, values, words = ["true"], {}, []
    if user is not None:
        author = library.author(user)
        clauses.append("p.author = $author")
        values["author"] = author
        words.append(f"by @{author}")
    if topic is not None:
        words.append(f"about {topic.strip()}")
    if community is not None:
        values["community"] = library.community(community)
        clauses.append("p.community = $community")
        words.append(f"in {values['community']}")
    time_clauses, time_values, time_words = _time(since, until)
    clauses += time_clauses
    values |= time_values
    words += time_words
    by_meaning = False
    if topic is not None:
        clause, by_meaning = _topic(library, topic, values)
        clauses.append(clause)
    selection = Selection(" AND ".join(clauses), values, " ".join(words), by_meaning)
    if count_posts(library, selection) == 0:
        raise _nothing(library, selection, topic)
    return selection


def count_posts(library: Library, selection: Selection) -> int:
    return int(library.facts.rows(f"SELECT count(*) FROM posts p WHERE {selection.where}", selection.values)[0][0])


def name_pattern(name: str) -> str:
    """A regular expression (RE2) for a name in any case: blanks may be missing, # or @ may precede, a plural or 's may follow."""
    words = re.findall(r"\w+|[^\w\s]", re.sub(r"^[#@\s]+|['’]s$", "", name).casefold())
    if words and len(words[-1]) > 3:
        words[-1] = re.sub(r"(?<=[^s])s$", "", words[-1])
    body = r"[\s_'’.-]*".join(re.escape(word) for word in words)
    return rf"(?i)(^|[^\pL\pN])({body})(s|es|['’]s)?($|[^\pL\pN])"


def parse_day(text: str, *, end: bool = False) -> datetime:
    """An ISO date (year, month or day) → its first moment, or with ``end`` the first moment after it. Raises AnalystError."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[T ].*)?", text.strip())
    if match is None:
        raise AnalystError(f"{text!r} is no date", todo="Write dates as 2024, 2024-03 or 2024-03-15.")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 1, month or 1, day or 1)
    except ValueError as error:
        raise AnalystError(f"{text!r} is no date: {error}", todo="Write dates as 2024-03-15.") from error
    if end:
        if day:
            first += timedelta(days=1)
        elif month:
            first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            first = first.replace(year=first.year + 1)
    return datetime(first.year, first.month, first.day)


def _time(since: str | None, until: str | None) -> tuple[list[str], dict[str, Any], list[str]]:
    clauses, values, words = [], {}, []
    if since:
        clauses.append("p.created_at >= $since::TIMESTAMP AT TIME ZONE 'UTC'")
        values["since"] = parse_day(since)
        words.append(f"since {since}")
    if until:
        clauses.append("p.created_at < $until::TIMESTAMP AT TIME ZONE 'UTC'")
        values["until"] = parse_day(until, end=True)
        words.append(f"until {until}")
    if since and until and values["since"] >= values["until"]:
        raise AnalystError(f"The time from {since} until {until} is empty", todo="Put the earlier date first.")
    return clauses, values, words


def _topic(library: Library, topic: str, values: dict[str, Any]) -> tuple[str, bool]:
    """A clause for posts about ``topic``, and whether some were found by meaning."""
    if not topic.strip():
        raise AnalystError("The topic is empty", todo="Name a brand or a subject.")
    values["pattern"] = name_pattern(topic)
    lexical = "regexp_matches(p.text, $pattern)"
    said, named = library.facts.rows(
        f"SELECT count(*), count(*) FILTER (p.id IN (SELECT post FROM mentions WHERE canonical = $name)) "
        f"FROM posts p WHERE {lexical}",
        {"pattern": values["pattern"], "name": canonical(topic)},
    )[0]
    if said and named / said >= NAME_SHARE:
        return lexical, False
    near = library.vectors.nearest("posts", library.embed(topic), NEAR_POSTS)
    values["near"] = [id_ for id_, cosine in near if cosine >= NEAR_ENOUGH]
    return f"({lexical} OR p.id IN (SELECT unnest($near)))", bool(values["near"])


def _nothing(library: Library, selection: Selection, topic: str | None) -> AnalystError:
    if topic is None:
        return AnalystError(f"There are no posts {selection.words}", todo="Widen the time or leave a condition out.")
    rows = library.facts.rows("SELECT canonical, mode(text) FROM mentions GROUP BY 1 HAVING count(*) > 1")
    names: dict[str, str] = dict(rows)  # type: ignore[arg-type]
    near = ", ".join(names[name] for name in nearest_names(canonical(topic), list(names)))
    return AnalystError(
        f"There are no posts {selection.words}",
        todo=f"Names like it that do occur: {near}." if near else "Try another spelling or a wider subject.",
    )


def evidence_posts(library: Library, ids: list[str], scores: dict[str, float] | None = None) -> list[Evidence]:
    """Posts to show, in the order of ``ids``."""
    rows = library.facts.rows(f"SELECT {EVIDENCE} FROM posts p WHERE p.id IN (SELECT unnest($ids))", {"ids": ids})
    found = {row[0]: as_evidence(row, (scores or {}).get(row[0])) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def as_evidence(row: tuple[Any, ...], score: float | None = None) -> Evidence:
    """A row of the columns ``EVIDENCE``."""
    id_, author, text, created_at, community, likes, sentiment = row
    return Evidence(id_, author, text, created_at and created_at.isoformat(), community, likes, sentiment, score)
