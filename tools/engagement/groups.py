"""Posts measured, in groups: by time, community, length or tone, and which groups stand out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan
from typing import TYPE_CHECKING, Literal

from tools.result.samples import SMALL_POSTS
from tools.selection.intervals import margin, margins

if TYPE_CHECKING:
    import pandas as pd

By = Literal["hour", "weekday", "month", "year", "community"]
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHOWN_GROUPS = 12  # of months, years and communities


@dataclass(frozen=True)
class EngagementGroup:
    """Engagement per post: ``typical`` is the mean with outliers drawn in, between ``low`` and ``high`` (95 %).

    ``share`` is the group's part of all engagement, where a score below zero counts as none.
    """

    posts: int
    median: float
    mean: float
    typical: float
    low: float | None
    high: float | None
    share: float


@dataclass(frozen=True)
class Standout:
    """The best and the worst group of a kind: among those that differ from all posts by more than chance
    (``…_sure``, with as many groups compared as there are), if there are any.
    """

    by: str
    best: str
    best_sure: bool
    worst: str
    worst_sure: bool
    compared: int


def group_of(part: pd.DataFrame, whole: float, compared: int = 1) -> EngagementGroup:
    """Figures of some posts; ``whole`` is the engagement of all."""
    typical = float(part.drawn_in.mean())
    half = margin(part.drawn_in, part.cluster, compared=compared) if len(part) >= SMALL_POSTS else None
    least = _least(part)
    return EngagementGroup(
        posts=len(part),
        median=float(part.engagement.median()),
        mean=float(part.engagement.mean()),
        typical=typical,
        low=None if half is None else max(least, typical - half),
        high=None if half is None else typical + half,
        share=float(part.engagement.clip(lower=0).sum()) / whole if whole else 0.0,
    )


def groups_by(measured: pd.DataFrame, by: str, whole: float, compared: int = 1) -> dict[str, EngagementGroup]:
    """Every group of a kind, as ``group_of`` measures it, all at once: there may be thousands of communities. Times in
    order, communities by what is typical there.
    """
    groups = measured.groupby(by)
    typical = groups.drawn_in.mean()
    apart = measured.drawn_in - groups.drawn_in.transform("mean")
    of_people = apart.groupby([measured[by], measured.cluster]).sum()
    half = margins(of_people.pow(2).groupby(level=0).sum(), of_people.groupby(level=0).size(), groups.size(), compared)
    columns = (
        groups.size(), groups.engagement.median(), groups.engagement.mean(), typical, half,
        measured.engagement.clip(lower=0).groupby(measured[by]).sum(),
    )  # fmt: skip
    found, least = {}, _least(measured)
    for name, posts, median, mean, middle, wide, part in zip(typical.index, *columns, strict=True):
        sure = posts >= SMALL_POSTS and not isnan(wide)  # one person alone has none
        low, high = (max(least, middle - wide), middle + wide) if sure else (None, None)
        share = part / whole if whole else 0.0
        found[str(name)] = EngagementGroup(int(posts), median, mean, middle, low, high, share)
    if by == "community":
        return dict(sorted(found.items(), key=lambda item: (-item[1].typical, item[0])))
    return dict(sorted(found.items(), key=lambda item: (WEEK.index(item[0]) if by == "weekday" else 0, item[0])))


def _least(measured: pd.DataFrame) -> float:
    """What no mean can be below: nought, where no post has a score below it."""
    return 0.0 if float(measured.engagement.min()) >= 0 else -inf


def shown_groups(groups: dict[str, EngagementGroup], by: str) -> dict[str, EngagementGroup]:
    """All hours and weekdays, the latest months and years, the communities with enough posts that do best."""
    if by in ("hour", "weekday"):
        return groups
    if by == "community":
        groups = {name: group for name, group in groups.items() if group.posts >= SMALL_POSTS} or groups
        return dict(list(groups.items())[:SHOWN_GROUPS])
    return dict(list(groups.items())[-SHOWN_GROUPS:])


def standout_of(
    measured: pd.DataFrame, by: str, groups: dict[str, EngagementGroup], everyone: EngagementGroup
) -> Standout | None:
    """None with fewer than two groups of five posts by two people."""
    sized = {n: g for n, g in groups.items() if g.posts >= SMALL_POSTS and g.low is not None and g.high is not None}
    if len(sized) < 2:
        return None
    wide = groups_by(measured[measured[by].isin(list(sized))], by, 1.0, compared=len(sized))
    above = {name: (group.low or 0.0) > everyone.typical for name, group in wide.items()}
    below = {name: (group.high or 0.0) < everyone.typical for name, group in wide.items()}
    best = max(wide, key=lambda name: (above[name], wide[name].typical, name))
    worst = min(wide.keys() - {best}, key=lambda name: (not below[name], wide[name].typical, name))
    return Standout(
        by=by,
        best=best,
        best_sure=above[best],
        worst=worst,
        worst_sure=below[worst],
        compared=len(sized),
    )


def top_share_of(engagement: pd.Series[float]) -> float | None:
    """Part of all engagement that the best fifth of the posts gets; None if there is none, or no fifth."""
    fifth = len(engagement) // 5
    whole = float(engagement.sum())
    return float(engagement.nlargest(fifth).sum()) / whole if fifth and whole else None


def split_by(measured: pd.DataFrame, labels: pd.Series, names: list[str], whole: float) -> dict[str, EngagementGroup]:
    parts = {name: measured[labels == name] for name in names}
    return {name: group_of(part, whole) for name, part in parts.items() if len(part)}


def by_length(measured: pd.DataFrame, whole: float) -> dict[str, EngagementGroup]:
    """Thirds of the posts by their length; fewer where many are of the same."""
    first, second = (int(edge) for edge in measured.length.quantile([1 / 3, 2 / 3]))
    names = [f"up to {first:,} characters", f"{first + 1:,} to {second:,} characters", f"over {second:,} characters"]
    place = (measured.length > first).astype(int) + (measured.length > second).astype(int)
    return split_by(measured, place.map(dict(enumerate(names))), names, whole)
