"""A post that proves something, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """A post: ``created_at`` as ISO time in UTC, ``sentiment`` its label, ``score`` its nearness to what was asked."""

    id: str
    author: str
    text: str
    created_at: str | None
    community: str | None
    likes: int | None
    sentiment: str
    score: float | None = None
