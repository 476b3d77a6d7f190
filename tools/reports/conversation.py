"""What a report of a conversation holds: each question with what was found, pictures, posts, and of which data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.errors import AnalystError
from tools.charts import Chart, charts
from tools.explain_method import answer_of
from tools.exports.about import Taken
from tools.reports.contents import ALWAYS, TERMS, data_of
from tools.result.evidence import Evidence
from tools.result.result import ToolResult

LONGEST_TITLE = 100  # characters of the first question


@dataclass(frozen=True)
class Exchange:
    """A ``question`` with what was answered: ``said`` where no tool found it, what was not taken into account
    (``missing``), and the results.
    """

    question: str
    results: Sequence[Taken]
    said: Sequence[str] = ()
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class ShownResult:
    """A result with its pictures."""

    title: str
    result: ToolResult
    charts: list[Chart]
    again: str


@dataclass(frozen=True)
class Part:
    """A question and what was found."""

    question: str
    said: Sequence[str]
    missing: Sequence[str]
    results: list[ShownResult]


@dataclass(frozen=True)
class ConversationReport:
    """A conversation as a document; each of the ``posts`` is quoted somewhere in it."""

    title: str
    made_on: date
    parts: list[Part]
    posts: list[Evidence]
    limits: list[str]
    method: list[tuple[str, str]]
    data: list[tuple[str, str]]


def conversation_report(exchanges: Sequence[Exchange], made_on: date) -> ConversationReport:
    """The report of a conversation. Raises AnalystError if no tool found anything in it."""
    taken = [each for exchange in exchanges for each in exchange.results]
    if not taken:
        raise AnalystError("There is nothing to report: no tool found anything", todo="Ask a question first.")
    parts = [
        Part(
            exchange.question,
            exchange.said,
            exchange.missing,
            [
                ShownResult(each.title, each.result, charts(each.library, each.result, each.given), each.again)
                for each in exchange.results
            ],
        )
        for exchange in exchanges
    ]
    posts = {post.id: post for each in taken for post in each.result.evidence}
    models = list(dict.fromkeys(each.model for each in taken))
    title = next((each.question for each in exchanges if each.question), taken[0].title)
    return ConversationReport(
        title=title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…",
        made_on=made_on,
        parts=parts,
        posts=list(posts.values()),
        limits=list(ALWAYS),
        method=[(term, answer_of(term)) for term in TERMS],
        data=data_of(taken[-1].library, ", ".join(models)),
    )
