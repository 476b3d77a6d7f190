"""Counts and rankings as HTML."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from agent.page.views.html import part, render
from tools.count import MANY, ONE, Count
from tools.library import Library
from tools.rank import FLOOR, Rank
from tools.result.words import capital, count, percent
from tools.selection.measures import Group

MEASURED = {
    "posts": "Posts", "people": "People", "likes": "Likes", "replies": "Replies", "shares": "Shares",
    "engagement": "Likes, replies and shares", "positive": "Positive posts", "negative": "Negative posts",
    "tone": "Positive and negative posts", "growth": "How many times as common",
}  # fmt: skip
COLUMN = {"hour": "Hour (UTC)"}
THINGS = {"person": "people", "community": "communities", "name": "names", "phrase": "phrases"}


def count_html(result: Count, library: Library | None) -> Markup:
    """The number, of how many it is, and the posts behind it."""
    what = f"{capital(MANY[result.of])} {result.subject}".strip()
    pairs = [(what, f"{result.value:,}")]
    if result.whole is not None and result.share is not None and result.whole != result.value:
        pairs.append(("Out of", f"{count(result.whole, ONE[result.of], MANY[result.of])} ({percent(result.share)})"))
    if result.of != "posts":
        pairs.append(("In", count(result.posts, "post")))
    if result.of != "people":
        pairs.append(("By", count(result.people, "person", "people")))
    return render("counted.html.j2", pairs=pairs, heads=[], rows=[], caption="", note="")


def rank_html(result: Rank, library: Library | None) -> Markup:
    """A row for each that was ranked: what it is ranked by as a bar, and what that rests on."""
    top = max((abs(each.value) for each in result.groups), default=0.0) or 1.0
    a_post = " a post" if result.average and result.by not in ("positive", "negative") else ""
    ranked = f"{MEASURED[result.by]}{a_post}"
    heads = [COLUMN.get(result.of, capital(result.of)), ranked]
    heads += [
        each for each in ("Posts", "People") if each != ranked and not (each == "People" and result.of == "person")
    ]
    rows = [[f"{place}. {_name(result, each)}", part("figure", _value(result, each), abs(each.value), top),
             *_behind(each, heads)] for place, each in enumerate(result.groups, 1)]  # fmt: skip
    more = f"{result.tied:,} more have as many as the last one listed. " if result.tied else ""
    few = f"Left out: {result.left_out:,} with fewer than {count(result.at_least, 'post')}." if result.left_out else ""
    things = result.kind or THINGS.get(result.of)
    caption = f"The {result.order} first" + (f", of {result.considered:,} {things}" if things else "")
    return render("counted.html.j2", pairs=[], heads=heads, rows=rows, caption=caption, note=more + few)


def _name(result: Rank, each: Group) -> str:
    return f"@{each.name}" if result.of == "person" else each.name


def _value(result: Rank, each: Group) -> str:
    """What it is ranked by, in words."""
    if result.by in ("positive", "negative"):
        share = f" ({percent(each.share)})" if each.share is not None and each.posts >= 2 * FLOOR else ""
        return f"{int(each.value):,} of {each.posts:,}{share}"
    if result.by == "tone":
        return f"{each.positive:,} positive, {each.negative:,} negative"
    if result.by == "growth" or result.average:
        return f"{each.value:,.1f}"
    return f"{int(each.value):,}"


def _behind(each: Group, heads: list[Any]) -> list[str]:
    told = {"Posts": f"{each.posts:,}", "People": f"{each.people:,}"}
    return [told[name] for name in heads[2:]]
