"""A subject that is one of several names: "Nike, Adidas or Puma", or a kind of brands: "airlines"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from index.entities.mentions import canonical

Subject = TypeVar("Subject", bound=Any)  # ``tools.selection.subject.Subject``, which imports this
OR = re.compile(r"\s+or\s+", re.IGNORECASE)
AND = re.compile(r"\s*,?\s+(?:and|&|\+)\s+", re.IGNORECASE)
BETWEEN = re.compile(r"\s*(?:,\s*(?:or\s+)?|\s+or\s+)", re.IGNORECASE)
TONE = ["negative", "neutral", "positive"]
TOLD = 4  # names of a kind that are told as examples


def several(subject: Subject, resolve: Callable[[Sequence[str]], Sequence[Subject]]) -> Subject | None:
    """The posts that name one of several names ("Nike or Adidas"), or all of them ("Nike and Adidas"); None where
    ``subject`` is no such thing. ``resolve`` finds what single names are.
    """
    for names, joined in ((names_between(subject.said), one_of), (AND.split(subject.said), all_of)):
        if len(names) < 2 or (joined is one_of and len(subject.posts)):
            continue
        parts = resolve(names)
        if all(part.kind == "name" and len(part.posts) for part in parts):
            return joined(subject.said, parts)
    return None


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


def all_of(said: str, parts: Sequence[Subject]) -> Subject:
    """The posts that name each of ``parts``, with the mean of the tones toward them."""
    ids = set.intersection(*(set(part.posts.id) for part in parts))
    both = one_of(said, parts)
    posts = both.posts[both.posts.id.isin(ids)].reset_index(drop=True)
    name = " and ".join(part.name for part in parts)
    return replace(both, name=name, posts=posts, how=f"posts that name both {name}" if len(parts) == 2 else
                   f"posts that name all of {name}")  # fmt: skip


def or_named(theme: Subject, names: Sequence[Subject]) -> Subject:
    """A kind of brands: the posts with its words, and those that name one of ``names``."""
    here = [each for each in names if each.kind == "name" and len(each.posts)]
    if not here:
        return theme
    here.sort(key=lambda each: (-len(each.posts), each.name))
    told = ", ".join(each.name for each in here[:TOLD])
    more = f" and {len(here) - TOLD:,} more" if len(here) > TOLD else ""
    both = one_of(theme.said, [theme, *here])
    return replace(theme, posts=both.posts, how_named=f" or with the name of one ({told}{more})", how=theme.how)
