"""An audience to take away: CSV for spreadsheets, JSON for programs; and pictures into files."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from tools.charts import charts
from tools.charts.canvas import ENDINGS
from tools.files import check_target, write_whole
from tools.find_audience import FindAudience, Person
from tools.library import Library
from tools.result.line import one_line
from tools.result.result import ToolResult

EXPORTS = (".csv", ".json")
ONLY_AUDIENCES, OTHERWISE = "Only an audience can be exported", "Use find_audience; --json prints any result."
COLUMNS = ("handle", "probability", "low", "high", "reasons", "against", "evidence", "campaign", "interests", "index")
# What a spreadsheet takes for the beginning of a formula, in its narrow and its wide form. What nobody sees, and the
# signs by which spreadsheets of other countries part cells, may stand before it.
_HIDES = (
    r"\s\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_PARTS = ";,|"
_BEGINS = r"=+\-@＝＋－＠"
_FORMULA = re.compile(rf"[{_HIDES}{_PARTS}\"]*[{_BEGINS}\t\r\n]")
_INSIDE = re.compile(rf"([{_PARTS}\"]+[{_HIDES}{_PARTS}\"]*)(?=[{_BEGINS}](?![\d.,]+[ %]*(?:[\s{_PARTS}]|$)|\s))")


def check_names(tool: str, *, chart: Path | None, export: Path | None) -> None:
    """Raises AnalystError if one of these files cannot be written for this tool, before anything is computed."""
    if chart is not None:
        check_target(chart, ENDINGS, "A chart")
    if export is not None:
        if tool != "find_audience":
            raise AnalystError(ONLY_AUDIENCES, todo=OTHERWISE)
        check_target(export, EXPORTS, "An export")


def save(library: Library, result: ToolResult, *, chart: Path | None, export: Path | None) -> list[Path]:
    """Write the files asked for; all that were written, in order. Raises AnalystError where it cannot."""
    saved = save_charts(library, result, chart) if chart is not None else []
    if export is not None:
        save_audience(library, result, export)
        saved.append(export)
    return saved


def save_audience(library: Library, result: ToolResult, path: Path) -> None:
    """Write an audience as its name says. Raises AnalystError for other results and where it cannot write."""
    check_target(path, EXPORTS, "An export")
    if not isinstance(result, FindAudience):
        raise AnalystError(ONLY_AUDIENCES, todo=OTHERWISE)
    make = audience_csv if path.suffix.lower() == ".csv" else audience_json
    write_whole(path, make(library, result).encode("utf-8", "replace"))


def save_charts(library: Library, result: ToolResult, path: Path) -> list[Path]:
    """Write every picture of a result: the first to ``path``, others beside it with their name added.

    Raises AnalystError if the result has no picture, and where it cannot write.
    """
    check_target(path, ENDINGS, "A chart")
    drawn = charts(library, result)
    if not drawn:
        raise AnalystError("There is nothing to draw in this result", todo="Leave --chart out.")
    names = [path, *(path.with_stem(f"{path.stem}-{chart.name}") for chart in drawn[1:])]
    for name, chart in zip(names, drawn, strict=True):
        chart.save(name)
    return names


def audience_csv(library: Library, result: FindAudience) -> str:
    """One row a person, with a heading. No cell can start a formula: one that would has a ' before it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    made = index_identity(library)
    about = [
        result.query.campaign,
        "; ".join(result.query.interests),
        f"{made['name']}, {made['posts']} posts by {made['people']} people, built {made['built_at']}",
    ]
    for person in result.people:
        row = _person(person)
        told = [row["handle"], row["probability"], row["low"], row["high"]]
        words = ["; ".join(row["reasons"]), "; ".join(row["against"]), " ".join(row["evidence"])]
        cells = [*told, *words, *about]
        writer.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()


def audience_json(library: Library, result: FindAudience) -> str:
    """The same with the whole query, the warnings and the identity of the index and of its models."""
    data = {
        "campaign": result.campaign,
        "query": asdict(result.query),
        "considered": result.considered,
        "expected_engaged": round(result.expected_engaged, 4),
        "calibrated_on": result.calibrated_on,
        "people": [_person(person) for person in result.people],
        "warnings": [each.text for each in result.warnings],
        "index": index_identity(library),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def index_identity(library: Library) -> dict[str, Any]:
    """Which index a figure comes from: its name, size, time and models, but no path of this machine."""
    held = library.manifest
    return {
        "name": library.path.resolve().name,
        "posts": held.posts,
        "people": held.people,
        "first_post": held.first_post,
        "last_post": held.last_post,
        "built_at": held.built_at,
        "encoder": held.encoder,
        "heads": held.heads,
        "format": held.format,
    }


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet computes; numbers stay numbers, None is empty.

    OWASP's advice against CSV injection: text that begins like a formula gets a ' before it; so does what would begin
    like one in a cell of its own, where a spreadsheet takes another sign than the comma for the end of a cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = one_line(value) if value.strip() else ""
    safe = _INSIDE.sub(r"\1'", text)
    return "'" + safe if _FORMULA.match(value) or _FORMULA.match(text) else safe


def _person(person: Person) -> dict[str, Any]:
    return {
        "handle": person.user,
        "probability": person.probability,
        "low": person.low,
        "high": person.high,
        "reasons": list(person.reasons),
        "against": list(person.against),
        "evidence": list(person.evidence),
        "opposing": list(person.opposing),
    }
