"""Key phrases and names as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    SMALL,
    Chart,
    label_axes,
    legend_below,
    note,
    plain_axes,
    rows_height,
    shown,
    whole_numbers,
)
from tools.extract_entities import ExtractEntities
from tools.extract_keywords import ExtractKeywords
from tools.library import Library
from tools.result.words import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 25
TYPES = {
    "person": ORANGE, "organization": BLUE, "product": GREEN, "location": PURPLE, "group": SKY, "work": RED,
}  # fmt: skip


def keyword_chart(library: Library, result: ExtractKeywords) -> Chart | None:
    """Bars of weight: how much a phrase sets these posts apart, the best being 1."""
    import pandas as pd
    import seaborn as sns

    if not result.keywords:
        return None
    rows = [(keyword.phrase, keyword.weight, keyword.posts) for keyword in result.keywords[:SHOWN]]
    table = pd.DataFrame(rows, columns=["phrase", "weight", "posts"])
    pasted = result.subject == "this text"

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        sns.barplot(x=table.weight, y=[str(row) for row in table.index], color=BLUE, width=0.66, ax=axes)
        for row, (weight, posts) in enumerate(zip(table.weight, table.posts, strict=True)):
            said = "" if pasted else count(int(posts), "post")
            axes.annotate(
                said, (weight, row), (4, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
            )
        plain_axes(axes)
        axes.set_yticks(range(len(table)), [shown(phrase, 34) for phrase in table.phrase])
        axes.set(xlim=(0, 1.18), ylim=(len(table) - 0.4, -0.6))
        axes.set_xticks([])
        label_axes(axes, "The longer the bar, the more the words set these posts apart")
        if not pasted:
            note(axes, f"{count(result.posts, 'post')} in all.")

    title = "Words that matter in this text" if pasted else f"Words that set posts {result.subject} apart"
    return Chart("phrases", title, table, draw, rows_height(len(table)))


def entity_chart(library: Library, result: ExtractEntities) -> Chart | None:
    """Bars of the number of posts that carry a name, coloured by what it names."""
    import pandas as pd

    if not result.entities:
        return None
    rows = [(e.name, e.type, e.posts, e.people, e.positive, e.negative) for e in result.entities[:SHOWN]]
    table = pd.DataFrame(rows, columns=["name", "type", "posts", "people", "positive", "negative"])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for kind, color in TYPES.items():
            own = table[table.type == kind]
            if len(own):
                axes.barh(own.index, own.posts, color=color, height=0.66, label=kind)
        for row, (posts, good, bad) in enumerate(zip(table.posts, table.positive, table.negative, strict=True)):
            axes.annotate(
                f"{posts:,}: {good:,} positive, {bad:,} negative", (posts, row), (4, 0), textcoords="offset points",
                va="center", fontsize=SMALL, color=INK,
            )  # fmt: skip
        plain_axes(axes)
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_yticks(range(len(table)), [shown(name, 34) for name in table.name])
        axes.set_xlim(0, 1.45 * float(table.posts.max()))
        whole_numbers(axes.xaxis)
        label_axes(axes, "Posts that carry the name, and their tone")
        legend_below(figure, axes)

    about = "this text" if result.subject == "this text" else f"posts {result.subject}"
    return Chart("names", f"Names in {about}", table, draw, rows_height(len(table), rest=1.5))
