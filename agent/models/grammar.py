"""The grammar of a reply: either prose, or tool calls that cannot be malformed.

A call is written in the model's own syntax, its name comes from the list, its arguments follow that tool's JSON
schema: known keys only, in the order of the schema, written as ``json.dumps`` writes them. Free-text arguments can be
held to what the user said (``agent.models.held_words``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.models.call_syntax import CallSyntax
from agent.models.held_words import HeldWords, literal, terminals

HELD_NAMES = frozenset({"campaign", "topic", "query", "community", "brands", "since", "until", "interests"})
HELD_WORDINGS = frozenset({"text"})
HELD_PEOPLE = frozenset({"user"})
PLAIN_JSON = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False, "lenient": True}
ANY_TEXT = "/(.|\\n)+/"


def build_grammar(
    tools: Sequence[Mapping[str, Any]],
    syntax: CallSyntax,
    *,
    tokens: Mapping[str, int],
    held: HeldWords | None = None,
    must_call: bool = False,
    max_calls: int | None = None,
    preamble: bool = True,
    prose: str = "",
) -> str:
    """A Lark grammar for llguidance.

    ``tools`` are in OpenAI form; ``tokens`` maps control tokens to ids. ``must_call`` leaves no room for prose.
    ``preamble`` allows words before a call. ``prose`` replaces free text by rules that define ``prose``.
    """
    writer = _CallWriter(syntax, tokens, held)
    calls = [rule for rule in (writer.call(tool["function"]) for tool in tools) if rule]
    rules = [*([prose] if prose else [f"prose: {_prose(syntax, tokens)}"]), terminals(held) if held else ""]
    if not calls:
        return "\n".join(["start: prose", *rules])
    most = max(1, min(max_calls or syntax.parallel, syntax.parallel))
    gap = f"{writer.literal(syntax.between)} " if syntax.between else ""
    more = f" ({gap}call){{0,{most - 1}}}" if most > 1 else ""
    talks_first = preamble and not prose and bool(_opening_token(syntax, tokens))
    before = "prose? " if talks_first else ""
    rules += [f"calls: call{more}", f"call: {' | '.join(calls)}", *writer.rules]
    return "\n".join([f"start: {'calls' if must_call else f'prose | {before}calls'}", *filter(None, rules)])


def _opening_token(syntax: CallSyntax, tokens: Mapping[str, int]) -> str:
    """The control token that calls begin with; empty if they begin with plain text."""
    return next((token for token in tokens if syntax.open.startswith(token)), "")


def _prose(syntax: CallSyntax, tokens: Mapping[str, int]) -> str:
    """Free text. Where no token of its own begins a call, prose may not begin as a call does."""
    if _opening_token(syntax, tokens):
        return ANY_TEXT
    first = syntax.open[0]
    return f"/[^\\s\\{first}](.|\\n)*/"


def control_literal(text: str, tokens: Mapping[str, int]) -> str:
    """``text`` as Lark, with its control tokens as tokens and the rest as strings."""
    splitter = re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or "(?!)")
    parts, place = [], 0
    for found in splitter.finditer(text):
        parts += [literal(text[place : found.start()])] if found.start() > place else []
        parts.append(f"<[{tokens[found[0]]}]>")
        place = found.end()
    return " ".join([*parts, literal(text[place:])] if place < len(text) else parts)


class _CallWriter:
    """Collects the rules of all calls."""

    def __init__(self, syntax: CallSyntax, tokens: Mapping[str, int], held: HeldWords | None) -> None:
        self.rules: list[str] = []
        self._syntax = syntax
        self._tokens = tokens
        self._held = held
        self._held_terminals = {name for name, there in _offered(held).items() if there}
        self._count = 0

    def literal(self, text: str) -> str:
        return control_literal(text, self._tokens)

    def call(self, function: Mapping[str, Any]) -> str:
        """Name of the rule for one tool; empty if a required argument cannot be held to anything."""
        schema = function.get("parameters") or {}
        required = set(schema.get("required", ()))
        values = []
        for key, value in schema.get("properties", {}).items():
            rule = self._value(key, _with_definitions(value, schema), required=key in required)
            if rule:
                values.append((f"{literal(json.dumps(key) + ': ')} {rule}", key in required))
            elif key in required:
                return ""
        name = self._new("call")
        open_, close = self.literal(self._syntax.open + function["name"] + self._syntax.middle), self._syntax.close
        end = f" {self.literal(close)}" if close else ""
        self.rules.append(f"{name}: {open_} {self._object(name, values)}{end}")
        return name

    def _object(self, name: str, values: list[tuple[str, bool]]) -> str:
        """Keys in order, the optional ones or not. ``a``: nothing written yet; ``b``: something is, so commas."""
        last = len(values)
        for place, (value, required) in enumerate(values):
            after, skip_a, skip_b = f"{name}_b{place + 1}", f"{name}_a{place + 1}", f"{name}_b{place + 1}"
            self.rules.append(f"{name}_a{place}: {value} {after}" + ("" if required else f" | {skip_a}"))
            self.rules.append(f'{name}_b{place}: ", " {value} {after}' + ("" if required else f" | {skip_b}"))
        self.rules += [f'{name}_a{last}: "}}"', f'{name}_b{last}: "}}"']
        return f'"{{" {name}_a0'

    def _value(self, key: str, schema: Mapping[str, Any], *, required: bool) -> str:
        """Rule for an argument's value; empty if it should be left out."""
        terminal = _held_terminal(key) if self._held else ""
        if not terminal:
            return f"%json {json.dumps({**_present(schema, required, self._held), 'x-guidance': PLAIN_JSON})}"
        kinds = _kinds(schema)
        rules = [self._held_value(kind, kinds[kind], terminal) for kind in kinds if kind != "null" or required]
        return "(" + " | ".join(rules) + ")" if all(rules) and rules else ""

    def _held_value(self, kind: str, schema: Mapping[str, Any], terminal: str) -> str:
        items = schema.get("items", {})
        there = terminal in self._held_terminals
        if kind == "string" and not _is_closed(schema):
            return terminal if there else ""
        if kind == "array" and _kinds(items).keys() == {"string"} and not _is_closed(items):
            least, most = max(1, schema.get("minItems", 1)), schema.get("maxItems", 8)
            return f'"[" {terminal} (", " {terminal}){{{least - 1},{max(least, most) - 1}}} "]"' if there else ""
        return f"%json {json.dumps({**schema, 'x-guidance': PLAIN_JSON})}"

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"


def _offered(held: HeldWords | None) -> dict[str, bool]:
    words = bool(held and held.has_words)
    return {"NAME": words, "WORDING": words, "PERSON": words or bool(held and held.people)}


def _held_terminal(key: str) -> str:
    """The terminal that a free-text argument of this name is held to."""
    groups = {"NAME": HELD_NAMES, "WORDING": HELD_WORDINGS, "PERSON": HELD_PEOPLE}
    return next((terminal for terminal, keys in groups.items() if key in keys), "")


def _kinds(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The schema of each JSON type that a value may have."""
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    kinds: dict[str, Mapping[str, Any]] = {}
    for branch in branches:
        declared = branch.get("type", "any")
        for kind in [declared] if isinstance(declared, str) else declared:
            kinds[kind] = {**branch, "type": kind} if kind != "any" else branch
    return kinds


def _is_closed(schema: Mapping[str, Any]) -> bool:
    """Whether the schema itself says what the text may be."""
    return any(key in schema for key in ("enum", "const", "pattern", "format", "anyOf", "oneOf", "$ref"))


def _present(schema: Mapping[str, Any], required: bool, held: HeldWords | None) -> dict[str, Any]:
    """The schema with integers that end somewhere.

    Without null, too, where leaving the key out says the same and the model was taught to do so.
    """
    branches = [_bounded(branch) for branch in schema.get("anyOf", ())]
    if held and not required:
        branches = [branch for branch in branches if branch.get("type") != "null"]
    return {**schema, "anyOf": branches} if branches else _bounded(schema)


def _bounded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A confused model writes digits for ever if it may."""
    return {"minimum": -(10**15), "maximum": 10**15, **schema} if schema.get("type") == "integer" else dict(schema)


def _with_definitions(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """A property's schema with the definitions that its references need."""
    return {**schema, "$defs": root["$defs"]} if "$defs" in root else dict(schema)
