"""What the replies of a chat model are held to: one object given to it, so that the model itself need not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from agent.models.call_syntax import CallSyntax
from agent.models.grammar import build_grammar
from agent.models.messages import breaker
from agent.models.reply import Piece

Tools = Sequence[Mapping[str, Any]]  # in OpenAI's form


@dataclass(frozen=True)
class ReplySyntax:
    """How a model writes: its ``calls``, None if that is not known, and its ``control`` tokens with their ids."""

    calls: CallSyntax | None
    control: Mapping[str, int]

    @cached_property
    def plain(self) -> Callable[[str], str]:
        """Breaks up control tokens in a text: llguidance takes one that is spelled in forced text for a real one."""
        return breaker(self.control)


class ReplyPolicy(Protocol):
    """Safe to share between threads."""

    @property
    def system(self) -> str | None:
        """The system prompt that the model was trained with; None for the program's own."""

    @property
    def strict(self) -> bool:
        """Whether there is no reply rather than one that no grammar holds."""

    @property
    def thinks(self) -> bool:
        """Whether ``<think>`` in a reply opens thoughts, and is not merely copied from somewhere."""

    def read(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The conversation as the model is given it."""

    def shown(self, tools: Tools) -> Tools:
        """The tools as the model reads of them in its prompt."""

    def settled(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool) -> list[Piece]:
        """A reply that leaves the model nothing to decide, so that it need not be asked; empty if it has to."""

    def grammar(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool, syntax: ReplySyntax) -> str:
        """The grammar (Lark) of the next reply; empty if anything may be said. ``must_call``: words will not do."""


@dataclass(frozen=True)
class SchemaPolicy:
    """For any model: calls that follow the JSON schemas of the tools, and free prose."""

    system: str | None = None
    strict: bool = False
    thinks: bool = True

    def read(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        return list(messages)

    def shown(self, tools: Tools) -> Tools:
        return tools

    def settled(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool) -> list[Piece]:
        return []

    def grammar(self, messages: Sequence[BaseMessage], tools: Tools, must_call: bool, syntax: ReplySyntax) -> str:
        if syntax.calls is None or not tools:
            return ""
        return build_grammar(tools, syntax.calls, tokens=syntax.control, must_call=must_call)
