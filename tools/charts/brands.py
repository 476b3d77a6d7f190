"""Brands side by side as pictures: how much and how warmly they are talked of, now and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
    SKY,
    SMALL,
    TEXT,
    YELLOW,
    Chart,
    label_axes,
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.charts.sentiment import tone_bars
from tools.compare_brands import CompareBrands
from tools.library import Library
from tools.result.words import listed, percent, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A color, a marker and a dash for each of up to ten brands: none is told by its color alone.
LINES = tuple(
    zip(
        (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, QUIET, INK, YELLOW, BLUE),
        "osD^vPXph*",
        ("-", "--", "-.", ":", "-", "--", "-.", ":", "-", "--"),
        strict=True,
    )
)
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
        label_axes(left, "Posts (share of voice)")
        tone_bars(right, table)
        right.set_yticks([])
        label_axes(right, "Share of the tone")
        figure.legend(
            *right.get_legend_handles_labels(), loc="outside lower right", ncols=3, frameon=False, fontsize=SMALL,
            handlelength=1.0,
        )  # fmt: skip

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

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        monthly = len(str(table.period.iloc[0])) > 4
        every = pd.period_range(table.period.min(), table.period.max(), freq="M" if monthly else "Y").astype(str)
        counts = table.pivot_table(index="period", columns="brand", values="posts", aggfunc="sum").reindex(every)
        for brand, (color, marker, dash) in zip(result.brands, LINES, strict=False):
            if brand.name in counts:
                axes.plot(
                    range(len(every)), counts[brand.name].fillna(0), color=color, marker=marker, linestyle=dash,
                    linewidth=1.8, markersize=5, label=shown(brand.name),
                )  # fmt: skip
        plain_axes(axes, grid="y")
        axes.set_ylim(bottom=0)
        whole_numbers(axes.yaxis)
        step = -(-len(every) // 12)
        axes.set_xticks(range(0, len(every), step), list(every[::step]))
        if monthly and len(every) > 6:
            axes.tick_params(axis="x", labelrotation=40, labelsize=SMALL)
        label_axes(axes, f"{'Month' if monthly else 'Year'} (UTC)", "Posts that name the brand")
        figure.legend(
            *axes.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=TEXT,
            handlelength=2.4,
        )  # fmt: skip

    return Chart("time", _title(result, "over time"), table, draw)


def _title(result: CompareBrands, what: str) -> str:
    about = f" {result.subject}" if result.subject else ""
    return f"{listed([short(brand.name, 20) for brand in result.brands])} {what}{about}"
