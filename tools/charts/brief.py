"""A brief as pictures: those of its parts, and how many posts praise or complain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.brief.found import WriteBrief
from tools.brief.telling import TENTH_OF
from tools.charts.audience import lift_chart, probability_chart
from tools.charts.canvas import Chart, label_axes, note, rows_height
from tools.charts.engagement import week_chart
from tools.charts.sentiment import tone_bars, tone_legend
from tools.charts.themes import theme_chart
from tools.library import Library
from tools.result.words import count, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def brief_audience_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """How likely each person is."""
    return probability_chart(library, brief.audience)


def brief_lift_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """What the ranking gains; nothing where it is little more than a guess, or of very few people."""
    if brief.is_guess or brief.audience.considered < TENTH_OF:
        return None
    return lift_chart(library, brief.audience)


def brief_tone_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """One bar: the posts that complain, do neither and praise, counted as the brief tells them."""
    import pandas as pd

    if brief.praise is None or brief.complaints is None:
        return None
    sides = {"negative": brief.complaints.value, "positive": brief.praise.value}
    numbers = {**sides, "neutral": brief.posts - sum(sides.values())}
    table = pd.DataFrame([{"posts": brief.posts, **{tone: number / brief.posts for tone, number in numbers.items()}}])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        tone_bars(axes, table)
        axes.set_yticks([0], [""])
        label_axes(axes, "Share of the posts; in the bars how many")
        each = f"{numbers['positive']:,} positive, {numbers['neutral']:,} neutral, {numbers['negative']:,} negative"
        note(axes, f"{count(brief.posts, 'post')}: {each}.")
        tone_legend(figure, axes)

    title = f"Posts about {short(brief.campaign)} by their tone toward it"
    return Chart("tone", title, table, draw, rows_height(1, least=2.1))


def brief_praise_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """What is liked."""
    drawn = brief.praise_themes and theme_chart(library, brief.praise_themes)
    return replace(drawn, name="praise") if drawn else None


def brief_complaint_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """What is disliked."""
    drawn = brief.complaint_themes and theme_chart(library, brief.complaint_themes)
    return replace(drawn, name="complaints") if drawn else None


def brief_week_chart(library: Library, brief: WriteBrief) -> Chart | None:
    """When posts get reactions."""
    return week_chart(library, brief.timing) if brief.timing is not None else None
