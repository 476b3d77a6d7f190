"""An audience as pictures: how likely each person is, and how much better than chance the ranking is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools.charts.canvas import (
    BLUE,
    GRID,
    INK,
    QUIET,
    SMALL,
    Chart,
    label_axes,
    note,
    percent_axis,
    plain_axes,
    rows_height,
    shown,
)
from tools.find_audience import FindAudience, Person
from tools.find_lookalikes import Lookalike
from tools.library import Library
from tools.result.words import count, percent, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Likely = Person | Lookalike
SHOWN_PEOPLE = 25
TOLD_SHARE = 0.1  # of the people, for which the lift is written out


def probability_chart(library: Library, result: FindAudience) -> Chart | None:
    """Bars of probability, with their intervals."""
    axis = "How likely to engage; the line shows where it lies in 8 of 10 cases"
    return chance_bars(result.people, f"Likeliest to engage with {short(result.campaign)}", axis, result.considered)


def chance_bars(everybody: Sequence[Likely], title: str, axis: str, considered: int) -> Chart | None:
    """A bar for each person with the interval across; None for nobody."""
    import pandas as pd
    import seaborn as sns

    people = everybody[:SHOWN_PEOPLE]
    if not people:
        return None
    table = pd.DataFrame(
        {
            "person": [f"@{person.user}" for person in people],
            "probability": [person.probability for person in people],
            "low": [person.low for person in people],
            "high": [person.high for person in people],
        }
    )

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        places = [str(place) for place in range(len(table))]  # not the names: two may look alike
        sns.barplot(x=table.probability, y=places, color=BLUE, width=0.66, ax=axes)
        ends = [(table.probability - table.low).clip(lower=0), (table.high - table.probability).clip(lower=0)]
        axes.errorbar(table.probability, places, xerr=ends, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5)
        for place, (share, edge) in enumerate(zip(table.probability, table.high, strict=True)):
            axes.annotate(
                percent(share), (max(share, edge), place), (4, 0), textcoords="offset points",
                va="center", fontsize=SMALL, color=INK,
            )  # fmt: skip
        plain_axes(axes)
        axes.set_yticks(range(len(table)), [shown(name) for name in table.person])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(0, min(1.0, 1.12 * float(table.high.max())) or 1.0)
        percent_axis(axes.xaxis)
        label_axes(axes, axis)
        rest = f"The first {len(table)} of {len(everybody):,}. " if len(everybody) > len(table) else ""
        note(axes, f"{rest}{count(considered, 'person', 'people')} ranked.")

    return Chart("audience", title, table, draw, rows_height(len(table)))


def lift_chart(library: Library, result: FindAudience) -> Chart | None:
    """Share of all who would engage that is reached, by the share of people contacted, likeliest first."""
    import pandas as pd

    points = _points(result.lift_curve)
    if len(points) < 2:
        return None
    table = pd.DataFrame(points, columns=["contacted", "reached"])

    def draw(figure: Figure) -> None:
        import numpy as np

        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.plot(table.contacted, table.reached, color=BLUE, linewidth=2.2)
        axes.fill_between(table.contacted, table.contacted, table.reached, color=BLUE, alpha=0.1, linewidth=0)
        axes.annotate(
            "in random order", (0.62, 0.62), (6, -12), textcoords="offset points", fontsize=SMALL, color=QUIET
        )
        reached = float(np.interp(TOLD_SHARE, table.contacted, table.reached))
        axes.plot([TOLD_SHARE], [reached], "o", color=BLUE, markersize=6)
        axes.annotate(
            f"the first {percent(TOLD_SHARE)} of people hold\n{percent(reached)} of those expected to engage",
            (TOLD_SHARE, reached), (12, -14 if reached > 0.2 else 10), textcoords="offset points",
            va="top" if reached > 0.2 else "bottom", fontsize=SMALL, color=INK,
            bbox={"facecolor": "#ffffff", "edgecolor": GRID, "pad": 2.5},
        )  # fmt: skip
        plain_axes(axes, grid="both")
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        percent_axis(axes.xaxis)
        percent_axis(axes.yaxis)
        label_axes(axes, "People contacted, likeliest first (share of all)", "Reached of those who would engage")

    return Chart(
        "lift", f"How many are reached by contacting the likeliest first: {short(result.campaign)}", table, draw, 3.8
    )


def _points(curve: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """(contacted, reached) from 0 to 1 in order, starting with nobody."""
    points = sorted((float(contacted), float(reached)) for contacted, reached in curve)
    return points if not points or points[0][0] == 0 else [(0.0, 0.0), *points]
