"""How the tone of posts is told: by counts of posts, and in words of the whole only where there are enough of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tools.result import cells
from tools.result.line import Part

ENOUGH = 10  # posts from which on the whole is told to lean one way, and a figure has an interval
MANY = 100  # posts from which on shares say more than counts
NEUTRAL_BAND = 0.08
SIDES = ("positive", "neutral", "negative")


@dataclass(frozen=True)
class SentimentShares:
    """Of ``posts`` posts: the share that is labelled with each tone, and ``mean`` = positive − negative, from −1 to 1.

    Of a single text that was pasted, how likely each tone is.
    """

    posts: int
    negative: float
    neutral: float
    positive: float

    @property
    def mean(self) -> float:
        return self.positive - self.negative


def shares_of(labels: Iterable[str]) -> SentimentShares:
    """The shares among the labels of some posts."""
    said = list(labels)
    counted = {side: said.count(side) / max(1, len(said)) for side in SIDES}
    return SentimentShares(len(said), counted["negative"], counted["neutral"], counted["positive"])


def counted(shares: SentimentShares, side: str) -> int:
    """How many of the posts have this tone."""
    return round(getattr(shares, side) * shares.posts)


def leaning(mean: float) -> str:
    """``positive``, ``negative`` or, close to the middle, ``mixed``."""
    return "mixed" if abs(mean) < NEUTRAL_BAND else "positive" if mean > 0 else "negative"


def which_way(shares: SentimentShares) -> str:
    """Which way the posts lean on the whole, as an adjective; "" for fewer posts than that can be said of."""
    if shares.posts < ENOUGH:
        return ""
    for side in ("positive", "negative"):
        if getattr(shares, side) > 0.5:
            return f"mostly {side}"
    if leaning(shares.mean) == "mixed":
        return "mostly neutral" if shares.neutral > 0.5 else "mixed"
    return "more often positive than negative" if shares.mean > 0 else "more often negative than positive"


def three_told(shares: SentimentShares, at: str) -> list[Part]:
    """``6 are positive, 4 neutral and 2 negative``, of many posts with the share; ``at`` is where the shares stand."""
    first, second, third = (_told(shares, side, at) for side in SIDES)
    verb = " is positive, " if counted(shares, "positive") == 1 else " are positive, "
    return [first, verb, second, " neutral and ", third, " negative"]


def sides_told(shares: SentimentShares, at: str) -> list[Part]:
    """``6 positive and 2 negative``."""
    return [_told(shares, "positive", at), " positive and ", _told(shares, "negative", at), " negative"]


def _told(shares: SentimentShares, side: str, at: str) -> list[Part]:
    number, path = cells.number(counted(shares, side)), f"{at}.{side}".lstrip(".")
    if shares.posts < MANY:
        return [number]
    return [number, " (", cells.percent(getattr(shares, side), path), ")"]
