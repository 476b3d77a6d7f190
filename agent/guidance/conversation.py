"""What every chat model is shown of a conversation, and its calls in the names of the index: LangChain middleware."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agent.audiences import NamedAudiences
from agent.declining import last_question
from agent.instructions import withheld
from agent.understanding.context import CallContext
from tools.library import Library

REMEMBERED_TURNS = 5  # questions with their results that the model still sees


def prepared(instructions: Callable[[], str]) -> Any:
    """Middleware: what the model is shown of a conversation. The ``instructions`` of today stand before the last
    ``REMEMBERED_TURNS`` questions, and of all but the newest question only the beginning of what came back, so that a
    long talk still fits. What the tools returned stays in the conversation. Saved audiences that a question names are
    taken out of it, and its calls are kept to them (``agent.audiences``).
    """
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import SystemMessage

    from agent.audiences import as_read, by_itself, kept_to
    from agent.memory import CHARACTERS_KEPT
    from agent.models.messages import beginnings, last_turns

    @wrap_model_call
    def shortened(request: Any, handler: Any) -> Any:
        named = next((NamedAudiences.of(each) for each in reversed(request.messages) if each.type == "human"), None)
        if named is not None and (settled := by_itself(named, request.messages)) is not None:
            return settled
        seen = [as_read(each) for each in last_turns(request.messages, REMEMBERED_TURNS)]
        newest = last_turns(seen, 1)
        earlier = beginnings(seen[: len(seen) - len(newest)], CHARACTERS_KEPT)
        shown = SystemMessage(instructions())
        reply = handler(request.override(messages=[*earlier, *newest], system_message=shown))
        return kept_to(named, reply) if named is not None else reply

    return shortened


def told_withheld() -> Any:
    """Middleware: a model whose words were withheld is told so behind all else, so that it need not read the
    conversation again.
    """
    from langchain.agents.middleware import wrap_model_call
    from langgraph.config import get_config

    @wrap_model_call
    def told(request: Any, handler: Any) -> Any:
        claims = get_config()["configurable"].get("withheld")
        if not claims:
            return handler(request)
        *before, last = request.messages
        told = last.model_copy(update={"content": f"{last.text}\n\n{withheld(claims)}"})
        return handler(request.override(messages=[*before, told]))

    return told


def part_asked(reader: Any, messages: Sequence[Any]) -> str:
    """The part of the last question that the next call is for, as far as a ``reader`` tells parts; else all of it."""
    return (reader.meaning(messages).text if reader else "") or last_question(messages)


def calls_here(library: Library, policy: Any) -> Any:
    """Middleware: the calls of a model that has seen no index, in the names of this one. Of a question of several parts
    only the part counts that a call is for.
    """
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import AIMessage

    from agent.understanding.here import as_here

    @wrap_model_call
    def named(request: Any, handler: Any) -> Any:
        response = handler(request)
        question = part_asked(getattr(policy, "understanding", None), request.messages)
        context = CallContext.of(request.messages)
        before = context.tool, context.args

        def told(message: Any) -> Any:
            if not isinstance(message, AIMessage) or not message.tool_calls:
                return message
            calls = [
                {**call, "args": as_here(library, question, call["name"], call["args"], context.people, before)}
                for call in message.tool_calls
            ]
            return message.model_copy(update={"tool_calls": calls})

        response.result = [told(message) for message in response.result]
        return response

    return named


def named_here(library: Library, question: str, call: tuple[str, Any], context: CallContext) -> tuple[str, Any]:
    """A call that a reader proposes for ``question``, in the names of ``library``."""
    from agent.understanding.here import as_here

    name, args = call
    return name, as_here(library, question, name, args, context.people, (context.tool, context.args))
