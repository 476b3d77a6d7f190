"""How good the chat model is on phrasings it never saw: ``python -m agent.training.evaluate --data FOLDER``.

Every twentieth phrasing, thread and decline is kept from training; here they are filled with fresh brands and people
and asked. Right tool, right tool and arguments (exact), declines, and good questions declined, as fractions.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from agent.models.loading import SHIPPED
from agent.models.shipped import ShippedPolicy
from agent.training.conversations import Conversations, Turn
from agent.training.finetune import tool_schemas


def messages_of(turns: list[Turn]) -> list[Any]:
    """A conversation as LangChain messages, the last turn left out."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    messages: list[Any] = [SystemMessage(ShippedPolicy().system)]
    for turn in turns[:-1]:
        if turn.role == "user":
            messages.append(HumanMessage(turn.content))
        elif turn.role == "tool":
            messages.append(ToolMessage(turn.content, tool_call_id="1"))
        elif turn.call:
            messages.append(AIMessage("", tool_calls=[{"name": turn.call[0], "args": turn.call[1], "id": "1"}]))
        else:
            messages.append(AIMessage(turn.content))
    return messages


def judged(said: Any, wanted: tuple[str, dict[str, Any]] | None) -> str:
    """``right``, ``arguments`` (only the tool is right), ``tool``, ``declined`` or ``called`` (both wrongly)."""
    if not said:
        return "right" if wanted is None else "declined"
    if wanted is None:
        return "called"
    if said[0]["name"] != wanted[0]:
        return "tool"
    return "right" if plain(said[0]["args"]) == plain(wanted[1]) else "arguments"


def plain(args: dict[str, Any]) -> str:
    """Arguments for comparing: no letter case, no @."""
    return json.dumps(args, sort_keys=True).casefold().replace("@", "")


def main() -> None:
    from agent.models.local import LocalChatModel

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=Path("work/results.jsonl"))
    parser.add_argument("--model", default=str(SHIPPED))
    parser.add_argument("--number", type=int, default=400)
    parser.add_argument("--errors", type=int, default=0, help="how many wrong ones to print")
    options = parser.parse_args()
    chat = LocalChatModel.load(options.model, policy=ShippedPolicy()).bind_tools(tool_schemas())
    conversations = Conversations(options.data, options.results, 99, held_out=True)
    counts: dict[str, Counter[str]] = {}
    shown = 0
    while sum(sum(c.values()) for c in counts.values()) < options.number:
        turns = conversations.draw()
        while turns[-1].call is None and turns[-2].role == "tool":
            turns = turns[:-2]  # what is judged is the call, not the answer
        wanted = turns[-1].call
        said = chat.invoke(messages_of(turns)).tool_calls
        kind = wanted[0] if wanted else "no call"
        verdict = judged(said, wanted)
        counts.setdefault(kind, Counter())[verdict] += 1
        if verdict != "right" and shown < options.errors:
            shown += 1
            print(json.dumps({"asked": turns[-2].content, "wanted": wanted, "said": said and said[0]}, default=str))
    print(json.dumps(report(counts), indent=1))


def report(counts: dict[str, Counter[str]]) -> dict[str, Any]:
    calls: Counter[str] = sum((c for kind, c in counts.items() if kind != "no call"), Counter())
    asked, quiet = max(1, calls.total()), counts.get("no call", Counter())
    return {
        "right_tool": (calls["right"] + calls["arguments"]) / asked,
        "right_call": calls["right"] / asked,
        "declined": quiet["right"] / max(1, quiet.total()),
        "good_questions_declined": calls["declined"] / asked,
        "by_kind": {kind: dict(c) for kind, c in sorted(counts.items())},
    }


if __name__ == "__main__":
    main()
