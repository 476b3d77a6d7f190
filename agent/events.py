"""What happens while a question is answered, and what comes out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tools.result.line import Line
from tools.result.result import ToolResult


@dataclass(frozen=True)
class Call:
    """A tool call as it was made: dates resolved, handles without @."""

    name: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where something in an answer comes from: ``answer[start:end]`` is ``value`` at ``path`` of a tool's result.

    ``call`` counts the calls of the whole conversation from 0. ``path`` is as in ``people.2.probability``; a full stop
    inside a key is written ``\\.``.
    """

    start: int
    end: int
    said: str
    call: int
    tool: str
    path: str
    value: Any


@dataclass(frozen=True)
class AnswerLine:
    """One line of an answer. ``line`` is the one of a result that it repeats; None for the model's own words.

    ``sources`` have their places within ``text``.
    """

    text: str
    line: Line | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The outcome of one question. ``grounded`` tells whether every figure, date, handle and quotation in the model's
    own words was traced to a tool result; where one was not, even at the second try, ``answer`` is what the tools said,
    in place of the model's words. ``sources`` are in the order of the answer. ``not_covered`` are the conditions of the
    question that no call took into account; ``answer`` tells them behind its first line, ``lines`` are without.
    """

    answer: str
    calls: list[Call]
    results: list[dict[str, Any]]
    grounded: bool
    seconds: float
    model: str
    sources: list[Source] = field(default_factory=list)

    lines: list[AnswerLine] = field(default_factory=list)
    not_covered: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; ``lines`` only say ``answer`` once more, and are left out."""
        plain = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "lines"}
        return {**plain, "calls": list(map(asdict, self.calls)), "sources": list(map(asdict, self.sources))}


@dataclass(frozen=True)
class ToolStarted:
    """The model has decided on a call; the tool runs now."""

    id: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True)
class ToolFinished:
    """The tool is done. ``result`` is None if it failed; ``text`` then says why. ``args`` are those it ran with."""

    id: str
    name: str
    text: str
    result: ToolResult | None
    seconds: float
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """A checked line of the answer, as ``text`` with its break. It is void if a tool is called after it."""

    text: str
    line: AnswerLine


@dataclass(frozen=True)
class Finished:
    """The last event. ``answer.answer`` is final and may differ from the streamed words where these were not
    grounded. ``note`` is something about the conversation that the user should know.
    """

    answer: Answer
    note: str = ""


Event = ToolStarted | ToolFinished | Words | Finished
