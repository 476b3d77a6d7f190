"""LangChain messages in the form that chat templates want, and what may be read out of them.

Posts reach the model only inside tool results. Whatever a message contains, only the template itself writes control
tokens: a post that spells ``<|im_end|>`` is tokenised as ten plain characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    trim_messages,
)

from agent.models.call_syntax import detect, template_text
from index.errors import AnalystError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

HANDLE = re.compile(r"@\w+(?:[.-]\w+)*")
CUT = " …"
ZERO_WIDTH_SPACE = "\u200b"


def text_of(message: BaseMessage) -> str:
    """The words of a message; blocks that are not text (pictures, files) are left out."""
    return str(message.text)


def to_template(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Messages as the dicts of a chat template; all system messages become one, in front."""
    system = "\n\n".join(text_of(message) for message in messages if isinstance(message, SystemMessage))
    turns = [_template_message(message) for message in messages if not isinstance(message, SystemMessage)]
    return [{"role": "system", "content": system}, *turns] if system else turns


def _template_message(message: BaseMessage) -> dict[str, Any]:
    text = text_of(message)
    if isinstance(message, HumanMessage):
        return {"role": "user", "content": text}
    if isinstance(message, AIMessage):
        calls = [_template_call(call) for call in message.tool_calls]
        return {"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {})
    if isinstance(message, ToolMessage):
        named = {"name": message.name} if message.name else {}
        return {"role": "tool", "content": text, "tool_call_id": message.tool_call_id, **named}
    if isinstance(message, ChatMessage):
        return {"role": message.role, "content": text}
    raise AnalystError(
        f"A chat template has no place for a message of type {message.type!r}",
        todo="Send system, human, AI and tool messages only.",
    )


def _template_call(call: Any) -> dict[str, Any]:
    return {"type": "function", "id": call["id"], "function": {"name": call["name"], "arguments": call["args"]}}


def render(
    tokenizer: PreTrainedTokenizerBase,
    messages: Sequence[BaseMessage],
    *,
    tools: Sequence[dict[str, Any]] = (),
    add_generation_prompt: bool = True,
) -> list[int]:
    """Token ids of the conversation, up to where the model speaks. Control tokens in any content are plain text.

    Not safe to call from two threads at once with one tokenizer: encoding switches a flag on it.
    """
    turns = to_template(messages)
    forgets_calls = "tool_calls" not in template_text(tokenizer) and any("tool_calls" in turn for turn in turns)
    if not forgets_calls:
        try:
            return _apply(tokenizer, turns, tools, add_generation_prompt)
        except ValueError as error:
            if "Can't sanitize" not in str(error):
                raise
    # Some tokenizers (Qwen's <tool_call>) have control tokens that no setting switches off: break them up instead.
    broken = _map_text(turns, breaker(control_tokens(tokenizer)))
    if not forgets_calls:
        return _apply(tokenizer, broken, tools, add_generation_prompt)
    written = [_with_written_calls(tokenizer, turn) for turn in broken]  # control tokens of our own, the only ones left
    return _apply(tokenizer, written, tools, add_generation_prompt, sanitize=False)


def _with_written_calls(tokenizer: PreTrainedTokenizerBase, turn: dict[str, Any]) -> dict[str, Any]:
    """The turn with its calls among the words, as the model itself wrote them: SmolLM3's template leaves them out."""
    syntax = detect(tokenizer)
    if syntax is None or "tool_calls" not in turn:
        return turn
    functions = [call["function"] for call in turn["tool_calls"]]
    calls = [
        syntax.open + function["name"] + syntax.middle + json.dumps(function["arguments"]) + syntax.close
        for function in functions
    ]
    return {"role": turn["role"], "content": syntax.between.join(filter(None, [turn["content"], *calls]))}


def _apply(
    tokenizer: PreTrainedTokenizerBase,
    turns: list[dict[str, Any]],
    tools: Sequence[dict[str, Any]],
    prompt: bool,
    *,
    sanitize: bool = True,
) -> list[int]:
    from jinja2 import TemplateError

    named: dict[str, Any] = {"xml_tools": list(tools)} if tools else {}  # SmolLM3's name for them
    try:
        ids = tokenizer.apply_chat_template(
            turns,
            tools=list(tools) or None,
            add_generation_prompt=prompt,
            tokenize=True,
            return_dict=False,
            sanitize_control_tokens=sanitize,
            enable_thinking=False,
            **named,
        )
    except TemplateError as error:
        raise AnalystError(
            f"The model's chat template refuses this conversation: {error}",
            where=str(tokenizer.name_or_path),
            todo="Start a new conversation or choose another model.",
        ) from error
    return [int(token) for token in cast(list[int], ids)]


def control_tokens(tokenizer: PreTrainedTokenizerBase) -> dict[str, int]:
    """Tokens that steer the conversation: special ones, and added ones that the chat template writes."""
    template = tokenizer.chat_template or ""
    template = template if isinstance(template, str) else "\n".join(template.values())
    return {
        token.content: number
        for number, token in tokenizer.added_tokens_decoder.items()
        if token.content.strip() and (token.special or token.content in template)
    }


def breaker(tokens: Mapping[str, int], *, by: str = ZERO_WIDTH_SPACE) -> Callable[[str], str]:
    """A function that puts ``by`` behind the first character of every control token spelled out in a text."""
    longest_first = sorted(tokens, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
    return lambda text: pattern.sub(lambda found: found[0][0] + by + found[0][1:], text)


def _map_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map_text(item, change) for key, item in value.items()}
    return [_map_text(item, change) for item in value] if isinstance(value, list) else value


def begun(message: BaseMessage, characters: int) -> BaseMessage:
    """A message cut to so many characters."""
    if len(text_of(message)) <= characters + len(CUT):
        return message
    return message.model_copy(update={"content": text_of(message)[:characters].rsplit(" ", 1)[0] + CUT})


def beginnings(messages: Sequence[BaseMessage], characters: int) -> list[BaseMessage]:
    """Messages cut to so many characters; questions, by which the others are understood, stay whole."""
    return [message if isinstance(message, HumanMessage) else begun(message, characters) for message in messages]


def last_turns(messages: Sequence[BaseMessage], turns: int) -> list[BaseMessage]:
    """The last so many questions with all that came after each."""
    return trim_messages(
        list(messages),
        max_tokens=turns,
        token_counter=lambda counted: sum(isinstance(message, HumanMessage) for message in counted),
        start_on="human",
    )


def user_texts(messages: Sequence[BaseMessage]) -> list[str]:
    """Everything the user wrote in this conversation, the newest first, without repeats."""
    texts = (text_of(message) for message in reversed(messages) if isinstance(message, HumanMessage))
    return list(dict.fromkeys(text for text in texts if text.strip()))


def handles(messages: Sequence[BaseMessage], *, limit: int = 200) -> list[str]:
    """People whom tools named, without the @, the newest first: ``artifact.handles`` and every ``@name``."""
    found: dict[str, None] = {}
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            named = getattr(message.artifact, "handles", None) or ()
            for handle in [*named, *HANDLE.findall(text_of(message))]:
                found.setdefault(str(handle).removeprefix("@"))
    return [handle for handle in found if handle][:limit]


def turn_results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """What the tools gave that were called since the user last spoke; empty unless a tool spoke last."""
    if not messages or not isinstance(messages[-1], ToolMessage):
        return []
    turn = takewhile(lambda message: not isinstance(message, HumanMessage), reversed(messages))
    return [message for message in turn if isinstance(message, ToolMessage)][::-1]
