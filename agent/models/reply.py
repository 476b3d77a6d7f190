"""Token ids become words and tool calls, while the model is still writing.

``Words`` turns ids into text. ``ReplyParser`` turns text into pieces of a reply through transformers' own parser. Only
a real control token can open a call: one that the model merely spells out, say because it copies a post, is text.
``Reply`` is one reply on this way.
"""

from __future__ import annotations

import json
import logging
import secrets
import string
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from agent.models.messages import breaker

logger = logging.getLogger(__name__)

MARK = "\U000f0002"  # private use: breaks up spelled-out control tokens on their way through the parser
ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>")  # at which the parser would stop
THOUGHTS = ("<think>", "</think>")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)  # what the parser raises on malformed calls
REASONING = ("reasoning_content", "thinking")
ID_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Piece:
    """A part of a reply: text, reasoning, a call, or a call that cannot be read (``text`` says what stood there)."""

    kind: Literal["text", "reasoning", "call", "malformed"]
    text: str = ""
    name: str = ""
    arguments: Mapping[str, Any] | None = None


def new_call_id() -> str:
    """Nine letters and digits, the form that Mistral's templates insist on."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(9))


class Words:
    """Decodes ids as they come; holds back half characters and halves of words that steer. ``spelled`` are more words
    that would steer the parser: the tokens of other models, which this one can only copy.
    """

    def __init__(
        self, decode: Callable[[list[int]], str], control: Mapping[str, int], spelled: Sequence[str] = ()
    ) -> None:
        self._decode = decode
        self._control = {number: token for token, number in control.items()}
        self._spelled = (*control, *spelled)
        self._break = breaker({**control, **dict.fromkeys(spelled, -1)}, by=MARK)
        self._ids: list[int] = []
        self._begin = self._read = 0
        self._held = ""

    def push(self, token: int) -> str:
        """The text that ``token`` completes, possibly none."""
        if token in self._control:
            return self.flush() + self._control[token]
        self._ids.append(token)
        return self._release(self._new_text())

    def flush(self) -> str:
        """What was held back."""
        rest = self._held + self._new_text(whole=True)
        self._ids, self._begin, self._read, self._held = [], 0, 0, ""
        return self._break(rest)

    def _new_text(self, *, whole: bool = False) -> str:
        """Decode a short window only: the ids before it give the decoder its context."""
        before, after = self._decode(self._ids[self._begin : self._read]), self._decode(self._ids[self._begin :])
        if not whole and after.endswith("\ufffd"):
            return ""
        self._begin, self._read = self._read, len(self._ids)
        return after[len(before) :]

    def _release(self, text: str) -> str:
        ready, self._held = hold_back(self._break(self._held + text), self._spelled)
        return ready


def hold_back(text: str, words: Iterable[str]) -> tuple[str, str]:
    """Split ``text`` before the longest tail that one of ``words`` may begin with."""
    longest = max((size for word in words for size in _overlaps(text, word)), default=0)
    return text[: len(text) - longest], text[len(text) - longest :]


def _overlaps(text: str, word: str) -> Iterable[int]:
    return (size for size in range(1, min(len(word), len(text) + 1)) if text.endswith(word[:size]))


class ReplyParser:
    """Feeds text to a ``ResponseParser`` and gives pieces. Never raises on what a model writes."""

    def __init__(
        self,
        template: Mapping[str, Any] | None,
        *,
        prompt_end: str = "",
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._parser: Any = _parser(template, prompt_end, tools) if template else None
        self._raw = ""  # of the call being written
        self._blank = self._kind = ""
        self._started = self._broken = False

    def feed(self, text: str) -> list[Piece]:
        """Pieces that ``text`` completes."""
        if self._parser is None or self._broken:
            return self._plain(text)
        try:
            return self._pieces(self._parser.feed(text))
        except UNREADABLE as error:
            self._raw += text.replace(MARK, "")
            return self._malformed(error)

    def finish(self) -> list[Piece]:
        """Pieces that only the end completes: a call cut short is malformed."""
        if self._parser is None or self._broken:
            return [Piece("malformed", self._raw)] if self._broken else []
        try:
            pieces = self._pieces(self._parser.finalize()[1])
        except UNREADABLE as error:
            pieces = self._malformed(error)
        return pieces + ([Piece("malformed", self._raw)] if self._broken else [])

    def _malformed(self, error: Exception) -> list[Piece]:
        logger.info("The model wrote a call that cannot be read: %s", error)
        self._broken = True
        return []

    def _plain(self, text: str) -> list[Piece]:
        if self._broken:
            self._raw += text.replace(MARK, "")
            return []
        return self._text("text", text)

    def _pieces(self, events: Sequence[Mapping[str, Any]]) -> list[Piece]:
        pieces: list[Piece] = []
        for event in events:
            kind, field = event["type"], event["field"]
            if field == "tool_calls":
                pieces += self._call_event(kind, event)
            elif kind == "region_chunk":
                pieces += self._text("reasoning" if field in REASONING else "text", event["text"])
        return pieces

    def _call_event(self, kind: str, event: Mapping[str, Any]) -> list[Piece]:
        if kind == "region_chunk":
            self._raw += event["text"].replace(MARK, "")
        if kind != "region_close":
            return []
        raw, self._raw = self._raw, ""
        calls = event["value"] if isinstance(event["value"], list) else [event["value"]]
        return [_call(call) or Piece("malformed", raw) for call in calls]

    def _text(self, kind: Literal["text", "reasoning"], text: str) -> list[Piece]:
        """Text without blanks around the whole of it, thoughts and words each for themselves."""
        if kind != self._kind:
            self._kind, self._blank, self._started = kind, "", False
        text = self._blank + text.replace(MARK, "")
        text = text if self._started else text.lstrip()
        kept = text.rstrip()
        self._blank = text[len(kept) :]
        self._started = self._started or bool(kept)
        return [Piece(kind, kept)] if kept else []


def _parser(template: Mapping[str, Any], prompt_end: str, tools: Sequence[Mapping[str, Any]]) -> Any:
    """A parser that has seen how the template opened the model's turn, and nothing before."""
    from transformers.utils.chat_parsing import ResponseParser
    from transformers.utils.chat_parsing.response_templates import load_response_template

    spec = load_response_template(dict(template))
    prefix = prompt_end if spec.start_anchor_re.search(prompt_end) else ""
    return ResponseParser(spec, prefix=prefix, tools=[dict(tool) for tool in tools])


def _call(value: Any) -> Piece | None:
    function = value.get("function") if isinstance(value, dict) else None
    name, arguments = (function.get("name"), function.get("arguments")) if isinstance(function, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return None
    return Piece("call", name=name.replace(MARK, ""), arguments=_unmarked(arguments))


def _unmarked(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(MARK, "")
    if isinstance(value, dict):
        return {_unmarked(key): _unmarked(item) for key, item in value.items()}
    return [_unmarked(item) for item in value] if isinstance(value, list) else value


class Reply:
    """One reply on its way: ``tokens`` are decoded, parsed and counted as they come.

    It ends at one of the ids ``ends``, or before one of the words ``stop``.
    """

    def __init__(
        self, tokens: Iterator[int], words: Words, parser: ReplyParser, *, ends: Collection[int], stop: list[str]
    ) -> None:
        self._tokens, self._words, self._parser, self._ends, self._stop = tokens, words, parser, ends, stop
        self._calls, self._cut_short = False, False
        self.written = 0
        """Tokens so far."""

    def pieces(self) -> Iterator[Piece]:
        """Pieces of the reply; closing this generator cancels it."""
        for text in _until(self._stop, self._texts()):
            yield from self._noted(self._parser.feed(text))
        yield from self._noted(self._parser.finish())

    @property
    def reason(self) -> str:
        """Why it ended, in OpenAI's words."""
        if self._cut_short:
            return "length"
        return "tool_calls" if self._calls else "stop"

    def _texts(self) -> Iterator[str]:
        try:
            for token in self._tokens:
                self.written += 1
                if token in self._ends:
                    break
                yield self._words.push(token)
            else:
                self._cut_short = True
            yield self._words.flush()
        finally:
            self._tokens.close()  # type: ignore[attr-defined]

    def _noted(self, pieces: list[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            self._calls = self._calls or piece.kind == "call"
            yield piece


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


def message_chunk(piece: Piece, index: int) -> AIMessageChunk:
    """A piece as LangChain streams it; ``index`` counts the calls."""
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


class AnyReply(Protocol):
    """A reply on its way: how many tokens were ``written`` and for what ``reason`` it ended, once it has."""

    written: int

    @property
    def reason(self) -> str:
        """As OpenAI's ``finish_reason``."""

    def pieces(self) -> Iterator[Piece]:
        """The pieces of the reply, in order."""


@dataclass
class SettledReply:
    """A reply that was settled before a token was written."""

    said: Sequence[Piece]
    written: int = 0

    @property
    def reason(self) -> str:
        return "tool_calls" if any(piece.kind == "call" for piece in self.said) else "stop"

    def pieces(self) -> Iterator[Piece]:
        yield from self.said


def settled_reply(said: Sequence[Piece]) -> SettledReply | None:
    """None where there is nothing, and the model has to be asked."""
    return SettledReply(said) if said else None
