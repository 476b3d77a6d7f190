"""Two periods as pairs of bars: the share of all posts, and of what rose and fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.changes.found import ComparePeriods
from tools.changes.moved import Moved
from tools.charts.canvas import (
    BLUE,
    INK,
    QUIET,
    SMALL,
    Chart,
    label_axes,
    legend_below,
    note,
    percent_axis,
    plain_axes,
    rows_height,
    shown,
)
from tools.library import Library
from tools.result.words import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME_LETTERS = 34


def period_chart(library: Library, result: ComparePeriods) -> Chart | None:
    """Before and after beside each other; what may be chance is marked."""
    import pandas as pd

    rows: list[tuple[str, float, float, bool]] = []
    if result.volume is not None:
        rows.append(("share of all posts", result.volume.before, result.volume.after, result.volume.sure))
    rows += [_row(each) for each in [*result.rose, *result.fell]]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["what", "before", "after", "sure"])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        places = table.index
        axes.barh(places - 0.19, table.before, color=QUIET, height=0.36, label=result.before.period)
        axes.barh(places + 0.19, table.after, color=BLUE, height=0.36, label=result.after.period)
        for row, (before, after, sure) in enumerate(zip(table.before, table.after, table.sure, strict=True)):
            told = f"{100 * before:.1f} % → {100 * after:.1f} %{'' if sure else ' (may be chance)'}"
            axes.annotate(
                told, (max(before, after), row), (5, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=INK,
            )  # fmt: skip
        plain_axes(axes)
        axes.set(
            ylim=(len(table) - 0.5, -0.5), xlim=(0, 1.7 * max(0.001, float(table[["before", "after"]].max().max())))
        )
        axes.set_yticks(range(len(table)), [shown(name, NAME_LETTERS) for name in table.what])
        percent_axis(axes.xaxis)
        label_axes(axes, "Share of the posts")
        sides = [f"{count(side.posts, 'post')} {side.period}" for side in (result.before, result.after)]
        note(axes, f"{sides[0]}, {sides[1]}.")
        legend_below(figure, axes, 2)

    return Chart(
        "periods", f"{result.about}: before and after", table, draw, rows_height(len(table), row=0.42, rest=1.7)
    )


def _row(each: Moved) -> tuple[str, float, float, bool]:
    return f"{each.kind}: {each.name}", each.share_before, each.share_after, each.sure
