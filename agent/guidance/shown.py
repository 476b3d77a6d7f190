"""The tools as a model is shown them with one question: the few arguments that it may need, told in few words.

The schema of one tool has up to forty arguments and 1,900 tokens, of all 21 together 19,000. A model in a laptop reads
some hundred tokens a second, and a small one loses its way among them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from agent.toolbox import tool_schema

# What narrows down posts and people and is hardly ever said: shown where the question says it.
RARE = frozenset({
    "include", "without", "not_in", "not_during", "min_likes", "max_likes", "min_replies", "max_replies", "language",
    "among", "exclude", "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes", "active_in",
    "never_active_in", "min_posts", "max_posts", "average", "kind", "at_least", "also",
})  # fmt: skip
KEPT = ("type", "enum", "items", "minimum", "maximum", "minItems", "maxItems", "description")


def shown_tool(name: str, needed: Collection[str] = ()) -> dict[str, Any]:
    """Tool ``name`` in OpenAI's form with its usual arguments and those that are ``needed``, without what only says
    that an argument may be left out.
    """
    function = whole_tool(name)["function"]
    parameters = function["parameters"]
    required = parameters.get("required", [])
    properties = {
        key: plain_schema(value)
        for key, value in parameters.get("properties", {}).items()
        if key not in RARE or key in needed or key in required
    }
    told = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    return {
        "type": "function",
        "function": {"name": name, "description": function["description"], "parameters": told},
    }


@cache
def whole_tool(name: str) -> dict[str, Any]:
    """Tool ``name`` with all its arguments."""
    return tool_schema(name)


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of one argument without its default and without null, which leaving it out says as well."""
    branches = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(branches) > 1:
        return {"anyOf": [plain_schema(each) for each in branches], **_told(schema)}
    plain = {**(branches[0] if branches else {}), **{key: value for key, value in schema.items() if key != "anyOf"}}
    return {key: plain[key] for key in KEPT if key in plain}


def _told(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": schema["description"]} if "description" in schema else {}
