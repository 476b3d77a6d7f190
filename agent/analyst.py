"""The analyst: a chat model that calls tools over one index and says what they found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.events import Answer, Call, Event, Finished, ToolFinished, ToolStarted, Words
from agent.grounding import loose_ends
from index.errors import AnalystError
from index.manifest import Manifest
from tools.library import Library

LONGEST_QUESTION = 4000  # characters
TOOL_CALLS, MODEL_CALLS = 4, 6  # at most, for one question
STEPS = 8 * MODEL_CALLS  # of the graph: a model call with its tool and the limits takes five
REMEMBERED_TURNS = 5  # questions with their results that the model still sees
REMEMBERED_LETTERS = 400  # of a result or an answer of an earlier turn
NOTHING_TO_SAY = (
    "I can only say what the posts show, and no tool gave me anything for this. "
    "Ask me about a campaign, a person, a topic or a community."
)


def system_prompt() -> str:
    """The words that every conversation begins with."""
    return (Path(__file__).parent / "prompts" / "system.md").read_text(encoding="utf-8").strip()


class Analyst:
    """Answers questions over one index. Conversations are told apart by their thread; safe to share between threads."""

    def __init__(self, library: Library, model: Any) -> None:
        from langchain.agents import create_agent
        from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
        from langchain_core.messages import HumanMessage, SystemMessage
        from langgraph.checkpoint.memory import InMemorySaver

        from agent.toolbox import langchain_tools

        self.library = library
        self.model = model
        self.model_name = str(getattr(model, "name_or_path", model))
        tools = langchain_tools(library)
        library.embed("hello")  # loads the encoder now, not in the first question
        if hasattr(model, "warm_up"):
            # Read up to where the first question begins; what follows the greeting is thrown away by the next prompt.
            model.warm_up([SystemMessage(system_prompt()), HumanMessage("hello")], tools=tools)
        self._memory = InMemorySaver()
        self._whole: dict[str, int] = {}  # how many messages a conversation had when its last question was answered
        self._agent: Any = create_agent(
            model,
            tools,
            system_prompt=system_prompt(),
            middleware=[
                ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
                ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
                _forget_early_turns(),
            ],
            checkpointer=self._memory,
        )

    @classmethod
    def open(cls, index: Path, *, model: str | None = None, quantize: str | None = None) -> Analyst:
        """The analyst of ``index`` with the chat model that ``model`` names (``models.py``). Raises AnalystError."""
        from agent.models import load_chat_model

        library = Library.open(index)
        return cls(library, load_chat_model(model, quantize=quantize))

    @property
    def manifest(self) -> Manifest:
        return self.library.manifest

    def ask(self, question: str, *, thread: str | None = None) -> Answer:
        """One answer; ``thread`` names the conversation, None starts a fresh one. Raises AnalystError."""
        for event in self.stream(question, thread=thread):
            if isinstance(event, Finished):
                return event.answer
        raise AnalystError("The model gave no answer", todo="Ask again.")

    def stream(self, question: str, *, thread: str | None = None) -> Iterator[Event]:
        """What happens while the question is answered; the last event is Finished. Raises AnalystError.

        A conversation survives whatever ends this early, an error or the reader: the question is then forgotten.
        """
        _check(question)
        name = thread or uuid.uuid4().hex
        try:
            yield from self._stream(question.encode("utf-8", "replace").decode(), name)
        finally:
            if thread is None:  # nobody can come back to it
                self.forget(name)

    def remembered(self, thread: str) -> int:
        """How far a conversation has come: what ``rewind`` takes to come back to this place."""
        return self._whole.get(thread, 0)

    def rewind(self, thread: str, place: int) -> None:
        """Forget what was asked and answered after ``place``, so that it can be asked anew or in other words."""
        self._whole[thread] = min(place, self.remembered(thread))

    def forget(self, thread: str) -> None:
        """Forget a whole conversation."""
        self._memory.delete_thread(thread)
        self._whole.pop(thread, None)

    def _stream(self, question: str, name: str) -> Iterator[Event]:
        from langchain_core.messages import HumanMessage, RemoveMessage, ToolMessage
        from langgraph.graph.message import REMOVE_ALL_MESSAGES

        started = time.perf_counter()
        config: Any = {"configurable": {"thread_id": name}, "recursion_limit": STEPS}
        messages = self._messages(config)
        earlier, abandoned = messages[: self._whole.get(name, 0)], messages[self._whole.get(name, 0) :]
        turn = _Turn([message for message in earlier if isinstance(message, ToolMessage)])
        # A call without its result, or a question without its answer, would confuse the model.
        kept = [RemoveMessage(REMOVE_ALL_MESSAGES), *earlier] if abandoned else []
        steps = self._agent.stream(
            {"messages": [*kept, HumanMessage(question)]}, config, stream_mode=["messages", "updates"]
        )
        with closing(steps):
            for mode, step in steps:
                yield from turn.saw_piece(step[0]) if mode == "messages" else turn.saw_update(step)
        yield from turn.flush()
        answer = turn.answer()
        if answer != turn.said:
            self._replace_last(config, answer)
        self._whole[name] = len(self._messages(config))
        yield Finished(
            Answer(
                answer=answer,
                calls=turn.calls,
                results=turn.results,
                grounded=not turn.loose,
                seconds=round(time.perf_counter() - started, 3),
                model=self.model_name,
            )
        )

    def _messages(self, config: Any) -> list[Any]:
        return list(self._agent.get_state(config).values.get("messages", []))

    def _replace_last(self, config: Any, answer: str) -> None:
        """The conversation remembers what the user was shown, not what the model first wrote."""
        from langchain_core.messages import AIMessage

        last = self._messages(config)[-1]
        known = last.id if isinstance(last, AIMessage) else None
        self._agent.update_state(config, {"messages": [AIMessage(answer, id=known)]})


class _Turn:
    """One question being answered: collects calls and results, and lets only grounded lines through."""

    def __init__(self, earlier: Sequence[Any]) -> None:
        self.calls: list[Call] = []
        self.results: list[dict[str, Any]] = []
        self.said = ""
        self.loose: list[str] = []
        self._line = ""
        self._asked: dict[str, dict[str, Any]] = {}  # arguments by the id of the call
        self._texts: list[str] = []  # of tools that found something
        self._faults: list[str] = []
        self._sources = [str(message.text) for message in earlier]
        self._people = [name for message in earlier for name in getattr(message.artifact, "handles", ())]

    def saw_piece(self, message: Any) -> Iterator[Event]:
        """A piece of a reply."""
        from langchain_core.messages import AIMessageChunk

        if isinstance(message, AIMessageChunk):
            yield from self._read(str(message.text))

    def _read(self, text: str) -> Iterator[Event]:
        """Whole lines go on once they are checked."""
        self.said += text
        self._line += text
        while "\n" in self._line:
            line, self._line = self._line.split("\n", 1)
            yield from self._let_through(line + "\n")

    def saw_update(self, update: dict[str, Any]) -> Iterator[Event]:
        """A finished step: the model's calls or its whole reply, or a tool's result."""
        from langchain_core.messages import AIMessage, ToolMessage

        for step, state in update.items():
            for message in (state or {}).get("messages", []) if isinstance(state, dict) else []:
                if isinstance(message, AIMessage) and message.tool_calls:
                    yield from self._called(message)
                elif isinstance(message, AIMessage) and step == "model" and not self.said:
                    yield from self._read(str(message.text))  # a model that does not stream
                elif isinstance(message, ToolMessage):
                    yield self._finished(message, made=step == "tools")

    def _called(self, message: Any) -> Iterator[Event]:
        self.said = self._line = ""  # words before a call are not the answer
        self.loose = []
        for call in message.tool_calls:
            self._asked[str(call["id"])] = call["args"]
            yield ToolStarted(str(call["id"]), call["name"], call["args"])

    def _finished(self, message: Any, *, made: bool) -> ToolFinished:
        """What a call brought. One that was not ``made``, there being too many, is neither call nor source."""
        outcome, text, id_ = message.artifact, str(message.text), str(message.tool_call_id)
        result = getattr(outcome, "result", None)
        if outcome is None:  # no tool has this name
            text = text.removeprefix("Error: ")
        else:
            self._people += outcome.handles
            self._sources.append(text)
            (self._texts if result else self._faults).append(text)
        args = self._asked.get(id_, {}) if outcome is None else outcome.args
        if made:
            self.calls.append(Call(str(message.name), args))
            self.results.append(result.to_dict() if result else {"tool": message.name, "fault": text})
        return ToolFinished(id_, str(message.name), text, result, getattr(outcome, "seconds", 0.0), args)

    def flush(self) -> Iterator[Event]:
        line, self._line = self._line, ""
        yield from self._let_through(line)

    def _let_through(self, line: str) -> Iterator[Event]:
        if not self.loose:
            self.loose = loose_ends(line, self._sources, self._people)
        if line and not self.loose:
            yield Words(line)

    def answer(self) -> str:
        """What the user gets: the model's words, or the tools' own where these hold something no tool returned."""
        if self.said.strip() and not self.loose:
            return self.said.strip()
        return "\n\n".join(dict.fromkeys(self._texts or self._faults)) or NOTHING_TO_SAY


def _check(question: str) -> None:
    if not question.strip():
        raise AnalystError("The question is empty", todo='Ask, for example, "who would engage with a Nike ad?"')
    if len(question) > LONGEST_QUESTION:
        raise AnalystError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read",
            todo="Shorten it, or put the posts into an index and ask about them.",
        )


def _forget_early_turns() -> Any:
    """Middleware: the model sees the last ``REMEMBERED_TURNS`` questions, and of all but the newest the beginning of
    what came back, so that a long talk still fits. What the tools returned stays in the conversation.
    """
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import HumanMessage

    @wrap_model_call
    def recent(request: Any, handler: Any) -> Any:
        asked = [place for place, message in enumerate(request.messages) if isinstance(message, HumanMessage)]
        first = asked[-REMEMBERED_TURNS] if len(asked) > REMEMBERED_TURNS else 0
        newest = asked[-1] if asked else 0
        earlier = [_begun(message) for message in request.messages[first:newest]]
        return handler(request.override(messages=[*earlier, *request.messages[newest:]]))

    return recent


def _begun(message: Any) -> Any:
    """A message of an earlier turn, cut to ``REMEMBERED_LETTERS``; questions and calls stay whole."""
    from langchain_core.messages import HumanMessage

    if isinstance(message, HumanMessage) or len(message.text) <= REMEMBERED_LETTERS:
        return message
    return message.model_copy(update={"content": message.text[:REMEMBERED_LETTERS].rsplit(" ", 1)[0] + " …"})
