"""What can be taken away from the page: a result as a file, its chart, the conversation, and the calls as a script."""

from __future__ import annotations

import base64
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
from agent.page.views.shown import Shown
from tools.brief.found import WriteBrief
from tools.exports.about import NO_MODEL, Taken, command
from tools.exports.names import export_name
from tools.library import Library
from tools.reports.conversation import Exchange
from tools.result.line import one_line

UNKNOWN = "not recorded"  # in conversations of earlier versions
DOWNLOADS = ("csv", "xlsx", "md", "json", "png", "svg", "html", "talk", "markdown", "script")
TYPES = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json;charset=utf-8",
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


def text_download(name: str, type_: str, text: str) -> Download:
    return Download(name, f"{type_};charset=utf-8", text.encode("utf-8", "replace"))


def taken_away(shown: Shown, library: Library) -> Taken:
    """A result with the question that it answers, the chat model that did so and when; what was run again by hand,
    no model took part in.
    """
    model = (shown.model or UNKNOWN) if shown.asked else NO_MODEL
    return Taken(library, shown.result, shown.name, shown.args, shown.asked, model, shown.made_on)


def models_of(shown: Sequence[Shown], model: str) -> str:
    """The chat models that answered in a conversation; where none is known, the ``model`` that would answer now."""
    return ", ".join(dict.fromkeys(each.model for each in shown if each.model not in ("", NO_MODEL))) or model


def call_line(name: str, args: dict[str, Any], index: Path) -> str:
    """A call as a command of the shell, which prints JSON."""
    return f"{command(name, args, str(index))} --json"


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


def exchanges_of(conversation: Conversation, library: Library) -> list[Exchange]:
    """Each question with what was answered; what was run by hand stands under its own name."""
    exchanges = list[Exchange]()
    ends = [(each.messages, each.shown) for each in conversation.asked[1:]]
    ends.append((len(conversation.messages), len(conversation.shown)))
    for asked, (messages, shown) in zip(conversation.asked, ends, strict=True):
        results = [taken_away(each, each.library or library) for each in conversation.shown[asked.shown : shown]]
        answers = [each for each in conversation.messages[asked.messages : messages] if "said" in each]
        said = [] if results else [line for each in answers for line in str(each["said"]).splitlines() if line.strip()]
        missing = [str(sentence) for each in answers for sentence in each.get("missing", ())]
        exchanges.append(Exchange(asked.question, results, said, missing))
    if not conversation.asked:
        by_hand = [taken_away(each, each.library or library) for each in conversation.shown]
        exchanges = [Exchange(taken.title, [taken]) for taken in by_hand]
    return exchanges


def call_list_html(visit: Visit, library: Library | None) -> str:
    """The calls of a conversation as commands that can be read before they are saved."""
    if library is None or not visit.conversation.shown:
        return ""
    lines = [call_line(shown.name, shown.args, library.path) for shown in visit.conversation.shown]
    return render("calls.html.j2", calls="\n".join(lines))


def downloads(kind: str, visit: Visit, library: Library, model: str) -> Download | None:
    """The file that a button of "Take away" saves; None where there is nothing to save. ``model`` answers now."""
    if kind == "markdown":
        model = models_of(visit.conversation.shown, model)
        text = conversation_markdown(visit.conversation, about_index(library.manifest, model))
        return text_download("conversation.md", "text/markdown", text)
    if kind == "talk":
        from tools.reports.saving import conversation_bytes

        if not visit.conversation.shown:
            return None
        with DRAWING:
            made = conversation_bytes(exchanges_of(visit.conversation, library))
        return Download("conversation.html", TYPES["html"], made)
    if kind == "script":
        return text_download("calls.sh", "text/x-shellscript", script(visit.conversation.shown, library.path))
    shown = visit.shown
    if shown is None or (kind == "html" and not isinstance(shown.result, WriteBrief)):
        return None
    taken = taken_away(shown, library)
    name = export_name(taken.tool, taken.given, kind)
    if kind in ("png", "svg"):
        return next((Download(name, TYPES[kind], picture(chart, kind)) for chart in charts_of(library, shown)), None)
    from tools.exports.saving import export_bytes

    with DRAWING:  # a report has pictures
        return Download(name, TYPES[kind], export_bytes(taken, name))
