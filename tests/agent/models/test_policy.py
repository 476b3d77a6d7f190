"""The policy of any model: calls that fit the schemas, and whatever else it likes to say."""

from __future__ import annotations

from langchain_core.messages import HumanMessage, ToolMessage

from agent.models.call_syntax import families
from agent.models.policy import ReplyPolicy, ReplySyntax, SchemaPolicy
from agent.models.shipped import ShippedPolicy

TOOL = {"name": "look_up", "parameters": {"type": "object", "properties": {"word": {"type": "string"}}}}
TOOLS = [{"type": "function", "function": TOOL}]
SYNTAX = ReplySyntax(families()[0], {"<tool_call>": 1, "</tool_call>": 2})
ASKED = [HumanMessage("What is it?")]


def test_words_or_calls() -> None:
    free = SchemaPolicy().grammar(ASKED, TOOLS, False, SYNTAX)
    assert free.startswith("start: prose |") and "look_up" in free
    assert SchemaPolicy().grammar(ASKED, TOOLS, True, SYNTAX).startswith("start: calls")


def test_nothing_is_held_where_there_is_nothing_to_hold() -> None:
    assert SchemaPolicy().grammar(ASKED, [], False, SYNTAX) == ""
    assert SchemaPolicy().grammar(ASKED, TOOLS, False, ReplySyntax(None, {})) == ""


def test_results_are_read_whole_unless_they_are_copied_anyway() -> None:
    long = [*ASKED, ToolMessage("word " * 1000, tool_call_id="c1")]
    assert SchemaPolicy().read(long) == ShippedPolicy().read(long) == long
    cut = ShippedPolicy("a reader").read(long)  # type: ignore[arg-type]
    assert len(cut[1].text) < 1010 < len(long[1].text) and cut[0] == long[0]


def test_control_tokens_are_broken_up() -> None:
    plain = SYNTAX.plain("a <tool_call> b")
    assert "<tool_call>" not in plain and plain.replace("\u200b", "") == "a <tool_call> b"


def test_both_are_policies() -> None:
    policies: list[ReplyPolicy] = [SchemaPolicy(), ShippedPolicy()]
    assert [(each.strict, each.thinks, bool(each.system)) for each in policies] == [
        (False, True, False),
        (True, False, True),
    ]
