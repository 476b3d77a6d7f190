"""Key phrases: what these posts say that others do not."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import AnalystError
from tools.library import Library
from tools.result import ToolResult
from tools.select import Selection, count_posts, evidence_posts, select_posts
from tools.words import count, said, short, small_sample

POOL = 200  # phrases that compete


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
    community: str | None = None,
    limit: int = 10,
    since: str | None = None,
    until: str | None = None,
) -> ExtractKeywords:
    """Themes and key phrases about a topic, of a person, in a community or in a text."""
    if text is not None:
        return _of_text(library, text, limit)
    if topic is None and user is None and community is None and since is None and until is None:
        raise AnalystError(
            "Key phrases need one of topic, user, text or community", todo='For example community="Coffee".'
        )
    selection = select_posts(library, topic=topic, user=user, community=community, since=since, until=until)
    keywords = contrastive_phrases(library, selection, limit, leave_out=topic)
    posts = count_posts(library, selection)
    if not keywords:
        return ExtractKeywords(
            lines=[f"No key phrases stand out in posts {selection.words}."],
            warnings=small_sample(posts),
            subject=selection.words,
            posts=posts,
            keywords=[],
        )
    lines = [f"What sets the {count(posts, 'post')} {selection.words} apart, most telling first:"]
    lines += [f"{short(keyword.phrase)}: {count(keyword.posts, 'post')}." for keyword in keywords]
    best = evidence_posts(library, _posts_with(library, selection, keywords[0].phrase))
    lines += [f"For example {said(post)}" for post in best]
    return ExtractKeywords(
        lines=lines,
        warnings=small_sample(posts),
        evidence=best,
        subject=selection.words,
        posts=posts,
        keywords=keywords,
    )


def contrastive_phrases(
    library: Library, selection: Selection, limit: int, *, leave_out: str | None = None
) -> list[Keyword]:
    """Phrases by their share of the Kullback-Leibler divergence between these posts and all posts."""
    total = max(1, library.manifest.posts)
    rows = library.facts.rows(
        f"""
        WITH here AS (SELECT p.id FROM posts p WHERE {selection.where}),
             mine AS (SELECT phrase, count(*) AS n, avg(weight) AS near FROM phrases
                      WHERE post IN (SELECT id FROM here) GROUP BY 1),
             everywhere AS (SELECT phrase, count(*) AS n FROM phrases
                            WHERE phrase IN (SELECT phrase FROM mine) GROUP BY 1),
             size AS (SELECT greatest(1, count(*)) AS n FROM here)
        SELECT mine.phrase, mine.n,
               mine.near * (mine.n / size.n::DOUBLE)
               * ln(1.05 * (mine.n / size.n::DOUBLE) / (everywhere.n / {total}::DOUBLE)) AS gain
        FROM mine JOIN everywhere USING (phrase), size
        WHERE mine.n > 1 OR size.n < 30
        ORDER BY gain DESC, mine.phrase LIMIT {POOL}
        """,
        selection.values,
    )
    own = (leave_out or "").casefold().strip()
    chosen: list[tuple[str, int, float]] = []
    for phrase, posts, gain in rows:
        if gain > 0 and phrase != own and not _overlaps(phrase, [other for other, _, _ in chosen]):
            chosen.append((phrase, posts, gain))
        if len(chosen) == limit:
            break
    return [Keyword(phrase, posts, gain / chosen[0][2]) for phrase, posts, gain in chosen]


def _overlaps(phrase: str, chosen: list[str]) -> bool:
    """Whether a word of ``phrase`` has been said: "espresso" after "espresso machine" says nothing new."""
    words = set(phrase.split())
    return any(words & set(other.split()) for other in chosen)


def _posts_with(library: Library, selection: Selection, phrase: str) -> list[str]:
    rows = library.facts.rows(
        f"SELECT p.id FROM posts p JOIN phrases f ON f.post = p.id WHERE {selection.where} AND f.phrase = $phrase "
        "ORDER BY coalesce(p.likes, 0) DESC, p.id LIMIT 2",
        {**selection.values, "phrase": phrase},
    )
    return [id_ for (id_,) in rows]


def _of_text(library: Library, text: str, limit: int) -> ExtractKeywords:
    from index.keywords import key_phrases

    if not text.strip():
        raise AnalystError("The text is empty", todo="Paste the words whose themes you want.")
    reading, _ = next(library.reader.read([text]))
    weights: dict[str, float] = {}
    for phrase in key_phrases(text, reading, POOL):
        if phrase.weight > 0 and len(weights) < limit and not _overlaps(phrase.text, list(weights)):
            weights[phrase.text] = phrase.weight
    if not weights:
        return ExtractKeywords(lines=["No key phrases stand in this text."], subject="this text", posts=1, keywords=[])
    best = max(weights.values())
    keywords = [Keyword(phrase, 1, weight / best) for phrase, weight in weights.items()]
    lines = ["The key phrases of this text:", *(f"{short(keyword.phrase)}." for keyword in keywords)]
    return ExtractKeywords(lines=lines, subject="this text", posts=1, keywords=keywords)
