"""Running suites against an analyst that follows a script: each check failing and passing, the report, the ends."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agent.events import Answer, Call
from agent.suite.checks import Verdict
from agent.suite.outcome import Outcome
from agent.suite.report import CaseReport, SuiteReport, TurnReport, print_report, save_report
from agent.suite.run import evaluate, load_suite, run_suite
from index.errors import AnalystError

PEOPLE = {"tool": "find_audience", "people": [{"user": "ann", "probability": 0.42}], "lines": ["ann: 42 %"]}
NIKE = Call("find_audience", {"campaign": "Nike", "limit": 10})
SEARCH = Call("search_posts", {"query": "nike"})


def said(text: str = "ann, with 42%.", *calls: Call, grounded: bool = True, seconds: float = 0.5) -> Answer:
    return Answer(text, list(calls), [PEOPLE] if calls else [], grounded, seconds, "fake")


class Script:
    """An analyst that gives the same answer, or raises the same error, to a question whenever it is asked."""

    model_name = "fake"

    def __init__(self, **answers: Answer | BaseException) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str | None]] = []

    def ask(self, question: str, *, thread: str | None = None) -> Answer:
        self.asked.append((question, thread))
        answer = self.answers[question]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def run(tmp_path: Path, cases: Any, analyst: Script, **more: Any) -> SuiteReport:
    path = tmp_path / "suite.yaml"
    path.write_text(json.dumps(cases), encoding="utf-8")  # JSON is YAML
    return run_suite(load_suite(path), analyst, **more)


def failures(tmp_path: Path, turn: dict[str, Any], answer: Answer, **case: Any) -> list[str]:
    cases = [{"id": "a", "turns": [{"ask": "q", **turn}], **case}]
    report = run(tmp_path, cases, Script(q=answer))
    assert report.passed is not bool(report.cases[0].turns[0].failures)
    return report.cases[0].turns[0].failures


def expect(*calls: dict[str, Any], mode: str = "strict") -> dict[str, Any]:
    return {"calls": {"mode": mode, "expect": list(calls)}}


FIND = {"tool": "find_audience", "args": {"campaign": ["nike", "Nike ad"], "limit": 10, "community": None}}


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ({}, said()),
        (expect(FIND), said("ann", NIKE)),
        (expect({"tool": "find_audience"}, FIND, mode="subset"), said("ann", NIKE)),
        (expect(FIND, mode="superset"), said("ann", SEARCH, NIKE)),
        (expect({"tool": "search_posts"}, FIND, mode="unordered"), said("ann", NIKE, SEARCH)),
        (expect(), said("Hello.")),
        ({"calls": {"max": 1}}, said("ann", NIKE)),
        ({"facts": [{"path": "0.people.*.user", "equals": "@Ann"}]}, said("ann", NIKE)),
        ({"facts": [{"path": "0.people.0.probability", "approx": 0.4199}]}, said("ann", NIKE)),
        ({"answer": {"mentions": ["ANN", 42], "never": ["bob"]}}, said()),
        ({"answer": {"numbers": "from_results", "kind": "answer"}}, said("ann, with 42%.", NIKE)),
        ({"answer": {"kind": "decline"}}, said("That I do not tell.")),
        ({"answer": {"kind": "decline"}, **expect()}, said("That I do not tell.")),
        ({"answer": {"kind": "answer"}, **expect()}, said("Hello.")),
    ],
)
def test_turns_that_pass(tmp_path: Path, turn: dict[str, Any], answer: Answer) -> None:
    assert failures(tmp_path, turn, answer) == []


@pytest.mark.parametrize(
    ("turn", "answer", "failure"),
    [
        (
            expect(FIND),
            said("ann", SEARCH),
            "should be (strict) find_audience(campaign=['nike', 'Nike ad'], limit=10, community=None); "
            "they were search_posts(query='nike').",
        ),
        (expect(FIND), said("ann"), "they were none."),
        (expect(), said("ann", NIKE), "The calls should be (strict) none; they were find_audience("),
        (
            expect(FIND),
            said("ann", Call("find_audience", {"campaign": "Nike", "limit": 5})),
            "find_audience: limit should be 10; it was 5.",
        ),
        (
            expect(FIND, mode="unordered"),
            said("ann", Call("find_audience", {"campaign": "Nike"})),
            "find_audience: limit should be 10; it was absent.",
        ),
        (
            expect(FIND),
            said("ann", Call("find_audience", {"campaign": "Nike", "limit": 10, "community": "r/x"})),
            "find_audience: community should be absent; it was 'r/x'.",
        ),
        (
            expect({"tool": "a", "args": {"x": 1}}, {"tool": "a", "args": {"x": 2}}, mode="subset"),
            said("ann", Call("a", {"x": 2}), Call("a", {"x": 3})),
            "a: x should be 1; it was 3.",
        ),
        (
            expect({"tool": "a", "args": {"x": [None, ["b"]]}}, mode="superset"),
            said("ann", SEARCH, Call("a", {"x": ["c"]})),
            "a: x should be absent or ['b']; it was ['c'].",
        ),
        (expect(FIND, mode="subset"), said("ann", NIKE, SEARCH), "The calls should be (subset)"),
        (expect(FIND, mode="superset"), said("ann", SEARCH), "The calls should be (superset)"),
        ({"calls": {"max": 0}}, said("ann", NIKE), "1 calls were made, at most 0 expected"),
        ({"facts": [{"path": "0.none", "equals": 1}]}, said("ann", NIKE), "The results have nothing at 0.none."),
        (
            {"facts": [{"path": "0.people.*.user", "equals": "bob"}]},
            said("ann", NIKE),
            "0.people.*.user should be 'bob'; it is 'ann'.",
        ),
        (
            {"facts": [{"path": "0.people.0.probability", "approx": {"value": 0.5, "within": 0.05}}]},
            said("ann", NIKE),
            "0.people.0.probability should be 0.5 ± 0.05; it is 0.42.",
        ),
        (
            {"facts": [{"path": "0.people.0.user", "in": ["bob", "cid"]}]},
            said("ann", NIKE),
            "0.people.0.user should be in, or hold, ['bob', 'cid']; it is 'ann'.",
        ),
        ({"answer": {"mentions": "bob"}}, said(), "The answer does not mention 'bob'."),
        ({"answer": {"never": "Ann"}}, said(), "The answer must never say 'Ann', and does."),
        (
            {"answer": {"numbers": "from_results"}},
            said("ann, with 43%.", NIKE),
            "Figures of the answer that stand in no result: 43%.",
        ),
        (
            {"answer": {"numbers": "from_results"}},
            said("ann", NIKE, grounded=False),
            "The answer is marked as not grounded in the results.",
        ),
        ({"answer": {"kind": "decline"}}, said("ann", NIKE), "The question should be declined; it was answered"),
        ({"answer": {"kind": "decline"}}, said(" "), "The answer is empty."),
        ({"answer": {"kind": "answer"}}, said("No."), "The question should be answered; it was declined"),
        ({"answer": {"kind": "answer"}}, said("", NIKE), "The answer is empty."),
    ],
)
def test_turns_that_fail(tmp_path: Path, turn: dict[str, Any], answer: Answer, failure: str) -> None:
    (sentence,) = failures(tmp_path, turn, answer)
    assert failure in sentence


def test_limits(tmp_path: Path) -> None:
    assert failures(tmp_path, {}, said("ann", NIKE), limits={"seconds": 0.5, "model_calls": 2}) == []
    slow = failures(tmp_path, {}, said("ann", NIKE, seconds=0.61), limits={"seconds": 0.6, "model_calls": 1})
    assert slow == [
        "The answer took 0.61 s, the limit is 0.6 s.",
        "The model was asked 2 times, the limit is 1.",
    ]


def test_each_case_is_a_conversation_of_its_own(tmp_path: Path) -> None:
    analyst = Script(q=said("ann", NIKE), more=said("Still 42%."))
    turns = [{"ask": "q"}, {"ask": "more", "answer": {"numbers": "from_results"}}]
    seen: list[CaseReport] = []
    report = run(tmp_path, [{"id": "a", "turns": turns}, {"id": "b", "turns": turns[1:]}], analyst, on_case=seen.append)
    (_, first), (_, second), (_, third) = analyst.asked
    assert first == second != third and first
    assert [case.passed for case in report.cases] == [True, False]  # b has no result that says 42
    assert seen == report.cases


def test_an_error_is_a_failure_and_the_suite_goes_on(tmp_path: Path) -> None:
    errors = Script(q=AnalystError("The index is gone", todo="Build it."), bug=KeyError("x"), ok=said("ann", NIKE))
    cases = [{"id": ask, "turns": [{"ask": ask, **expect(FIND)}]} for ask in ("q", "bug", "ok")]
    report = run(tmp_path, cases, errors)
    assert [case.passed for case in report.cases] == [False, False, True]
    assert report.cases[0].turns[0].failures == ["The index is gone. Build it."]
    assert report.cases[1].turns[0].failures == ["Unexpected KeyError: 'x'"]
    assert report.summary()["tool_accuracy"] == report.summary()["argument_accuracy"] == 0.3333


def test_a_case_that_expects_nothing_fails_only_on_an_error(tmp_path: Path) -> None:
    cases = [{"id": ask, "turns": [{"ask": ask}]} for ask in ("q", "bad")]
    report = run(tmp_path, cases, Script(q=said("", grounded=False), bad=AnalystError("No")))
    assert [case.passed for case in report.cases] == [True, False]


def test_ctrl_c_stops_and_reports_what_was_run(tmp_path: Path) -> None:
    cases = [
        {"id": "a", "turns": [{"ask": "q"}]},
        {"id": "b", "turns": [{"ask": "q"}, {"ask": "stop", **expect(FIND)}]},
        {"id": "c", "turns": [{"ask": "q"}]},
    ]
    report = run(tmp_path, cases, Script(q=said("ann"), stop=KeyboardInterrupt()))
    assert report.interrupted and not report.passed
    assert [(case.id, len(case.turns), case.passed) for case in report.cases] == [("a", 1, True), ("b", 2, False)]
    assert report.cases[1].turns[1].failures == ["The suite was stopped before this was answered."]
    assert report.summary()["tool_accuracy"] is None and report.summary()["p50_seconds"] == 0.5


def test_an_argument_may_come_from_the_results_of_earlier_turns(tmp_path: Path) -> None:
    def explain(path: str) -> dict[str, Any]:
        return expect({"tool": "explain_match", "args": {"user": {"from": path}}})

    asked = {"ask": "q", **expect(FIND)}
    cases = [
        {"id": "right", "turns": [asked, {"ask": "why", **explain("0.people.0.user")}]},
        {"id": "beyond", "turns": [asked, {"ask": "why", **explain("0.people.1.user")}]},
        {"id": "first", "turns": [{"ask": "why", **explain("0.people.0.user")}]},  # its own results do not count
    ]
    report = run(tmp_path, cases, Script(q=said("ann", NIKE), why=said("ann", Call("explain_match", {"user": "@Ann"}))))
    assert [case.passed for case in report.cases] == [True, False, False]
    assert report.cases[1].turns[1].failures == [
        "explain_match: user should be '(nothing at 0.people.1.user)'; it was '@Ann'."
    ]


def test_two_analysts_and_a_saved_report_are_compared_with_the_first(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(json.dumps([{"id": ask, "turns": [{"ask": ask, **expect(FIND)}]} for ask in ("a", "b")]))
    good, bad = Script(a=said("ann", NIKE), b=said("ann", NIKE)), Script(a=said("ann", NIKE), b=said("No."))
    first = evaluate(load_suite(path), [bad])
    assert not first.enough and first.comparisons == [] and "against" not in first.to_dict()
    first.save(tmp_path / "first.json")
    told: list[str] = []
    outcome = evaluate(load_suite(path), iter([good, bad]), against=tmp_path / "first.json", say=told.append)
    assert outcome.enough and outcome.report.passed
    assert [(found.here.name, found.there.name) for found in outcome.comparisons] == [
        ("fake", "fake"), ("fake", "first.json")
    ]  # fmt: skip
    assert all(found.better == ["b"] and found.worse == [] for found in outcome.comparisons)
    assert told == ["ok a", "ok b", "ok a", "FAIL b"]
    with pytest.raises(AnalystError, match="cannot be read"):
        evaluate(load_suite(path), [good], against=tmp_path / "none.json")


@pytest.mark.parametrize(
    ("passed", "least", "sure", "enough", "words"),
    [
        (2, 1.0, False, False, "Failed: the pass rate, 66.7%, is below the 100.0%"),
        (2, 0.6, False, True, "Good enough: the pass rate, 66.7%, is not below the 60.0%"),
        (3, 1.0, False, True, "the pass rate, 100.0%, is not below the 100.0%"),
        (3, 0.37, True, False, "Failed: the lower 95 % bound of the pass rate, 36.8%, is below the 37.0%"),
        (3, 0.36, True, True, "Good enough: the lower 95 % bound of the pass rate, 36.8%"),
    ],
)
def test_what_is_compared_with_the_share_that_is_asked_for(
    passed: int, least: float, sure: bool, enough: bool, words: str
) -> None:
    """All of three prove 0.05^(1/3) = 0.368."""
    turns = [TurnReport("q", [], "", True, 0.1, Verdict([] if case < passed else ["wrong"])) for case in range(3)]
    report = SuiteReport([CaseReport(str(case), [turn]) for case, turn in enumerate(turns)], "fake")
    outcome = Outcome(report, least=least, sure=sure)
    assert outcome.enough is enough and words in outcome.sentence


def test_a_suite_that_was_stopped_is_never_good_enough() -> None:
    outcome = Outcome(SuiteReport([], "fake", interrupted=True), least=0.0)
    assert not outcome.enough and "not run to its end" in outcome.sentence


def measured(tmp_path: Path) -> SuiteReport:
    cases = [
        {
            "id": "right",
            "turns": [{"ask": "q1", **expect(FIND), "facts": [{"path": "0.people.0.user", "equals": "ann"}]}],
        },
        {"id": "args", "turns": [{"ask": "q2", **expect(FIND), "facts": [{"path": "0.x", "equals": 1}]}]},
        {"id": "tool", "turns": [{"ask": "q3", **expect({"tool": "find_audience"})}]},
        {"id": "no", "turns": [{"ask": "q4", "answer": {"kind": "decline"}}]},
        {"id": "[red]yes", "turns": [{"ask": "q5", "answer": {"kind": "decline"}}]},
        {"id": "asked", "turns": [{"ask": "q6 [bold]"}]},
    ]
    analyst = Script(
        q1=said("ann", NIKE, seconds=1),
        q2=said("7 and 8", Call("find_audience", {"campaign": "Puma", "limit": 10}), seconds=2),
        q3=said("ann", SEARCH, grounded=False, seconds=3),
        q4=said("No.", seconds=4),
        q5=said("ann", NIKE, seconds=5),
        **{"q6 [bold]": said("Just [link]said", seconds=6)},
    )
    return run(tmp_path, cases, analyst)


def test_the_summary(tmp_path: Path) -> None:
    assert measured(tmp_path).to_dict()["summary"] == {
        "cases": 6,
        "passed": 3,
        "pass_rate": 0.5,
        "pass_rate_at_least": 0.1532,
        "tool_accuracy": 0.6667,
        "argument_accuracy": 0.5,
        "decline_accuracy": 0.5,
        "fact_accuracy": 0.5,
        "ungrounded": 3,
        "p50_seconds": 3.5,
        "p95_seconds": 5.75,
        "tools": {
            "decline": {"turns": 2, "right_tool": 1, "right_call": 1},
            "find_audience": {"turns": 3, "right_tool": 2, "right_call": 1},
        },
        "confusions": [
            {"expected": "find_audience", "made": "search_posts", "turns": 1},
            {"expected": "decline", "made": "find_audience", "turns": 1},
        ],
        "model": "fake",
    }


def test_the_report_as_data(tmp_path: Path) -> None:
    report = measured(tmp_path)
    data = report.to_dict()
    assert list(data) == ["summary", "cases"]
    assert data["cases"][0] == {
        "id": "right",
        "passed": True,
        "turns": [
            {
                "ask": "q1",
                "calls": [{"name": "find_audience", "args": {"campaign": "Nike", "limit": 10}}],
                "answer": "ann",
                "grounded": True,
                "seconds": 1,
                "failures": [],
            }
        ],
    }
    save_report(data, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == data
    with pytest.raises(AnalystError, match="cannot be saved"):
        save_report(data, tmp_path / "none" / "report.json")


def test_the_printed_report(tmp_path: Path) -> None:
    out = io.StringIO()
    print_report(measured(tmp_path), Console(file=out, width=200))
    text = out.getvalue()
    assert "FAIL  args" in text and "campaign should be ['nike', 'Nike ad']; it was 'Puma'" in text
    assert "FAIL  [red]yes" in text and "> q6 [bold]" in text and "Just [link]said" in text  # never read as markup
    assert "right" not in text  # what passed is only counted
    assert "3 of 6, 50.0% (with 95 % confidence at least 15.3%)" in text and "66.7%" in text and "5.75" in text
    assert "1 × decline expected, find_audience made" in text


def test_a_report_of_nothing_prints_dashes() -> None:
    out = io.StringIO()
    print_report(SuiteReport([], "fake", interrupted=True), Console(file=out, width=100))
    assert "–" in out.getvalue() and "Stopped" in out.getvalue()
