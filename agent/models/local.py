"""Any local Hugging Face chat model as a LangChain chat model: chat template, streaming, tool calls, constraints.

model = LocalChatModel.load("agent/weights")
model.bind_tools([find_audience]).invoke("Who would engage with a Nike ad?").tool_calls
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from agent.models.answer_grammar import answer_rules
from agent.models.call_syntax import CallSyntax, detect, response_template
from agent.models.constraint import GrammarConstraint, Grammars
from agent.models.decoding import CachedDecoder
from agent.models.files import ModelFiles, load_files
from agent.models.grammar import build_grammar
from agent.models.held_words import HeldWords
from agent.models.messages import begun, breaker, control_tokens, handles, render, turn_results, user_texts
from agent.models.reply import ENDS, THOUGHTS, Piece, ReplyParser, Words, hold_back, new_call_id
from index.errors import AnalystError

logger = logging.getLogger(__name__)

RESULT_READ = 1000  # letters of a result that are read by a model which cannot but copy it
PROMPT_END = 64  # tokens; enough to hold whatever a template writes before the model speaks
ToolLike = dict[str, Any] | type | Callable[..., Any] | BaseTool


class LocalChatModel(BaseChatModel):
    """A causal language model that runs in this process. Safe to share between threads."""

    name_or_path: str
    max_new_tokens: int = 3072
    temperature: float = 0.0
    seed: int | None = None
    hold_to_user_words: bool = False
    """Free-text arguments are spans of the user's words; one call a step and no words before it."""
    hold_answers: bool = False
    """After a tool, an answer is connective prose and whole lines of what tools returned."""
    read_questions: bool = False
    """A question reader proposes the calls that a question can mean; the model chooses (``proposals.py``)."""

    _files: ModelFiles = PrivateAttr()
    _decoder: CachedDecoder = PrivateAttr()
    _grammars: Grammars = PrivateAttr()
    _syntax: CallSyntax | None = PrivateAttr()
    _response: dict[str, Any] | None = PrivateAttr()
    _control: dict[str, int] = PrivateAttr()
    _stop_ids: list[int] = PrivateAttr()
    _reader: Any = PrivateAttr(default=None)
    _tokenizing: Any = PrivateAttr(default_factory=threading.Lock)  # one tokenizer, many threads: see messages.render

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        *,
        hold_to_user_words: bool | None = None,
        hold_answers: bool | None = None,
        max_new_tokens: int = 3072,
        temperature: float = 0.0,
        seed: int | None = None,
        threads: int | None = None,
        quantize: str | None = None,
    ) -> LocalChatModel:
        """Load from a directory, or from the hub by id. ``None`` leaves a switch to the model's own config.

        ``quantize`` is "8bit" or "4bit".
        """
        if threads:
            import torch

            torch.set_num_threads(threads)
        files = load_files(name_or_path, quantize=quantize)
        return cls.from_files(
            files,
            hold_to_user_words=files.switch("hold_to_user_words") if hold_to_user_words is None else hold_to_user_words,
            hold_answers=files.switch("hold_answers") if hold_answers is None else hold_answers,
            read_questions=files.switch("read_questions"),
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            seed=seed,
        )

    @classmethod
    def from_files(cls, files: ModelFiles, **settings: Any) -> LocalChatModel:
        """Wrap a model and tokenizer that are already in memory (training does)."""
        chat = cls(name_or_path=files.name, **settings)
        chat._files = files
        chat._decoder = CachedDecoder(files.model)
        chat._stop_ids = files.stop_ids()
        chat._grammars = Grammars(files.tokenizer, vocabulary=files.vocabulary, stop_ids=chat._stop_ids)
        chat._syntax = detect(files.tokenizer)
        chat._response = response_template(files.tokenizer, files.model.config.model_type)
        chat._control = control_tokens(files.tokenizer)
        if chat.read_questions:
            from agent.understanding.reader import QuestionReader

            chat._reader = QuestionReader.load()
        if chat._syntax is None:
            logger.warning("%s: unknown way of calling tools, so calls are not held to a grammar", files.name)
        return chat

    @property
    def _llm_type(self) -> str:
        return "local-huggingface"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        settings = ("name_or_path", "max_new_tokens", "temperature", "seed")
        switches = ("hold_to_user_words", "hold_answers", "read_questions")
        return {name: getattr(self, name) for name in (*settings, *switches)}

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
        prompt = self.prompt_ids(self._read(messages), tools=tools)
        constraint = self._constraint(messages, tools, tool_choice)
        calls = 0
        reply = _Reply(self, prompt, tools, constraint, stop or [], kwargs.get("max_new_tokens") or self.max_new_tokens)
        for piece in reply.pieces():
            chunk = ChatGenerationChunk(message=_message_chunk(piece, calls))
            calls += piece.kind in {"call", "malformed"}
            if run_manager:
                run_manager.on_llm_new_token(piece.text if piece.kind == "text" else "", chunk=chunk)
            yield chunk
        last = ChatGenerationChunk(message=reply.last_chunk())
        if run_manager:
            run_manager.on_llm_new_token("", chunk=last)
        yield last

    def warm_up(self, messages: Sequence[BaseMessage], *, tools: Sequence[ToolLike] = ()) -> None:
        """Read ahead what every conversation begins with, so that no question waits for it. ``messages`` are those of
        one, a question last.
        """
        offered = [convert_to_openai_tool(tool) for tool in tools]
        self._constraint(messages, offered, None)
        one, other = (
            self.prompt_ids([*messages[:-1], HumanMessage(question)], tools=offered) for question in ("Hello", "Why?")
        )
        same = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
        self._decoder.pin(one[:same])

    def prompt_ids(self, messages: Sequence[BaseMessage], *, tools: Sequence[dict[str, Any]] = ()) -> list[int]:
        """The conversation as the model reads it; control tokens inside messages are plain text."""
        with self._tokenizing:
            ids = render(self._files.tokenizer, messages, tools=tools)
        if len(ids) >= self._files.context:
            raise AnalystError(
                f"The conversation is {len(ids)} tokens long, and the model reads at most {self._files.context}",
                where=self.name_or_path,
                todo="Start a new conversation, or ask for fewer results.",
            )
        return ids

    def _read(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The messages as the model is given them. One whose answers are whole lines of the results, which a grammar
        holds to the letter, need not read the whole of them.
        """
        if self._reader is None:
            return list(messages)
        return [begun(message, RESULT_READ) if isinstance(message, ToolMessage) else message for message in messages]

    def grammar(
        self, messages: Sequence[BaseMessage], *, tools: Sequence[dict[str, Any]] = (), tool_choice: Any = None
    ) -> str:
        """The grammar that the next reply is held to; empty if none."""
        offered, must_call = _chosen(tools, tool_choice)
        if self._reader and not must_call and offered and (proposed := self._proposed(messages, offered)):
            return proposed
        plain = breaker(self._control)  # llguidance would take a control token that is spelled in forced text for real
        results = [plain(text) for text in turn_results(messages)] if self.hold_answers and not must_call else []
        opening = self._syntax.open[0] if self._syntax else ""
        prose = answer_rules(results, never_first=opening) if results else ""
        if self._syntax is None or not offered:
            return f"start: prose\n{prose}" if prose else ""
        said, people = map(plain, user_texts(messages)), map(plain, handles(messages))
        held = HeldWords.of(list(said), list(people)) if self.hold_to_user_words else None
        own = self.hold_to_user_words
        return build_grammar(
            offered,
            self._syntax,
            tokens=self._control,
            held=held,
            must_call=must_call,
            max_calls=1 if own else None,
            preamble=not own,
            prose=prose,
        )

    def _proposed(self, messages: Sequence[BaseMessage], offered: Sequence[dict[str, Any]]) -> str:
        """The grammar of what the question reader proposes; empty where it has nothing to say."""
        from agent.models import policy as proposals
        from agent.understanding.context import CallContext
        from agent.understanding.reader import SMALL_TALK
        from agent.understanding.reader import proposals as meant

        plain = breaker(self._control)
        if isinstance(messages[-1], ToolMessage):
            results = [plain(text) for text in turn_results(messages)]
            return proposals.answer_grammar(results, proposals.last_tools(messages))
        if not isinstance(messages[-1], HumanMessage) or self._syntax is None:
            return ""
        earlier = CallContext.of(messages)
        reading = self._reader.read(plain(str(messages[-1].text)), plain(earlier.text))
        if reading.kinds[0][0] in SMALL_TALK:
            return proposals.reply_grammar(reading.kinds[0][0])
        names = {tool["function"]["name"] for tool in offered}
        calls = [(name, call) for name, call in meant(reading, earlier) if name in names]
        return proposals.calls_grammar(calls, self._syntax, self._control) if calls else ""

    def _constraint(self, messages: Sequence[BaseMessage], tools: Any, choice: Any) -> GrammarConstraint | None:
        grammar = self.grammar(messages, tools=tools, tool_choice=choice)
        if not grammar:
            return None
        try:
            return self._grammars.constraint(grammar)
        except ValueError as error:
            if self.hold_to_user_words or self.hold_answers:
                raise AnalystError("The reply cannot be held to a grammar", todo=str(error)) from error
            logger.warning("%s: this reply is not held to a grammar: %s", self.name_or_path, error)
            return None

    def _decode(self, ids: list[int]) -> str:
        with self._tokenizing:
            text = self._files.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return str(text)


class _Reply:
    """One reply on its way: generates, decodes, parses, counts."""

    def __init__(
        self,
        chat: LocalChatModel,
        prompt: list[int],
        tools: Sequence[dict[str, Any]],
        constraint: GrammarConstraint | None,
        stop: list[str],
        max_new_tokens: int,
    ) -> None:
        self._chat, self._prompt, self._constraint, self._stop = chat, prompt, constraint, stop
        self._most = min(max_new_tokens, chat._files.context - len(prompt))
        # Whose answers are held to results has no thoughts of its own to tell.
        self._words = Words(chat._decode, chat._control, (*ENDS, *THOUGHTS) if chat.hold_answers else ENDS)
        end = chat._decode(prompt[-PROMPT_END:])
        self._parser = ReplyParser(chat._response, prompt_end=end, tools=tools)
        self._written = 0
        self._calls = False
        self._reason = "stop"

    def pieces(self) -> Iterator[Piece]:
        """Pieces of the reply; closing this generator cancels it."""
        for text in _until(self._stop, self._texts()):
            yield from self._noted(self._parser.feed(text))
        yield from self._noted(self._parser.finish())

    def _texts(self) -> Iterator[str]:
        chat = self._chat
        tokens = chat._decoder.generate(
            self._prompt,
            stop_ids=chat._stop_ids,
            max_new_tokens=self._most,
            constraint=self._constraint,
            temperature=chat.temperature,
            seed=chat.seed,
        )
        try:
            for token in tokens:
                self._written += 1
                if token in chat._stop_ids:
                    break
                yield self._words.push(token)
            else:
                self._reason = "length"
            yield self._words.flush()
        finally:
            tokens.close()  # type: ignore[attr-defined]

    def _noted(self, pieces: list[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            self._calls = self._calls or piece.kind == "call"
            yield piece

    def last_chunk(self) -> AIMessageChunk:
        """Counts and the reason for ending."""
        read = len(self._prompt)
        usage = {"input_tokens": read, "output_tokens": self._written, "total_tokens": read + self._written}
        reason = "tool_calls" if self._calls and self._reason == "stop" else self._reason
        return AIMessageChunk(
            content="",
            usage_metadata=cast(Any, usage),
            response_metadata={"finish_reason": reason, "model_name": self._chat.name_or_path},
            chunk_position="last",
        )


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


def _message_chunk(piece: Piece, index: int) -> AIMessageChunk:
    if piece.kind == "reasoning":
        return AIMessageChunk(content="", additional_kwargs={"reasoning_content": piece.text})
    if piece.kind == "text":
        return AIMessageChunk(content=piece.text)
    if piece.kind == "call":
        arguments = json.dumps(piece.arguments, ensure_ascii=False)
        chunk = tool_call_chunk(name=piece.name, args=arguments, id=new_call_id(), index=index)
    else:  # not JSON, so that LangChain counts it among the invalid ones instead of completing it
        chunk = tool_call_chunk(name=None, args=f"unreadable call: {piece.text}", id=new_call_id(), index=index)
    return AIMessageChunk(content="", tool_call_chunks=[chunk])


def _until(stops: list[str], texts: Iterator[str]) -> Iterator[str]:
    """The texts up to the first of ``stops``, which is left out."""
    held = ""
    for text in texts:
        held += text
        found = [place for stop in stops if (place := held.find(stop)) >= 0]
        if found:
            yield held[: min(found)]
            texts.close()  # type: ignore[attr-defined]
            return
        ready, held = hold_back(held, stops)
        yield ready
    yield held
