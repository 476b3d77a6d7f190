"""Groups of people as a map."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tools.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PAPER,
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
    shown,
)
from tools.library import Library
from tools.list_segments import ListSegments, grouping_of
from tools.result.words import count, percent

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

COLORS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, QUIET)
SHAPES = ("o", "s", "^")  # with eight colours enough for twenty groups
MOST_DOTS = 3000
LABEL_ROOM = 0.075  # between the numbers on the map, of its width
NAME_LETTERS = 60


def segment_chart(library: Library, result: ListSegments) -> Chart | None:
    """Everyone as a dot in the two leading principal components of their vectors, by group."""
    import pandas as pd

    grouping = grouping_of(library, result)
    flat = grouping.flat()
    table = pd.DataFrame(
        {
            "person": [f"@{name}" for name in grouping.people],
            "x": flat[:, 0],
            "y": flat[:, 1],
            "segment": grouping.labels + 1,
            "name": [result.segments[label].name for label in grouping.labels],
        }
    )

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, height_ratios=[3.6, 0.24 * len(result.segments)])
        dots = table if len(table) <= MOST_DOTS else table.sample(MOST_DOTS, random_state=0)
        small = 26 if len(dots) <= 400 else 10
        lower.axis("off")
        lower.set(xlim=(0, 1), ylim=(len(result.segments) - 0.5, -0.5))
        for label, segment in enumerate(result.segments):
            color, shape = COLORS[label % len(COLORS)], SHAPES[label // len(COLORS)]
            own = dots[dots.segment == label + 1]
            upper.scatter(own.x, own.y, s=small, c=color, marker=shape, alpha=0.75, linewidths=0.3, edgecolors=PAPER)
            size = f"{count(segment.people, 'person', 'people')}, {percent(segment.share)}"
            lower.plot(
                [0.02], [label], marker=shape, color=color, markersize=7, markeredgecolor=QUIET, markeredgewidth=0.3
            )
            lower.text(0.045, label, f"{label + 1}", fontsize=TEXT, fontweight="bold", color=INK, va="center")
            lower.text(0.09, label, shown(segment.name, NAME_LETTERS), fontsize=TEXT, color=INK, va="center")
            lower.text(1.0, label, size, fontsize=SMALL, color=QUIET, va="center", ha="right")
        middles = table.groupby("segment")[["x", "y"]].median().to_numpy()
        for label, place in enumerate(_apart(middles, flat)):
            upper.annotate(
                str(label + 1), middles[label], xytext=place, fontsize=TEXT, fontweight="bold", color=INK,
                ha="center", va="center", bbox={"boxstyle": "circle,pad=0.25", "fc": PAPER, "ec": QUIET, "lw": 0.6},
                arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
        plain_axes(upper, grid="both")
        upper.set(xticklabels=[], yticklabels=[])
        label_axes(upper, "First principal component (no unit)", "Second (no unit)")
        more = f"{len(dots):,} of {len(table):,} people shown. " if len(dots) < len(table) else ""
        told = f"{more}Who is near whom writes about alike things; the plane shows only a part of what parts them."
        upper.set_title("\n".join(textwrap.wrap(told, 92)), loc="left", fontsize=SMALL, color=QUIET, pad=8)

    who = f"people with posts {result.subject}" if result.subject else "people"
    title = f"{result.people:,} {who} in {count(len(result.segments), 'group')}"
    return Chart("segments", title, table, draw, 4.5 + 0.24 * len(result.segments))


def _apart(places: np.ndarray, dots: np.ndarray) -> np.ndarray:
    """``places`` (n, 2) moved away from each other until no two labels there overlap, on a map of ``dots``."""
    import numpy as np

    scale = np.ptp(dots, axis=0) + 1e-9
    moved = places / scale
    for _ in range(100):
        ways = moved[:, None] - moved[None]
        far = np.linalg.norm(ways, axis=2) + np.eye(len(moved))
        if (far >= LABEL_ROOM).all():
            break
        # Two in one place part along their numbers, so that nothing is left to chance.
        steps = np.where(
            far[..., None] < 1e-6, np.sign(np.subtract.outer(*[np.arange(len(moved))] * 2))[..., None], ways
        )
        push = steps / (far[..., None] + 1e-6) * np.clip(LABEL_ROOM - far, 0, None)[..., None]
        moved = moved + 0.5 * push.sum(axis=1)
    return moved * scale
