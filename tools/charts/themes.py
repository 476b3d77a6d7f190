"""Themes as bars of their share with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    INK,
    SMALL,
    TONES,
    Chart,
    label_axes,
    note,
    percent_axis,
    plain_axes,
    rows_height,
    shown,
)
from tools.library import Library
from tools.result.tones import leaning
from tools.result.words import count, percent
from tools.summarize_themes import SummarizeThemes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME_LETTERS = 34


def theme_chart(library: Library, result: SummarizeThemes) -> Chart | None:
    """Bars of share, coloured by the tone, with whiskers of the 95 % interval."""
    import pandas as pd

    if not result.themes:
        return None
    columns = ["name", "posts", "people", "share", "low", "high", "mean"]
    table = pd.DataFrame([[getattr(theme, name) for name in columns] for theme in result.themes], columns=columns)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        colors = [TONES.get(leaning(mean), TONES["neutral"]) for mean in table["mean"]]
        whiskers = [table.share - table.low, table.high - table.share]
        axes.barh(table.index, table.share, color=colors, height=0.6)
        axes.errorbar(table.share, table.index, xerr=whiskers, fmt="none", ecolor=INK, elinewidth=1, capsize=3)
        for row, theme in enumerate(result.themes):
            told = f"{count(theme.posts, 'post')}: {theme.positive:,} positive, {theme.negative:,} negative"
            axes.annotate(
                told, (theme.high, row), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
            )
        plain_axes(axes)
        axes.set(ylim=(len(table) - 0.5, -0.5), xlim=(0, 1.45 * float(table.high.max())))
        axes.set_yticks(range(len(table)), [shown(name, NAME_LETTERS) for name in table.name])
        percent_axis(axes.xaxis)
        label_axes(axes, "Share of the posts (line: where it very likely lies; colour: tone)")
        note(axes, f"{count(result.posts, 'post')} in all; {percent(result.nowhere)} fit in no theme.")

    scope = f"posts {result.subject}" if result.subject else "all posts"
    return Chart("themes", f"Themes in {scope}", table, draw, rows_height(len(table), row=0.34))
