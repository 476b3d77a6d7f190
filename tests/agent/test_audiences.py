"""Saved audiences that a question names: found before a model reads it, and kept to in the calls that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.analyst import Analyst
from agent.audiences import NamedAudiences, named_audiences, said_here
from index.audiences import NAME, Audience
from index.store.sealed import seal
from tests.agent.bare_library import BareLibrary, returning
from tests.agent.scripted_model import ScriptedModel, call
from tests.tools.hand_made import make_library, post
from tools.result.line import lead
from tools.result.result import ToolResult

KEPT = [Audience(name, ("ana",), "2026-01-01") for name in ("Spring runners", "Trail fans", "VIPs", "Coffee")]


def said(name: str) -> bool:
    return name == "Coffee"


@pytest.mark.parametrize(
    ("question", "read", "among", "exclude"),
    [
        ("How do my Spring runners feel about Nike?", "How do people feel about Nike?", ["Spring runners"], []),
        ("how do spring-runners feel about Nike?", "how do people feel about Nike?", ["Spring runners"], []),
        ("which of my spring runners mention Adidas?", "who mention Adidas?", ["Spring runners"], []),
        ("how many of the VIPs mention Nike", "how many people mention Nike", ["VIPs"], []),
        ("Who among the Trail fans would like Nike?", "Who would like Nike?", ["Trail fans"], []),
        ("posts by VIPs about coffee", "posts about coffee", ["VIPs"], []),
        ("Top brands for Spring runners in 2025", "Top brands in 2025", ["Spring runners"], []),
        ("best time for the 'Trail fans' audience?", "best time?", ["Trail fans"], []),
        ("What are Spring runners' main complaints?", "What are people's main complaints?", ["Spring runners"], []),
        ("How do VIPs and Trail fans feel about Nike?", "How do people feel about Nike?", ["Trail fans", "VIPs"], []),
        ("Who would like Nike, except for my VIPs?", "Who would like Nike?", [], ["VIPs"]),
        ("Find people like my Spring runners", "Find people like @spring_runners", [], []),
        ("What do my Coffee people say about tea?", "What do people say about tea?", ["Coffee"], []),
        ("What does the audience Coffee talk about?", "What does people talk about?", ["Coffee"], []),
    ],
)
def test_audiences_are_taken_out_of_the_question(
    question: str, read: str, among: list[str], exclude: list[str]
) -> None:
    named = named_audiences(question, KEPT, said)
    assert named is not None and not named.call
    assert (named.question, sorted(named.among), list(named.exclude)) == (read, among, exclude)


@pytest.mark.parametrize(
    ("question", "tool", "args"),
    [
        ("Who is in Spring runners?", "show_audience", {"name": "Spring runners"}),
        ("show me my VIPs", "show_audience", {"name": "VIPs"}),
        ("Compare Trail fans with my VIPs", "compare_audiences", {"first": "Trail fans", "second": "VIPs"}),
        ("What do VIPs and Trail fans have in common?", "compare_audiences", {"first": "VIPs", "second": "Trail fans"}),
    ],
)
def test_what_is_asked_of_audiences_alone_is_a_call(question: str, tool: str, args: dict[str, str]) -> None:
    named = named_audiences(question, KEPT, said)
    assert named is not None and (named.call, named.args) == (tool, args)


@pytest.mark.parametrize(
    "question",
    ["Who likes tea?", "Is @vips here?", "What do people say about coffee?", "runners in spring", "Spring runnersup?"],
)
def test_other_questions_are_left_as_they_are(question: str) -> None:
    assert named_audiences(question, KEPT, said) is None


def test_a_name_that_posts_use_must_be_pointed_at(tmp_path: Path) -> None:
    library = make_library(tmp_path, [post("1", "ana", "More COFFEE for all", community="Trail fans")])
    assert (
        said_here(library, "Coffee") and said_here(library, "trail_fans") and not said_here(library, "Spring runners")
    )


def found(name: str, args: dict[str, Any]) -> ToolResult:
    return ToolResult(headline=lead(f"Called {name} with {sorted(args)}."))


def analyst(folder: Path, monkeypatch: pytest.MonkeyPatch, *replies: Any) -> Analyst:
    """With two saved audiences, names that no post says, and a model that makes these replies."""
    kept = [
        {"name": name, "people": ["ana"], "kept_on": "2026-01-01", "origin": ""} for name in ("Spring runners", "VIPs")
    ]
    (folder / NAME).write_bytes(seal({"audiences": kept}))
    monkeypatch.setattr("agent.analyst.said_here", lambda library, name: False)
    returning(monkeypatch, found)
    return Analyst(BareLibrary(path=folder), ScriptedModel(replies=list(replies)))  # type: ignore[arg-type]


def test_the_call_is_kept_to_the_audience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = analyst(tmp_path, monkeypatch, [call("count", of="people", topic="Nike", exclude=["ben"])], ["Done."])
    answer = made.ask("How many of my Spring runners mention Nike, except my VIPs?", thread="t")
    (done,) = answer.calls
    assert done.args == {"of": "people", "topic": "Nike", "among": ["Spring runners"], "exclude": ["ben", "VIPs"]}
    assert answer.not_covered == []
    asked = made.memory.messages("t")[0]
    assert asked.text == "How many of my Spring runners mention Nike, except my VIPs?"
    read = NamedAudiences.of(asked)
    assert read is not None and read.question == "How many people mention Nike?"
    seen = [message.text for message in made.model.seen[0] if message.type == "human"]
    assert seen == ["How many people mention Nike?"]


def test_an_audience_that_no_call_could_keep_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = analyst(tmp_path, monkeypatch, [call("explain_method", term="lift")], ["Done."])
    answer = made.ask("What does lift mean for my Spring runners?")
    assert answer.calls[0].args == {"term": "lift"} and answer.not_covered == ['"Spring runners"']
    assert 'Not taken into account: "Spring runners".' in answer.answer


def test_who_is_in_it_needs_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = analyst(tmp_path, monkeypatch)
    answer = made.ask("Who is in my Spring runners?")
    assert [(each.name, each.args) for each in answer.calls] == [("show_audience", {"name": "Spring runners"})]
    assert answer.answer == "Called show_audience with ['name']." and answer.grounded and not made.model.seen
