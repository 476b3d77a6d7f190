"""One conversation on the page: its questions, results, and what happens to them as chat messages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from agent.events import AnswerLine, Event, Finished, ToolFinished, ToolStarted, Words
from agent.page.views.answer import answer_html, plain_lines
from agent.page.views.markdown import answer_markdown, literal
from agent.page.views.shown import Shown, call_arguments, result_size, step_title
from tools.result.result import ToolResult

if TYPE_CHECKING:
    from tools.library import Library

Message = dict[str, Any]
UNGROUNDED = "The model's own words could not be traced to the data, so these are the tools' own."


class Answering(Protocol):
    """An answer that is on its way (see ``answering.Run``)."""

    @property
    def results_before(self) -> int: ...

    def watch(self) -> Iterator[list[Message]]: ...


@dataclass
class Asked:
    """A question, and how far its conversation had come before it, so that it can be taken back."""

    question: str
    messages: int
    shown: int
    remembered: int | None = None  # by the analyst; None as long as it has not begun to answer


@dataclass
class Conversation:
    """What was said and seen, about which ``index`` (see ``uploads.catalogue``). ``busy`` is held while its questions
    are answered, one by one.
    """

    thread: str = field(default_factory=lambda: uuid4().hex)
    index: str = ""
    messages: list[Message] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    pending: str | None = None
    running: bool = False
    run: Answering | None = None  # while it is running
    rewind_to: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)
    _putting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def title(self) -> str:
        """Its first question."""
        return self.asked[0].question if self.asked else ""

    def put(self, question: str) -> bool:
        """Take up a question; no if one is still being answered."""
        with self._putting:
            if self.running or self.pending is not None:
                return False
            self.pending = question
        self.asked.append(Asked(question, len(self.messages), len(self.shown)))
        self.messages.append({"role": "user", "content": literal(question)})
        return True

    def take_back(self) -> str:
        """Undo the last question with all that came after it, and return it; "" if there is none or it still runs."""
        if self.running or self.pending is not None or not self.asked:
            return ""
        last = self.asked.pop()
        self.messages, self.shown = self.messages[: last.messages], self.shown[: last.shown]
        if last.remembered is not None:
            self.rewind_to = last.remembered
        return last.question

    def add(self, shown: Shown, note: str) -> None:
        """A call that the user made without the model, as a step."""
        step = _step(
            uuid4().hex,
            step_title(shown.name, shown.args, shown.result),
            call_arguments(shown.name, shown.args),
            "done",
        )
        _finish(step, shown.result, shown.result.text, shown.seconds)
        step["metadata"]["log"] = ", ".join(filter(None, [note, step["metadata"]["log"]]))
        self.messages, self.shown = [*self.messages, step], [*self.shown, shown]


@dataclass
class Turn:
    """The messages and results of one answer, as its events come in. ``model`` answers, on the day ``made_on``."""

    question: str = ""
    model: str = ""
    made_on: date = field(default_factory=date.today)
    messages: list[Message] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    library: Library | None = None  # that answers
    finished: bool = False
    _words: list[AnswerLine] = field(default_factory=list)  # of the answer as it comes
    _args: dict[str, dict[str, Any]] = field(default_factory=dict)  # of the calls, by their ids

    def wait(self, title: str) -> None:
        """Show that something is being waited for; the next event takes its place."""
        self._drop("waiting")
        self.messages.append(_step("waiting", title, "", "pending"))

    def add(self, event: Event) -> None:
        self._drop("waiting")
        if isinstance(event, ToolStarted):
            self._words, self._args[event.id] = [], event.args
            self.messages.append(
                _step(event.id, step_title(event.name, event.args), call_arguments(event.name, event.args), "pending")
            )
        elif isinstance(event, ToolFinished):
            self._finish_step(event)
        elif isinstance(event, Words):
            self._say(event.line)
        elif isinstance(event, Finished):
            self._finish(event)

    def fail(self, sentence: str) -> None:
        """End the turn with a sentence in place of an answer."""
        self._drop("waiting")
        for message in self.messages:
            if "metadata" in message:
                message["metadata"]["status"] = "done"
        self.finished = True
        self.messages.append({"role": "assistant", "content": literal(sentence)})

    def _drop(self, id_: str) -> None:
        self.messages = [message for message in self.messages if message.get("metadata", {}).get("id") != id_]

    def _finish_step(self, event: ToolFinished) -> None:
        for message in self.messages:
            if message.get("metadata", {}).get("id") == event.id:
                _finish(message, event.result, event.text, event.seconds)
                args = event.args or self._args.get(event.id, {})
                message["metadata"]["title"] = step_title(event.name, args, event.result)
        if event.result is not None:
            asked, library = self.question, self.library
            shown = Shown(event.name, event.args, event.result, event.seconds, asked, library, self.model, self.made_on)
            self.shown.append(shown)

    def _say(self, line: AnswerLine) -> None:
        if not self._words:
            self.messages.append({"role": "assistant", "content": ""})
        self._words.append(line)
        self.messages[-1]["content"] = str(answer_html(self._words))

    def _finish(self, event: Finished) -> None:
        """Streamed words were not checked; only the final answer may stay."""
        self.messages = [message for message in self.messages if "metadata" in message]
        notes = [note for note in ("" if event.answer.grounded else UNGROUNDED, event.note) if note]
        lines = event.answer.lines or plain_lines(event.answer.answer)
        shown = str(answer_html(lines, event.answer.not_covered))
        shown += "".join(f"\n\n*{literal(note)}*" for note in notes)
        said = "\n\n".join([answer_markdown(event.answer.answer), *(f"*{literal(note)}*" for note in notes)])
        missing = list(event.answer.not_covered)
        self.messages.append({"role": "assistant", "content": shown, "said": said, "missing": missing})
        self.finished = True


def _step(id_: str, title: str, content: str, status: str) -> Message:
    return {"role": "assistant", "content": content, "metadata": {"id": id_, "title": title, "status": status}}


def _finish(step: Message, result: ToolResult | None, text: str, seconds: float) -> None:
    metadata = step["metadata"]
    metadata["status"], metadata["duration"] = "done", round(seconds, 2)
    metadata["log"] = "failed" if result is None else result_size(result)
    step["content"] = "\n\n".join(filter(None, [step["content"], literal(text)]))
