"""The reply policy of the shipped model, which is too small to be let loose.

A question reader (``agent.understanding``) proposes the calls that a question can mean. Where it is sure, its one call
is made as it stands; where it is not, the model chooses. After a tool the answer is what the tools returned, line for
line, and the model is not asked. To small talk it gives one of our replies, and a question in another language than
English is told so. Where the reader proposes nothing, arguments are spans of the user's words.
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

from agent.events import Call
from agent.models.grammar import build_grammar, control_literal
from agent.models.held_words import HeldWords, answer_rules, copied_lines, literal
from agent.models.messages import begun, handles, text_of, turn_results, user_texts
from agent.models.policy import ReplySyntax, Tools
from agent.models.reply import Piece
from agent.understanding.coverage import turned_round, untellable
from agent.understanding.said.bare import beyond
from tools.privacy.guard import barred

if TYPE_CHECKING:
    from agent.models.call_syntax import CallSyntax
    from agent.understanding.parts import Meant, Understanding

PROMPTS = Path(__file__).parents[1] / "prompts"
SYSTEM, SMALL_TALK = PROMPTS / "shipped_system.md", PROMPTS / "small_talk.yaml"
TRAINED_TOOLS = PROMPTS / "shipped_tools.json"
RESULT_READ = 1000  # characters of a result that are read by a model which cannot but copy it
MOST_CHARACTERS = 20_000  # of an answer's lines; of what is longer the end is left out, and that is said


@dataclass
class ShippedPolicy:
    """``understanding`` is None where the chat model alone is measured."""

    understanding: Understanding | None = None
    strict: ClassVar[bool] = True
    thinks: ClassVar[bool] = False

    @classmethod
    def load(cls) -> ShippedPolicy:
        """With the reader that ships. Raises AnalystError if its weights are missing."""
        from agent.understanding.parts import Understanding
        from agent.understanding.reader import QuestionReader

        return cls(Understanding(QuestionReader.load()))

    @cached_property
    def system(self) -> str:
        """To the letter what stands in the conversations that the model was trained on."""
        return SYSTEM.read_text(encoding="utf-8").strip()

    def read(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Of results, which a grammar holds to the letter, only the beginning need be read."""
        if self.understanding is None:
            return list(messages)
        return [begun(message, RESULT_READ) if isinstance(message, ToolMessage) else message for message in messages]

    def shown(self, tools: Tools) -> Tools:
        """The tools as the model was shown them in training, whichever there are today: the reader knows the others."""
        return trained_tools() if tools and self.understanding is not None else tools

    def settled(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool) -> list[Piece]:
        """The only call that the next part of the question can mean, or else what the tools returned."""
        if self.understanding is None or must_call or not tools or not messages:
            return []
        meant = self._meant(messages, tools)
        if meant and not isinstance(meant, str):
            sure = len(meant) == 1 or not _trained(meant)
            return [Piece("call", name=meant[0][0], arguments=meant[0][1])] if sure else []
        said = [meant] if isinstance(meant, str) and meant else []
        if isinstance(messages[-1], ToolMessage):
            unread = self.understanding.meaning(messages).unread if not said else ()
            said += [words()["unread"][0].replace("{words}", part) for part in unread]
            said.insert(0, answer_text(turn_results(messages)))
        return [Piece("text", line) for line in "\n".join(said).splitlines(keepends=True)]

    def grammar(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool, syntax: ReplySyntax) -> str:
        proposed = self._proposed(messages, tools, syntax) if tools and not must_call else ""
        return proposed or held_grammar(messages, tools, must_call, syntax)

    def _proposed(self, messages: Sequence[BaseMessage], tools: Tools, syntax: ReplySyntax) -> str:
        """The grammar of what the reader proposes; empty where it has nothing to say."""
        if self.understanding is None or syntax.calls is None or not messages:
            return ""
        meant = self._meant(messages, tools)
        if isinstance(meant, str):
            return f"start: {literal(meant)}" if meant else ""
        if not meant and (kind := self.understanding.meaning(messages).small_talk):
            return reply_grammar(kind)
        return calls_grammar(meant, syntax.calls, syntax.control) if meant else ""

    def _meant(self, messages: Sequence[BaseMessage], tools: Tools) -> list[Meant] | str:
        """The calls that the last question can mean next, or what is said to it at once; empty if neither."""
        assert self.understanding is not None
        if not messages or not isinstance(messages[-1], (HumanMessage, ToolMessage)):
            return []
        if isinstance(messages[-1], HumanMessage) and (foreign := told_once(str(messages[-1].text), messages)):
            return foreign
        names, meaning = {tool["function"]["name"] for tool in tools}, self.understanding.meaning(messages)
        calls = [(name, args) for name, args in meaning.calls if name in names]
        likeliest = [Call(name, args) for name, args in calls[:1]]
        if "cannot_tell" in names and (untold := untellable(meaning.text, likeliest)):
            return [("cannot_tell", {"why": untold[1], "what": untold[0]})]
        if "cannot_tell" in names and any(
            barred(beyond(meaning.text, call.args), call.name, call.args) for call in likeliest
        ):
            return [("cannot_tell", {"why": "sensitive", "what": meaning.text})]
        ignored = turned_round(meaning.text, likeliest)
        return words()["turned_round"][0].replace("{words}", ignored) if ignored else calls


def _trained(calls: Sequence[Meant]) -> bool:
    """Whether the model was shown the tools of all ``calls``; of others it cannot tell which is meant."""
    return {name for name, _ in calls} <= {tool["function"]["name"] for tool in trained_tools()}


@cache
def trained_tools() -> Tools:
    """The schemas of the tools that stood in the prompt when the model was trained."""
    return json.loads(TRAINED_TOOLS.read_text(encoding="utf-8"))


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
def words() -> dict[str, Any]:
    """``replies`` by kind of small talk, ``framing`` by tool, and what is said of what was not answered or shown."""
    return yaml.safe_load(SMALL_TALK.read_text(encoding="utf-8"))


def calls_grammar(calls: Sequence[Meant], syntax: CallSyntax, tokens: Mapping[str, int]) -> str:
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


def answer_text(results: Sequence[ToolMessage]) -> str:
    """What the tools returned, line for line without repeats; of several calls the headlines first, in their order. Of
    what is too long the end of the lists is left out, which is said, and no warning is.
    """
    careful = [line for result in results for line in warnings_of(result)]
    texts = [text_of(result) for result in results]
    heads = [text.partition("\n")[0] for text in texts] if len(texts) > 1 else []
    found = [line for line in copied_lines([*heads, *texts], most=None) if line not in careful]
    shown = fitting(found, MOST_CHARACTERS)
    more = list(words()["more"])[:1] if len(shown) < len(found) else []
    return "\n".join([*shown, *more, *dict.fromkeys(careful)])


def fitting(lines: Sequence[str], characters: int) -> list[str]:
    """The first of ``lines`` that have no more than so many characters together."""
    ends = accumulate(len(line) for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= characters]


def warnings_of(result: ToolMessage) -> list[str]:
    """What a result warns of."""
    return [str(line) for line in getattr(getattr(result.artifact, "result", None), "warnings", ())]
