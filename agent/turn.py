"""One question being answered: collects calls, results and words, and lets only lines through that are grounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from agent.events import Call, Event, Source, ToolFinished, ToolStarted, Words
from agent.grounding.check import Ledger, trace
from agent.grounding.returned import Returned
from agent.toolbox import Outcome
from tools.result.result import ToolResult

NOTHING_TO_SAY = (
    "I can only say what the posts show, and no tool gave me anything for this. "
    "Ask me about a campaign, a person, a topic or a community."
)
LIMIT_REACHED = "Tool call limit"  # how the answer to a call begins that was never made


class Turn:
    """``messages`` are those of the conversation so far, which count as sources; ``asked`` is the new question."""

    def __init__(self, messages: Sequence[Any], asked: str) -> None:
        from langchain_core.messages import HumanMessage

        self.calls: list[Call] = []
        self.results: list[dict[str, Any]] = []
        self.said = ""
        self.loose: list[str] = []
        self._line = ""
        self._sources: list[Source] = []
        self._silent = False  # words of a second try are shown when all of them are checked
        self._args: dict[str, dict[str, Any]] = {}  # by the id of the call
        self._texts: list[str] = []  # of tools that found something
        self._faults: list[str] = []
        self._returned = returned(messages)
        self._asked = [*(str(each.text) for each in messages if isinstance(each, HumanMessage)), asked]
        self._ledger = Ledger(self._returned, self._asked)

    def try_again(self) -> None:
        """Forget the words: the model is asked for others."""
        self._silent = True
        self._forget_words()

    def _forget_words(self) -> None:
        self.said = self._line = ""
        self.loose, self._sources = [], []
        self._ledger = Ledger(self._returned, self._asked)

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
            yield from self._let_through(line + "\n", len(self.said) - len(self._line) - len(line) - 1)

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
        self._forget_words()  # words before a call are not the answer
        for call in message.tool_calls:
            self._args[str(call["id"])] = call["args"]
            yield ToolStarted(str(call["id"]), call["name"], call["args"])

    def _finished(self, message: Any, *, made: bool) -> ToolFinished:
        """What a call brought. One that was not ``made``, there being too many, is neither call nor source."""
        id_, outcome = str(message.tool_call_id), message.artifact
        brought = _returned(message, len(self._returned), self._args.get(id_, {}))
        result = getattr(outcome, "result", None)
        if outcome is not None:
            (self._texts if result else self._faults).append(brought.text)
        if made:
            self.calls.append(Call(brought.tool, dict(brought.args)))
            self.results.append(dict(brought.result))
            self._returned.append(brought)
            self._ledger = Ledger(self._returned, self._asked)
        return ToolFinished(
            id_, brought.tool, brought.text, result, getattr(outcome, "seconds", 0.0), dict(brought.args)
        )

    def flush(self) -> Iterator[Event]:
        """The last line, which ends without a break."""
        line, self._line = self._line, ""
        yield from self._let_through(line, len(self.said) - len(line))

    def _let_through(self, line: str, start: int) -> Iterator[Event]:
        if not self.loose:
            checked = self._ledger.check(line)
            self.loose = checked.loose
            self._sources += _moved(checked.sources, start)
        if line and not self.loose and not self._silent:
            yield Words(line)

    def answer(self) -> tuple[str, list[Source]]:
        """What the user gets and where it is from: the model's words, or the tools' own where these hold something that
        no tool returned.
        """
        if self.said.strip() and not self.loose:
            return self.said.strip(), _moved(self._sources, len(self.said.lstrip()) - len(self.said))
        told = "\n\n".join(dict.fromkeys(self._texts or self._faults))
        return (told, trace(told, self._returned, self._asked)[0]) if told else (NOTHING_TO_SAY, [])


def returned(messages: Sequence[Any]) -> list[Returned]:
    """What the calls in ``messages`` returned, in their order."""
    from langchain_core.messages import AIMessage, ToolMessage

    asked = {str(call["id"]): call["args"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    told = [m for m in messages if isinstance(m, ToolMessage) and not str(m.text).startswith(LIMIT_REACHED)]
    return [_returned(message, number, asked.get(str(message.tool_call_id), {})) for number, message in enumerate(told)]


def _returned(message: Any, number: int, args: dict[str, Any]) -> Returned:
    """A tool's message as a source. Without an outcome no tool has this name, so nothing of it counts."""
    outcome, text, name = message.artifact, str(message.text), str(message.name)
    if not isinstance(outcome, Outcome):
        text = text.removeprefix("Error: ")
        return Returned(number, name, text, {"tool": name, "fault": text}, args, known=False)
    if not isinstance(outcome.result, ToolResult):  # one of an earlier version cannot be read back
        return Returned(number, name, text, _untyped(name, outcome, text), outcome.args, ())
    return Returned(number, name, text, outcome.result.to_dict(), outcome.args, outcome.handles)


def _untyped(name: str, outcome: Outcome, text: str) -> dict[str, Any]:
    """The data of a call that failed, or of an old one of which only the words are kept."""
    return {"tool": name, "fault": text} if outcome.fault else {"tool": name, "lines": text.splitlines()}


def _moved(sources: Sequence[Source], by: int) -> list[Source]:
    return [replace(source, start=source.start + by, end=source.end + by) for source in sources]
