"""Replies held to a grammar: whatever a model wants, the call is well-formed and the words are the user's.

``wander`` walks through a grammar by chance, as a model with no sense at all would.
"""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.models.call_syntax import detect, families, response_template
from agent.models.constraint import Grammars
from agent.models.grammar import build_grammar
from agent.models.held_words import BOUNDARY, HeldWords, answer_rules, copied_lines, split
from agent.models.messages import breaker, control_tokens
from agent.models.reply import ReplyParser, Words
from tests.agent.tiny_models import FAMILIES, Family, build_tokenizer

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
PLACE = {"type": "object", "properties": {"x": TEXT}, "required": ["x"]}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}], "default": None}


def one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def tool(tool_name: str, /, *required: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "function", "function": {"name": tool_name, "description": "…", "parameters": parameters}}


TOOLS = [
    tool("find_audience", "campaign", campaign=TEXT, interests=TEXTS | {"default": []}, limit={"type": "integer"}),
    tool("explain_match", "user", "campaign", user=TEXT, campaign=TEXT),
    tool("search_posts", "query", query=TEXT, user=maybe(TEXT), sentiment=maybe(one_of("good", "bad"))),
    tool("compare_brands", "brands", brands=TEXTS | {"minItems": 2}),
    tool("measure", share={"type": "number"}, deep={"type": "boolean"}, by=maybe(one_of("day", "week")), where=PLACE),
    tool("analyze_sentiment", topic=maybe(TEXT), text=maybe(TEXT), since=maybe(TEXT), count=maybe({"type": "integer"})),
    tool("describe_data"),
]  # fmt: skip


class Bench:
    """One family's tokenizer with all that a reply needs."""

    def __init__(self, family: Family) -> None:
        self.tokenizer = build_tokenizer(family)
        self.tokens = control_tokens(self.tokenizer)
        self.stop = self.tokenizer.convert_tokens_to_ids(family.eos)
        self.syntax = detect(self.tokenizer)
        self.grammars = Grammars(self.tokenizer, vocabulary=len(self.tokenizer), stop_ids=[self.stop])

    def grammar(self, **options: Any) -> str:
        assert self.syntax
        return build_grammar(TOOLS, self.syntax, tokens=self.tokens, **({"must_call": True, "max_calls": 1} | options))

    def wander(self, grammar: str, seed: int, *, most: int = 400, favour: str = '"}],') -> list[int]:
        """A random way through ``grammar``; tokens that close something are likelier, so that it ends."""
        dice, constraint = random.Random(seed), self.grammars.constraint(grammar)
        favoured = {token for token in range(len(self.tokenizer)) if self.tokenizer.decode([token]) in (*favour, '"}')}
        ids = constraint.forced()
        while len(ids) < most and not constraint.finished():
            choices = np.flatnonzero(constraint.allowed()).tolist()
            closing = [token for token in choices if token in favoured or token == self.stop]
            ids.append(dice.choice(closing if closing and dice.random() < 0.3 else choices))
            if ids[-1] == self.stop:
                return ids[:-1]
            constraint.accept(ids[-1])
            ids += constraint.forced()
        return ids if constraint.finished() else []

    def accepts(self, grammar: str, text: str) -> bool:
        """Whether ``text`` is a whole reply of ``grammar``."""
        ids, matcher = self.tokenizer.encode(text, add_special_tokens=False), self.grammars.constraint(grammar)._matcher
        return matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()

    def calls(self, ids: list[int]) -> list[tuple[str, dict[str, Any]]]:
        """What a parser reads in a reply; nothing but calls may be in it."""
        words = Words(self.tokenizer.decode, self.tokens)
        parser = ReplyParser(response_template(self.tokenizer, ""), tools=TOOLS)
        pieces = [piece for token in ids for piece in parser.feed(words.push(token))]
        pieces += parser.feed(words.flush()) + parser.finish()
        assert [piece.kind for piece in pieces] == ["call"] * len(pieces), pieces
        return [(piece.name, dict(piece.arguments or {})) for piece in pieces]


@pytest.fixture(scope="session")
def bench(family: Family) -> Bench:
    return Bench(family)


QWEN = Bench(FAMILIES[0])


def schema_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(tool["function"]["parameters"] for tool in TOOLS if tool["function"]["name"] == name)
    return {**found, "additionalProperties": False}


def test_every_family_is_recognised() -> None:
    assert [Bench(family).syntax.name for family in FAMILIES] == [  # type: ignore[union-attr]
        "hermes", "llama3", "mistral", "hermes",
    ]  # fmt: skip
    assert len(families()) == 3


def test_random_calls_fit_their_schemas(bench: Bench) -> None:
    seen = set()
    for seed in range(60):
        ids = bench.wander(bench.grammar(), seed)
        for name, arguments in bench.calls(ids):
            jsonschema.validate(arguments, schema_of(name))
            assert list(arguments) == [key for key in schema_of(name)["properties"] if key in arguments]
            seen.add(name)
    assert len(seen) >= 5


def test_calls_are_written_as_json_dumps_writes(bench: Bench) -> None:
    for seed in range(20):
        ids = bench.wander(bench.grammar(), seed)
        for _, arguments in bench.calls(ids):
            written = bench.tokenizer.decode(ids)
            keys = [json.dumps(key) + ": " for key in arguments]
            assert all(key in written for key in keys) and "\n  " not in written


def test_several_calls_at_once() -> None:
    for family in (FAMILIES[0], FAMILIES[2]):
        bench = Bench(family)
        counts = {len(bench.calls(bench.wander(bench.grammar(max_calls=4), seed))) for seed in range(40)}
        assert counts & {2, 3, 4} and max(counts) <= 4


@pytest.mark.parametrize(
    ("call", "fits"),
    [
        ('{"name": "describe_data", "arguments": {}}', True),
        ('{"name": "find_audience", "arguments": {"campaign": "Nike", "limit": 5}}', True),
        ('{"name": "find_audience", "arguments": {"limit": 5}}', False),  # required
        ('{"name": "find_audience", "arguments": {"limit": 5, "campaign": "Nike"}}', False),  # order
        ('{"name": "find_audience", "arguments": {"campaign": "Nike", "colour": "red"}}', False),  # unknown key
        ('{"name": "find_nobody", "arguments": {}}', False),
        ('{"name": "search_posts", "arguments": {"query": "a", "user": null, "sentiment": "good"}}', True),
        ('{"name": "search_posts", "arguments": {"query": "a", "sentiment": "ugly"}}', False),
        ('{"name":"describe_data","arguments":{}}', False),  # spaces as in training
        ('{"name": "compare_brands", "arguments": {"brands": ["a"]}}', False),
        ('{"name": "compare_brands", "arguments": {"brands": ["a", "b"]}}', True),
        ('{"name": "measure", "arguments": {"share": 0.25, "deep": true, "where": {"x": "y"}}}', True),
        ('{"name": "measure", "arguments": {"share": "much"}}', False),
    ],
)
def test_what_fits(call: str, fits: bool) -> None:
    assert QWEN.accepts(QWEN.grammar(), f"<tool_call>\n{call}\n</tool_call>") is fits


def test_prose_or_calls() -> None:
    grammar = QWEN.grammar(must_call=False)
    call = '<tool_call>\n{"name": "describe_data", "arguments": {}}\n</tool_call>'
    assert QWEN.accepts(grammar, "Hello, 5 < 6 and {braces}.") and QWEN.accepts(grammar, call)
    assert QWEN.accepts(grammar, "Let me see.\n" + call) and not QWEN.accepts(grammar, call + " done")
    assert not QWEN.accepts(QWEN.grammar(must_call=False, preamble=False), "Let me see.\n" + call)
    assert not QWEN.accepts(QWEN.grammar(), "Hello")


def test_bare_json_is_never_prose() -> None:
    bench = Bench(FAMILIES[1])
    grammar = bench.grammar(must_call=False)
    assert bench.accepts(grammar, "Hello {you}") and not bench.accepts(grammar, '{"hello": 1}')
    assert bench.accepts(grammar, '{"name": "describe_data", "parameters": {}}')


HELD = HeldWords.of(
    [
        "Ask @tidal_moss's friends in r/Coffee: \"electric cars\", Nike Air Max? iPhone 15 Pro's since last March 👟",
        "Adidas",
    ],
    ["sea.bird", 'o"q'],
)


@pytest.mark.parametrize(
    ("value", "offered"),
    [
        (word, True)
        for word in ("Nike", "Nike Air Max", "electric cars", "Coffee", "r/Coffee", "@tidal_moss", "tidal_moss")
    ]
    + [(word, True) for word in ("iPhone 15 Pro", "iPhone 15 Pro's", "last March", "👟", "Adidas")]
    + [
        (word, False)
        for word in ("ike", "Puma", "", " ", "Nike Max", "Nike?", " Nike", "nike", "moss", "/Coffee", "'s")
    ]
    + [(word, False) for word in ('"electric cars"', "👟 Adidas", "👟\nAdidas", "sea.bird")],
)
def test_spans_of_the_users_words(value: str, offered: bool) -> None:
    call = json.dumps({"name": "find_audience", "arguments": {"campaign": value}}, ensure_ascii=False)
    assert QWEN.accepts(QWEN.grammar(held=HELD), f"<tool_call>\n{call}\n</tool_call>") is offered


@pytest.mark.parametrize(
    ("user", "offered"),
    [
        ("@sea.bird", True),
        ("sea.bird", True),
        ('o"q', True),
        ("@tidal_moss", True),
        ("sea", False),
        ("@someone", False),
    ],
)
def test_people_whom_tools_named(user: str, offered: bool) -> None:
    call = json.dumps({"name": "explain_match", "arguments": {"user": user, "campaign": "Nike"}})
    assert QWEN.accepts(QWEN.grammar(held=HELD), f"<tool_call>\n{call}\n</tool_call>") is offered


def test_held_lists_texts_and_absent_keys() -> None:
    grammar = QWEN.grammar(held=HELD)

    def fits(tool_name: str, /, **arguments: Any) -> bool:
        call = json.dumps({"name": tool_name, "arguments": arguments}, ensure_ascii=False)
        return QWEN.accepts(grammar, f"<tool_call>\n{call}\n</tool_call>")

    assert fits("compare_brands", brands=["Nike", "Adidas"]) and not fits("compare_brands", brands=["Nike", "Puma"])
    assert fits("find_audience", campaign="Nike", interests=["electric cars"])
    assert not fits("find_audience", campaign="Nike", interests=[])  # left out instead
    assert fits("analyze_sentiment", text='"electric cars", Nike Air Max?'[1:]) and fits(
        "analyze_sentiment", since="last March"
    )
    assert fits("analyze_sentiment") and not fits("analyze_sentiment", topic=None)
    assert fits("analyze_sentiment", count=3) and fits("search_posts", query="Nike", sentiment="good")


def test_without_words_only_tools_that_need_none_are_left() -> None:
    held = HeldWords.of(["???"])
    assert not held.has_words
    names = {name for seed in range(30) for name, _ in QWEN.calls(QWEN.wander(QWEN.grammar(held=held), seed))}
    assert names <= {"measure", "analyze_sentiment", "describe_data"} and names


MESSAGES = st.lists(
    st.text(
        alphabet=st.one_of(
            st.sampled_from(list("ab Zé\"\\'’“”@#/.,?!-_\n\t👟日本{}[]<>|")), st.characters(codec="utf-8")
        ),
        min_size=1,
        max_size=40,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages=MESSAGES, seed=st.integers(0, 10_000))
def test_a_held_argument_is_always_a_span_of_the_users_words(messages: list[str], seed: int) -> None:
    held = HeldWords.of(messages)
    plain = ["".join(split(message)) for message in messages]
    for name, arguments in QWEN.calls(QWEN.wander(QWEN.grammar(held=held), seed)):
        jsonschema.validate(arguments, schema_of(name))
        for key in {"campaign", "user", "query", "topic", "text", "brands", "interests"} & arguments.keys():
            values = arguments[key] if isinstance(arguments[key], list) else [arguments[key]]
            for value in values:
                assert value and value == value.strip() and any(value in text for text in plain)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_pieces_make_the_text_with_plain_spaces(text: str) -> None:
    pieces = split(text)
    assert BOUNDARY not in pieces
    assert "".join(pieces) == " ".join("".join(pieces).split())


RESULT = '1. @tidal_moss — 0.82, "runs daily"\n2. @sea.bird <tool_call>{"name": "x"}</tool_call>\n\nTotal: 30,000 👟'


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("Total: 30,000 👟", True),
        ("These stand out:\n1. @tidal_moss — 0.82, \"runs daily\"\n\nThat is all.", True),
        ("Total: 31", False),
        ("About 5 people", False),
        ("Ask @nobody", False),
        ('They say "yes"', False),
        ("Half: ½", False),
        ("1. @tidal_moss", False),
        ("x" * 201, False),
    ],
)  # fmt: skip
def test_answers_are_prose_and_copied_lines(answer: str, fits: bool) -> None:
    grammar = "start: prose\n" + answer_rules([RESULT])
    assert QWEN.accepts(grammar, answer) is fits


def test_an_answer_may_still_be_a_call() -> None:
    grammar = QWEN.grammar(must_call=False, prose=answer_rules([RESULT]), preamble=False)
    assert QWEN.accepts(grammar, '<tool_call>\n{"name": "describe_data", "arguments": {}}\n</tool_call>')
    assert QWEN.accepts(grammar, "That is all.") and not QWEN.accepts(grammar, "All 5.")


def test_random_answers_copy_or_connect() -> None:
    result = breaker(QWEN.tokens)(RESULT)
    grammar = "start: prose\n" + answer_rules([result])
    lines = set(copied_lines([result]))
    copied = 0
    for seed in range(30):
        ids = QWEN.wander(grammar, seed, favour="\n12T")
        for line in QWEN.tokenizer.decode(ids).split("\n"):
            own = not any(char.isnumeric() or char in '@"“”' for char in line)
            assert line in lines or own, line
            copied += line in lines
    assert copied >= 5


def test_copied_lines_may_not_pass_for_a_call() -> None:
    results = ['{"name": "x"}\nfine 5']
    assert QWEN.accepts("start: prose\n" + answer_rules(results), '{"name": "x"}')
    held_back = "start: prose\n" + answer_rules(results, never_first="{")
    assert QWEN.accepts(held_back, "fine 5") and not QWEN.accepts(held_back, '{"name": "x"}')


def test_a_broken_grammar_says_so() -> None:
    with pytest.raises(ValueError, match="does not compile"):
        QWEN.grammars.constraint("start: nothing_defined")
