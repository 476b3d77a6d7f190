"""What the shipped chat model may reply, as a grammar: one of the calls that the question reader proposes, one of our
replies to small talk, or a framing line and then what the tools returned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from agent.models.answer_grammar import copied_lines
from agent.models.grammar import control_literal
from agent.models.held_words import literal

if TYPE_CHECKING:
    from agent.models.call_syntax import CallSyntax

SMALL_TALK = Path(__file__).parents[1] / "prompts" / "small_talk.yaml"
Call = tuple[str, dict[str, Any]]
LEAST_LINES = 6  # of a result that every answer carries, with its warnings; the model may add the rest
MOST_LETTERS = 8000  # of the lines of an answer: about 2,700 tokens, which LocalChatModel.max_new_tokens must allow


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """``replies`` by kind of small talk, ``framing`` by tool, and ``more`` behind a list that was cut."""
    return yaml.safe_load(SMALL_TALK.read_text(encoding="utf-8"))


def calls_grammar(calls: Sequence[Call], syntax: CallSyntax, tokens: Mapping[str, int]) -> str:
    """One of ``calls``, to the letter."""
    written = [syntax.open + name + syntax.middle + spelled(args, tokens) + syntax.close for name, args in calls]
    return "start: " + " | ".join(f"({control_literal(text, tokens)})" for text in written)


def spelled(args: Mapping[str, Any], tokens: Mapping[str, int]) -> str:
    """``args`` as JSON, in which a control token that the user typed is plain text and no token of the reply."""
    written = json.dumps(args, ensure_ascii=False)
    for token in sorted(tokens, key=len, reverse=True):
        written = written.replace(token, f"\\u{ord(token[0]):04x}{token[1:]}")
    return written


def reply_grammar(kind: str) -> str:
    """One of our replies to a kind of small talk."""
    return "start: " + " | ".join(literal(reply) for reply in words()["replies"][kind])


def answer_grammar(results: Sequence[str], tools: Sequence[str]) -> str:
    """A framing line, ``LEAST_LINES`` lines of the results, all others if the model likes, and every warning.

    All or none: a choice at every line would cost a pass over each of them. Of what is too long the last lines are left
    out, and the answer says so.
    """
    copied = copied_lines(results, most=None)
    framing = words()["framing"]
    lead = framing[tools[-1]] if tools and tools[-1] in framing else framing["fault"]
    first, others = copied[:LEAST_LINES], [line for line in copied[LEAST_LINES:] if not line.startswith("Careful")]
    rest = fitting(others, MOST_LETTERS - sum(map(len, first)))
    # Warnings stand at the end of a result, and a long one has more lines than are copied.
    careful = [line for text in results for line in text.splitlines() if line.startswith("Careful")]
    warnings = [line for line in copied_lines(careful) if line not in first]
    start = ["(" + " | ".join(map(literal, lead)) + ")", *(_line(line) for line in first)]
    start += ["(" + " ".join(map(_line, rest)) + ")?"] if rest else []
    start += ["(" + " | ".join(map(_line, words()["more"])) + ")"] if len(rest) < len(others) else []
    return f"start: {' '.join([*start, *map(_line, warnings)])}"


def fitting(lines: Sequence[str], letters: int) -> list[str]:
    """The first of ``lines`` that have no more than so many letters together."""
    ends = accumulate(len(line) for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= letters]


def _line(line: str) -> str:
    return literal(chr(10) + line)


def last_tools(messages: Sequence[BaseMessage]) -> list[str]:
    """Names of the tools that returned something since the user spoke; ``fault`` for one that failed."""
    names: list[str] = []
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, ToolMessage):
            failed = message.artifact is not None and getattr(message.artifact, "result", True) is None
            names.insert(0, "fault" if failed else str(message.name))
    return names
