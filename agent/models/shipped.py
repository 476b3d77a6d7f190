"""The reply policy of the shipped model, which is too small to be let loose.

A question reader (``agent.understanding``) proposes the calls that a question can mean, and the model chooses among
them. What it says is one of our replies to small talk, or a framing line and then whole lines of what the tools
returned. A question in another language than English is told so. Where the reader proposes nothing, arguments are spans
of the user's words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import yaml
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.models.grammar import build_grammar, control_literal
from agent.models.held_words import HeldWords, answer_rules, copied_lines, literal
from agent.models.messages import begun, handles, text_of, turn_results, user_texts
from agent.models.policy import ReplySyntax, Tools

if TYPE_CHECKING:
    from agent.models.call_syntax import CallSyntax
    from agent.understanding.reader import QuestionReader

PROMPTS = Path(__file__).parents[1] / "prompts"
SYSTEM, SMALL_TALK = PROMPTS / "shipped_system.md", PROMPTS / "small_talk.yaml"
Call = tuple[str, dict[str, Any]]
RESULT_READ = 1000  # characters of a result that are read by a model which cannot but copy it
LEAST_LINES = 6  # of a result that every answer carries, with its warnings; the model may add the rest
MOST_CHARACTERS = 8000  # of an answer's lines: about 2,700 tokens, which LocalChatModel.max_new_tokens must allow


@dataclass
class ShippedPolicy:
    """``reader`` is None where the chat model alone is measured."""

    reader: QuestionReader | None = None
    strict: ClassVar[bool] = True
    thinks: ClassVar[bool] = False

    @classmethod
    def load(cls) -> ShippedPolicy:
        """With the reader that ships. Raises AnalystError if its weights are missing."""
        from agent.understanding.reader import QuestionReader

        return cls(QuestionReader.load())

    @cached_property
    def system(self) -> str:
        """To the letter what stands in the conversations that the model was trained on."""
        return SYSTEM.read_text(encoding="utf-8").strip()

    def read(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Of results, which a grammar holds to the letter, only the beginning need be read."""
        if self.reader is None:
            return list(messages)
        return [begun(message, RESULT_READ) if isinstance(message, ToolMessage) else message for message in messages]

    def grammar(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool, syntax: ReplySyntax) -> str:
        proposed = self._proposed(messages, tools, syntax) if tools and not must_call else ""
        return proposed or held_grammar(messages, tools, must_call, syntax)

    def _proposed(self, messages: Sequence[BaseMessage], tools: Tools, syntax: ReplySyntax) -> str:
        """The grammar of what the reader proposes; empty where it has nothing to say."""
        if self.reader is None:
            return ""
        if isinstance(messages[-1], ToolMessage):
            results = turn_results(messages)
            warnings = [syntax.plain(warning) for result in results for warning in warnings_of(result)]
            return answer_grammar([syntax.plain(text_of(each)) for each in results], frame_of(results[-1]), warnings)
        if not isinstance(messages[-1], HumanMessage) or syntax.calls is None:
            return ""
        return self._meant(self.reader, messages, tools, syntax)

    def _meant(self, reader: QuestionReader, messages: Sequence[BaseMessage], tools: Tools, syntax: ReplySyntax) -> str:
        """The grammar of what the last message, a question, can mean."""
        from agent.understanding.calls import proposals
        from agent.understanding.context import CallContext
        from agent.understanding.labels import SMALL_TALK

        question = str(messages[-1].text)
        if foreign := told_once(question, messages):
            return f"start: {literal(foreign)}"
        context = CallContext.of(messages)
        reading = reader.read(syntax.plain(question), syntax.plain(context.text))
        if (kind := reading.kinds[0][0]) in SMALL_TALK:
            return reply_grammar(kind)
        names = {tool["function"]["name"] for tool in tools}
        calls = [(name, args) for name, args in proposals(reading, context) if name in names]
        return calls_grammar(calls, syntax.calls, syntax.control) if calls and syntax.calls else ""


def told_once(question: str, messages: Sequence[BaseMessage]) -> str:
    """That only English is understood, in the language of ``question``; empty if it is English, or if that was said
    before: whoever asks again in spite of it is to be read as well as may be.
    """
    from agent.understanding.language import answer_to_foreign, answers

    said = any(isinstance(message, AIMessage) and str(message.text) in answers() for message in messages)
    return "" if said else answer_to_foreign(question)


def held_grammar(messages: Sequence[BaseMessage], tools: Tools, must_call: bool, syntax: ReplySyntax) -> str:
    """Without a reader: one call whose free-text arguments are spans of the user's words, and no words before it; after
    a tool, a line of the model's own and whole lines of results.
    """
    results = [] if must_call else [syntax.plain(text_of(result)) for result in turn_results(messages)]
    opening = syntax.calls.open[0] if syntax.calls else ""
    prose = answer_rules(results, never_first=opening) if results else ""
    if syntax.calls is None or not tools:
        return f"start: prose\n{prose}" if prose else ""
    said, people = map(syntax.plain, user_texts(messages)), map(syntax.plain, handles(messages))
    return build_grammar(
        tools,
        syntax.calls,
        tokens=syntax.control,
        held=HeldWords.of(list(said), list(people)),
        must_call=must_call,
        max_calls=1,
        preamble=False,
        prose=prose,
    )


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """``replies`` by kind of small talk, ``framing`` by tool, and ``more`` behind a list that was cut."""
    return yaml.safe_load(SMALL_TALK.read_text(encoding="utf-8"))


def calls_grammar(calls: Sequence[Call], syntax: CallSyntax, tokens: Mapping[str, int]) -> str:
    """One of ``calls``, to the letter."""
    written = [syntax.open + name + syntax.middle + spelled(args, tokens) + syntax.close for name, args in calls]
    return "start: " + " | ".join(f"({control_literal(text, tokens)})" for text in written)


def spelled(args: Mapping[str, Any], tokens: Mapping[str, int]) -> str:
    """``args`` as JSON, in which a control token that the user typed is plain text and no token of the reply."""
    written = json.dumps(args, ensure_ascii=False)
    for token in sorted(tokens, key=len, reverse=True):
        written = written.replace(token, f"\\u{ord(token[0]):04x}{token[1:]}")
    return written


def reply_grammar(kind: str) -> str:
    """One of our replies to a kind of small talk."""
    return "start: " + " | ".join(literal(reply) for reply in words()["replies"][kind])


def answer_grammar(results: Sequence[str], frame: str, warnings: Sequence[str] = ()) -> str:
    """A framing line, ``LEAST_LINES`` lines of the results, all others if the model likes, and every warning.

    All or none: a choice at every line would cost a pass over each of them. Of what is too long the last lines are left
    out, and the answer says so. ``frame`` names the framing lines; ``warnings`` are lines of the results too.
    """
    copied, careful = copied_lines(results, most=None), copied_lines(warnings, most=None)
    framing = words()["framing"]
    first, others = copied[:LEAST_LINES], [line for line in copied[LEAST_LINES:] if line not in careful]
    rest = fitting(others, MOST_CHARACTERS - sum(map(len, first)))
    start = ["(" + " | ".join(map(literal, framing.get(frame, framing["fault"]))) + ")", *map(_line, first)]
    start += ["(" + " ".join(map(_line, rest)) + ")?"] if rest else []
    start += ["(" + " | ".join(map(_line, words()["more"])) + ")"] if len(rest) < len(others) else []
    return f"start: {' '.join([*start, *(_line(line) for line in careful if line not in first)])}"


def fitting(lines: Sequence[str], characters: int) -> list[str]:
    """The first of ``lines`` that have no more than so many characters together."""
    ends = accumulate(len(line) for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= characters]


def _line(line: str) -> str:
    return literal(chr(10) + line)


def frame_of(result: ToolMessage) -> str:
    """Which of the ``framing`` lines fits a result: those of its tool, or of a ``fault`` for a call that failed."""
    failed = result.artifact is not None and getattr(result.artifact, "result", True) is None
    return "fault" if failed else str(result.name)


def warnings_of(result: ToolMessage) -> Sequence[str]:
    """What a result warns of."""
    return getattr(getattr(result.artifact, "result", None), "warnings", ())
