"""Engagement as pictures: by group, and by hour and weekday."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.charts.canvas import (
    BLUE,
    INK,
    QUIET,
    SMALL,
    TEXT,
    Chart,
    label_axes,
    note,
    plain_axes,
    rows_height,
    shown,
)
from tools.engagement.groups import WEEK
from tools.library import Library
from tools.measure_engagement import ENGAGEMENT, KNOWN, TIME, MeasureEngagement, figure_words
from tools.result.tones import ENOUGH
from tools.result.words import count
from tools.selection.people import select_posts_among

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

HOURLY_POSTS = 1500  # from so many posts on the week is shown by hours, below by three hours
LEAST_POSTS = 3  # in a cell of the week
LEAST_CELLS = 4
QUIET_BAR = "#a9c9df"  # of groups with few posts


def engagement_chart(library: Library, result: MeasureEngagement) -> Chart | None:
    """The typical engagement of each group with its interval; None where the question asked for no groups."""
    import pandas as pd

    if not result.groups:
        return None
    rows = [(name, g.posts, g.typical, g.low, g.high, g.median, g.mean) for name, g in result.groups.items()]
    table = pd.DataFrame(rows, columns=[str(result.by), "posts", "typical", "low", "high", "median", "mean"])

    def draw(canvas: Figure) -> None:
        (_upright if result.by in ("hour", "month", "year", "weekday") else _flat)(canvas, table, result)

    height = 3.4 if result.by != "community" else rows_height(len(table))
    return Chart("engagement", f"Engagement {_of(result)}, by {result.by}", table, draw, height)


def week_chart(library: Library, result: MeasureEngagement) -> Chart | None:
    """A map of the week: mean engagement by weekday and hour; None where too few posts have a date."""
    found = _week(library, result)
    wide = 1 if found.posts.sum() >= HOURLY_POSTS else 3
    found["hour"] = found.hour // wide * wide
    summed = found.groupby(["weekday", "hour"], as_index=False)[["posts", "engagement"]].sum()
    table = summed.assign(mean=summed.engagement / summed.posts).drop(columns="engagement")
    cells = table[table.posts >= LEAST_POSTS]
    if len(cells) < LEAST_CELLS:
        return None

    def draw(canvas: Figure) -> None:
        import seaborn as sns

        axes = canvas.subplots()
        grid = cells.pivot_table(index="weekday", columns="hour", values="mean").reindex(
            index=list(range(7)), columns=list(range(0, 24, wide))
        )
        grid.index = [day[:3] for day in WEEK]
        written = wide > 1
        sns.heatmap(
            grid, ax=axes, cmap="cividis", robust=True, linewidths=0.8, linecolor="white", annot=written, fmt=".0f",
            annot_kws={"fontsize": SMALL}, cbar_kws={"pad": 0.02, "aspect": 18},
        )  # fmt: skip
        axes.set_facecolor("#f1f1f1")
        starts = range(0, 24, wide if written else 3)
        places = [start / wide + 0.5 for start in starts]
        axes.set_xticks(places, [f"{start:02d}" + (f"–{start + wide:02d}" if written else "") for start in starts])
        axes.tick_params(length=0, labelsize=TEXT, labelcolor=INK, labelrotation=0)
        bar = axes.collections[0].colorbar
        if bar is not None:
            bar.ax.tick_params(length=0, labelsize=SMALL, labelcolor=INK)
            bar.outline.set_visible(False)  # type: ignore[operator]
            bar.set_label("Engagement a post, on average", fontsize=SMALL, color=QUIET)
        label_axes(axes, "Hour of the day (UTC)", "")
        note(axes, f"{count(int(table.posts.sum()), 'post')}; grey: fewer than {LEAST_POSTS} posts. {_counted(result)}")

    told = table.assign(weekday=[WEEK[day] for day in table.weekday])
    return Chart("week", f"Engagement {_of(result)}, by weekday and hour", told, draw, 3.4)


def _week(library: Library, result: MeasureEngagement) -> pd.DataFrame:
    """Posts and their engagement, outliers drawn in as the result does, by weekday (0 is Monday) and hour."""
    selection = select_posts_among(library, topic=result.topic, user=result.user, **result.filters)
    return library.facts.frame(
        f"WITH known AS (SELECT {ENGAGEMENT} AS got, p.created_at FROM posts p WHERE {selection.where} AND {KNOWN}), "
        "ends AS (SELECT quantile_cont(got, 0.05) AS low, quantile_cont(got, 0.95) AS high FROM known) "
        f"SELECT (isodow({TIME}) - 1)::INT AS weekday, hour({TIME})::INT AS hour, count(*)::INT AS posts, "
        "sum(least(greatest(got, low), high))::DOUBLE AS engagement "
        "FROM known p, ends WHERE p.created_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        selection.values,
    )


def _upright(canvas: Figure, table: pd.DataFrame, result: MeasureEngagement) -> None:
    """Bars with whiskers in the order of time, each with how many posts it rests on."""
    axes = canvas.subplots()
    places = range(len(table))
    few = table.posts < ENOUGH
    axes.bar(places, table.typical, color=[QUIET_BAR if each else BLUE for each in few], width=0.7)
    for row in table[table.low.notna() & ~few].index:
        axes.plot([row, row], [table.low[row], table.high[row]], color=INK, linewidth=1.1)
    axes.axhline(result.everyone.typical, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
    plain_axes(axes, grid="y")
    names = [str(name) for name in table.iloc[:, 0]]
    names = [name[:3] if result.by == "weekday" else name.removesuffix(":00") for name in names]
    small = SMALL if len(names) <= 12 else SMALL - 1.5
    axes.set_xticks(list(places), [f"{shown(name)}\n{posts:,}" for name, posts in zip(names, table.posts, strict=True)])
    axes.tick_params(axis="x", labelsize=small)
    if result.by == "month" and len(names) > 6:
        axes.tick_params(axis="x", labelrotation=40, labelsize=SMALL)
    axes.set_ylim(bottom=min(0.0, float(table.typical.min())))
    label_axes(axes, f"{str(result.by).capitalize()} (UTC); below it the number of posts", "Engagement per post")
    note(axes, f"{_legend_of(result)} Pale: fewer than {ENOUGH} posts.")


def _flat(canvas: Figure, table: pd.DataFrame, result: MeasureEngagement) -> None:
    """Bars with whiskers, one below the other."""
    import seaborn as sns

    axes = canvas.subplots()
    sns.barplot(x=table.typical, y=[str(row) for row in table.index], color=BLUE, width=0.66, ax=axes)
    edges = table.high.astype(float).fillna(table.typical).clip(lower=table.typical)
    for row in table[table.low.notna() & (table.posts >= ENOUGH)].index:
        axes.plot([table.low[row], table.high[row]], [row, row], color=INK, linewidth=1.1)
    for row, (typical, edge) in enumerate(zip(table.typical, edges, strict=True)):
        axes.annotate(
            figure_words(typical),
            (edge, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
    axes.axvline(result.everyone.typical, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
    plain_axes(axes)
    names = [f"{shown(str(name))} ({posts:,})" for name, posts in zip(table.iloc[:, 0], table.posts, strict=True)]
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(min(0.0, float(table.typical.min())), 1.15 * float(edges.max()) or 1.0)
    label_axes(axes, "Engagement per post (in brackets the number of posts)")
    note(axes, _legend_of(result))


def _legend_of(result: MeasureEngagement) -> str:
    told = "Average in which no single post decides; the line shows where it very likely lies; dashed: all posts."
    return f"{told} {_counted(result)}"


def _counted(result: MeasureEngagement) -> str:
    return f"Engagement = {' + '.join(result.parts)}."


def _of(result: MeasureEngagement) -> str:
    return f"of posts {result.subject}" if result.subject else "of all posts"
