"""Guidance at work between the agent and a chat model: what the model is shown, and what becomes of its reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from agent.guidance.advice import Advice, Guide
from agent.guidance.replies import failed, mended
from agent.instructions import template
from agent.understanding.context import CallContext

if TYPE_CHECKING:
    from agent.understanding.parts import Meant

RESULT_SHOWN = 800  # characters of a result; the first lines of each are the answer, and the user sees the others
MOST_TOKENS = 400  # of a reply: a call with a list of people, or the few sentences that are asked for

Naming = Callable[[str, "Meant", CallContext], "Meant"]  # the call for a question in the names of the index


def guided(guide: Guide, naming: Naming) -> Any:
    """Middleware for a chat model that was not trained for this program."""
    from langchain.agents.middleware import wrap_model_call

    @wrap_model_call
    def advised(request: Any, handler: Any) -> Any:
        messages = request.messages
        place = max((n for n, each in enumerate(messages) if isinstance(each, HumanMessage)), default=None)
        if place is None:
            return handler(request)
        first = _advice(guide, naming, messages[: place + 1])
        now = first if place == len(messages) - 1 else _advice(guide, naming, messages)
        shown = [*messages[:place], asked(messages[place], first), *results(messages[place + 1 :], now)]
        names = {tool["function"]["name"] for tool in first.tools}
        # Tools stand before the conversation: of a later part of the question only the likeliest is new to be read.
        later = now.tools[:1] if now.draft is not None else ()
        tools = [*first.tools, *(tool for tool in later if tool["function"]["name"] not in names)]
        settings = {**request.model_settings, "max_new_tokens": MOST_TOKENS}
        response = handler(request.override(messages=shown, tools=tools, model_settings=settings))
        response.result = [mended(each, messages, now, tools) for each in response.result]
        return response

    return advised


def _advice(guide: Guide, naming: Naming, messages: Sequence[BaseMessage]) -> Advice:
    context = CallContext.of(messages)
    return guide.advice(messages, lambda question, call: naming(question, call, context))


def asked(message: BaseMessage, advice: Advice) -> BaseMessage:
    """The question with what a first reading makes of it; as it is where there is nothing to say."""
    if not (advice.examples or advice.draft or advice.small_talk):
        return message
    told = template("guide_question.md.jinja").render(
        question=message.text,
        examples=[example.text for example in advice.examples],
        draft=advice.draft_text,
        small_talk=advice.small_talk,
    )
    return message.model_copy(update={"content": told})


def results(messages: Sequence[BaseMessage], advice: Advice) -> list[BaseMessage]:
    """What came since the question, results cut to what an answer needs, the last one with what is left to do."""
    from agent.models.messages import begun

    short = [begun(each, RESULT_SHOWN) if isinstance(each, ToolMessage) else each for each in messages]
    if not short or not isinstance(short[-1], ToolMessage):
        return short
    told = template("guide_result.md.jinja").render(
        result=short[-1].text, failed=failed(short[-1]), part=advice.part, draft=advice.draft_text
    )
    return [*short[:-1], short[-1].model_copy(update={"content": told})]
