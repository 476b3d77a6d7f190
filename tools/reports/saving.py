"""A report into a file, in the form that its name asks for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from index.errors import AnalystError
from tools.brief.found import WriteBrief
from tools.exports.about import NO_MODEL
from tools.files import check_target, write_whole
from tools.library import Library
from tools.reports.contents import report_of
from tools.result.result import ToolResult

REPORTS = (".html", ".md")


def check_report(path: Path) -> None:
    """Raises AnalystError if no report can be written there, before anything is computed."""
    check_target(path, REPORTS, "A report")


def save_report(library: Library, result: ToolResult, path: Path) -> None:
    """Write the report of a brief, whole or not at all. Raises AnalystError for other results and where it cannot."""
    check_report(path)
    if not isinstance(result, WriteBrief):
        raise AnalystError("Only a brief makes a report", todo="Use write_brief; --json prints any result.")
    write_whole(path, report_bytes(library, result, path.name))


def report_bytes(library: Library, brief: WriteBrief, name: str, *, question: str = "", model: str = NO_MODEL) -> bytes:
    """What a report called ``name`` holds, as of today: for a ``question`` that a chat ``model`` took, or by hand."""
    from tools.reports.as_html import report_html
    from tools.reports.as_markdown import report_markdown

    made = report_of(library, brief, date.today(), name, question=question, model=model)
    text = report_markdown(made) if name.lower().endswith(".md") else report_html(made)
    return text.encode("utf-8", "replace")
