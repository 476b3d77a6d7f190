"""Reading suites: what is accepted, and what the errors say."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.suite.cases import Suite, load_suite
from index.errors import AnalystError

FULL = """\
id: nike
tags: [audience, smoke]
turns:
  - ask: Who would engage with a Nike ad since 2024-01-01?
    calls:
      mode: superset
      expect:
        - tool: find_audience
          args: {campaign: Nike, limit: [5, 10], since: 2024-01-01, community: null, interests: [[running], [shoes]]}
      max: 2
    facts:
      - {path: 0.people.0.user, equals: tidal_moss}
      - {path: 0.people.0.probability, approx: 0.5}
      - {path: 0.expected, approx: {value: 3, within: 1}}
      - {path: 0.people.*.user, in: [a, b]}
    answer: {mentions: [tidal_moss, 3], never: sorry, numbers: from_results, kind: answer}
limits: {seconds: 2, model_calls: 3}
---
id: 7
turns:
  - ask: Hello?
"""


def load(tmp_path: Path, text: str) -> Suite:
    path = tmp_path / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    return load_suite(path)


def error(tmp_path: Path, text: str) -> str:
    with pytest.raises(AnalystError) as caught:
        load(tmp_path, text)
    assert "suite.yaml" in str(caught.value)
    return str(caught.value)


def test_everything_that_the_format_has_is_read(tmp_path: Path) -> None:
    suite = load(tmp_path, FULL)
    case, plain = suite.cases
    turn = case.turns[0]
    assert (case.id, case.tags, case.checked) == ("nike", ["audience", "smoke"], True)
    assert turn.calls and turn.calls.expect and turn.calls.mode == "superset" and turn.calls.max == 2
    args = turn.calls.expect[0].args
    assert args["since"] == "2024-01-01" and args["limit"] == [5, 10] and args["community"] is None
    assert [fact.check for fact in turn.facts] == ["equals", "approx", "approx", "among"]
    assert [fact.approx.margin for fact in turn.facts if fact.approx] == [0.005, 1]
    assert turn.answer and turn.answer.mentions == ["tidal_moss", "3"] and turn.answer.never == ["sorry"]
    assert (case.limits.seconds, case.limits.model_calls) == (2, 3)
    assert (plain.id, plain.checked) == ("7", False)


def test_a_list_and_documents_are_the_same_suite(tmp_path: Path) -> None:
    listed = load(tmp_path, "- id: a\n  turns: [{ask: One}]\n- id: b\n  turns: [{ask: Two}]\n")
    documents = load(tmp_path, "---\nid: a\nturns: [{ask: One}]\n---\nid: b\nturns: [{ask: Two}]\n---\n")
    assert listed.cases == documents.cases


def test_calls_are_strict_unless_told_otherwise(tmp_path: Path) -> None:
    (case,) = load(tmp_path, "{id: a, turns: [{ask: One, calls: {expect: []}}]}").cases
    assert case.turns[0].calls and case.turns[0].calls.mode == "strict" and case.turns[0].calls.expect == []


def test_words_that_yaml_would_turn_into_something_else_stay_words(tmp_path: Path) -> None:
    text = "{id: no, turns: [{ask: yes, answer: {mentions: [on, 14:30, 2024-05-01, 010]}}]}"
    (case,) = load(tmp_path, text).cases
    assert case.id == "no" and case.turns[0].ask == "yes"
    assert case.turns[0].answer and case.turns[0].answer.mentions == ["on", "14:30", "2024-05-01", "010"]


def test_null_can_be_expected_of_a_fact(tmp_path: Path) -> None:
    (case,) = load(tmp_path, "{id: a, turns: [{ask: One, facts: [{path: 0.trend, equals: null}]}]}").cases
    assert case.turns[0].facts[0].check == "equals"


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    text = "- id: a\n  limits: &l {seconds: 1}\n  turns: [{ask: One}]\n"
    text += "- id: b\n  limits: {<<: *l, seconds: 2}\n  turns: [{ask: Two}]\n"
    assert [case.limits.seconds for case in load(tmp_path, text).cases] == [1, 2]


def test_an_unknown_key_is_named_with_its_line_its_case_and_those_that_are_known(tmp_path: Path) -> None:
    message = error(tmp_path, "id: a\nturns:\n  - ask: One\n    calls:\n      expcet: []\n")
    assert "line 5" in message and "'a'" in message and "turns.0.calls.expcet is not a known key" in message
    assert "mode, expect, max" in message


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("{id: a}", "turns is missing"),
        ("{turns: [{ask: One}]}", "Case 1 of the suite is not right: id is missing"),
        ("{id: a, turns: []}", "turns"),
        ("{id: '', turns: [{ask: One}]}", "id is empty"),
        ("{id: a, turns: [{ask: ' '}]}", "turns.0.ask is empty"),
        (
            "{id: a, turns: [{ask: One, calls: {mode: exact}}]}",
            "should be 'strict', 'unordered', 'subset' or 'superset'",
        ),
        ("{id: a, turns: [{ask: One, calls: {expect: }}]}", "write [] if no call should be made"),
        ("{id: a, turns: [{ask: One, calls: {max: -1}}]}", "calls.max should be greater than or equal to 0"),
        ("{id: a, turns: [{ask: One, calls: {expect: [{args: {}}]}}]}", "expect.0.tool is missing"),
        ("{id: a, turns: [{ask: One, facts: [{path: 0.a}]}]}", "exactly one of equals, approx and in"),
        (
            "{id: a, turns: [{ask: One, facts: [{path: 0.a, equals: 1, in: [1]}]}]}",
            "exactly one of equals, approx and in",
        ),
        ("{id: a, turns: [{ask: One, facts: [{path: 0.a, approx: }]}]}", "exactly one of equals, approx and in"),
        ("{id: a, turns: [{ask: One, facts: [{path: 0.a, approx: many}]}]}", "approx.value should be a valid number"),
        ("{id: a, turns: [{ask: One, facts: [{path: 0..a, equals: 1}]}]}", "with a dot between them"),
        ("{id: a, turns: [{ask: One, facts: [{path: 0.1, equals: 1}]}]}", "facts.0.path should be words (in quotes"),
        ("{id: a, turns: [{ask: One, answer: {mentions: [1.10]}}]}", "in quotes"),
        ("{id: a, turns: [{ask: One, answer: {mentions: ['']}}]}", "mentions.0 is empty"),
        ("{id: a, turns: [{ask: One, answer: {numbers: yes}}]}", "answer.numbers should be 'from_results'"),
        (
            "{id: a, turns: [{ask: One, answer: {kind: decline}, calls: {expect: [{tool: x}]}}]}",
            "can never both hold",
        ),
        (
            "{id: a, turns: [{ask: One, calls: {expect: [{tool: t, args: {user: {form: 0.user}}}]}}]}",
            "user is a value, a list of accepted values, or {from: a.path}",
        ),
        ("{id: a, turns: [{ask: One}], limits: {seconds: 0}}", "limits.seconds should be greater than 0"),
        ("{id: a, id: b, turns: [{ask: One}]}", "the key 'id' is given twice"),
        ("{id: a, turns: [{ask: One}]", "not valid YAML"),
        ("just words", "is not a mapping"),
        ("[{id: a, turns: [{ask: One}]}, 5]", "Case 2 of the suite is not a mapping"),
        ("{id: a, turns: [{ask: One, calls: {expect: [{tool: t, args: &x {a: *x}}]}}]}", "refers to itself"),
        ("{id: a, turns: !!set {b}}", "other than plain words"),
        ("{id: a, turns: !!python/object:os.system {}}", "not valid YAML"),
        ("[" * 5000, "suite.yaml"),
        ("id: \0", "not valid YAML"),
        ("", "holds no case"),
        ("---\n---\n", "holds no case"),
        ("[]", "holds no case"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, case: str, message: str) -> None:
    assert message in error(tmp_path, case)


def test_an_id_twice_is_an_error_with_both_lines(tmp_path: Path) -> None:
    message = error(tmp_path, "id: a\nturns: [{ask: One}]\n---\nid: a\nturns: [{ask: Two}]\n")
    assert "'a' is there twice" in message and "line 1" in message and "line 4" in message


def test_a_folder_is_one_suite_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name, id in (("b.yaml", "b"), ("a.yml", "a"), ("more/c.yaml", "c"), ("notes.txt", "n")):
        (tmp_path / name).write_text(f"id: {id}\nturns: [{{ask: One}}]\n")
    assert [case.id for case in load_suite(tmp_path).cases] == ["a", "b", "c"]
    (tmp_path / "more" / "c.yaml").write_text("id: b\nturns: [{ask: One}]\n")
    with pytest.raises(AnalystError, match=r"'b' is there twice: its id is taken in .*b\.yaml, line 1"):
        load_suite(tmp_path)


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="cannot be read: No such file"):
        load_suite(tmp_path / "none.yaml")
    with pytest.raises(AnalystError, match="This folder holds no suite"):
        load_suite(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("id: é".encode("latin-1"))
    with pytest.raises(AnalystError, match="not UTF-8"):
        load_suite(tmp_path / "latin.yaml")
