"""Results to read and to hand to programs: Markdown, in which names and posts are only words, and JSON."""

from __future__ import annotations

import json
from typing import Any

from tools.exports.about import Taken, about_lines, index_identity
from tools.exports.headings import heading
from tools.exports.tables import LINES, POSTS, Table, Value, main_table
from tools.find_audience import FindAudience
from tools.result.evidence import Evidence
from tools.result.line import one_line
from tools.result.markdown import bullets, byline, code, line_lists, plain, table
from tools.result.words import shortened

LONGEST_CELL = 80  # characters in a table of Markdown; what is longer is cut, for the lines above it say it whole
NOTHING = "This result holds no rows."


def markdown_text(taken: Taken) -> str:
    """Title, what was asked of which posts, the result's own lines, its limits, its table, and the posts whole."""
    result, main = taken.result, main_table(taken.library, taken.result)
    blocks = [f"# {plain(taken.title)}", _about(taken), f"**{plain(result.headline.text)}**"]
    # Where the posts are what is listed, they stand below, whole.
    lines = [each for each in result.lines if not (main.name == POSTS and each.role == "post")]
    blocks += line_lists(lines)
    if result.warnings:
        blocks += ["## What limits this", bullets(taken.limits)]
    if main.name not in (LINES, POSTS):
        blocks += [f"## {heading(main.name)}", _table(main)]
    if result.evidence:
        blocks += ["## Posts", *(_post(post) for post in result.evidence)]
    return "\n\n".join(blocks) + "\n"


def _about(taken: Taken) -> str:
    """What an export states, as a list; the command can be copied."""
    lines = about_lines(taken)
    return "\n".join(f"- {name}: {code(value) if value == taken.again else plain(value)}" for name, value in lines)


def _table(main: Table) -> str:
    """The columns that are not wordy; a single row stands upright."""
    if not main.rows:
        return NOTHING
    kept = [place for place, column in enumerate(main.columns) if column not in main.wordy]
    heads = [heading(main.columns[place]) for place in kept]
    rows = [[_cell(row[place]) for place in kept] for row in main.rows]
    return table(list(zip(heads, rows[0], strict=True))) if len(rows) == 1 else table(rows, heads)


def _cell(value: Value) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{int(value) if value == int(value) else value:,}"
    return shortened(one_line(value), LONGEST_CELL)


def _post(post: Evidence) -> str:
    """A post whole, as a quotation, and who wrote it."""
    return f"> “{plain(post.text)}”\n>\n> — {plain(byline(post))}"


def json_text(taken: Taken) -> str:
    """All fields of the result, with the call that made it and the identity of the index and of its models.

    People of an audience have their ``handle`` beside the fields of ``tools.find_audience.Person``.
    """
    data: dict[str, Any] = taken.result.to_dict()
    if isinstance(taken.result, FindAudience):
        data["people"] = [{"handle": person["user"], **person} for person in data["people"]]
    stated = {
        "call": {"name": taken.tool, "args": taken.given},
        "export": {
            "title": taken.title,
            "question": taken.question or None,
            "model": taken.model,
            "made_on": taken.made_on.isoformat(),
        },
        "index": index_identity(taken.library),
    }
    return json.dumps({**stated, **data}, ensure_ascii=False, indent=1) + "\n"
