"""A chat model behind an address, as vLLM, llama.cpp and Ollama serve: langchain-openai, with failures as sentences.

Posts are strangers' words: whatever in a message looks like a control token of some chat template is broken up, since
the server would read it as one. Thinking is switched off where the server lets us and left out where it does not.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr, SecretStr

from agent.models.address import KEY, Endpoint
from agent.models.messages import ZERO_WIDTH_SPACE
from agent.models.reply import Piece, ReplyParser
from index.errors import AnalystError
from tools.library import nearest_names

SECONDS = 120.0  # between two pieces of an answer, at most; a large model on a CPU reads a long prompt for a minute
CONNECT_SECONDS = 10.0
MOST_TOKENS = 1536
NAMES_SHOWN = 8
REASON_SHOWN = 200  # characters of what the server says is wrong
NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
THINKING = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|im_start|>assistant\n",
    "fields": {
        "reasoning_content": {"open": "<think>", "close": "</think>", "content": "text"},
        "content": {"close": "<|im_end|>", "content": "text"},
    },
}
# <|im_end|>, <tool_call>, </s>, <｜end▁of▁sentence｜>, [INST], [/TOOL_RESULTS]: what chat templates steer by.
CONTROL = re.compile(r"<(?=[|｜/]?[\w|｜▁ -]{1,40}[|｜]?>)|\[(?=/?[A-Z_]{3,20}\])")
FAULTS = (openai.OpenAIError, httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError)


class EndpointChatModel(ChatOpenAI):
    """A served model, made by ``connect``. Every failure of the server is an AnalystError."""

    name_or_path: str
    _endpoint: Endpoint = PrivateAttr()
    _served: list[str] = PrivateAttr(default_factory=list)

    @classmethod
    def connect(cls, endpoint: Endpoint) -> EndpointChatModel:
        """Asks the server which models it has. Raises AnalystError if it cannot be reached or has not this one."""
        client = openai.OpenAI(base_url=endpoint.url, api_key=_key(), timeout=_timeout(), max_retries=0)
        served = _served(_nobodys(client), endpoint)
        model = endpoint.model or _only(served, endpoint)
        if served and model not in served and f"{model}:latest" not in served:  # Ollama lets ":latest" be left out
            raise _unknown(endpoint, served)
        endpoint = Endpoint(endpoint.url, model)
        chat = cls(
            name_or_path=endpoint.written,
            model=model,
            base_url=endpoint.url,
            api_key=SecretStr(_key()),
            timeout=_timeout(),
            max_retries=1,
            temperature=0.0,
            stream_usage=False,
            use_responses_api=False,
            extra_body={"max_tokens": MOST_TOKENS, **NO_THINKING},
        )
        _nobodys(chat.root_client)
        _nobodys(chat.root_async_client)
        chat._endpoint, chat._served = endpoint, served
        return chat

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop=stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        parser, seen = ReplyParser(THINKING), False
        for chunk in self._chunks([_plain(message) for message in messages], stop, kwargs):
            seen = True
            yield self._told(chunk, _words(parser.feed(str(chunk.message.text))), run_manager)
        if not seen:
            raise AnalystError(
                "The server sent no answer that can be read", where=self.name_or_path, todo="See what its log says."
            )
        if rest := _words(parser.finish()):
            yield self._told(ChatGenerationChunk(message=AIMessageChunk(content="")), rest, run_manager)

    def _told(
        self, chunk: ChatGenerationChunk, words: str, run_manager: CallbackManagerForLLMRun | None
    ) -> ChatGenerationChunk:
        """The chunk with ``words`` for its text, once whoever watches has seen it."""
        message = chunk.message.model_copy(update={"content": words})
        chunk = ChatGenerationChunk(message=message, generation_info=chunk.generation_info)
        if run_manager:
            run_manager.on_llm_new_token(words, chunk=chunk)
        return chunk

    def _chunks(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """What the server sends; asked a second time, without it, if it does not know how to switch thinking off."""
        most = options.get("max_new_tokens")
        named = {key: value for key, value in options.items() if key != "max_new_tokens"}
        if most is not None:
            named["extra_body"] = {**(self.extra_body or {}), "max_tokens": most}
        try:
            yield from super()._stream(messages, stop, None, **named)
        except openai.BadRequestError as error:
            if "chat_template_kwargs" not in str(error) or not self.extra_body or len(self.extra_body) == 1:
                raise _sentence(error, self._endpoint, self._served) from error
            self.extra_body = {"max_tokens": MOST_TOKENS}
            yield from self._chunks(messages, stop, options)
        except FAULTS as error:
            raise _sentence(error, self._endpoint, self._served) from error


def _words(pieces: list[Piece]) -> str:
    """The words among the pieces of an answer, without the thoughts before them."""
    return "".join(piece.text for piece in pieces if piece.kind == "text")


def _plain(message: BaseMessage) -> BaseMessage:
    """The message with nothing in it that a chat template on the other side would obey."""
    return message.model_copy(update={"content": CONTROL.sub(lambda found: found[0] + ZERO_WIDTH_SPACE, message.text)})


def _nobodys(client: Any) -> Any:
    """The client without what the environment says about an account at OpenAI, whose service this is not."""
    client.organization = client.project = None
    return client


def _key() -> str:
    return os.environ.get(KEY, "").strip() or "none"


def _timeout() -> httpx2.Timeout:
    return httpx2.Timeout(SECONDS, connect=CONNECT_SECONDS)


def _served(client: openai.OpenAI, endpoint: Endpoint) -> list[str]:
    """Names of the models at ``endpoint``; none if the server does not tell."""
    try:
        return sorted(str(model.id) for model in client.models.list().data)
    except openai.NotFoundError:
        return []
    except FAULTS as error:
        raise _sentence(error, endpoint, []) from error


def _only(served: list[str], endpoint: Endpoint) -> str:
    if len(served) == 1:
        return served[0]
    named = f" It has: {_listed(served)}." if served else ""
    raise AnalystError(
        "The address does not say which model is meant", where=endpoint.url, todo=f"Add #NAME to it.{named}"
    )


def _unknown(endpoint: Endpoint, served: list[str]) -> AnalystError:
    if not served:
        todo = "Check the name, and that the address ends as the server's own does, mostly in /v1."
    elif near := nearest_names(endpoint.model, served, limit=1):
        todo = f"Did you mean {near[0]}? It has: {_listed(served)}."
    else:
        todo = f"It has: {_listed(served)}."
    return AnalystError(f"The server has no model named '{endpoint.model}'", where=endpoint.url, todo=todo)


def _listed(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _sentence(error: Exception, endpoint: Endpoint, served: list[str]) -> AnalystError:
    """What went wrong with a server, and what to do about it."""
    where = endpoint.written
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return AnalystError(
            f"The server sent nothing for {SECONDS:.0f} seconds",
            where=where,
            todo="It may still be loading the model: try again, or choose a smaller one.",
        )
    if isinstance(error, openai.APIConnectionError | httpx2.TransportError):
        return AnalystError(
            f"The server cannot be reached: {_reason(error)}",
            where=where,
            todo="Start it, and check host and port; `curl ADDRESS/models` should list its models.",
        )
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        given = "refuses the key that is" if os.environ.get(KEY, "").strip() else "asks for a key, and none is"
        return AnalystError(
            f"The server {given} in the environment variable {KEY}", where=where, todo=f"Set {KEY} to its key."
        )
    if isinstance(error, openai.NotFoundError):
        return _unknown(endpoint, served)
    if isinstance(error, openai.APIError) and not isinstance(error, openai.APIResponseValidationError):
        status = f" {error.status_code}" if isinstance(error, openai.APIStatusError) else ""
        todo = "See what its log says; a model that takes no tools, or a conversation too long for it, is refused so."
        return AnalystError(f"The server answered{status}: {_said(error)}", where=where, todo=todo)
    return AnalystError(
        "The server sent what is no answer of an OpenAI-compatible server",
        where=where,
        todo="Check the address; it mostly ends in /v1.",
    )


def _reason(error: Exception) -> str:
    """The innermost reason, which is the one that says something: ``Connection refused``."""
    while error.__cause__ or error.__context__:
        inner = error.__cause__ or error.__context__
        if not isinstance(inner, Exception):
            break
        error = inner
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _said(error: openai.APIError) -> str:
    body: Any = error.body
    said = body.get("message") if isinstance(body, dict) else None
    text = said if isinstance(said, str) else (json.dumps(body) if body else error.message)
    return " ".join(text.split())[:REASON_SHOWN].rstrip(".")
