"""One question being answered: collects calls, results and words, and lets only lines through that are grounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from agent.events import AnswerLine, Call, Event, ToolFinished, ToolStarted, Words
from agent.grounding.check import Ledger, trace
from agent.grounding.values import Told
from agent.toolbox import Outcome
from tools.result.line import lead
from tools.result.result import ToolResult

NOTHING_TO_SAY = (
    "I can only say what the posts show, and no tool gave me anything for this. "
    "Ask me about a campaign, a person, a topic or a community."
)
LIMIT_REACHED = "Tool call limit"  # how the answer to a call begins that was never made


class Turn:
    """``messages`` are those of the conversation so far, which count as sources; ``asked`` is the new question. If it
    ``tells_first``, the headline of each result comes before the model's own words.
    """

    def __init__(self, messages: Sequence[Any], asked: str, *, tells_first: bool = False) -> None:
        from langchain_core.messages import HumanMessage

        self.calls: list[Call] = []
        self.results: list[dict[str, Any]] = []
        self.said = ""
        self.ungrounded: list[str] = []
        self._line = ""
        self._tells_first = tells_first
        self._heads: list[AnswerLine] = []
        self._lines: list[AnswerLine] = []
        self._silent = False  # words of a second try are shown when all of them are checked
        self._args: dict[str, dict[str, Any]] = {}  # by the id of the call
        self._written: list[dict[str, Any]] = []
        self._results: list[ToolResult] = []
        self._faults: list[str] = []
        self._told = told_in(messages)
        self._asked = [*(str(each.text) for each in messages if isinstance(each, HumanMessage)), asked]
        self._ledger = Ledger(self._told, self._asked)

    @property
    def asked_for(self) -> list[dict[str, Any]]:
        """The calls as the model wrote them: names and arguments."""
        return list(self._written)

    def try_again(self) -> None:
        """Forget the words: the model is asked for others."""
        self._silent = True
        self._forget_words()

    def _forget_words(self) -> None:
        self.said = self._line = ""
        self.ungrounded, self._lines = [], []
        self._ledger = Ledger(self._told, self._asked)

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
            yield from self._let_through(line, "\n")

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
                    finished = self._finished(message, made=step == "tools")
                    yield finished
                    if self._tells_first and finished.result is not None:
                        yield from self._tell_head(finished.result)

    def _called(self, message: Any) -> Iterator[Event]:
        self._forget_words()  # words before a call are not the answer
        for call in message.tool_calls:
            self._args[str(call["id"])] = call["args"]
            self._written.append({"name": call["name"], "args": call["args"]})
            yield ToolStarted(str(call["id"]), call["name"], call["args"])

    def _finished(self, message: Any, *, made: bool) -> ToolFinished:
        """What a call brought. One that was not ``made``, there being too many, is neither call nor source."""
        id_, outcome = str(message.tool_call_id), message.artifact
        name, text, args = str(message.name), str(message.text), self._args.get(id_, {})
        result, seconds = None, 0.0
        if isinstance(outcome, Outcome):
            result, seconds, args = outcome.result, outcome.seconds, outcome.args
            self._faults += [] if result else [text]
        if made:
            fault = {"tool": name, "fault": text.removeprefix("Error: ")}
            self.calls.append(Call(name, dict(args)))
            self.results.append(result.to_dict() if result else fault)
            self._results += [result] if result else []
            self._told.append(_told(message, len(self._told), args))
            self._ledger = Ledger(self._told, self._asked)
        return ToolFinished(id_, name, text, result, seconds, dict(args))

    def _tell_head(self, result: ToolResult) -> Iterator[Event]:
        head, _ = self._ledger.check(result.headline.text)
        if all(head.text != each.text for each in self._heads):
            self._heads.append(head)
            yield Words(head.text + "\n", head)

    def flush(self) -> Iterator[Event]:
        """The last line, which ends without a break."""
        line, self._line = self._line, ""
        yield from self._let_through(line, "")

    def _let_through(self, text: str, end: str) -> Iterator[Event]:
        if self.ungrounded:
            return
        line, self.ungrounded = self._ledger.check(text)
        if any(line.text.strip() == head.text.strip() for head in self._heads):
            return
        self._lines.append(line)
        if text + end and not self.ungrounded and not self._silent:
            yield Words(text + end, line)

    def answer(self) -> list[AnswerLine]:
        """What the user gets: the model's words, or the tools' own where these hold something that no tool told."""
        if self._heads and self.ungrounded:
            return self._heads  # what a model made up is left out, and what the tools found stands
        if any(line.text.strip() for line in self._lines) and not self.ungrounded:
            first = next(place for place, line in enumerate(self._lines) if line.text.strip())
            last = max(place for place, line in enumerate(self._lines) if line.text.strip())
            return [*self._heads, *_without_edges(self._lines[first : last + 1])]
        lines = [line.text for result in self._results for line in result.said] or self._faults
        told = "\n".join(dict.fromkeys(lines))
        return trace(told, self._told, self._asked)[0] if told else [AnswerLine(NOTHING_TO_SAY)]


def _without_edges(lines: Sequence[AnswerLine]) -> list[AnswerLine]:
    """``lines`` without the blanks before the first and behind the last."""
    cut = len(lines[0].text) - len(lines[0].text.lstrip())
    sources = tuple(replace(each, start=each.start - cut, end=each.end - cut) for each in lines[0].sources)
    *kept, last = [replace(lines[0], text=lines[0].text[cut:], sources=sources), *lines[1:]]
    return [*kept, replace(last, text=last.text.rstrip())]


def told_in(messages: Sequence[Any]) -> list[Told]:
    """What the calls in ``messages`` told, in their order."""
    from langchain_core.messages import AIMessage, ToolMessage

    asked = {str(call["id"]): call["args"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    told = [m for m in messages if isinstance(m, ToolMessage) and not str(m.text).startswith(LIMIT_REACHED)]
    return [_told(message, number, asked.get(str(message.tool_call_id), {})) for number, message in enumerate(told)]


def _told(message: Any, number: int, args: dict[str, Any]) -> Told:
    """A tool's message as a source. Without an outcome no tool has this name, so nothing of it counts."""
    outcome, text, name = message.artifact, str(message.text), str(message.name)
    if not isinstance(outcome, Outcome):
        return Told(number, name, args=args, known=False)
    result = outcome.result
    if not isinstance(result, ToolResult):  # a fault, or an old result of which only the words are kept
        return Told(number, name, [lead(line) for line in text.splitlines()], args=outcome.args)
    return Told(number, name, result.said, result.evidence, result.listing, outcome.args)
