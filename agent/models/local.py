"""Any local Hugging Face chat model as a LangChain chat model: chat template, streaming, tool calls, constraints.

model = LocalChatModel.load("Qwen/Qwen3-0.6B")
model.bind_tools([find_audience]).invoke("Who would engage with a Nike ad?").tool_calls
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from agent.models.call_syntax import detect, response_template
from agent.models.constraint import GrammarConstraint, Grammars
from agent.models.decoding import CachedDecoder
from agent.models.files import ModelFiles, load_files
from agent.models.messages import control_tokens, render
from agent.models.policy import ReplyPolicy, ReplySyntax, SchemaPolicy
from agent.models.reply import (
    ENDS,
    THOUGHTS,
    AnyReply,
    Reply,
    ReplyParser,
    Words,
    message_chunk,
    settled_reply,
)
from index.errors import AnalystError

logger = logging.getLogger(__name__)

PROMPT_END = 64  # tokens; enough to hold whatever a template writes before the model speaks
ToolLike = dict[str, Any] | type | Callable[..., Any] | BaseTool


class LocalChatModel(BaseChatModel):
    """A causal language model that runs in this process. Safe to share between threads."""

    name_or_path: str
    max_new_tokens: int = 3072
    temperature: float = 0.0
    seed: int | None = None

    _files: ModelFiles = PrivateAttr()
    _decoder: CachedDecoder = PrivateAttr()
    _grammars: Grammars = PrivateAttr()
    _policy: ReplyPolicy = PrivateAttr()
    _syntax: ReplySyntax = PrivateAttr()
    _response: dict[str, Any] | None = PrivateAttr()
    _stop_ids: list[int] = PrivateAttr()
    _tokenizing: Any = PrivateAttr(default_factory=threading.Lock)  # one tokenizer, many threads: see messages.render

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        *,
        policy: ReplyPolicy | None = None,
        quantize: str | None = None,
        **settings: Any,
    ) -> LocalChatModel:
        """Load from a directory, or from the hub by id. ``quantize`` is "8bit" or "4bit", ``settings`` are the fields
        of the class. Raises AnalystError.
        """
        return cls.from_files(load_files(name_or_path, quantize=quantize), policy=policy, **settings)

    @classmethod
    def from_files(cls, files: ModelFiles, *, policy: ReplyPolicy | None = None, **settings: Any) -> LocalChatModel:
        """Wrap a model and tokenizer that are already in memory. Without a ``policy`` it gets a SchemaPolicy."""
        chat = cls(name_or_path=files.name, **settings)
        chat._files = files
        chat._policy = policy or SchemaPolicy()
        chat._decoder = CachedDecoder(files.model)
        chat._stop_ids = files.stop_ids()
        chat._grammars = Grammars(files.tokenizer, vocabulary=files.vocabulary, stop_ids=chat._stop_ids)
        chat._syntax = ReplySyntax(detect(files.tokenizer), control_tokens(files.tokenizer))
        chat._response = response_template(files.tokenizer, files.model.config.model_type)
        if chat._syntax.calls is None:
            logger.warning("%s: unknown way of calling tools, so calls are not held to a grammar", files.name)
        return chat

    @property
    def policy(self) -> ReplyPolicy:
        """What the replies are held to."""
        return self._policy

    @property
    def _llm_type(self) -> str:
        return "local-huggingface"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        settings = ("name_or_path", "max_new_tokens", "temperature", "seed")
        return {"policy": type(self._policy).__name__, **{name: getattr(self, name) for name in settings}}

    def bind_tools(
        self, tools: Sequence[ToolLike], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer ``tools``. ``tool_choice``: "auto" (default), "none", "any", or the name of the tool to call."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return cast(
            Runnable[LanguageModelInput, AIMessage], self.bind(tools=offered, tool_choice=tool_choice, **kwargs)
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop=stop, run_manager=None, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[dict[str, Any]] = (),
        tool_choice: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        offered, must_call = _chosen(tools, tool_choice)
        prompt: list[int] = []
        reply: AnyReply | None = settled_reply(self._policy.settled(messages, offered, must_call))
        if reply is None:
            prompt = self.prompt_ids(self._policy.read(messages), tools=self._policy.shown(tools))
            constraint = self._constraint(messages, tools, tool_choice)
            most = kwargs.get("max_new_tokens") or self.max_new_tokens
            reply = self._reply(prompt, tools, constraint, stop or [], most)
        calls = 0
        for piece in reply.pieces():
            chunk = ChatGenerationChunk(message=message_chunk(piece, calls))
            calls += piece.kind in {"call", "malformed"}
            if run_manager:
                run_manager.on_llm_new_token(piece.text if piece.kind == "text" else "", chunk=chunk)
            yield chunk
        last = ChatGenerationChunk(message=self._last_chunk(len(prompt), reply))
        if run_manager:
            run_manager.on_llm_new_token("", chunk=last)
        yield last

    def warm_up(self, messages: Sequence[BaseMessage], *, tools: Sequence[ToolLike] = ()) -> None:
        """Read ahead what every conversation begins with, so that no question waits for it. ``messages`` are those of
        one, a question last.
        """
        offered = [convert_to_openai_tool(tool) for tool in tools]
        self._constraint(messages, offered, None)
        shown = self._policy.shown(offered)
        one, other = (
            self.prompt_ids([*messages[:-1], HumanMessage(question)], tools=shown) for question in ("Hello", "Why?")
        )
        same = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
        self._decoder.pin(one[:same])

    def prompt_ids(self, messages: Sequence[BaseMessage], *, tools: Sequence[Mapping[str, Any]] = ()) -> list[int]:
        """The conversation as the model reads it; control tokens inside messages are plain text."""
        with self._tokenizing:
            ids = render(self._files.tokenizer, messages, tools=list(map(dict, tools)))
        if len(ids) >= self._files.context:
            raise AnalystError(
                f"The conversation is {len(ids)} tokens long, and the model reads at most {self._files.context}",
                where=self.name_or_path,
                todo="Start a new conversation, or ask for fewer results.",
            )
        return ids

    def grammar(
        self, messages: Sequence[BaseMessage], *, tools: Sequence[dict[str, Any]] = (), tool_choice: Any = None
    ) -> str:
        """The grammar that the next reply is held to; empty if none."""
        offered, must_call = _chosen(tools, tool_choice)
        return self._policy.grammar(messages, offered, must_call, self._syntax)

    def _constraint(self, messages: Sequence[BaseMessage], tools: Any, choice: Any) -> GrammarConstraint | None:
        grammar = self.grammar(messages, tools=tools, tool_choice=choice)
        if not grammar:
            return None
        try:
            return self._grammars.constraint(grammar)
        except ValueError as error:
            if self._policy.strict:
                raise AnalystError("The reply cannot be held to a grammar", todo=str(error)) from error
            logger.warning("%s: this reply is not held to a grammar: %s", self.name_or_path, error)
            return None

    def _reply(
        self,
        prompt: list[int],
        tools: Sequence[dict[str, Any]],
        constraint: GrammarConstraint | None,
        stop: list[str],
        most: int,
    ) -> Reply:
        tokens = self._decoder.generate(
            prompt,
            stop_ids=self._stop_ids,
            max_new_tokens=min(most, self._files.context - len(prompt)),
            constraint=constraint,
            temperature=self.temperature,
            seed=self.seed,
        )
        spelled = ENDS if self._policy.thinks else (*ENDS, *THOUGHTS)
        words = Words(self._decode, self._syntax.control, spelled)
        parser = ReplyParser(self._response, prompt_end=self._decode(prompt[-PROMPT_END:]), tools=tools)
        return Reply(tokens, words, parser, ends=self._stop_ids, stop=stop)

    def _last_chunk(self, read: int, reply: AnyReply) -> AIMessageChunk:
        """Counts and the reason for ending."""
        usage = {"input_tokens": read, "output_tokens": reply.written, "total_tokens": read + reply.written}
        return AIMessageChunk(
            content="",
            usage_metadata=cast(Any, usage),
            response_metadata={"finish_reason": reply.reason, "model_name": self.name_or_path},
            chunk_position="last",
        )

    def _decode(self, ids: list[int]) -> str:
        with self._tokenizing:
            text = self._files.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return str(text)


def _chosen(tools: Sequence[dict[str, Any]], choice: Any) -> tuple[list[dict[str, Any]], bool]:
    """The tools that may be called, and whether one must be."""
    if isinstance(choice, Mapping):
        choice = choice.get("function", choice).get("name")
    if choice in (None, "auto", False):
        return list(tools), False
    if choice == "none":
        return [], False
    if choice in ("any", "required", True):
        return list(tools), bool(tools)
    named = [tool for tool in tools if tool["function"]["name"] == choice]
    if not named:
        raise AnalystError(f"There is no tool named {choice!r} to choose", todo="Name one of the tools that are bound.")
    return named, True
