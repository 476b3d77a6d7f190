"""The analyst: a chat model that calls tools over one index and says what they found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from agent.events import Answer, Call, Event, Finished, ToolFinished, ToolStarted, Words
from agent.grounding import loose_ends
from index.errors import AnalystError
from index.manifest import Manifest
from tools.library import Library

SHIPPED_MODEL = Path(__file__).parent / "weights"
LONGEST_QUESTION = 4000  # characters
TOOL_CALLS, MODEL_CALLS = 4, 6  # at most, for one question
REMEMBERED_TURNS = 5  # questions with their results that the model still sees
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
        if hasattr(model, "warm_up"):
            # Read up to where the first question begins; what follows the greeting is thrown away by the next prompt.
            model.warm_up([SystemMessage(system_prompt()), HumanMessage("hello")], tools=tools)
        self._agent = create_agent(
            model,
            tools,
            system_prompt=system_prompt(),
            middleware=[
                ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
                ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
                _forget_early_turns(),
            ],
            checkpointer=InMemorySaver(),
        )

    @classmethod
    def open(cls, index: Path, *, model: str | None = None) -> Analyst:
        """The analyst of ``index`` with the shipped chat model, or any local path or hub id. Raises AnalystError."""
        from agent.chat_model import LocalChatModel

        library = Library.open(index)
        loaded = LocalChatModel.load(model or SHIPPED_MODEL)
        if model is None:
            loaded.name_or_path = "shipped"
        return cls(library, loaded)

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
        """What happens while the question is answered; the last event is Finished. Raises AnalystError."""
        _check(question)
        started = time.perf_counter()
        config: Any = {"configurable": {"thread_id": thread or uuid.uuid4().hex}, "recursion_limit": 4 * MODEL_CALLS}
        turn = _Turn(self._earlier_results(config))
        steps = self._agent.stream(
            {"messages": [{"role": "user", "content": question}]}, config, stream_mode=["messages", "updates"]
        )
        for mode, step in steps:
            yield from turn.saw_piece(step[0]) if mode == "messages" else turn.saw_update(step)
        yield from turn.flush()
        answer = turn.answer()
        if answer != turn.said:
            self._replace_last(config, answer)
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

    def _earlier_results(self, config: Any) -> list[Any]:
        from langchain_core.messages import ToolMessage

        messages = self._agent.get_state(config).values.get("messages", [])
        return [message for message in messages if isinstance(message, ToolMessage)]

    def _replace_last(self, config: Any, answer: str) -> None:
        """The conversation remembers what the user was shown, not what the model first wrote."""
        from langchain_core.messages import AIMessage

        messages = self._agent.get_state(config).values["messages"]
        last = messages[-1]
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
        self._texts: list[str] = []
        self._sources = [str(message.text) for message in earlier]
        self._people = [name for message in earlier for name in getattr(message.artifact, "handles", ())]

    def saw_piece(self, message: Any) -> Iterator[Event]:
        """A piece of a reply: whole lines go on once they are checked."""
        from langchain_core.messages import AIMessageChunk

        if isinstance(message, AIMessageChunk) and message.text:
            self.said += message.text
            self._line += message.text
            while "\n" in self._line:
                line, self._line = self._line.split("\n", 1)
                yield from self._let_through(line + "\n")

    def saw_update(self, update: dict[str, Any]) -> Iterator[Event]:
        """A finished step: the model's calls, or a tool's result."""
        from langchain_core.messages import AIMessage, ToolMessage

        for state in update.values():
            for message in (state or {}).get("messages", []) if isinstance(state, dict) else []:
                if isinstance(message, AIMessage):
                    if message.tool_calls:
                        self.said = self._line = ""  # words before a call are not the answer
                    for call in message.tool_calls:
                        yield ToolStarted(str(call["id"]), call["name"], call["args"])
                elif isinstance(message, ToolMessage):
                    yield self._finished(message)

    def _finished(self, message: Any) -> ToolFinished:
        outcome = message.artifact
        text = str(message.text)
        self._texts.append(text)
        self._sources.append(text)
        result = getattr(outcome, "result", None)
        if outcome is not None:
            self.calls.append(Call(str(message.name), outcome.args))
            self._people += outcome.handles
            self.results.append(result.to_dict() if result else {"tool": message.name, "fault": outcome.fault})
        return ToolFinished(str(message.tool_call_id), str(message.name), text, result, getattr(outcome, "seconds", 0.0))

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
        return "\n\n".join(self._texts) or NOTHING_TO_SAY


def _check(question: str) -> None:
    if not question.strip():
        raise AnalystError("The question is empty", todo='Ask something, for example "who would engage with a Nike ad?"')
    if len(question) > LONGEST_QUESTION:
        raise AnalystError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read",
            todo="Shorten it, or put the posts into an index and ask about them.",
        )


def _forget_early_turns() -> Any:
    """Middleware: the model sees the last ``REMEMBERED_TURNS`` questions, so that a long talk still fits."""
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import HumanMessage

    @wrap_model_call
    def recent(request: Any, handler: Any) -> Any:
        asked = [place for place, message in enumerate(request.messages) if isinstance(message, HumanMessage)]
        first = asked[-REMEMBERED_TURNS] if len(asked) > REMEMBERED_TURNS else 0
        return handler(request.override(messages=request.messages[first:]))

    return recent
