"""Results into files, in the form that a file's name asks for; and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from tools.brief.found import WriteBrief
from tools.charts import charts
from tools.charts.canvas import ENDINGS
from tools.exports.about import Taken
from tools.exports.as_table import csv_text, xlsx_bytes
from tools.exports.as_text import json_text, markdown_text
from tools.files import check_target, write_whole
from tools.library import Library
from tools.reports.saving import report_bytes
from tools.result.result import ToolResult

EXPORTS = (".csv", ".xlsx", ".json", ".md")
REPORT = ".html"  # which only a brief has
NOTHING = "There is nothing to export: no tool found an answer to this question"


def check_export(path: Path, tool: str = "") -> None:
    """Raises AnalystError if a result of ``tool`` cannot be exported there, before anything is computed."""
    check_target(path, (*EXPORTS, REPORT) if tool == "write_brief" else EXPORTS, "An export")


def check_names(tool: str, *, chart: Path | None, export: Path | None) -> None:
    """Raises AnalystError if one of these files cannot be written for this tool, before anything is computed."""
    if chart is not None:
        check_target(chart, ENDINGS, "A chart")
    if export is not None:
        check_export(export, tool)


def export_bytes(taken: Taken, name: str) -> bytes:
    """What an export called ``name`` holds. Raises AnalystError for an ending that the result does not have.

    The Markdown and the HTML of a brief are its report (``tools.reports``).
    """
    ending = Path(name).suffix.lower()
    if isinstance(taken.result, WriteBrief) and ending in (REPORT, ".md"):
        return report_bytes(taken.library, taken.result, name, question=taken.question, model=taken.model)
    if ending == ".xlsx":
        return xlsx_bytes(taken)
    makers = {".csv": csv_text, ".json": json_text, ".md": markdown_text}
    if ending not in makers:
        check_export(Path(name), taken.tool)
        raise AnalystError("Only a brief makes a report", todo="Use write_brief, or another ending.")
    return makers[ending](taken).encode("utf-8", "replace")


def save(taken: Taken, *, chart: Path | None, export: Path | None) -> list[Path]:
    """Write the files asked for; all that were written, in order. Raises AnalystError where it cannot."""
    saved = save_charts(taken.library, taken.result, chart, taken.given) if chart is not None else []
    return [*saved, *(save_exports([taken], export) if export is not None else [])]


def save_exports(results: Sequence[Taken], path: Path) -> list[Path]:
    """Write each result as the name says: the first to ``path``, others beside it with -2, -3 … added.

    Raises AnalystError if there is none, and where it cannot write.
    """
    if not results:
        raise AnalystError(NOTHING, todo="Ask for people, posts or figures, or leave --export out.")
    paths = [path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, len(results) + 1))]
    for name, taken in zip(paths, results, strict=True):
        check_export(name, taken.tool)
        write_whole(name, export_bytes(taken, name.name))
    return paths


def save_charts(library: Library, result: ToolResult, path: Path, given: Mapping[str, Any] | None = None) -> list[Path]:
    """Write every picture of a result: the first to ``path``, others beside it with their name added.

    Raises AnalystError if the result has no picture, and where it cannot write.
    """
    check_target(path, ENDINGS, "A chart")
    drawn = charts(library, result, given)
    if not drawn:
        raise AnalystError("There is nothing to draw in this result", todo="Leave --chart out.")
    names = [path, *(path.with_stem(f"{path.stem}-{chart.name}") for chart in drawn[1:])]
    for name, chart in zip(names, drawn, strict=True):
        chart.save(name)
    return names
