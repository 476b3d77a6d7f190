"""Calls for people who are sought by what is nobody's business: declined, whichever model makes them.

The guard of calls sees arguments alone, of which a model may leave out what matters: "Cedar Ave" of "everybody who
lives on Cedar Ave". So the question itself is judged wherever a call would list people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.understanding.said.bare import beyond
from tools.privacy.guard import barred

DECLINE = "cannot_tell"
Asked = Callable[[Sequence[Any]], str]  # what of a conversation the next call is for


def last_question(messages: Sequence[Any]) -> str:
    """What the user asked last; empty if nothing."""
    return next((str(each.text) for each in reversed(messages) if each.type == "human"), "")


def declined(question: str, calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``calls`` of a model; those that would sort people by what is nobody's business are one call that says so."""
    kept = list[dict[str, Any]]()
    for call in calls:
        if not barred(beyond(question, call["args"]), str(call["name"]), call["args"]):
            kept.append(dict(call))
        elif all(each["name"] != DECLINE for each in kept):
            kept.append({**call, "name": DECLINE, "args": {"why": "sensitive", "what": question}})
    return kept


def declining(asked: Asked = last_question) -> Any:
    """Middleware that all calls of all chat models pass; ``asked`` tells which question, or part of it, they serve."""
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import AIMessage

    @wrap_model_call
    def judged(request: Any, handler: Any) -> Any:
        response = handler(request)
        question = asked(request.messages)

        def told(message: Any) -> Any:
            if not isinstance(message, AIMessage) or not message.tool_calls:
                return message
            return message.model_copy(update={"tool_calls": declined(question, message.tool_calls)})

        response.result = [told(message) for message in response.result]
        return response

    return judged
