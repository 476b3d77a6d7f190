"""What the chat model learns: valid calls, and arguments that the grammar can write."""

from __future__ import annotations

import json
import random
from itertools import combinations, islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agent.grounding.check import trace
from agent.grounding.values import Told
from agent.models.grammar import HELD_NAMES, HELD_PEOPLE, HELD_WORDINGS
from agent.models.held_words import may_begin, may_end, split
from agent.models.shipped import trained_tools
from agent.training import conversations as module
from agent.training.conversations import MAINS, Conversations, Turn, as_arguments, as_slots, fitting, ordered
from agent.training.conversations import split as portion
from agent.training.fillers import SLOT, in_words, roughen, within
from agent.understanding.labels import TOOLS
from index.errors import AnalystError
from tests.agent.training.conftest import RESULTS
from tools.registry import arguments_model
from tools.result.line import note
from tools.selection.period import resolve_period

DRAWS = 400

SPOKEN = {tool["function"]["name"] for tool in trained_tools()}  # tools that the chat model was trained on


def drawn(source: Conversations, number: int = DRAWS) -> list[list[Turn]]:
    return list(islice(source, number))


def test_every_tool_has_phrasings_and_results(conversations: Conversations) -> None:
    assert set(conversations.phrasings) == set(RESULTS) == SPOKEN


def test_every_phrasing_makes_a_valid_call(conversations: Conversations, held_out: Conversations) -> None:
    lines = [(tool, line) for bank in (conversations, held_out) for tool in bank.tools for line in bank.phrasings[tool]]
    for tool, line in lines:
        question, answer = conversations.question(tool, line)
        assert not SLOT.search(question.content), line
        assert answer.call is not None
        arguments_model(tool).model_validate(answer.call[1])


def test_every_thread_makes_valid_calls(conversations: Conversations, held_out: Conversations) -> None:
    for thread in [*conversations.threads, *held_out.threads]:
        conversations.threads = [thread]
        # What points into a list that came out too short ends a thread.
        turns = max((conversations._thread() for _ in range(12)), key=len)
        assert [turn.call[0] for turn in turns if turn.call] == [s["tool"] for s in thread if s["tool"] != "none"]
        for turn in turns:
            if turn.call:
                arguments_model(turn.call[0]).model_validate(turn.call[1])


def test_a_comparison_names_two_brands_or_more_each_once(conversations: Conversations) -> None:
    compared = [
        turn.call[1]["brands"]
        for turns in drawn(conversations, 1500)
        for turn in turns
        if turn.call and turn.call[0] == "compare_brands"
    ]
    assert {2, 3, 4} <= {len(brands) for brands in compared}
    for brands in compared:
        assert len(brands) >= 2
        assert not any(within(a, b) or within(b, a) for a, b in combinations(brands, 2)), brands


def thread_calls(conversations: Conversations, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    """Arguments of the calls of one thread, in lower case as a whole or not at all."""
    conversations.threads = [list(steps)]
    return [turn.call[1] for turn in conversations._thread() if turn.call]


@pytest.mark.parametrize(
    ("say", "tool", "name"),
    [
        ("mood on {topic}", "analyze_sentiment", "topic"),
        ("who would buy {campaign}", "find_audience", "campaign"),
        ("posts on {query}", "search_posts", "query"),
    ],
)
def test_what_was_talked_of_is_compared(conversations: Conversations, say: str, tool: str, name: str) -> None:
    for _ in range(20):
        first, second, third = thread_calls(
            conversations,
            {"say": say, "tool": tool},
            {"say": "next to {brand2} and {brand3}", "tool": "compare_brands", "keep": [f"{name}>brands"]},
            {"say": "{brand4} as well, in r/{community}", "tool": "compare_brands", "keep": ["brands"]},
        )
        assert second["brands"][0] == first[name] and len(second["brands"]) == 3
        assert third["brands"][:3] == second["brands"] and len(third["brands"]) == 4


def test_kept_brands_need_no_new_ones(conversations: Conversations) -> None:
    first, second = thread_calls(
        conversations,
        {"say": "{brands}?", "tool": "compare_brands"},
        {"say": "since {since}", "tool": "compare_brands", "keep": ["brands"]},
    )
    assert second["brands"] == first["brands"] and "since" in second


def test_what_was_never_said_cannot_be_kept(conversations: Conversations) -> None:
    first, second = thread_calls(
        conversations,
        {"say": "what is in here?", "tool": "describe_data"},
        {"say": "groups?", "tool": "list_segments", "keep": ["count", "topic", "campaign>topic"]},
    )
    assert first == second == {}


@pytest.mark.parametrize("tool", list(RESULTS))
def test_an_answer_is_about_what_was_asked(conversations: Conversations, tool: str) -> None:
    """What the call of the result was about is what the question asks, brands in their order."""
    conversations._tool = lambda: tool  # type: ignore[method-assign]
    args = RESULTS[tool][0]
    for _ in range(60):
        question, answer, result, _ = conversations._answer()
        assert answer.call is not None and answer.call[0] == tool
        for name in set(args) & set(MAINS):
            made, meant = answer.call[1][name], ordered(tool, args)[name]
            assert str(made).casefold() == str(meant).casefold(), (question, answer)
        if not set(args) & set(MAINS):
            assert not set(answer.call[1]) & set(MAINS), question
        assert result.content.split("\n")[0][:10] == RESULTS[tool][1][:10]


def test_phrasings_that_fit_a_call() -> None:
    bank = ["compare {brands}", "{brand} or {brand2}", "{brand}, {brand2} or {brand3} in {community}", "segments"]
    pair, three = {"brands": ["Nike", "Puma"]}, {"brands": ["Nike", "Puma", "Hoka"]}
    assert fitting(bank, pair) == bank[:2]
    assert fitting(bank, three) == [bank[0], bank[2]]
    assert fitting(bank, {**three, "community": "Coffee"}) == [bank[2]]
    assert fitting(bank, {"by": "hour"}) == ["segments"]
    assert fitting(bank, {"user": "ana"}) == bank  # none can say it
    assert as_slots(bank[1], pair) == {"brand": "Nike", "brand2": "Puma"}
    assert as_slots("{brand2} not {brand}", pair) == {"brand2": "Nike", "brand": "Puma"}
    assert as_slots(bank[1], three) == {}
    assert as_slots("why {user} for {campaign}?", {"user": "ana", "campaign": "Nike", "limit": 5}) == {
        **{"user": "ana", "campaign": "Nike"}
    }


def test_results_of_every_tool_are_needed(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps({"tool": "get_profile", "args": {"user": "a"}, "text": "x", "fault": False}) + "\n")
    with pytest.raises(AnalystError, match=r"no results of find_audience, .* and describe_data"):
        Conversations(data, path, 1)


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
                people |= set(turn.people)
            for name, value in turn.call[1].items() if turn.call else ():
                for item in value if isinstance(value, list) else [value]:
                    assert_held(name, item, said, people)


def assert_held(name: str, value: Any, said: list[list[str]], people: set[str]) -> None:
    """``value`` can be written under the grammar of ``agent.models.held_words``."""
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
    _, answer = conversations.question("search_posts", "posts before {until} about {query}")
    assert answer.call is not None
    assert answer.call[1]["until"].lower().startswith("before ")
    _, answer = conversations.question("search_posts", "posts until {until} about {query}")
    assert answer.call is not None
    assert not answer.call[1]["until"].lower().startswith("before ")


def test_all_kinds_are_drawn(conversations: Conversations) -> None:
    turns = [turn for conversation in drawn(conversations) for turn in conversation]
    assert {turn.call[0] for turn in turns if turn.call} == SPOKEN
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
    for turns in drawn(conversations):
        told = [
            Told(number, "x", [note(text) for text in turn.content.splitlines()])
            for number, turn in enumerate(turns)
            if turn.role == "tool"
        ]
        answers = [turn.content for turn in turns if turn.role == "assistant" and not turn.call]
        assert trace("\n".join(answers), told)[1] == []


def test_the_same_seed_draws_the_same(data: Any, results: Any) -> None:
    one, two, other = (Conversations(data, results, seed) for seed in (5, 5, 6))
    assert drawn(one, 20) == drawn(two, 20) != drawn(other, 20)


def test_what_is_held_out_is_never_trained_on(conversations: Conversations, held_out: Conversations) -> None:
    for tool in sorted(SPOKEN):
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
        ("compare_brands", {"brand2": "b", "brand": "a", "brand3": "c"}, {"brands": ["b", "a", "c"]}),
        ("compare_brands", {"brand": "a", "brands2": ["b", "c"]}, {"brands": ["a", "b", "c"]}),
        ("list_segments", {"count2": 7, "topic": "x"}, {"count": 7, "topic": "x"}),
        ("describe_data", {}, {}),
    ],
)
def test_slots_become_arguments(tool: str, values: dict, expected: dict) -> None:
    assert as_arguments(tool, values) == expected


def test_calls_are_written_in_the_order_of_the_schema_and_trimmed() -> None:
    placed = ordered("search_posts", {"since": "2023", "user": "'ana'", "query": ' "cold\n brew".', "limit": 5})
    assert list(placed.items()) == [("query", "cold brew"), ("user", "ana"), ("limit", 5), ("since", "2023")]
    assert ordered("analyze_sentiment", {"text": "Never again."}) == {"text": "Never again."}
    with pytest.raises(ValueError, match="bogus"):
        ordered("search_posts", {"query": "x", "bogus": 1})
    with pytest.raises(ValidationError):
        ordered("find_audience", {})


def test_slips_spare_what_the_arguments_hold() -> None:
    generator = random.Random(1)
    for _ in range(500):
        assert "Nike shoes" in roughen("who might like Nike shoes best", ["Nike shoes"], generator)
        assert "Don't bin it" in roughen("who wouldn't like Don't bin it", ["Don't bin it"], generator)


def test_enumerations() -> None:
    assert in_words(["a"]) == "a"
    assert in_words(["a", "b"]) == "a and b"
    assert in_words(["a", "b", "c"]) == "a, b and c"


def test_calls_of_training_can_be_made(conversations: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call passes the checks of the registry; the tools themselves are left out, and whom the guard turns away
    is asked of the guard (``tests/tools/privacy``).
    """
    from datetime import date

    import tools.registry
    from agent.toolbox import plain_arguments

    for name in TOOLS:
        tools.registry.arguments_model(name)  # is kept, and made of the tools themselves
    monkeypatch.setattr(tools.registry, "TOOLS", dict.fromkeys(TOOLS, lambda library, **args: args))
    monkeypatch.setattr(tools.registry, "check_call", lambda name, args: None)
    refused, made = [], 0
    for turns in drawn(conversations, 200):
        for name, args in (turn.call for turn in turns if turn.call):
            made += 1
            try:
                tools.registry.call_tool(None, name, plain_arguments(args, today=date(2026, 11, 22)))  # type: ignore[arg-type]
            except AnalystError as error:
                refused.append(str(error))
    assert made and not refused


def test_phrasings_are_read_from_the_package() -> None:
    assert {path.stem for path in module.PHRASINGS.glob("*.txt")} >= set(TOOLS)
