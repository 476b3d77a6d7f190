"""The posts that name a brand, and their tone toward it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.entities.mentions import canonical
from index.phrases.rarity import is_plain_word
from tools.library import Library
from tools.result.words import QUOTE, short
from tools.selection.posts import CAPITAL_SHARE, NAME_SHARE, POSTS_TOWARD, Selection, topic_pattern

if TYPE_CHECKING:
    import pandas as pd

HARDLY_A_NAME = 0.05  # a word that is tagged as a name more rarely than this is a subject, like "coffee"


@dataclass(frozen=True)
class Named:
    """A brand as it is written here, and its posts: id, author, at (UTC), likes, replies, negative, neutral, positive,
    whether the brand is ``tagged`` as a name, and ``shown`` where the post is quoted.

    ``left_out`` counts the posts that have the word but use it as a plain one.
    """

    name: str
    posts: pd.DataFrame
    left_out: int = 0


def posts_naming(library: Library, brand: str, within: Selection) -> Named:
    """Posts of ``within`` that name ``brand``; none if it is not named there.

    A word that is also a plain one ("target", "apple") counts only where it is tagged or, for a word that is mostly a
    name, written with a capital or as a hashtag.
    """
    pattern = topic_pattern(library, brand)
    rows = library.facts.frame(
        "SELECT p.id, p.author, p.created_at AT TIME ZONE 'UTC' AS at, "
        "p.likes::DOUBLE AS likes, p.replies::DOUBLE AS replies, "
        "regexp_extract(p.text, $pattern, 2) AS surface, regexp_extract(p.text, $pattern, 3) AS ending, "
        "p.id IN (SELECT post FROM mentions WHERE regexp_matches(text, $pattern)) AS tagged, "
        "regexp_matches(left(p.text, $quoted), $pattern) AS shown, "
        "regexp_matches(surface, '^\\p{Lu}|^.\\p{Lu}') AS capital, "
        "regexp_extract(p.text, $pattern, 1) = '#' AS hashtag "
        f"FROM posts p WHERE {within.where} AND regexp_matches(p.text, $pattern) ORDER BY p.id",
        {**within.values, "pattern": pattern, "quoted": QUOTE},
    )
    posts = rows[_means_the_brand(rows)] if is_plain_word(canonical(brand)) else rows
    # The pattern takes a final s for a plural, but Adidas is no plural.
    whole = posts.surface + posts.ending.where(posts.ending.str.lower() == canonical(brand)[-1:], "")
    tones = tone_toward(library, brand, list(posts.id))
    figures = posts[["id", "author", "at", "likes", "replies", "tagged", "shown"]].merge(tones, on="id")
    return Named(_as_written(brand, list(whole)), figures, len(rows) - len(posts))


def _means_the_brand(rows: pd.DataFrame) -> pd.Series[bool]:
    """Which of the posts with the word use it as a name."""
    if rows.tagged.mean() >= NAME_SHARE or rows.capital.mean() >= CAPITAL_SHARE:
        small = rows[~rows.capital & ~rows.hashtag]  # a hashtag is written small whatever it names
        if len(small) and rows.tagged.sum() > small.tagged.sum() and small.tagged.mean() < NAME_SHARE:
            return rows.tagged | rows.capital | rows.hashtag
    elif rows.tagged.mean() >= HARDLY_A_NAME:
        return rows.tagged
    return rows.tagged | True


def tone_toward(library: Library, brand: str, ids: list[str]) -> pd.DataFrame:
    """id, negative, neutral, positive of each post in ``ids`` toward ``brand``."""
    return library.facts.frame(
        f"SELECT p.id, p.negative, p.neutral, p.positive FROM {POSTS_TOWARD} WHERE p.id IN (SELECT unnest($ids))",
        {"ids": ids, "pattern": topic_pattern(library, brand)},
    )


def _as_written(brand: str, surfaces: list[str]) -> str:
    """What the user wrote; if that is all small letters, the commonest spelling with a capital, if there is one."""
    written = short(brand.strip().lstrip("#@"))
    spellings = sorted({surface for surface in surfaces if surface != surface.lower()})
    if written != written.lower() or not spellings:
        return written
    return short(max(spellings, key=surfaces.count))
