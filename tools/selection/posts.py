"""Which posts a question is about: by topic, person, community and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from index.entities.mentions import canonical
from index.errors import AnalystError
from index.phrases.rarity import is_plain_word
from tools.library import Library, nearest_names
from tools.result.evidence import Evidence
from tools.result.words import short

NEAR_POSTS = 300
NEAR_ENOUGH = 0.42  # cosine from which a post without the words still counts as being about a topic
NAME_SHARE = 0.3  # a topic is a name if so many of the posts with its words have it tagged as one …
CAPITAL_SHARE = 0.5  # … or write it with a capital
NO_POST = r"[^\x00-\x{10FFFF}]"  # a pattern that no text matches
NOT_PLURAL = frozenset({"news"})  # without its s another word
# Where a post names the topic, its tone is the tone toward that name, not of the whole post.
POSTS_TOWARD = """(
SELECT q.* REPLACE (coalesce(t.negative, q.negative) AS negative, coalesce(t.neutral, q.neutral) AS neutral,
                    coalesce(t.positive, q.positive) AS positive,
                    CASE WHEN t.post IS NULL THEN q.sentiment
                         WHEN t.positive >= greatest(t.negative, t.neutral) THEN 'positive'
                         WHEN t.negative >= t.neutral THEN 'negative' ELSE 'neutral' END AS sentiment)
FROM posts q LEFT JOIN (
    SELECT post, avg(negative) AS negative, avg(neutral) AS neutral, avg(positive) AS positive
    FROM mentions WHERE regexp_matches(text, $pattern) GROUP BY post) t ON t.post = q.id) p"""
EVIDENCE = "p.id, p.author, p.text, p.created_at, p.community, p.likes, p.sentiment"


@dataclass(frozen=True)
class Selection:
    """A WHERE clause over ``posts p`` with its values, and how to say it in words.

    ``posts`` is what may stand for ``posts p`` in a FROM clause: with a topic, posts whose tone is that toward it.
    """

    where: str
    values: dict[str, Any]
    words: str
    by_meaning: bool = False
    posts: str = "posts p"


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
        words.append(f"about {short(topic)}")
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
    posts = "posts p" if topic is None else POSTS_TOWARD
    selection = Selection(" AND ".join(clauses), values, " ".join(words), by_meaning, posts)
    if count_posts(library, selection) == 0:
        raise _nothing(library, selection, topic)
    return selection


def count_posts(library: Library, selection: Selection) -> int:
    return int(library.facts.rows(f"SELECT count(*) FROM posts p WHERE {selection.where}", selection.values)[0][0])


def name_pattern(name: str, *, plural: bool = True) -> str:
    """A regular expression (RE2) for a name in any case: # or @ may precede, a plural or 's may follow.

    What parts its words may differ or be missing ("Coca-Cola", "#cocacola"); with ``plural`` a final s is one.
    """
    bare = re.sub(r"^[#@\s\"'“”‘’(]+|['’]s$", "", re.sub(r"[\s\"'“”‘’),;:!?.]+$", "", name))
    # A dot inside a word stays: U.S. is not "us".
    words = re.findall(r"\w+|[^\w\s]", re.sub(r"[-‐_'’]|\.(?=\s)", " ", bare))
    if not words:
        return NO_POST
    if plural and len(words[-1]) > 3 and words[-1].casefold() not in NOT_PLURAL:
        words[-1] = re.sub(r"(?i)(?<=[^s])s$", "", words[-1])
    body = r"[\s_'’.‐-]*".join(re.escape(word) for word in words)
    return rf"(?i)(^|[^\pL\pN])({body})(s|es|['’]s)?($|[^\pL\pN])"


def topic_pattern(library: Library, name: str) -> str:
    """``name_pattern``, but a final s stays where these posts tag the name mostly with it: Vans is no van."""
    key = canonical(name)
    if not key.endswith("s"):
        return name_pattern(name)
    ((whole, singular),) = library.facts.rows(
        "SELECT count(*) FILTER (canonical = $whole), count(*) FILTER (canonical = $singular) FROM mentions",
        {"whole": key, "singular": key[:-1]},
    )
    return name_pattern(name, plural=whole <= singular)


def parse_day(text: str, *, end: bool = False) -> datetime:
    """An ISO date (year, month or day) → its first moment, with ``end`` the first one after it. Raises AnalystError."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2})(?:[T ]\d{1,2}:\d.*)?)?", text.strip())
    if match is None:
        raise AnalystError(f"'{short(text)}' is no date", todo="Write dates as 2024, 2024-03 or 2024-03-15.")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = datetime(year or 0, 1 if month is None else month, 1 if day is None else day)
        return _next(first, month, day) if end else first
    except (ValueError, OverflowError) as error:
        raise AnalystError(f"'{short(text)}' is no date: {error}", todo="Write dates as 2024-03-15.") from error


def _next(first: datetime, month: int | None, day: int | None) -> datetime:
    """The first moment after the day, the month or the year that begins with ``first``."""
    if day:
        return first + timedelta(days=1)
    if month:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first.replace(year=first.year + 1)


def _time(since: str | None, until: str | None) -> tuple[list[str], dict[str, Any], list[str]]:
    clauses, values, words = [], {}, []
    if since is not None:
        clauses.append("p.created_at >= $since::TIMESTAMP AT TIME ZONE 'UTC'")
        values["since"] = parse_day(since)
        words.append(f"since {short(since)}")
    if until is not None:
        clauses.append("p.created_at < $until::TIMESTAMP AT TIME ZONE 'UTC'")
        values["until"] = parse_day(until, end=True)
        words.append(f"until {short(until)}")
    if since is not None and until is not None and values["since"] >= values["until"]:
        raise AnalystError(
            f"The time from {short(since)} until {short(until)} is empty", todo="Put the earlier date first."
        )
    return clauses, values, words


def _topic(library: Library, topic: str, values: dict[str, Any]) -> tuple[str, bool]:
    """A clause for posts about ``topic``, and whether some were found by meaning."""
    if not topic.strip():
        raise AnalystError("The topic is empty", todo="Name a brand or a subject.")
    if not canonical(topic):
        raise AnalystError(f"The topic '{short(topic)}' names nothing", todo="Name a brand or a subject.")
    values["pattern"] = topic_pattern(library, topic)
    lexical = "regexp_matches(p.text, $pattern)"
    tagged = "p.id IN (SELECT post FROM mentions WHERE regexp_matches(text, $pattern))"
    capital = "regexp_matches(regexp_extract(p.text, $pattern, 2), '^\\p{Lu}|^.\\p{Lu}')"
    # A hashtag is written small whatever it names.
    small = f"(NOT {capital} AND regexp_extract(p.text, $pattern, 1) <> '#')"
    said, named, capitals, lower, lower_named = library.facts.rows(
        f"SELECT count(*), count(*) FILTER ({tagged}), count(*) FILTER ({capital}), count(*) FILTER ({small}), "
        f"count(*) FILTER ({tagged} AND {small}) FROM posts p WHERE {lexical}",
        {"pattern": values["pattern"]},
    )[0]
    if said and (named / said >= NAME_SHARE or capitals / said >= CAPITAL_SHARE):
        # In small letters the same word can be another one: "apple" is a fruit, "nike" is not.
        if is_plain_word(canonical(topic)) and lower and named > lower_named and lower_named / lower < NAME_SHARE:
            return f"({lexical} AND ({tagged} OR NOT {small}))", False
        return lexical, False
    near = library.vectors.nearest("posts", library.embed(topic), NEAR_POSTS)
    values["near"] = [id_ for id_, cosine in near if cosine >= NEAR_ENOUGH]
    clauses = [lexical, "p.id IN (SELECT unnest($near))"]
    # A community of that name talks about little else.
    if (own := library.communities.get(canonical(topic))) is not None:
        clauses.append("p.community = $own")
        values["own"] = own
    return f"({' OR '.join(clauses)})", True


def names_like(library: Library, name: str) -> list[str]:
    """Names in these posts that are spelled most like ``name``, as most people write them."""
    known = _known_names(library)
    return [short(known[near]) for near in nearest_names(canonical(name), list(known))]


def _known_names(library: Library) -> dict[str, str]:
    """Every name that comes up more than once: its canonical form and the commonest spelling."""
    rows = library.facts.rows("SELECT canonical, mode(text ORDER BY text) FROM mentions GROUP BY 1 HAVING count(*) > 1")
    return dict(rows)  # type: ignore[arg-type]


def _nothing(library: Library, selection: Selection, topic: str | None) -> AnalystError:
    # The name is right; the other conditions leave nothing of it.
    if topic is None or canonical(topic) in _known_names(library):
        return AnalystError(f"There are no posts {selection.words}", todo="Widen the time or leave a condition out.")
    near = ", ".join(names_like(library, topic))
    return AnalystError(
        f"There are no posts {selection.words}",
        todo=f"Names like it that do occur: {near}." if near else "Try another spelling or a wider subject.",
    )


def evidence_posts(library: Library, ids: list[str], scores: dict[str, float] | None = None) -> list[Evidence]:
    """Posts to show, in the order of ``ids``."""
    rows = library.facts.rows(
        # First where they stand, so that no other texts are unpacked.
        "WITH places AS MATERIALIZED "
        "(SELECT file_row_number AS place FROM numbered_posts WHERE id IN (SELECT unnest($ids))) "
        f"SELECT {EVIDENCE} FROM numbered_posts p WHERE file_row_number IN (SELECT place FROM places)",
        {"ids": ids},
    )
    found = {row[0]: as_evidence(row, (scores or {}).get(row[0])) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def as_evidence(row: tuple[Any, ...], score: float | None = None) -> Evidence:
    """A row of the columns ``EVIDENCE``."""
    id_, author, text, created_at, community, likes, sentiment = row
    when = created_at and created_at.astimezone(UTC).isoformat()  # DuckDB gives the machine's own zone
    return Evidence(id_, author, text, when, community, likes, sentiment, score)
