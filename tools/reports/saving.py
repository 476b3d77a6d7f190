"""A report into a file, in the form that its name asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from index.errors import AnalystError
from tools.brief.found import WriteBrief
from tools.exports.about import NO_MODEL
from tools.files import check_target, write_whole
from tools.library import Library
from tools.reports.contents import report_of
from tools.reports.conversation import Exchange, conversation_report
from tools.result.result import ToolResult

REPORTS = (".html", ".md")
CONVERSATIONS = (".html",)


def check_report(path: Path) -> None:
    """Raises AnalystError if no report can be written there, before anything is computed."""
    check_target(path, REPORTS, "A report")


def save_report(library: Library, result: ToolResult, path: Path) -> None:
    """Write the report of a brief, whole or not at all. Raises AnalystError for other results and where it cannot."""
    check_report(path)
    if not isinstance(result, WriteBrief):
        raise AnalystError("Only a brief makes a report", todo="Use write_brief; --json prints any result.")
    write_whole(path, report_bytes(library, result, path.name))


def conversation_bytes(exchanges: Sequence[Exchange]) -> bytes:
    """A conversation as one HTML file, as of today. Raises AnalystError if no tool found anything in it."""
    from tools.reports.as_html import conversation_html

    return conversation_html(conversation_report(exchanges, date.today())).encode("utf-8", "replace")


def save_conversation(exchanges: Sequence[Exchange], path: Path) -> None:
    """Write the report of a conversation. Raises AnalystError where there is none, and where it cannot write."""
    check_target(path, CONVERSATIONS, "The report of a conversation")
    write_whole(path, conversation_bytes(exchanges))


def report_bytes(library: Library, brief: WriteBrief, name: str, *, question: str = "", model: str = NO_MODEL) -> bytes:
    """What a report called ``name`` holds, as of today: for a ``question`` that a chat ``model`` took, or by hand."""
    from tools.reports.as_html import report_html
    from tools.reports.as_markdown import report_markdown

    made = report_of(library, brief, date.today(), name, question=question, model=model)
    text = report_markdown(made) if name.lower().endswith(".md") else report_html(made)
    return text.encode("utf-8", "replace")
