"""Groups of people as bars of their size, with the tone of their posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    GREEN,
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
from tools.charts.sentiment import tone_bars, tone_legend
from tools.library import Library
from tools.list_segments import ListSegments
from tools.result.words import count, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME_LETTERS = 34


def segment_chart(library: Library, result: ListSegments) -> Chart | None:
    """A bar for each group, the largest first, and beside it how its posts sound."""
    import pandas as pd

    if not result.segments:
        return None
    rows = [
        (s.name, s.people, s.share, s.posts, s.shares.negative, s.shares.neutral, s.shares.positive)
        for s in result.segments
    ]
    table = pd.DataFrame(rows, columns=["group", "people", "share", "posts", "negative", "neutral", "positive"])

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=[1, 1])
        left.barh(table.index, table.people, color=GREEN, height=0.66)
        for row, (people, share) in enumerate(zip(table.people, table.share, strict=True)):
            left.annotate(
                f"{people:,} ({percent(share)})", (people, row), (3, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=INK,
            )  # fmt: skip
        plain_axes(left)
        left.set_yticks(range(len(table)), [shown(name, NAME_LETTERS) for name in table.group])
        left.set(xlim=(0, 1.5 * float(table.people.max())), ylim=(len(table) - 0.5, -0.5))
        whole_numbers(left.xaxis)
        label_axes(left, "People (share of all)")
        tone_bars(right, table)
        right.set_yticks([])
        label_axes(right, "Posts of the group by tone")
        note(left, f"{count(result.people, 'person', 'people')} in all.")
        tone_legend(figure, right)

    who = f"people with posts {result.subject}" if result.subject else "people"
    title = f"{result.people:,} {who} in {count(len(result.segments), 'group')}"
    return Chart("segments", title, table, draw, rows_height(len(table), rest=1.7))
