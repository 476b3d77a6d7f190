"""Small pieces around the result: the list of conversations, the audience query as fields, and what can be saved."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from agent.page.about import about_index
from agent.page.chart import charts_of, picture
from agent.page.conversation import Shown
from agent.page.downloads import (
    Download,
    call_line,
    conversation_markdown,
    file_name,
    result_json,
    script,
    text_download,
)
from agent.page.html import action, esc
from agent.page.result import title
from agent.page.sessions import Visit
from tools.find_audience import FindAudience
from tools.library import Library
from tools.result.words import listed

QUERY = ("campaign", "interests", "limit", "since", "until", "community")
NARROWED = {"community": "in", "since": "since", "until": "until"}  # how a question says it
DOWNLOADS = ("csv", "json", "png", "svg", "result", "markdown", "script")
TITLE_SHOWN = 60  # characters of a conversation's title


def waiting_html(doing: str) -> str:
    """What stands where something is about to come."""
    lines = "<i></i>" * 3
    return f'<p class="quiet" role="status">{esc(doing)} …</p><div class="wait" aria-hidden="true">{lines}</div>'


def talks_html(visit: Visit) -> str:
    """The conversations of this browser, the latest first."""
    rows = []
    for place, held in reversed(list(enumerate(visit.session.conversations))):
        name = " ".join(held.title.split()) or "New conversation"
        name = name if len(name) <= TITLE_SHOWN else name[: TITLE_SHOWN - 1] + "…"
        current = ' aria-current="true"' if held is visit.conversation else ""
        button = action("talk", place, f'<span dir="auto">{esc(name)}</span>', kind="talk")
        drop = action("drop", place, "✕", kind="drop", label=f"Delete the conversation: {name}") if held.asked else ""
        rows.append(f"<li>{button.replace(' data-act', current + ' data-act', 1)}{drop}</li>")
    return (
        f'<h2>Conversations</h2><ul class="talks">{"".join(rows)}</ul>'
        '<p class="quiet">Only this browser can open them. The latest 30 are kept; ✕ deletes one.</p>'
    )


def query_values(shown: Shown | None) -> list[Any]:
    """The audience query in use, in the order of ``QUERY``; nothing for other results."""
    if shown is None or not isinstance(shown.result, FindAudience):
        return ["", "", 10, "", "", ""]
    query, args = shown.result.query, shown.args
    interests = ", ".join(query.interests)
    narrowed = [str(args.get(name) or "") for name in QUERY[3:]]
    return [query.campaign, interests, int(args.get("limit") or 10), *narrowed]


def query_args(fields: Mapping[str, Any], before: Shown | None = None) -> dict[str, Any]:
    """The fields as arguments of ``find_audience``; an empty one is not given.

    Interests that the index had found ``before``, and that nobody touched, are left to be found again: what is given
    counts for more, and an unchanged query must give an unchanged result.
    """
    args: dict[str, Any] = {"campaign": str(fields["campaign"] or "").strip()}
    interests = [part.strip() for part in str(fields["interests"] or "").split(",") if part.strip()]
    if interests and not _untouched(fields, before):
        args["interests"] = interests
    if fields["limit"] is not None:
        args["limit"] = fields["limit"]
    return args | {name: text for name in QUERY[3:] if (text := str(fields[name] or "").strip())}


def query_words(args: Mapping[str, Any]) -> str:
    """The audience query as a question, so that the next question can lean on it."""
    parts = [f"Who would engage with {args['campaign']}"]
    if args.get("interests"):
        parts.append(f"interested in {listed(args['interests'])}")
    parts += [f"{word} {args[name]}" for name, word in NARROWED.items() if args.get(name)]
    return ", ".join(parts) + "?"


def _untouched(fields: Mapping[str, Any], before: Shown | None) -> bool:
    """Whether the interests are still those that the query on show found by itself."""
    if before is None or not isinstance(before.result, FindAudience) or not before.result.query.interests_found:
        return False
    return str(fields["interests"] or "").strip() == query_values(before)[1]


def call_list_html(visit: Visit, library: Library | None) -> str:
    """The calls of a conversation as commands that can be read before they are saved."""
    if library is None or not visit.conversation.shown:
        return ""
    lines = [call_line(shown.name, shown.args, library.path) for shown in visit.conversation.shown]
    return f"<h4>The calls of this conversation</h4><pre>{esc(chr(10).join(lines))}</pre>"


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
    name = file_name(title(shown), kind)
    if kind in ("png", "svg"):
        type_ = "image/png" if kind == "png" else "image/svg+xml"
        return next((Download(name, type_, picture(chart, kind)) for chart in charts_of(library, shown)), None)
    if isinstance(shown.result, FindAudience):
        return _audience(kind, name, shown.result, library)
    return None


def _audience(kind: str, name: str, result: FindAudience, library: Library) -> Download:
    from tools.exports import audience_csv, audience_json

    if kind == "csv":
        return text_download(name, "text/csv", audience_csv(library, result))
    return text_download(name, "application/json", audience_json(library, result))
