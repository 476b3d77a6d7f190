"""A chat model that says what a test has written down, piece by piece, as a model that streams does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Piece = str | dict[str, Any] | Exception


def call(name: str | None, id_: str = "c1", *, index: int = 0, raw: str | None = None, **args: Any) -> dict[str, Any]:
    """A piece that calls a tool; ``raw`` stands for arguments that are no JSON."""
    written = json.dumps(args) if raw is None else raw
    return {"name": name, "args": written, "id": id_, "index": index, "type": "tool_call_chunk"}


class ScriptedModel(BaseChatModel):
    """``replies`` are spoken in turn, the last one again and again. ``seen`` keeps what the model was shown."""

    replies: list[list[Piece]]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    name_or_path: str = "scripted"

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _next(self, messages: list[BaseMessage]) -> list[Piece]:
        self.seen.append(list(messages))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for piece in self._next(messages):
            if isinstance(piece, Exception):
                raise piece
            message = AIMessageChunk(piece) if isinstance(piece, str) else AIMessageChunk("", tool_call_chunks=[piece])
            yield ChatGenerationChunk(message=message)


class SilentModel(ScriptedModel):
    """The same, all at once: a model that cannot stream. Its replies are words only."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        text = "".join(str(piece) for piece in self._next(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    _stream = BaseChatModel._stream  # type: ignore[assignment]
