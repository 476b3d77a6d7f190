"""The posts that name a brand, with what is compared of them: figures of one brand and of two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.library import Library
from tools.result.words import QUOTE
from tools.selection.contrast import Contrast
from tools.selection.corrected import corrected_tones
from tools.selection.own_words import NotCounted
from tools.selection.posts import Selection, toward
from tools.selection.spelling import Spelling
from tools.selection.subject import Subject, as_written, spelling_here, subjects_of_names, table_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Named:
    """A brand as it is written here, and its posts: id, author, at (UTC), likes, replies, negative, neutral, positive,
    sentiment, whether the brand is ``tagged`` as a name, and ``shown`` where the post is quoted.

    ``left_out`` counts the posts of the whole index that have the word but use it as a plain one.
    """

    name: str
    posts: pd.DataFrame
    left_out: int = 0


@dataclass(frozen=True)
class Period:
    """A month or a year of one brand: posts that name it and their tone from −1 to 1."""

    posts: int
    mean: float


@dataclass(frozen=True)
class BrandFigures:
    """One brand. ``voice`` is its share of all mentions compared, ``earlier`` and ``later`` the same in each half.

    ``negative``, ``neutral`` and ``positive`` are shares of its posts by their label, ``mean`` is positive − negative,
    ± ``margin`` (95 %). Likes and replies are those of the posts that name it.
    ``themes`` set its posts apart from posts on the other brands; ``crowd`` is what people who name only this one
    talk about otherwise, more than the other crowds.
    """

    name: str
    posts: int
    people: int
    voice: float
    negative: float
    neutral: float
    positive: float
    mean: float
    margin: float | None
    likes_mean: float | None
    likes_median: float | None
    replies_mean: float | None
    replies_median: float | None
    earlier: float | None
    later: float | None
    over_time: dict[str, Period]
    themes: list[Contrast]
    crowd: list[Contrast]


@dataclass(frozen=True)
class Overlap:
    """People who name both; ``jaccard`` is their share of those who name either, the shares are of each brand's."""

    first: str
    second: str
    people: int
    jaccard: float
    share_of_first: float
    share_of_second: float


def brands_within(library: Library, brands: list[str], within: Selection) -> list[Named]:
    """For each brand the posts of ``within`` that name it; none if it is not named there."""
    subjects = subjects_of_names(library, brands)
    return [_named(library, subject, spelling_here(library, subject.said), within) for subject in subjects]


def brands_not_counted(library: Library, brands: list[str], within: Selection) -> NotCounted:
    """What is told apart among the posts that name any of the brands."""
    subjects = subjects_of_names(library, brands)
    named = " OR ".join(f"p.id IN (SELECT id FROM {table_of(library, each)})" for each in subjects)
    apart = within.not_counted.among(library, f"({named})")
    names = [spelling_here(library, each.said) for each in subjects]
    fixed = corrected_tones(library, f"{within.where} AND ({named})", within.values, names)
    limits = [each for each in apart.notices if each.role != "note"]  # of all posts, not of these
    return replace(apart, notices=(*limits, *fixed))


def _named(library: Library, subject: Subject, spelled: Spelling, within: Selection) -> Named:
    table = table_of(library, subject)
    rows = library.facts.frame(
        "SELECT p.id, p.author, p.created_at AT TIME ZONE 'UTC' AS at, p.likes::DOUBLE AS likes, "
        "p.replies::DOUBLE AS replies, p.negative, p.neutral, p.positive, p.sentiment, left(p.text, $quoted) AS quoted "
        f"FROM {toward(table)} WHERE {within.where} AND p.id IN (SELECT id FROM {table}) ORDER BY p.id",
        {**within.values, "quoted": QUOTE},
    )
    rows["tagged"] = rows.id.isin(subject.posts.id[subject.posts.tagged])
    rows["shown"] = [spelled.find(text) is not None for text in rows.quoted]
    return Named(
        as_written(subject.said, list(subject.posts.surface)), rows.drop(columns="quoted"), subject.plain_posts
    )
