"""Rankings as bars: people like others, and the most or the least of anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.audience import chance_bars
from tools.charts.canvas import (
    BLUE,
    INK,
    SMALL,
    Chart,
    label_axes,
    note,
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.find_lookalikes import FindLookalikes
from tools.library import Library
from tools.rank import Rank
from tools.result.words import capital, count, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME_LETTERS = 34
NAMED = 3  # people whom others are compared with, in the title
MANY = {"person": "people", "community": "communities"}  # plurals; of others with an s
MEASURED = {
    "engagement": "Likes, replies and shares", "positive": "Positive posts", "negative": "Negative posts",
    "growth": "How many times as common as before",
}  # fmt: skip


def lookalike_chart(library: Library, result: FindLookalikes) -> Chart | None:
    """Bars of how likely each person is of the same kind."""
    seeds = [f"@{user}" for user in result.seeds[:NAMED]]
    more = [f"{len(result.seeds) - NAMED:,} more"] if len(result.seeds) > NAMED else []
    axis = "How likely of the same kind; the line shows where it lies in 8 of 10 cases"
    return chance_bars(result.people, f"Most like {listed([*seeds, *more])}", axis, result.considered)


def rank_chart(library: Library, result: Rank) -> Chart | None:
    """A bar for each that was ranked; posts are read, and tones have two sides, so that these are not drawn."""
    import pandas as pd

    if result.of == "post" or result.by == "tone" or len(result.groups) < 2:
        return None
    rows = [(each.name, each.value, each.posts, each.people) for each in result.groups]
    table = pd.DataFrame(rows, columns=[result.of, "value", "posts", "people"])
    whole = all(each.value == int(each.value) for each in result.groups)
    toned = result.by in ("positive", "negative")

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.barh(table.index, table.value, color=BLUE, height=0.66)
        for row, each in enumerate(result.groups):
            told = f"{each.value:,.0f}" if whole else f"{each.value:,.1f}"
            of = (
                f" of {count(each.posts, 'post')}"
                if toned
                else ""
                if result.by == "posts"
                else f" in {count(each.posts, 'post')}"
            )
            axes.annotate(
                told + of, (max(each.value, 0), row), (4, 0), textcoords="offset points", va="center", fontsize=SMALL,
                color=INK,
            )  # fmt: skip
        plain_axes(axes)
        sign = "@" if result.of == "person" else ""
        axes.set_yticks(range(len(table)), [shown(f"{sign}{each.name}", NAME_LETTERS) for each in result.groups])
        axes.set(
            ylim=(len(table) - 0.4, -0.6),
            xlim=(min(0.0, float(table.value.min())), 1.35 * float(table.value.max()) or 1),
        )
        whole_numbers(axes.xaxis)
        label_axes(
            axes, MEASURED.get(result.by, capital(result.by)) + (" a post" if result.average and not toned else "")
        )
        note(axes, f"The {result.order} first; {result.considered:,} could be ranked.")

    things = result.kind or MANY.get(result.of, f"{result.of}s")
    about = f", posts {result.subject}" if result.subject else ""
    title = f"{capital(things)} by {MEASURED.get(result.by, result.by).lower()}{about}"
    return Chart("rank", title, table, draw, rows_height(len(table)))
