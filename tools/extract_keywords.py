"""Key phrases: what these posts say that others do not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Unpack

from index.errors import AnalystError
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.line import Listing, figure, lead, line
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.selection.own_words import told
from tools.selection.people import PostFiltersAmong, select_posts_among
from tools.selection.posts import Selection, count_posts, evidence_posts, refuse_filters

POOL = 200  # phrases that compete
FEW = 30  # posts of a selection that may be named by what one of them says
FULLER = 0.5  # a longer phrase stands for a shorter one if so many posts (of the shorter's) have it


@dataclass(frozen=True)
class Keyword:
    """A phrase, how many posts carry it, and its weight: how much it sets these posts apart (0 to 1, the best is 1)."""

    phrase: str
    posts: int
    weight: float


@dataclass(frozen=True, kw_only=True)
class ExtractKeywords(ToolResult):
    """Phrases, the most telling first, of ``posts`` posts."""

    subject: str
    posts: int
    keywords: list[Keyword]


def extract_keywords(
    library: Library,
    topic: str | None = None,
    user: str | None = None,
    text: str | None = None,
    limit: int = 10,
    **filters: Unpack[PostFiltersAmong],
) -> ExtractKeywords:
    """Themes and key phrases about a topic, of a person, in a community, in a text, or of all posts."""
    if text is not None:
        refuse_filters(text, topic, user, filters)
        return _of_text(library, text, limit)
    selection = select_posts_among(library, topic=topic, user=user, **filters)
    keywords = contrastive_phrases(library, selection, limit, leave_out=topic)
    if selection.of_people:
        kept = set(tellable_names([keyword.phrase for keyword in keywords]))
        keywords = [keyword for keyword in keywords if keyword.phrase in kept]
    posts = count_posts(library, selection)
    telling = _posts_with(library, selection, keywords[0].phrase) if keywords else []
    best = evidence_posts(library, telling, within=selection)
    counted = cells.count(posts, "post", "posts")
    found = ["What sets the ", counted, f" {selection.words} apart, most telling first:"]
    if not selection.words:
        found = ["What the ", counted, " talk about most:"]
    lines = [
        figure(
            cells.name(keyword.phrase, f"keywords.{place}.phrase"),
            ": ",
            cells.count(keyword.posts, "post", f"keywords.{place}.posts"),
            ".",
        )
        for place, keyword in enumerate(keywords)
    ]
    lines += [line("post", "For example ", cells.said(post, f"evidence.{place}")) for place, post in enumerate(best)]
    result = ExtractKeywords(
        headline=lead(found) if keywords else lead(f"No key phrases stand out in posts {selection.words or 'here'}."),
        lines=lines,
        warnings=few_posts(posts, "posts"),
        listing=Listing("phrases", tuple(keyword.phrase for keyword in keywords)),
        evidence=best,
        subject=selection.words,
        posts=posts,
        keywords=keywords,
    )
    return told(result, selection.not_counted)


def contrastive_phrases(
    library: Library, selection: Selection, limit: int, *, leave_out: str | None = None
) -> list[Keyword]:
    """Phrases by their share of the Kullback-Leibler divergence between these posts and all posts.

    A phrase needs two people, or two posts where all are one person's; few posts may be named by what one says.
    """
    total = max(1, library.manifest.posts)
    rows = library.facts.rows(
        f"""
        WITH here AS (SELECT p.id, p.author FROM posts p WHERE {selection.where}),
             size AS (SELECT greatest(1, count(*)) AS n, count(DISTINCT author) AS people FROM here),
             mine AS MATERIALIZED (
                 SELECT phrase, count(*) AS n, count(DISTINCT author) AS people, avg(weight) AS near
                 FROM phrases JOIN here ON post = here.id GROUP BY 1),
             everywhere AS (SELECT phrase, count(*) AS n FROM phrases
                            WHERE phrase IN (SELECT phrase FROM mine) GROUP BY 1)
        SELECT mine.phrase, mine.n,
               mine.near * (mine.n / size.n::DOUBLE)
               * ln(1.05 * (mine.n / size.n::DOUBLE) / (everywhere.n / {total}::DOUBLE)) AS gain
        FROM mine JOIN everywhere USING (phrase), size
        WHERE (size.n < {FEW} OR mine.n > 1 AND (mine.people > 1 OR size.people = 1))
          AND (length(mine.phrase) > 2
               OR mine.phrase IN (SELECT lower(text) FROM mentions WHERE length(text) <= 2))
        ORDER BY round(gain, 9) DESC, mine.phrase LIMIT {POOL}
        """,
        selection.values,
    )
    own = _words((leave_out or "").casefold())
    said: set[str] = set()
    pool = [row for row in rows if row[2] > 0]
    chosen: list[tuple[str, int, float]] = []
    for row in pool:
        if len(chosen) == limit:
            break
        if not _words(row[0]) & said and not _words(row[0]) <= own:
            phrase, posts, _ = _fuller(row, pool, said)
            chosen.append((phrase, posts, row[2]))
            said |= _words(phrase)
    return [Keyword(phrase, posts, gain / chosen[0][2]) for phrase, posts, gain in chosen]


def _words(phrase: str) -> set[str]:
    """What a phrase says, whatever the number: "espresso" after "espresso machines" says nothing new."""
    from index.inflection import singular

    return {singular(word) for word in re.findall(r"[^\W_]+", phrase)}


def _fuller(row: tuple[str, int, float], pool: list[tuple[str, int, float]], said: set[str]) -> tuple[str, int, float]:
    """The longer phrase that most posts with this one have: "premier league" for "league"."""
    words = _words(row[0])
    longer = [
        other
        for other in pool
        if words < _words(other[0]) and FULLER * row[1] <= other[1] and not _words(other[0]) & said
    ]
    return max(longer, key=lambda other: other[1], default=row)


def _posts_with(library: Library, selection: Selection, phrase: str) -> list[str]:
    rows = library.facts.rows(
        f"SELECT p.id FROM posts p JOIN phrases f ON f.post = p.id WHERE {selection.where} AND f.phrase = $phrase "
        "ORDER BY coalesce(p.likes, 0) DESC, p.id LIMIT 2",
        {**selection.values, "phrase": phrase},
    )
    return [id_ for (id_,) in rows]


def _of_text(library: Library, text: str, limit: int) -> ExtractKeywords:
    from index.encoding.encoder import query_encoder
    from index.phrases.keywords import key_phrases

    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose themes you want.")
    (reading,) = query_encoder().read([text])
    weights: dict[str, float] = {}
    said: set[str] = set()
    for phrase in key_phrases(text, reading, POOL):
        words = _words(phrase.text)
        if len(weights) < limit and not words & said:
            weights[phrase.text] = phrase.weight
            said |= words
    subject = "this text"
    if not weights:
        headline = lead("No key phrases stand in this text.")
        return ExtractKeywords(headline=headline, subject=subject, posts=1, keywords=[])
    best = max(weights.values())
    keywords = [Keyword(phrase, 1, weight / best) for phrase, weight in weights.items()]
    return ExtractKeywords(
        headline=lead("The key phrases of this text:"),
        lines=[
            figure(cells.name(keyword.phrase, f"keywords.{place}.phrase"), ".")
            for place, keyword in enumerate(keywords)
        ],
        listing=Listing("phrases", tuple(keyword.phrase for keyword in keywords)),
        subject=subject,
        posts=1,
        keywords=keywords,
    )
