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
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.library import Library
from tools.result.tones import ENOUGH, leaning
from tools.result.words import count
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
        sure = result.posts >= ENOUGH  # of fewer posts there is no range to tell
        axes.barh(table.index, table.posts, color=colors, height=0.6)
        ends = table.high * result.posts if sure else table.posts
        if sure:
            whiskers = [(table.share - table.low) * result.posts, (table.high - table.share) * result.posts]
            axes.errorbar(table.posts, table.index, xerr=whiskers, fmt="none", ecolor=INK, elinewidth=1, capsize=3)
        for row, theme in enumerate(result.themes):
            told = f"{theme.posts:,}: {theme.positive:,} positive, {theme.negative:,} negative"
            axes.annotate(
                told, (ends[row], row), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
            )
        plain_axes(axes)
        axes.set(ylim=(len(table) - 0.5, -0.5), xlim=(0, 1.8 * float(ends.max())))
        axes.set_yticks(range(len(table)), [shown(name, NAME_LETTERS) for name in table.name])
        whole_numbers(axes.xaxis)
        line = "line: where the number very likely lies; " if sure else ""
        label_axes(axes, f"Posts ({line}colour: tone)")
        nowhere = round(result.nowhere * result.posts)
        note(axes, f"{count(result.posts, 'post')} in all" + (f"; {nowhere:,} fit in no theme." if nowhere else "."))

    scope = f"posts {result.subject}" if result.subject else "all posts"
    return Chart("themes", f"Themes in {scope}", table, draw, rows_height(len(table), row=0.34))
