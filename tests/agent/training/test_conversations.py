"""What the chat model learns: valid calls, arguments that the grammar can write, and the chat template's own words."""

from __future__ import annotations

import random
import re
from itertools import islice, pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from agent.call_grammar import HELD_NAMES, HELD_PEOPLE, HELD_WORDINGS
from agent.dates import resolve_period
from agent.held_words import may_begin, may_end, split
from agent.training import conversations as module
from agent.training.conversations import Conversations, Turn, as_arguments, ordered, rendered
from agent.training.conversations import split as portion
from agent.training.fillers import in_words, roughen
from index.errors import AnalystError
from tests.agent.training.conftest import RESULTS
from tools.registry import TOOLS, arguments_model

DRAWS = 400
# Questions that leave a required argument open ("posts by her" has no query) are drawn again; there must be few.
LEFT_OPEN = 0.05


def drawn(source: Conversations, number: int = DRAWS) -> list[list[Turn]]:
    return list(islice(source, number))


def test_every_tool_has_phrasings_and_results(conversations: Conversations) -> None:
    assert set(conversations.phrasings) == set(TOOLS)
    assert set(RESULTS) == set(TOOLS)


def test_every_phrasing_makes_a_valid_call(conversations: Conversations, held_out: Conversations) -> None:
    lines = [(tool, line) for bank in (conversations, held_out) for tool in TOOLS for line in bank.phrasings[tool]]
    left_open = 0
    for tool, line in lines:
        try:
            question, answer = conversations._question(tool, line)
        except ValidationError as error:
            assert all(fault["type"] == "missing" for fault in error.errors()), (line, error)
            left_open += 1
            continue
        assert "{" not in question.content.replace("{broken", ""), line
        assert answer.call is not None
        arguments_model(tool).model_validate(answer.call[1])
    assert left_open < LEFT_OPEN * len(lines)


def test_every_thread_makes_valid_calls(conversations: Conversations, held_out: Conversations) -> None:
    threads = [*conversations.threads, *held_out.threads]
    left_open = 0
    for thread in threads:
        conversations.threads = [thread]
        try:
            turns = conversations._thread()
        except ValidationError as error:
            assert all(fault["type"] == "missing" for fault in error.errors()), (thread, error)
            left_open += 1
            continue
        assert [turn.call[0] for turn in turns if turn.call] == [s["tool"] for s in thread if s["tool"] != "none"]
        for turn in turns:
            if turn.call:
                arguments_model(turn.call[0]).model_validate(turn.call[1])
    assert left_open < LEFT_OPEN * len(threads)


def test_what_a_thread_keeps_was_said_before(conversations: Conversations) -> None:
    conversations.threads = [
        [
            {"say": "people who like {interests} in r/{community}", "tool": "find_audience"},
            {"say": "top {limit}", "tool": "find_audience", "keep": ["interests", "community"]},
            {"say": "what do they say", "tool": "search_posts", "keep": ["campaign>query", "community"]},
        ]
    ]
    for _ in range(20):
        first, second, third = (turn.call[1] for turn in conversations._thread() if turn.call)
        assert second["campaign"] == first["campaign"] == third["query"]
        assert second["community"] == first["community"] == third["community"]
        assert "limit" in second and "limit" not in third


def test_held_arguments_stand_in_the_words_of_the_user(conversations: Conversations) -> None:
    for turns in drawn(conversations):
        said: list[list[str]] = []
        people: set[str] = set()
        for turn in turns:
            if turn.role == "user":
                said.append(split(turn.content))
            elif turn.role == "tool":
                people |= set(re.findall(r"@(\w+(?:[.-]\w+)*)", turn.content))
            for name, value in turn.call[1].items() if turn.call else ():
                for item in value if isinstance(value, list) else [value]:
                    assert_held(name, item, said, people)


def assert_held(name: str, value: Any, said: list[list[str]], people: set[str]) -> None:
    """``value`` can be written under the grammar of ``agent.held_words``."""
    if name not in HELD_NAMES | HELD_WORDINGS | HELD_PEOPLE or (name in HELD_PEOPLE and value in people):
        return
    assert any(is_run(value, chunks) for chunks in said), (name, value, said)
    assert may_begin(value), (name, value)
    if name not in HELD_WORDINGS:
        assert may_end(value), (name, value)
        assert '"' not in value, (name, value)


def is_run(value: str, chunks: list[str]) -> bool:
    """Whether ``value`` is made of whole chunks that follow each other."""
    for start in range(len(chunks)):
        rest = value
        for chunk in chunks[start:]:
            if not rest or not rest.startswith(chunk):
                break
            rest = rest.removeprefix(chunk)
        if not rest:
            return True
    return False


def test_times_of_conversations_are_understood(conversations: Conversations) -> None:
    from datetime import date

    times = {
        turn.call[1][key]
        for turns in drawn(conversations)
        for turn in turns
        if turn.call
        for key in ("since", "until")
        if key in turn.call[1]
    }
    assert len(times) > 20
    assert [words for words in times if resolve_period(words, today=date(2026, 11, 22)) is None] == []


def test_before_a_time_is_kept_in_the_argument(conversations: Conversations) -> None:
    _, answer = conversations._question("search_posts", "posts before {until} about {query}")
    assert answer.call is not None
    assert answer.call[1]["until"].lower().startswith("before ")
    _, answer = conversations._question("search_posts", "posts until {until} about {query}")
    assert answer.call is not None
    assert not answer.call[1]["until"].lower().startswith("before ")


def test_all_kinds_are_drawn(conversations: Conversations) -> None:
    turns = [turn for conversation in drawn(conversations) for turn in conversation]
    assert {turn.call[0] for turn in turns if turn.call} == set(TOOLS)
    assert {turn.role for turn in turns} == {"user", "assistant", "tool"}
    assert all(turn.content or turn.call for turn in turns if turn.role != "tool")


def test_a_conversation_has_an_order(conversations: Conversations) -> None:
    """A user speaks first; the assistant last; a tool only after a call."""
    for turns in drawn(conversations, 100):
        assert turns[0].role == "user"
        assert turns[-1].role == "assistant"
        for before, after in pairwise(turns):
            assert (after.role == "tool") == bool(before.call)


def test_answers_are_grounded_in_their_results(conversations: Conversations) -> None:
    from agent.grounding import loose_ends

    for turns in drawn(conversations):
        sources = [turn.content for turn in turns if turn.role == "tool"]
        answers = [turn.content for turn in turns if turn.role == "assistant" and not turn.call]
        assert loose_ends("\n".join(answers), sources) == []


def test_the_same_seed_draws_the_same(data: Any, results: Any) -> None:
    one, two, other = (Conversations(data, results, seed) for seed in (5, 5, 6))
    assert drawn(one, 20) == drawn(two, 20) != drawn(other, 20)


def test_what_is_held_out_is_never_trained_on(conversations: Conversations, held_out: Conversations) -> None:
    for tool in TOOLS:
        assert held_out.phrasings[tool]
        assert not set(conversations.phrasings[tool]) & set(held_out.phrasings[tool])
    said = [{tuple(step["say"] for step in thread) for thread in bank.threads} for bank in (conversations, held_out)]
    assert said[1]
    assert not said[0] & said[1]
    for bank in (conversations.chitchat, conversations.declines):
        for kind in bank.values():
            assert len(kind["says"]) >= 20, "too few to hold any out"
            assert not set(portion(kind["says"], False)) & set(portion(kind["says"], True))


def test_split_parts_a_bank_in_two() -> None:
    items = list(range(100))
    assert sorted(portion(items, True) + portion(items, False)) == items
    assert portion(items, True) == [19, 39, 59, 79, 99]
    assert portion([1, 2], True) == [1, 2]  # too short to part


@pytest.mark.parametrize(
    ("tool", "values", "expected"),
    [
        ("search_posts", {"query": "x", "during": "May"}, {"query": "x", "since": "May", "until": "May"}),
        ("search_posts", {"query2": "x", "limit3": 5}, {"query": "x", "limit": 5}),
        ("find_audience", {"interests": ["a", "b", "c"]}, {"campaign": "a, b and c"}),
        ("find_audience", {"interests": ["a"], "campaign": "x"}, {"interests": ["a"], "campaign": "x"}),
    ],
)
def test_slots_become_arguments(tool: str, values: dict, expected: dict) -> None:
    assert as_arguments(tool, values) == expected


def test_calls_are_written_in_the_order_of_the_schema_and_trimmed() -> None:
    placed = ordered("search_posts", {"since": "2023", "user": "'ana'", "query": " \"cold\n brew\".", "limit": 5})
    assert list(placed.items()) == [("query", "cold brew"), ("user", "ana"), ("limit", 5), ("since", "2023")]
    assert ordered("analyze_sentiment", {"text": "Never again."}) == {"text": "Never again."}
    with pytest.raises(ValueError, match="bogus"):
        ordered("search_posts", {"query": "x", "bogus": 1})
    with pytest.raises(ValidationError):
        ordered("search_posts", {})


def test_slips_spare_what_the_arguments_hold() -> None:
    generator = random.Random(1)
    for _ in range(500):
        assert "Nike shoes" in roughen("who might like Nike shoes best", ["Nike shoes"], generator)


def test_enumerations() -> None:
    assert in_words(["a"]) == "a"
    assert in_words(["a", "b"]) == "a and b"
    assert in_words(["a", "b", "c"]) == "a, b and c"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from agent.training.tokenizer import train_tokenizer

    return train_tokenizer(["who would like Nike? 62 % @ana_7\n"] * 4)


CONVERSATION = [
    Turn("user", "who's @ana_7? <b>“quotes” & 'more'</b>"),
    Turn("assistant", "", ("get_profile", {"user": "ana_7"})),
    Turn("tool", '@ana_7 wrote 7 posts.\nBest liked: "häagen"'),
    Turn("assistant", "This is how they come across.\n@ana_7 wrote 7 posts."),
    Turn("user", "posts on Ben & Jerry's, {50%}"),
    Turn("assistant", "", ("search_posts", {"query": "Ben & Jerry's", "limit": 5, "since": "März"})),
]


def as_messages(turns: list[Turn]) -> list[Any]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    from agent.analyst import system_prompt

    messages: list[Any] = [SystemMessage(system_prompt())]
    for turn in turns:
        if turn.call:
            messages.append(AIMessage("", tool_calls=[{"name": turn.call[0], "args": turn.call[1], "id": "c"}]))
        elif turn.role == "tool":
            messages.append(ToolMessage(turn.content, tool_call_id="c"))
        else:
            messages.append(HumanMessage(turn.content) if turn.role == "user" else AIMessage(turn.content))
    return messages


def test_training_reads_what_the_chat_template_writes(tokenizer: Any) -> None:
    from agent.messages import to_template
    from agent.training.finetune import encode, prefix_ids, tool_schemas

    whole = tokenizer.apply_chat_template(to_template(as_messages(CONVERSATION)), tools=tool_schemas(), tokenize=False)
    prefix = tokenizer.decode(prefix_ids(tokenizer))
    assert whole == prefix + "".join(text for text, _ in rendered(CONVERSATION))
    ids, labels = encode(tokenizer, CONVERSATION)
    assert prefix_ids(tokenizer) + ids == tokenizer(whole, add_special_tokens=False)["input_ids"]
    assert all(label in (token, -100) for token, label in zip(ids, labels, strict=True))


def test_the_model_reads_in_use_what_it_read_in_training(tokenizer: Any) -> None:
    """Up to each reply, the prompt is the training text, id by id; the reply is what it learns."""
    from agent.messages import render
    from agent.toolbox import tool_schema
    from agent.training.finetune import encode, prefix_ids

    tools = [tool_schema(name) for name in TOOLS]
    prefix = prefix_ids(tokenizer)
    for place, turn in enumerate(CONVERSATION):
        if turn.role == "assistant":
            prompt = render(tokenizer, as_messages(CONVERSATION[:place]), tools=tools)
            learned, labels = encode(tokenizer, CONVERSATION[: place + 1])
            assert (prefix + learned)[: len(prompt)] == prompt
            reply = [label for label in labels[len(prompt) - len(prefix) :] if label != -100]
            written = tokenizer.decode(reply)
            assert written.endswith("<|im_end|>")
            assert (turn.call[0] in written) if turn.call else written == turn.content + "<|im_end|>"


def test_only_replies_are_learned() -> None:
    learned = [text for text, wanted in rendered(CONVERSATION) if wanted]
    assert len(learned) == 3
    assert all(text.endswith("<|im_end|>") for text in learned)
    assert learned[0] == '<tool_call>\n{"name": "get_profile", "arguments": {"user": "ana_7"}}\n</tool_call><|im_end|>'


def test_calls_of_training_can_be_made(conversations: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call passes the checks of the registry; the tools themselves are left out."""
    from datetime import date

    import tools.registry
    from agent.toolbox import plain_arguments

    monkeypatch.setattr(tools.registry, "TOOLS", dict.fromkeys(TOOLS, lambda library, **args: args))
    for turns in drawn(conversations, 200):
        for name, args in (turn.call for turn in turns if turn.call):
            try:
                tools.registry.call_tool(None, name, plain_arguments(args, today=date(2026, 11, 22)))  # type: ignore[arg-type]
            except AnalystError as error:  # pragma: no cover
                pytest.fail(f"{name} {args}: {error}")


def test_phrasings_are_read_from_the_package() -> None:
    assert {path.stem for path in module.PHRASINGS.glob("*.txt")} >= set(TOOLS)
