"""Brands side by side as pictures: how much and how warmly they are talked of, now and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    GREEN,
    INK,
    SMALL,
    TEXT,
    Chart,
    label_axes,
    legend_below,
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.charts.sentiment import tone_bars
from tools.compare_brands import CompareBrands
from tools.library import Library
from tools.result.words import count, listed, percent, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_TICKS = 24  # names of periods that have room
LEAST_PERIODS = 3


def brand_chart(library: Library, result: CompareBrands) -> Chart | None:
    """For each brand a bar of posts and one of its tones."""
    import pandas as pd
    import seaborn as sns

    rows = [
        (b.name, b.posts, b.people, b.voice, b.negative, b.neutral, b.positive, b.mean, b.likes_median)
        for b in result.brands
    ]
    columns = ["brand", "posts", "people", "voice", "negative", "neutral", "positive", "mean", "likes_median"]
    table = pd.DataFrame(rows, columns=columns)
    if table.empty:
        return None

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        places = [str(row) for row in table.index]
        sns.barplot(x=table.posts, y=places, color=GREEN, width=0.66, ax=left)
        for row, (posts, voice) in enumerate(zip(table.posts, table.voice, strict=True)):
            left.annotate(
                f"{posts:,} ({percent(voice)})", (posts, row), (3, 0), textcoords="offset points", va="center",
                fontsize=SMALL, color=INK,
            )  # fmt: skip
        plain_axes(left)
        left.set_yticks(range(len(table)), [shown(name, 20) for name in table.brand])
        left.set(xlim=(0, 1.5 * float(table.posts.max())), ylim=(len(table) - 0.5, -0.5))
        whole_numbers(left.xaxis)
        label_axes(left, "Posts (share of all mentions)")
        tone_bars(right, table)
        right.set_yticks([])
        label_axes(right, "Posts by their tone")
        legend_below(figure, right)

    return Chart("brands", _title(result, "side by side"), table, draw, rows_height(len(table), row=0.34, rest=1.5))


def brand_time_chart(library: Library, result: CompareBrands) -> Chart | None:
    """Posts that name each brand, by month or year; None for less than three periods."""
    import pandas as pd

    rows = [
        (period, brand.name, figures.posts, figures.mean)
        for brand in result.brands
        for period, figures in brand.over_time.items()
    ]
    table = pd.DataFrame(rows, columns=["period", "brand", "posts", "mean"])
    if table.period.nunique() < LEAST_PERIODS:
        return None

    present = [brand.name for brand in result.brands if brand.over_time]

    def draw(figure: Figure) -> None:
        monthly = len(str(table.period.iloc[0])) > 4
        every = pd.period_range(table.period.min(), table.period.max(), freq="M" if monthly else "Y").astype(str)
        counts = table.pivot_table(index="period", columns="brand", values="posts", aggfunc="sum").reindex(every)
        rows = figure.subplots(len(present), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, name in zip(rows, present, strict=True):
            axes.bar(range(len(every)), counts[name].fillna(0), color=GREEN, width=0.7)
            plain_axes(axes, grid="y")
            whole_numbers(axes.yaxis)
            axes.set_title(
                f"{shown(name)} ({count(int(counts[name].sum()), 'post')})", loc="left", fontsize=TEXT, color=INK
            )
        step = -(-len(every) // MOST_TICKS)
        rows[-1].set_xticks(range(len(every)), [each if place % step == 0 else "" for place, each in enumerate(every)])
        if monthly and len(every) > 6:
            rows[-1].tick_params(axis="x", labelrotation=40, labelsize=SMALL)
        label_axes(rows[-1], f"{'Month' if monthly else 'Year'} (UTC); where no bar stands nobody named it", "Posts")

    return Chart("time", _title(result, "over time"), table, draw)


def _title(result: CompareBrands, what: str) -> str:
    about = f" {result.subject}" if result.subject else ""
    return f"{listed([short(brand.name, 20) for brand in result.brands])} {what}{about}"
