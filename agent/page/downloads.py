"""What can be taken away from the page: people as a table, the chart, the conversation, and the calls as a script."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.page.conversation import Conversation
from agent.page.sessions import Visit
from agent.page.views.about import about_index
from agent.page.views.chart import DRAWING, charts_of, picture
from agent.page.views.html import render
from agent.page.views.markdown import literal
from agent.page.views.shown import Shown, title
from tools.brief.found import WriteBrief
from tools.find_audience import FindAudience
from tools.library import Library
from tools.result.line import one_line
from tools.result.result import ToolResult

DOWNLOADS = ("csv", "json", "png", "svg", "result", "html", "md", "markdown", "script")
TYPES = {
    "html": "text/html;charset=utf-8",
    "md": "text/markdown;charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Download:
    """A file as the browser saves it; the page itself writes none."""

    name: str
    type: str
    data: bytes

    def to_dict(self) -> dict[str, str]:
        """Plain data for the browser."""
        return {"name": self.name, "type": self.type, "data": base64.b64encode(self.data).decode()}


def file_name(words: str, ending: str) -> str:
    """A file name of nothing but letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")[:60].strip("-")
    return f"{plain or 'result'}.{ending}"


def text_download(name: str, type_: str, text: str) -> Download:
    return Download(name, f"{type_};charset=utf-8", text.encode("utf-8", "replace"))


def result_json(shown: Shown) -> Download:
    """A result with all its fields and the call that made it."""
    data = {"call": {"name": shown.name, "args": shown.args}, **shown.result.to_dict()}
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return text_download(file_name(shown.name, "json"), "application/json", text)


def call_line(name: str, args: dict[str, Any], index: Path) -> str:
    """A call as a command of the shell."""
    words = ["analyst", "call", name]
    words += [f"{key}={_argument(value)}" for key, value in args.items() if value is not None]
    return shlex.join([*words, "--index", str(index), "--json"])


def _argument(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def script(shown: Sequence[Shown], index: Path) -> str:
    """All calls of a conversation; run in a shell it gives the same results, one JSON object a line."""
    lines = [
        "#!/bin/sh",
        "# The calls behind a conversation with Audience Analyst; each prints its result as JSON.",
        "set -e",
    ]
    asked = ""
    for each in shown:
        if each.asked and each.asked != asked:
            lines += ["", f"# {one_line(each.asked)}"]
            asked = each.asked
        lines.append(call_line(each.name, each.args, index))
    return "\n".join([*lines, ""])


def conversation_markdown(conversation: Conversation, about: str) -> str:
    """What was said, as on the page: questions as headings, calls folded into quotations, answers."""
    parts = ["# Conversation with Audience Analyst", literal(about)]
    for message in conversation.messages:
        words, metadata = str(message.get("said", message["content"])), message.get("metadata")
        if message["role"] == "user":
            parts.append("## " + " ".join(words.split()))
        elif metadata:
            note = f"{metadata.get('log') or ''} {metadata.get('duration', 0):.2f} s".strip()
            parts.append(f"> {metadata['title']} ({note})")
        else:
            parts.append(words)
    return "\n\n".join([*parts, ""])


def call_list_html(visit: Visit, library: Library | None) -> str:
    """The calls of a conversation as commands that can be read before they are saved."""
    if library is None or not visit.conversation.shown:
        return ""
    lines = [call_line(shown.name, shown.args, library.path) for shown in visit.conversation.shown]
    return render("calls.html.j2", calls="\n".join(lines))


def downloads(kind: str, visit: Visit, library: Library) -> Download | None:
    """The file that a button of "Take away" saves; None where there is nothing to save."""
    if kind == "markdown":
        about = about_index(library.manifest, shlex.quote(library.path.name))
        text = conversation_markdown(visit.conversation, about)
        return text_download("conversation.md", "text/markdown", text)
    if kind == "script":
        return text_download("calls.sh", "text/x-shellscript", script(visit.conversation.shown, library.path))
    shown = visit.shown
    if shown is None:
        return None
    if kind == "result":
        return result_json(shown)
    name = file_name(title(shown.name, shown.args), kind)
    if kind in ("png", "svg"):
        return next((Download(name, TYPES[kind], picture(chart, kind)) for chart in charts_of(library, shown)), None)
    if kind in ("html", "md"):
        return _report(kind, name, shown.result, library)
    if isinstance(shown.result, FindAudience):
        return _audience(kind, name, shown.result, library)
    return None


def _report(kind: str, name: str, result: ToolResult, library: Library) -> Download | None:
    from tools.reports.saving import report_bytes

    if not isinstance(result, WriteBrief):
        return None
    with DRAWING:
        return Download(name, TYPES[kind], report_bytes(library, result, name))


def _audience(kind: str, name: str, result: FindAudience, library: Library) -> Download:
    from tools.exports import audience_csv, audience_json

    if kind == "csv":
        return text_download(name, "text/csv", audience_csv(library, result))
    return text_download(name, "application/json", audience_json(library, result))
