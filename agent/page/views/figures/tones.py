"""The tone of posts as HTML: counts of posts in words, and their shares as a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from agent.page.views.html import TONES, part, render
from tools.analyze_sentiment import AnalyzeSentiment
from tools.library import Library
from tools.result.tones import MANY, SIDES, SentimentShares, counted
from tools.result.words import capital, count, percent

PASTED = "this text"  # what a result is about whose text was pasted
HEADS = {"week": "Week from", "user": "Person"}  # of a column of groups; of others what they are grouped by


@dataclass(frozen=True)
class Tones:
    """``words`` say how many posts are positive, neutral and negative, ``shares`` (each 0 to 1) fill a bar."""

    words: str
    shares: tuple[float, ...]


def tones_of(value: Any) -> Tones | None:
    """The tone of something that has the shares of all three, and how many posts it is of; None for all else."""
    shares = tuple(share for name in TONES if isinstance(share := getattr(value, name, None), float))
    if len(shares) != len(TONES):
        return None
    posts = getattr(value, "posts", 0)
    if not posts:
        return Tones(", ".join(f"{percent(share)} {name}" for name, share in zip(TONES, shares, strict=True)), shares)
    whole = SentimentShares(posts, **dict(zip(TONES, shares, strict=True)))
    told = ", ".join(f"{tone_count(whole, side)} {side}" for side in SIDES)
    return Tones(f"{told} of {count(posts, 'post')}", shares)


def tone_count(shares: SentimentShares, side: str) -> str:
    """How many posts are of this tone, of many with the share: ``4``, ``412 (22 %)``."""
    number = f"{counted(shares, side):,}"
    return number if shares.posts < MANY else f"{number} ({percent(getattr(shares, side))})"


def tone_rows(groups: Mapping[str, SentimentShares]) -> list[list[Any]]:
    """Groups with their posts, the counts of each tone, and a bar."""
    return [
        [name, f"{each.posts:,}", *(tone_count(each, side) for side in SIDES),
         part("tone_bar", [getattr(each, side) for side in SIDES])]
        for name, each in groups.items()
    ]  # fmt: skip


def tone_html(result: AnalyzeSentiment, library: Library | None) -> Markup:
    """How people feel: the whole, then by group."""
    pasted = result.subject == PASTED
    shares: Any = result.shares
    if pasted:  # of a single text, how likely each tone is
        words = ", ".join(f"{percent(getattr(shares, side))} {side}" for side in SIDES)
        whole = Tones(f"How likely each tone is: {words}", tuple(getattr(shares, side) for side in SIDES))
    else:
        whole = tones_of(shares) or Tones("", ())
    heads = [
        HEADS.get(str(result.by), capital(result.by or "")),
        "Posts",
        *(side.capitalize() for side in SIDES),
        "Tone",
    ]
    return render("tone.html.j2", whole=whole, heads=heads, rows=tone_rows(result.groups))
