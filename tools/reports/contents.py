"""What a report of a brief holds in every form: parts with pictures, posts, limits, how it was made and of what."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import date
from typing import Any

from tools.brief.found import WriteBrief
from tools.brief.telling import Section, sections_of
from tools.charts import Chart, charts
from tools.explain_method import answer_of
from tools.exports.about import NO_MODEL, index_identity, read_by
from tools.exports.asked import asked_words
from tools.library import Library
from tools.result.evidence import Evidence
from tools.result.line import Line, one_line
from tools.result.words import count

# Where the pictures stand; that of the people is left out, for they stand in a table with bars.
PICTURES = {"lift": "who", "tone": "said", "praise": "liked", "complaints": "disliked", "week": "when"}
# Terms of the glossary that a brief uses.
TERMS = (
    "Probability of engaging", "Interval", "Expected engaged", "Posts about a name", "Tone", "Key phrases",
    "Engagement", "Growth", "Small samples", "What is never inferred",
)  # fmt: skip
THEMES = "Themes"
ALWAYS = (
    "Tone, names and phrases are read by models that are right often, not always, and take irony literally: read the "
    "posts before you quote or act.",
    "The people are those of these posts, who may not be your customers.",
)


@dataclass(frozen=True)
class Part:
    """A section with its pictures."""

    section: Section
    charts: list[Chart]


@dataclass(frozen=True)
class Report:
    """All that a report says. ``asked``, ``method`` and ``data`` are named values; ``command`` makes it again."""

    title: str
    made_on: date
    headline: Line
    brief: WriteBrief
    parts: list[Part]
    warnings: list[Line]
    limits: list[str]
    posts: list[Evidence]
    asked: list[tuple[str, str]]
    method: list[tuple[str, str]]
    data: list[tuple[str, str]]
    command: str


def report_of(
    library: Library,
    brief: WriteBrief,
    made_on: date,
    name: str = "brief.html",
    *,
    question: str = "",
    model: str = NO_MODEL,
) -> Report:
    """The report of a brief, which is to be called ``name``: for a ``question`` that a chat ``model`` took, or made by
    hand.
    """
    drawn = charts(library, brief, brief.asked)
    parts = [
        Part(section, [chart for chart in drawn if PICTURES.get(chart.name) == section.key])
        for section in sections_of(brief)
    ]
    has_themes = brief.praise_themes is not None or brief.complaint_themes is not None
    return Report(
        title=f"Campaign brief: {brief.campaign}",
        made_on=made_on,
        headline=brief.headline,
        brief=brief,
        parts=parts,
        warnings=brief.warnings,
        limits=[f"Probabilities were proven on {brief.audience.calibrated_on}.", *ALWAYS],
        posts=brief.evidence,
        asked=[
            *([("Question", one_line(question))] if question else []),
            ("Campaign", brief.campaign),
            *asked_words(brief.asked),
        ],
        method=[(term, answer_of(term)) for term in (*TERMS, *((THEMES,) if has_themes else ()))],
        data=data_of(library, model),
        command=_command(library, brief, name),
    )


def data_of(library: Library, model: str) -> list[tuple[str, str]]:
    """Which index the figures come from, and which models read it."""
    made = index_identity(library)
    span = f"{made['first_post'][:10]} to {made['last_post'][:10]}" if made["first_post"] else "without dates"
    chat = model if model != NO_MODEL else "none took part"
    return [
        ("Index", made["name"]),
        ("Posts", f"{count(made['posts'], 'post')} by {count(made['people'], 'person', 'people')}"),
        ("Span", span),
        ("Built", made["built_at"][:10]),
        ("Read by", read_by(library)),
        ("Chat model", f"{chat}: every figure and sentence comes from a tool"),
    ]


def _command(library: Library, brief: WriteBrief, name: str) -> str:
    """What makes the same report again, as a line for the shell."""
    given = [f"{key}={_written(value)}" for key, value in brief.asked.items()]
    index = library.path.resolve().name
    return shlex.join(["analyst", "report", brief.campaign, *given, "--index", index, "--out", name])


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
