"""One conversation on the page: questions are answered in the background, and what happens becomes chat messages."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from agent.events import Event, Finished, ToolFinished, ToolStarted, Words
from agent.page.answer import answer_html
from agent.page.limiter import Line, in_line
from agent.page.text import answer_markdown, literal
from index.errors import AnalystError
from tools.result.result import ToolResult
from tools.result.words import count

if TYPE_CHECKING:
    from agent.analyst import Analyst

logger = logging.getLogger(__name__)

Message = dict[str, Any]
LOADING = "Loading the posts and the models. The first question waits for them."
THINKING = "Thinking"
UNEXPECTED = "Something went wrong while answering; the details are in the terminal. Ask again, or in other words."
STOPPED = "Stopped. Words above this line were not yet checked against the data."
UNGROUNDED = "The model's own words could not be traced to the data, so these are the tools' own."
OTHERS_FIRST = "Others are being answered first"
SAID = ("headline", "lines", "warnings", "listing", "evidence")  # parts that every result has
TICK = 0.1  # seconds between two looks at what has happened
ARGUMENT_SHOWN = 80  # characters of one argument in the title of a step


class Opening:
    """Opens the analyst in the background, once for all sessions. A failed opening is tried again when next needed."""

    def __init__(self, open_analyst: Callable[[], Analyst]) -> None:
        self._open = open_analyst
        self._lock = threading.Lock()
        self._done: threading.Event | None = None
        self._analyst: Analyst | None = None
        self._error: Exception | None = None

    @property
    def ready(self) -> bool:
        return self._analyst is not None

    def start(self) -> threading.Event:
        """Begin, if nobody has; the event is set when it is over, well or badly."""
        with self._lock:
            if self._done is None or (self._done.is_set() and self._error is not None):
                self._error, self._done = None, threading.Event()
                threading.Thread(target=self._run, args=[self._done], daemon=True).start()
            return self._done

    def get(self) -> Analyst:
        """The analyst, after waiting for it. Raises what the opening raised."""
        self.start().wait()
        if self._analyst is None:
            raise self._error or RuntimeError("The analyst was not opened.")
        return self._analyst

    def _run(self, done: threading.Event) -> None:
        try:
            self._analyst = self._open()
        except Exception as error:
            self._error = error
        done.set()


@dataclass
class Shown:
    """A result that the page can show, and the call that made it. ``asked`` is the question in the user's words.

    ``charts`` are its pictures, once they were looked for.
    """

    name: str
    args: dict[str, Any]
    result: ToolResult
    seconds: float
    asked: str = ""
    charts: list[Any] | None = field(default=None, repr=False, compare=False)


@dataclass
class Asked:
    """A question, and how far its conversation had come before it, so that it can be taken back."""

    question: str
    messages: int
    shown: int
    remembered: int | None = None  # by the analyst; None as long as it has not begun to answer


@dataclass
class Conversation:
    """What was said and seen, about which ``index`` (see ``page_shelf``). ``busy`` is held while its questions are
    answered, one by one.
    """

    thread: str = field(default_factory=lambda: uuid4().hex)
    index: str = ""
    messages: list[Message] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    pending: str | None = None
    running: bool = False
    rewind_to: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def title(self) -> str:
        """Its first question."""
        return self.asked[0].question if self.asked else ""

    def put(self, question: str) -> bool:
        """Take up a question; no if one is still being answered."""
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
        step = _step(uuid4().hex, call_title(shown.name, shown.args), _call_arguments(shown.name, shown.args), "done")
        _finish(step, shown.result, shown.result.text, shown.seconds)
        step["metadata"]["log"] = f"{note}, {step['metadata']['log']}"
        self.messages, self.shown = [*self.messages, step], [*self.shown, shown]


@dataclass
class Turn:
    """The messages and results of one answer, as its events come in."""

    question: str = ""
    messages: list[Message] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    finished: bool = False
    _told: list[str] = field(default_factory=list)  # by the tools
    _words: str = ""

    def wait(self, title: str) -> None:
        """Show that something is being waited for; the next event takes its place."""
        self._drop("waiting")
        self.messages.append(_step("waiting", title, "", "pending"))

    def add(self, event: Event) -> None:
        self._drop("waiting")
        if isinstance(event, ToolStarted):
            self._words = ""
            self.messages.append(
                _step(event.id, call_title(event.name, event.args), _call_arguments(event.name, event.args), "pending")
            )
        elif isinstance(event, ToolFinished):
            self._finish_step(event)
        elif isinstance(event, Words):
            self._say(event.text)
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
        self._told.append(event.text)
        for message in self.messages:
            if message.get("metadata", {}).get("id") == event.id:
                _finish(message, event.result, event.text, event.seconds)
        if event.result is not None:
            self.shown.append(Shown(event.name, event.args, event.result, event.seconds, self.question))

    def _say(self, text: str) -> None:
        if not self._words:
            self.messages.append({"role": "assistant", "content": ""})
        self._words += text
        self.messages[-1]["content"] = answer_html(self._words, told=self._told)

    def _finish(self, event: Finished) -> None:
        """Streamed words were not checked; only the final answer may stay."""
        self.messages = [message for message in self.messages if "metadata" in message]
        notes = [note for note in ("" if event.answer.grounded else UNGROUNDED, event.note) if note]
        shown = answer_html(event.answer.answer, event.answer.sources, self._told)
        shown += "".join(f"\n\n*{literal(note)}*" for note in notes)
        said = "\n\n".join([answer_markdown(event.answer.answer), *(f"*{literal(note)}*" for note in notes)])
        self.messages.append({"role": "assistant", "content": shown, "said": said})
        self.finished = True


def taken_up(conversation: Conversation, opening: Opening) -> list[Message]:
    """The messages with a question that was just put: that something is being done is seen at once."""
    return [*conversation.messages, _step("waiting", THINKING if opening.ready else LOADING, "", "pending")]


def _step(id_: str, title: str, content: str, status: str) -> Message:
    return {"role": "assistant", "content": content, "metadata": {"id": id_, "title": title, "status": status}}


def _finish(step: Message, result: ToolResult | None, text: str, seconds: float) -> None:
    metadata = step["metadata"]
    metadata["status"], metadata["duration"] = "done", round(seconds, 2)
    metadata["log"] = "failed" if result is None else result_size(result)
    step["content"] += "\n\n" + literal(text)


def result_size(result: ToolResult) -> str:
    """How much a result holds, its first list and its posts: ``10 people, 12 posts``."""
    sizes = []
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name not in SAID and isinstance(value, (list, dict)) and value:
            first = next(iter(value.values() if isinstance(value, dict) else value))
            if is_dataclass(first) and len(value) > 1:
                sizes.append(f"{len(value):,} {item.name.replace('_', ' ')}")
    if result.evidence:
        sizes.append(count(len(result.evidence), "post"))
    return ", ".join([*sizes[:1], *sizes[1:][-1:]]) or count(len(result.lines) + 1, "line")


def call_title(name: str, args: dict[str, Any]) -> str:
    """A call in one line of Markdown."""
    shown = (str(value) if not isinstance(value, list) else ", ".join(map(str, value)) for value in args.values())
    return literal(" · ".join([name, *(_cut(value) for value in shown)]))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= ARGUMENT_SHOWN else line[: ARGUMENT_SHOWN - 1] + "…"


def _call_arguments(name: str, args: dict[str, Any]) -> str:
    values = {key: ", ".join(map(str, item)) if isinstance(item, list) else str(item) for key, item in args.items()}
    lines = [f"**{literal(key)}** {literal(value)}" for key, value in values.items()]
    return "\n".join([f"**{literal(name)}**", *lines])


def answer(conversation: Conversation, opening: Opening, line: Line | None = None) -> Iterator[list[Message]]:
    """Answer the pending question, when its turn in ``line`` comes; yields all messages of the conversation whenever
    there is something new.

    The work runs in a thread of its own, so that stopping and waiting are seen at once, whatever the model does.
    """
    question, conversation.pending = conversation.pending, None
    if question is None:
        return
    conversation.running, stop = True, threading.Event()
    conversation.stop = stop
    turn, messages, shown = Turn(question), conversation.messages, conversation.shown
    line, asked = line or Line(1), conversation.asked[-1]

    def waiting_for() -> str:
        if not opening.ready:
            return LOADING
        place = line.place(asked)
        return f"{OTHERS_FIRST}. {in_line(place)}" if place else THINKING

    try:
        for _ in _follow(turn, _start(conversation, opening, line, stop), waiting_for, stop):
            conversation.messages = [*messages, *turn.messages]
            conversation.shown = [*shown, *turn.shown]
            yield conversation.messages
    finally:  # also when the browser goes away
        stop.set()
        conversation.running = False


def _start(
    conversation: Conversation, opening: Opening, line: Line, stop: threading.Event
) -> queue.SimpleQueue[Event | Exception | None]:
    """Start answering; what happens comes through the queue, at last None or the error that ended it."""
    events: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()
    asked = conversation.asked[-1]

    def work() -> None:
        try:
            analyst = opening.get()
            # A stopped question of this conversation may still be finishing its last step.
            with line.turn(asked, stop) as came, conversation.busy:
                for event in _stream(asked, conversation, analyst) if came and not stop.is_set() else ():
                    events.put(event)
                    if stop.is_set():
                        break
            events.put(None)
        except Exception as error:
            events.put(error)

    threading.Thread(target=work, daemon=True).start()
    return events


def _stream(asked: Asked, conversation: Conversation, analyst: Analyst) -> Iterator[Event]:
    """What happens while a question is answered, after going back to where it is asked."""
    _go_back(conversation, analyst)
    asked.remembered = analyst.remembered(conversation.thread)
    yield from analyst.stream(asked.question, thread=conversation.thread)


def _go_back(conversation: Conversation, analyst: Analyst) -> None:
    """Let the analyst forget what was taken back."""
    if conversation.rewind_to is not None:
        analyst.rewind(conversation.thread, conversation.rewind_to)
        conversation.rewind_to = None


def note(conversation: Conversation, analyst: Analyst, shown: Shown, words: str) -> None:
    """Let the analyst know of a call that was made without it, as if ``words`` had asked for it: the next question may
    be about its result.
    """
    with conversation.busy:
        _go_back(conversation, analyst)
        analyst.note(conversation.thread, words, shown.name, shown.args, shown.result, shown.seconds)


def _follow(
    turn: Turn,
    events: queue.SimpleQueue[Event | Exception | None],
    waiting_for: Callable[[], str],
    stop: threading.Event,
) -> Iterator[None]:
    """Puts what happens into ``turn``; yields whenever the page should be shown anew."""
    told, begun, news = waiting_for(), False, list[Event | Exception | None]()
    turn.wait(told)
    yield
    while not turn.finished:
        if stop.is_set():
            turn.fail(STOPPED)
        elif not (news := _drain(events)):
            if begun or told == (now := waiting_for()):
                continue
            told = now
            turn.wait(told)
        begun = begun or bool(news)
        for event in [] if turn.finished else news:
            if event is None or isinstance(event, Exception):
                if not turn.finished:
                    turn.fail(error_sentence(event))
            else:
                turn.add(event)
        yield


def _drain(events: queue.SimpleQueue[Event | Exception | None]) -> list[Event | Exception | None]:
    """All that has happened, after waiting a moment for something to; many small words make one update."""
    news: list[Event | Exception | None] = []
    try:
        news.append(events.get(timeout=TICK))
        time.sleep(TICK / 4)
        while True:
            news.append(events.get_nowait())
    except queue.Empty:
        return news


def error_sentence(error: Exception | None) -> str:
    """What people are told; an error that nobody foresaw goes to the log with its traceback."""
    if isinstance(error, AnalystError):
        return str(error)
    logger.error("The question could not be answered", exc_info=error)
    return UNEXPECTED
