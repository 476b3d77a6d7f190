"""How people feel as a picture: over time, by group, or as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.analyze_sentiment import AnalyzeSentiment
from tools.charts.canvas import (
    INK,
    SMALL,
    TONES,
    Chart,
    label_axes,
    legend_below,
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
MOST_TICKS = 16  # names of periods that have room
LEAST_WIDTH = 0.09  # share from which a part of a bar has room for its figure


def sentiment_chart(library: Library, result: AnalyzeSentiment) -> Chart | None:
    """Lines over time; one bar of three parts for each group, or for all posts where there are no groups."""
    import pandas as pd

    groups = result.groups or {"all": result.shares}
    rows = [(name, g.posts, *(getattr(g, tone) for tone in TONES)) for name, g in groups.items()]
    table = pd.DataFrame(rows, columns=["group", "posts", *TONES])
    about = f"Tone of posts {result.subject}" if result.subject != "this text" else "Tone of this text"
    if result.by in TIMES and len(table) > 1:
        return Chart("tone", f"{about}, by {result.by}", table, lambda figure: _over_time(figure, table, result), 4.2)
    title = f"{about}, by {result.by}" if result.groups else about
    return Chart("tone", title, table, lambda figure: _bars(figure, table, result), rows_height(len(table), least=2.1))


def tone_bars(axes: Axes, table: pd.DataFrame, *, counted: bool = True) -> None:
    """A horizontal bar of positive, neutral and negative shares for each row; in them how many of its ``posts`` these
    are, where there is room, or the shares themselves.
    """
    rows = range(len(table))
    left = table.positive * 0
    for tone, color in TONES.items():
        axes.barh(rows, table[tone], left=left, color=color, height=0.66, label=tone)
        for row in rows:
            if table[tone][row] >= LEAST_WIDTH:
                share = table[tone][row]
                axes.text(
                    left[row] + share / 2, row, f"{round(share * table.posts[row]):,}" if counted else percent(share),
                    ha="center", va="center",
                    fontsize=SMALL, color=INK if tone == "neutral" else "white",
                )  # fmt: skip
        left = left + table[tone]
    plain_axes(axes, grid="")
    axes.set(xlim=(0, 1), ylim=(len(table) - 0.5, -0.5))
    percent_axis(axes.xaxis)


def _bars(figure: Figure, table: pd.DataFrame, result: AnalyzeSentiment) -> None:
    axes = figure.subplots()
    pasted = result.subject == "this text"
    tone_bars(axes, table, counted=not pasted)
    names = [f"{shown(str(row.group))} ({row.posts:,})" for row in table.itertuples()]
    axes.set_yticks(range(len(table)), names if result.groups else [""])
    what = "How likely each tone is" if pasted else "Share of the posts; in the bars how many"
    label_axes(axes, what + (", in brackets of how many" if result.groups else ""))
    if not pasted:
        note(axes, f"{count(result.shares.posts, 'post')} in all.")
    tone_legend(figure, axes)


def tone_legend(figure: Figure, axes: Axes) -> None:
    """Which colour is which tone, below the bars."""
    legend_below(figure, axes)


def _over_time(figure: Figure, table: pd.DataFrame, result: AnalyzeSentiment) -> None:
    """A column for each period, also for those without a post, parted by tone: how many posts, of which tone."""
    import pandas as pd

    axes = figure.subplots()
    every = _every_period(list(table.group.astype(str)), str(result.by))
    counted = pd.DataFrame({tone: (table[tone] * table.posts).round() for tone in TONES})
    counted = counted.set_axis(table.group.astype(str)).reindex(every)
    below = pd.Series(0.0, index=every)
    for tone, color in TONES.items():
        axes.bar(range(len(every)), counted[tone].fillna(0), bottom=below, color=color, width=0.7, label=tone)
        below = below + counted[tone].fillna(0)
    plain_axes(axes, grid="y")
    whole_numbers(axes.yaxis)
    step = -(-len(every) // MOST_TICKS)
    names = [shown(name) if place % step == 0 else "" for place, name in enumerate(every)]
    axes.set_xticks(range(len(every)), names)
    if sum(map(len, every[::step])) > 75:
        axes.tick_params(axis="x", labelrotation=40, labelsize=SMALL)
    label_axes(axes, f"{str(result.by).capitalize()} (UTC)", "Posts")
    note(axes, f"{count(int(table.posts.sum()), 'post')}; where nothing stands there was none.")
    tone_legend(figure, axes)


def _every_period(periods: list[str], by: str) -> list[str]:
    """All periods from the first to the last, also those of which nothing is known."""
    import pandas as pd

    if by == "week":
        found = pd.date_range(periods[0], periods[-1], freq="7D").strftime("%Y-%m-%d")
    else:
        found = pd.period_range(periods[0], periods[-1], freq={"day": "D", "month": "M", "year": "Y"}[by]).astype(str)
    return list(found)
