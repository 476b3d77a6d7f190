"""How people feel as a picture: over time, by group, or as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.analyze_sentiment import AnalyzeSentiment
from tools.charts.canvas import (
    BLUE,
    INK,
    QUIET,
    RED,
    SMALL,
    TEXT,
    TONES,
    Chart,
    label_axes,
    note,
    percent_axis,
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.library import Library
from tools.result.words import count, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIMES = ("day", "week", "month", "year")
LEAST_WIDTH = 0.09  # share from which a part of a bar has room for its figure


def sentiment_chart(library: Library, result: AnalyzeSentiment) -> Chart | None:
    """Lines over time; one bar of three parts for each group, or for all posts where there are no groups."""
    import pandas as pd

    groups = result.groups or {"all": result.shares}
    rows = [(name, g.posts, g.negative, g.neutral, g.positive, g.mean) for name, g in groups.items()]
    table = pd.DataFrame(rows, columns=["group", "posts", *TONES, "mean"])
    about = f"Tone of posts {result.subject}" if result.subject != "this text" else "Tone of this text"
    if result.by in TIMES and len(table) > 1:
        return Chart("tone", f"{about}, by {result.by}", table, lambda figure: _over_time(figure, table, result), 4.2)
    title = f"{about}, by {result.by}" if result.groups else about
    return Chart("tone", title, table, lambda figure: _bars(figure, table, result), rows_height(len(table), least=2.1))


def tone_bars(axes: Axes, table: pd.DataFrame) -> None:
    """A horizontal bar of negative, neutral and positive shares for each row; figures where there is room."""
    rows = range(len(table))
    left = table.negative * 0
    for tone, color in TONES.items():
        axes.barh(rows, table[tone], left=left, color=color, height=0.66, label=tone)
        for row in rows:
            if table[tone][row] >= LEAST_WIDTH:
                axes.text(
                    left[row] + table[tone][row] / 2, row, percent(table[tone][row]), ha="center", va="center",
                    fontsize=SMALL, color=INK if tone == "neutral" else "white",
                )  # fmt: skip
        left = left + table[tone]
    plain_axes(axes, grid="")
    axes.set(xlim=(0, 1), ylim=(len(table) - 0.5, -0.5))
    percent_axis(axes.xaxis)


def _bars(figure: Figure, table: pd.DataFrame, result: AnalyzeSentiment) -> None:
    axes = figure.subplots()
    tone_bars(axes, table)
    names = [f"{shown(str(row.group))} ({row.posts:,})" for row in table.itertuples()]
    axes.set_yticks(range(len(table)), names if result.groups else [""])
    label_axes(axes, "Share of the tone" + (" (in brackets the number of posts)" if result.groups else ""))
    if result.subject != "this text":
        note(axes, f"{count(result.shares.posts, 'post')} in all.")
    tone_legend(figure, axes)


def tone_legend(figure: Figure, axes: Axes) -> None:
    """Which colour is which tone, below the bars."""
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=SMALL,
        handlelength=1.0,
    )  # fmt: skip


def _over_time(figure: Figure, table: pd.DataFrame, result: AnalyzeSentiment) -> None:
    import seaborn as sns

    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    places = range(len(table))
    for tone, color, marker in (("positive", BLUE, "o"), ("negative", RED, "s")):
        sns.lineplot(
            x=places, y=table[tone], color=color, marker=marker, markersize=6, linewidth=2, ax=upper, label=tone
        )
    plain_axes(upper, grid="y")
    upper.set_ylim(0, max(0.05, 1.15 * max(table.positive.max(), table.negative.max())))
    percent_axis(upper.yaxis)
    label_axes(upper, "", "Share of the tone")
    upper.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=TEXT, borderaxespad=0.1)
    lower.bar(places, table.posts, color=QUIET, width=0.6)
    plain_axes(lower, grid="y")
    whole_numbers(lower.yaxis)
    lower.set_xticks(places, [shown(str(name)) for name in table.group])
    if sum(map(len, table.group.astype(str))) > 75:
        lower.tick_params(axis="x", labelrotation=40, labelsize=SMALL)
    label_axes(lower, f"{str(result.by).capitalize()} (UTC)", "Posts")
    figure.align_ylabels([upper, lower])
