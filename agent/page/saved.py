"""Conversations of the page that outlive it: whose they are, and how they are shown again after a restart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.events import Answer, Event, Finished, ToolFinished, ToolStarted
from agent.page.conversation import Asked, Conversation, Turn
from agent.page.views.markdown import literal
from tools.result.result import ToolResult

if TYPE_CHECKING:
    from agent.memory import Memory, Talk

SHORTENED = "of an earlier day, shortened"


class SavedConversations:
    """The conversations of one page that outlive it. Without a ``memory`` there are none."""

    def __init__(self, memory: Memory | None = None, served: Path = Path()) -> None:
        self._memory, self._place = memory, str(served.resolve())

    def of(self, key: str, user: str | None) -> list[Conversation]:
        """What the browser that has this key, and the person logged in with it, said before; the oldest first."""
        if self._memory is None:
            return []
        from agent.memory import owner_id

        talks = self._memory.talks(owner_id(key, user), self._place)
        shown = [shown_again(talk, self._memory.messages(talk.thread)) for talk in talks]
        return [conversation for conversation in shown if conversation.asked]

    def keep(self, conversation: Conversation, key: str, user: str | None) -> None:
        """From now on the conversation outlives the page."""
        if self._memory is not None and conversation.asked:
            from agent.memory import owner_id

            title, about = conversation.title, conversation.index
            self._memory.keep(conversation.thread, owner_id(key, user), self._place, title, about)

    def forget(self, thread: str) -> None:
        """Delete a conversation for good."""
        if self._memory is not None:
            self._memory.delete_thread(thread)

    def release(self, thread: str) -> bool:
        """Whoever had the conversation is gone for now; no if nothing is kept, so that it may as well be deleted."""
        if self._memory is not None:
            self._memory.release(thread)
        return self._memory is not None


def shown_again(talk: Talk, messages: Sequence[Any]) -> Conversation:
    """The conversation as it was on the page, from what the analyst remembers of it."""
    conversation = Conversation(thread=talk.thread, index=talk.about)
    for asked, first, events in turns(messages):
        question, noted = str(asked.text), asked.additional_kwargs
        conversation.asked.append(Asked(question, len(conversation.messages), len(conversation.shown), first))
        made_on = date.fromisoformat(noted["on"]) if "on" in noted else date.fromtimestamp(talk.changed)
        turn = Turn(question, str(noted.get("model", "")), made_on)
        for event in events:
            turn.add(event)
            if isinstance(event, ToolFinished) and event.result is None:
                _mark_shortened(turn, event)
        conversation.messages += [{"role": "user", "content": literal(question)}, *turn.messages]
        conversation.shown += turn.shown
    return conversation


def turns(messages: Sequence[Any]) -> Iterator[tuple[Any, int, list[Event]]]:
    """The message of each answered question, its place, and what happened as events."""
    from langchain_core.messages import AIMessage, HumanMessage

    begins = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
    for first, end in zip(begins, [*begins[1:], len(messages)], strict=True):
        turn = messages[first:end]
        last = turn[-1]
        if isinstance(last, AIMessage) and not last.tool_calls:
            yield turn[0], first, list(_events(messages[:first], turn[1:]))


def _events(earlier: Sequence[Any], messages: Sequence[Any]) -> Iterator[Event]:
    from langchain_core.messages import AIMessage, ToolMessage

    from agent.grounding.check import sources_of, trace
    from agent.turn import told_in

    args: dict[str, dict[str, Any]] = {}
    for message in messages:
        if isinstance(message, ToolMessage):
            outcome, id_ = message.artifact, str(message.tool_call_id)
            used = outcome.args if outcome is not None else args.get(id_, {})
            seconds = getattr(outcome, "seconds", 0.0)
            result = getattr(outcome, "result", None)
            result = result if isinstance(result, ToolResult) else None
            yield ToolFinished(id_, str(message.name), str(message.text), result, seconds, used)
        elif isinstance(message, AIMessage) and message.tool_calls:
            for call in message.tool_calls:
                args[str(call["id"])] = call["args"]
                yield ToolStarted(str(call["id"]), call["name"], call["args"])
        elif isinstance(message, AIMessage):
            text, grounded = str(message.text), bool(message.response_metadata.get("grounded", True))
            lines, _ = trace(text, told_in([*earlier, *messages]))
            yield Finished(Answer(text, [], [], grounded, 0.0, "", sources_of(lines), lines))


def _mark_shortened(turn: Turn, event: ToolFinished) -> None:
    for message in turn.messages:
        if message.get("metadata", {}).get("id") == event.id and event.text.endswith("…"):
            message["metadata"]["log"] = SHORTENED
