"""A subject that is one of several names: "Nike, Adidas or Puma"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from index.entities.mentions import canonical

Subject = TypeVar("Subject", bound=Any)  # ``tools.selection.subject.Subject``, which imports this
OR = re.compile(r"\s+or\s+", re.IGNORECASE)
BETWEEN = re.compile(r"\s*(?:,\s*(?:or\s+)?|\s+or\s+)", re.IGNORECASE)
TONE = ["negative", "neutral", "positive"]


def names_between(said: str) -> list[str]:
    """What stands between the commas and "or" of ``said``; one text or none without an "or"."""
    return [part for part in BETWEEN.split(said) if part.strip()] if OR.search(said) else []


def one_of(said: str, parts: Sequence[Subject]) -> Subject:
    """The posts that name some of ``parts``; a post that names several has the mean of the tones toward them."""
    import pandas as pd

    posts = pd.concat([part.posts for part in parts], ignore_index=True)
    tones = posts.groupby("id", as_index=False)[TONE].mean()
    rows = posts.drop(columns=TONE).sort_values("tagged", ascending=False).drop_duplicates("id").merge(tones, on="id")
    rows = rows[list(posts.columns)].sort_values("id").reset_index(drop=True)
    name = " or ".join(part.name for part in parts)
    how = f"posts that name {name}"
    return replace(parts[0], said=said, name=name, key=canonical(said), posts=rows, plain_posts=0, how=how)
