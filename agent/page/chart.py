"""The pictures of a result, each with the table behind it."""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING

from agent.page.conversation import Shown
from agent.page.html import esc, notice, table
from tools.library import Library

if TYPE_CHECKING:
    import pandas as pd

    from tools.charts import Chart

NOTHING_TO_DRAW = "A picture would say nothing here."
TABLE_ROWS = 100
_DRAWING = threading.Lock()  # fonts and text layout are not made for several threads


def charts_of(library: Library | None, shown: Shown | None) -> list[Chart]:
    """The pictures of a result, looked for once; the one that says most comes first."""
    if library is None or shown is None:
        return []
    if shown.charts is None:
        from tools.charts import charts

        shown.charts = charts(library, shown.result)
    return shown.charts


def picture(chart: Chart, kind: str) -> bytes:
    """``png`` or ``svg``."""
    with _DRAWING:
        return chart.png() if kind == "png" else chart.svg()


def charts_html(library: Library, shown: Shown) -> str:
    """All pictures of a result, drawn now."""
    found = charts_of(library, shown)
    return "".join(map(_figure, found)) or notice(NOTHING_TO_DRAW)


def _figure(chart: Chart) -> str:
    data = base64.b64encode(picture(chart, "png")).decode()
    return (
        f'<figure class="drawn"><img class="chart" alt="{esc(chart.title)}" src="data:image/png;base64,{data}">'
        f"<details><summary>The figures behind it</summary>{_table(chart.title, chart.table)}</details></figure>"
    )


def _table(title: str, frame: pd.DataFrame) -> str:
    rows = [[esc(_cell(value)) for value in row] for row in frame.head(TABLE_ROWS).itertuples(index=False)]
    return table(title, [str(name) for name in frame.columns], rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".") if value == value else "–"
    return str(value)
