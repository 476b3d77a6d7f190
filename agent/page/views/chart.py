"""The pictures of a result, each with the table behind it."""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING

from markupsafe import Markup

from agent.page.views.html import part, render
from agent.page.views.shown import Shown
from tools.exports.headings import heading
from tools.library import Library

if TYPE_CHECKING:
    import pandas as pd

    from tools.charts import Chart

NOTHING_TO_DRAW = "A picture would say nothing here."
TABLE_ROWS = 100
DRAWING = threading.Lock()  # fonts and text layout are not made for several threads


def charts_of(library: Library | None, shown: Shown | None) -> list[Chart]:
    """The pictures of a result, looked for once; the one that says most comes first."""
    if library is None or shown is None:
        return []
    if shown.charts is None:
        from tools.charts import charts

        shown.charts = charts(library, shown.result, shown.args)
    return shown.charts


def picture(chart: Chart, kind: str) -> bytes:
    """``png`` or ``svg``."""
    with DRAWING:
        return chart.png() if kind == "png" else chart.svg()


def charts_html(library: Library, shown: Shown) -> Markup:
    """All pictures of a result, drawn now, each with its figures."""
    drawn = [(chart.title, chart.words, base64.b64encode(picture(chart, "png")).decode(), *_table(chart.table))
             for chart in charts_of(library, shown)]  # fmt: skip
    return render("charts.html.j2", drawn=drawn) if drawn else part("notice", NOTHING_TO_DRAW)


def _table(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    rows = [[_cell(value) for value in row] for row in frame.head(TABLE_ROWS).itertuples(index=False)]
    return [heading(str(name)) for name in frame.columns], rows


def _cell(value: object) -> str:
    if str(value) in ("True", "False"):  # pandas has booleans of its own
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".") if value == value else "–"
    return str(value)
