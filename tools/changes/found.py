"""What a comparison of two periods found."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.changes.moved import Moved
from tools.result.evidence import Evidence
from tools.result.result import ToolResult


@dataclass(frozen=True)
class Side:
    """One period: ``posts`` of ``all_posts`` in it, a ``share`` from ``low`` to ``high`` (Wilson, 95 %).

    ``positive`` and ``negative`` count posts by their tone; ``tone`` is the share of the ones less that of the others,
    with ``tone_margin``, half of its interval; ``engagement`` the geometric mean
    of likes, replies and shares a post. All are None where not known.
    """

    period: str
    posts: int
    people: int
    all_posts: int
    share: float | None
    low: float | None
    high: float | None
    tone: float | None
    tone_margin: float | None
    positive: int
    negative: int
    engagement: float | None


@dataclass(frozen=True)
class Shift:
    """From ``before`` to ``after``, a change from ``low`` to ``high``; ``p`` is how likely chance makes as much,
    ``sure`` that it is more than chance, volume, tone and engagement taken together. Of engagement, ``change`` is
    a ratio.
    """

    before: float
    after: float
    change: float
    low: float | None
    high: float | None
    p: float
    sure: bool


@dataclass(frozen=True, kw_only=True)
class ComparePeriods(ToolResult):
    """``volume`` is of the share of all posts (None: all posts were asked for), ``tone`` and ``engagement`` are None
    where not known on both sides. ``rose`` and ``fell`` have the surest first, ``best`` the
    most liked post of the later time.
    """

    subject: str
    about: str
    before: Side
    after: Side
    volume: Shift | None
    tone: Shift | None
    engagement: Shift | None
    rose: list[Moved]
    fell: list[Moved]
    best: list[Evidence] = field(default_factory=list)
