"""The judge of open questions: what counts as right in the first characters, on answers and facts made by hand."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from agent.events import Answer, Call
from tests.benchmarks.open_questions import KINDS, QUESTIONS, faults_of, holds, tells


def answer(text: str, *tools: str, not_covered: tuple[str, ...] = ()) -> Answer:
    calls = [Call(tool, {}) for tool in tools]
    return Answer(text, calls, [], True, 0.1, "shipped", not_covered=list(not_covered))


@pytest.fixture(scope="module")
def facts() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE TABLE posts AS SELECT * FROM (VALUES ('1', 'ana'), ('2', 'ana'), ('3', 'ben')) t(id, author)")
    return made


COUNT = {"value": {"sql": "SELECT count(*) FROM posts"}}
AUTHORS = {"value": {"sql": "SELECT DISTINCT author FROM posts"}}


@pytest.mark.parametrize(
    ("turn", "given", "right"),
    [
        (COUNT, answer("3 posts name it."), True),
        (COUNT, answer("13 posts name it."), False),
        (COUNT, answer("x" * 400 + " 3 posts"), False),
        ({**COUNT, "lead": 500}, answer("x" * 400 + " 3 posts"), True),
        ({"value": {**COUNT["value"], "tolerance": 1}}, answer("4 posts"), True),
        (AUTHORS, answer("@ana and @Ben"), True),
        (AUTHORS, answer("@ana"), False),
        ({"mentions_any": ["tea", "coffee"]}, answer("They like coffee."), True),
        ({"mentions_any": ["tea", "coffee"]}, answer("They like milk."), False),
        ({"never": ["lolo"]}, answer("@lolo2x"), False),
        ({"never": ["lolo"]}, answer("@ana\n1 person left out: @lolo2x."), True),
        ({"calls_any": ["count"]}, answer("", "count", "rank"), True),
        ({"calls_any": ["count"]}, answer("", "rank"), False),
        ({"not_covered_any": ["women"]}, answer("Ten people", "rank", not_covered=('"women"',)), True),
        ({"not_covered_any": ["women"]}, answer("Ten people", "rank"), False),
        ({"declines": True}, answer("No.", "cannot_tell"), True),
        ({"declines": True}, answer("Yes.", "find_audience"), False),
    ],
)
def test_what_is_right(facts: duckdb.DuckDBPyConnection, turn: dict[str, Any], given: Answer, right: bool) -> None:
    assert (list(faults_of(turn, given, facts)) == []) is right


def test_short_entries_are_whole_words_and_thousands_have_commas() -> None:
    assert holds("no, not now", "no") and not holds("nothing", "no")
    assert tells("1,234 posts", 1234, 0) and not tells("1,234 posts", 234, 0)


def test_every_case_has_a_kind_and_a_question() -> None:
    import yaml

    for path in QUESTIONS.glob("*.yaml"):
        assert path.name.startswith(("build_", "kept_"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert set(case["tags"]) & set(KINDS), case["id"]
            assert all(turn["ask"].strip() for turn in case["turns"])
