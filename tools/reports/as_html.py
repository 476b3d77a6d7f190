"""A report as one HTML file: styles and pictures inside, nothing loaded from anywhere, and made to be printed."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.charts import Chart
from tools.exports.headings import heading
from tools.reports.contents import Report
from tools.reports.conversation import ConversationReport
from tools.result.cells import handle
from tools.result.line import one_line
from tools.result.markdown import byline
from tools.result.words import capital, percent

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER = Path(__file__).parent
TABLE_ROWS = 60  # of the figures behind a picture; a longer table is left out


def report_html(report: Report) -> str:
    """The whole document. Every word that does not stand in the template is escaped."""
    numbers = {post.text: number for number, post in reversed(list(enumerate(report.posts, 1)))}
    style = (FOLDER / "report.css").read_text(encoding="utf-8")
    return _template("report.html.j2").render(report=report, style=style, numbers=numbers)


def conversation_html(report: ConversationReport) -> str:
    """The same for the report of a conversation."""
    numbers = {post.text: number for number, post in reversed(list(enumerate(report.posts, 1)))}
    style = (FOLDER / "report.css").read_text(encoding="utf-8")
    return _template("conversation.html.j2").render(report=report, style=style, numbers=numbers)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals.update(percent=percent, width=_width, picture=_picture, rows=_rows, heading=heading)
    made.filters.update(byline=byline, capital=capital, one_line=one_line, handle=lambda user: handle(user).text)
    return made.get_template(name)


def _width(share: float, top: float) -> str:
    """How much of a bar that is full at ``top`` a share fills, in percent."""
    return f"{100 * min(max(share / top, 0.0), 1.0) if top > 0 else 0.0:.1f}"


def _picture(chart: Chart) -> str:
    """A picture as an address that holds it: as an image nothing in it can act."""
    return "data:image/svg+xml;base64," + base64.b64encode(chart.svg()).decode()


def _rows(chart: Chart) -> list[list[Any]]:
    """The figures behind a picture, in words; none where they are too many to read."""
    table = chart.table
    return (
        [[_written(value) for value in row] for row in table.itertuples(index=False)]
        if len(table) <= TABLE_ROWS
        else []
    )


def _written(value: Any) -> str:
    if str(value) in ("True", "False"):  # pandas has booleans of its own
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".") if value == value else "–"
    return one_line(str(value))
