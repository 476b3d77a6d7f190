"""What becomes of a reply that goes astray: no call where one is needed, a call among the words, a call of what does
not exist or with what nobody said, the same call again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.guidance.advice import Advice
from agent.guidance.shown import whole_tool
from agent.understanding.coverage import stated
from tools.selection.date_words import span_of
from tools.selection.numbers import as_number

WRITTEN = re.compile(r"\{\s*\"name\"\s*:")
WORD = re.compile(r"\w+")
TIMES = frozenset({"since", "until", "before", "after", "not_during"})  # written otherwise than they are said


def failed(message: ToolMessage) -> bool:
    """Whether a call brought nothing but a sentence why not."""
    return message.status == "error" or bool(getattr(message.artifact, "fault", ""))


def mended(reply: BaseMessage, messages: Sequence[BaseMessage], advice: Advice, tools: Sequence[Any]) -> BaseMessage:
    """``reply`` to ``messages`` with the calls that it should have made: those that stand among its words as JSON, or,
    where it ends while a part of the question has had no look at the posts, that of the first reading. Calls of other
    than the offered ``tools`` and calls that were made since the last question are left out.
    """
    if not isinstance(reply, AIMessage):
        return reply
    names = {tool["function"]["name"] for tool in tools}
    since = since_question(messages)
    made = [(call["name"], call["args"]) for each in since if isinstance(each, AIMessage) for call in each.tool_calls]
    written = [*reply.tool_calls] or written_calls(str(reply.text), names)
    calls = [tidied(call, messages, advice) for call in written if call["name"] in names]
    calls = [call for call in calls if (call["name"], call["args"]) not in made]
    if not calls and advice.draft is not None and advice.draft not in made:
        calls = [_call(*advice.draft)]
    if calls == reply.tool_calls:
        return reply
    said = "" if calls or written else reply.content
    return reply.model_copy(update={"content": said, "tool_calls": calls, "invalid_tool_calls": []})


def since_question(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """What came after the last question."""
    place = max((n for n, each in enumerate(messages) if isinstance(each, HumanMessage)), default=-1)
    return list(messages[place + 1 :])


def written_calls(text: str, names: set[str]) -> list[Any]:
    """Calls of the tools ``names`` that stand as JSON among the words of ``text``, as small models write them."""
    found, decoder = [], json.JSONDecoder()
    for match in WRITTEN.finditer(text):
        try:
            value, _ = decoder.raw_decode(text, match.start())
        except ValueError:
            continue
        args = value.get("arguments", value.get("parameters", {}))
        if value.get("name") in names and isinstance(args, dict):
            found.append(_call(value["name"], args))
    return found


def tidied(call: Mapping[str, Any], messages: Sequence[BaseMessage], advice: Advice) -> dict[str, Any]:
    """``call`` without arguments that the tool does not have, and without optional ones that the first reading has not
    and nobody said: a small model fills in whatever it is shown. A condition of the question says its argument; else
    the words of a text, or the figure, must stand in the conversation, and fill no other argument.
    """
    schema = whole_tool(call["name"])["function"]["parameters"]
    properties, required = schema.get("properties", {}), schema.get("required", [])
    is_drafted = advice.draft is not None and advice.draft[0] == call["name"]
    drafted = advice.draft[1] if advice.draft is not None and is_drafted else {}
    question = next((str(each.text) for each in reversed(messages) if isinstance(each, HumanMessage)), "")
    conditions = stated(question)
    words = {word for each in messages for word in WORD.findall(str(each.text).casefold())}
    numbers = {as_number(word) for word in WORD.findall(question.casefold())}

    def is_meant(key: str, value: Any) -> bool:
        if key not in properties:
            return False
        if key in required or key in drafted or key in conditions:
            return True
        if key in TIMES:
            return says_time(question)
        if isinstance(value, bool) or "enum" in str(properties[key]):
            return not is_drafted
        if isinstance(value, (int, float)):
            return value in numbers
        said = {word for text in _texts(value) for word in WORD.findall(text.casefold())}
        return said <= words and value not in drafted.values()

    return {**call, "args": {key: value for key, value in call["args"].items() if is_meant(key, value)}}


def says_time(question: str) -> bool:
    """Whether one to three words of ``question`` in a row are a time."""
    words = WORD.findall(question)
    rows = (" ".join(words[first : first + size]) for size in (1, 2, 3) for first in range(len(words) - size + 1))
    return any(span_of(date.today(), row) is not None for row in rows)


def _texts(value: Any) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _call(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "args": dict(args), "id": uuid4().hex, "type": "tool_call"}
