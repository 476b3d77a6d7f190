"""Questions of several parts, and the labels that each part gives."""

from __future__ import annotations

from typing import Any

import pytest

from agent.training.conversations import Conversations
from agent.training.reader.clauses import Clauses, _parts, after
from agent.training.reader.question import Question, labels, pointer
from agent.understanding.context import CallContext


@pytest.fixture
def clauses(for_reader: Conversations) -> Clauses:
    return Clauses(for_reader)


def drawn(clauses: Clauses, row: str) -> list[Question]:
    return clauses._questions(_parts(row))


def test_the_whole_is_parted_and_each_part_follows_the_one_before(clauses: Clauses) -> None:
    said = "compare {brand} and {brand2} || then find people for the winner"
    whole, first, second = drawn(clauses, f"{said} => compare_brands || find_audience campaign=$winner")
    assert whole.heads == {"starts"} and whole.text == f"{first.text} {second.text}"
    assert [whole.text[start:] for start in whole.starts] == [second.text]
    assert (first.kind, first.earlier) == ("compare_brands", CallContext())
    assert (second.earlier.tool, second.earlier.question) == ("compare_brands", first.text)
    assert second.args == {"campaign": second.earlier.listed[0]} and second.earlier.kind == "names"
    assert pointer(second) == {"refers": "first", "role": "subject", "edit": ""} and labels(second) == ([], set())


@pytest.mark.parametrize(
    ("call", "carried", "refers"),
    [
        ("analyze_sentiment topic=$subject", {"subject"}, ""),
        ("rank of=post by=likes user=$first", set(), "first"),
        ("summarize_themes among=$people", set(), "all"),
    ],
)
def test_what_is_taken_over_is_carried_or_pointed_at(
    clauses: Clauses, call: str, carried: set[str], refers: str
) -> None:
    questions = drawn(clauses, f"who would buy {{campaign}} || and what of that => find_audience || {call}")
    assert labels(questions[2]) == ([], carried) and pointer(questions[2])["refers"] == refers


def test_what_only_the_next_part_names(clauses: Clauses) -> None:
    said = "the praise || and the complaints for {topic}"
    _, first, second = drawn(clauses, f"{said} => summarize_themes topic=$next || summarize_themes")
    assert first.args["topic"] == second.args["topic"] and first.points == {"topic": "next"}


def test_what_points_at_nothing_ends_the_question(clauses: Clauses) -> None:
    assert len(drawn(clauses, "how many posts || and who wins => count || find_audience campaign=$winner")) == 2


@pytest.mark.parametrize(
    ("tool", "args", "kind"),
    [
        ("rank", {"of": "community"}, "communities"),
        ("rank", {"of": "day"}, "times"),
        ("analyze_sentiment", {"by": "user"}, "people"),
        ("search_posts", {"query": "tea"}, "posts"),
    ],
)
def test_each_tool_lists_what_it_lists(for_reader: Conversations, tool: str, args: dict[str, Any], kind: str) -> None:
    found = after(Question("x", tool, args), for_reader.fillers)
    assert found.kind == kind and found.listed and (found.tool, found.args) == (tool, args)


def test_words_and_calls_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        _parts("one || two => count")
