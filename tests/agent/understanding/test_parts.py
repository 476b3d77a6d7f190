"""The next call of a question: of its parts, after what came before each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.toolbox import Outcome
from agent.understanding.parts import Meaning, Understanding
from agent.understanding.reader import QuestionReading
from tools.result.line import Listing, lead
from tools.result.result import ToolResult

BOTH = "compare Nike and Puma, then find people for the winner"
COMPARE, FIND = "compare Nike and Puma,", "then find people for the winner"
READINGS = {
    BOTH: QuestionReading([("compare_brands", 1.0)], {}, {}, text=BOTH, parts=(COMPARE, FIND)),
    COMPARE: QuestionReading([("compare_brands", 1.0)], {"brands": ["Nike", "Puma"]}, {}),
    FIND: QuestionReading([("find_audience", 1.0)], {}, {}, points={"refers": "first", "role": "subject"}),
    "why her?": QuestionReading([("explain_match", 1.0)], {}, {}, frozenset({"user", "subject"})),
    "hello": QuestionReading([("greet", 1.0)], {}, {}),
    "hello who likes tea": QuestionReading([("greet", 1.0)], {}, {}, parts=("hello", "who likes tea")),
    "who likes tea": QuestionReading([("find_audience", 1.0)], {"subject": ["tea"]}, {}),
    "make it 20": QuestionReading(
        [("find_audience", 1.0)], {"limit": ["20"]}, {}, frozenset({"subject"}), {"edit": "edit"}
    ),
    "who is @ana": QuestionReading([("get_profile", 1.0)], {"user": ["@ana"]}, {}),
}


class Reader:
    """Reads each question in one way, and keeps after what it was read."""

    def __init__(self) -> None:
        self.after: dict[str, str] = {}

    def read(self, question: str, context: str = "", known: Mapping[str, str] | None = None) -> QuestionReading:
        self.after[question] = context
        return READINGS[question]


def made(name: str, listing: Listing | None = None, /, **args: Any) -> list[BaseMessage]:
    """A call and its result."""
    call = {"name": name, "args": args, "id": name, "type": "tool_call"}
    result = ToolResult(headline=lead("Found."), listing=listing)
    outcome = Outcome(args, result, 0.1)
    return [AIMessage("", tool_calls=[call]), ToolMessage("Found.", tool_call_id=name, name=name, artifact=outcome)]


def test_each_part_follows_the_call_of_the_part_before() -> None:
    reader = Reader()
    understanding = Understanding(reader)  # type: ignore[arg-type]
    thread: list[BaseMessage] = [HumanMessage(BOTH)]
    assert understanding.meaning(thread) == Meaning((("compare_brands", {"brands": ["Nike", "Puma"]}),), text=COMPARE)
    thread += made("compare_brands", Listing("names", ("Puma", "Nike")), brands=["Nike", "Puma"])
    assert understanding.meaning(thread) == Meaning((("find_audience", {"campaign": "Puma"}),), text=FIND)
    assert reader.after[FIND] == "compare brands; brands Nike, Puma | " + COMPARE
    thread += made("find_audience", Listing("people", ("ana",)), campaign="Puma")
    assert understanding.meaning(thread) == Meaning()


def test_what_points_at_nothing_asks_back() -> None:
    assert Understanding(Reader()).meaning([HumanMessage("why her?")]) == Meaning(small_talk="nowhere")  # type: ignore[arg-type]


def test_small_talk_beside_a_question_is_passed_over() -> None:
    understanding = Understanding(Reader())  # type: ignore[arg-type]
    assert understanding.meaning([HumanMessage("hello")]) == Meaning(small_talk="greet")
    assert understanding.meaning([HumanMessage("hello who likes tea")]).calls == (
        ("find_audience", {"campaign": "tea"}),
    )


def test_a_change_of_a_list_follows_the_list_whatever_stood_between() -> None:
    reader = Reader()
    thread = [
        *[HumanMessage("who likes tea"), *made("find_audience", Listing("people", ("ana",)), campaign="tea")],
        *[AIMessage("Found."), HumanMessage("who is @ana"), *made("get_profile", user="ana"), AIMessage("Found.")],
    ]
    meaning = Understanding(reader).meaning([*thread, HumanMessage("make it 20")])  # type: ignore[arg-type]
    assert meaning.calls == (("find_audience", {"campaign": "tea", "limit": 20}),)
    assert reader.after["make it 20"] == "find audience; campaign tea | who likes tea"


def test_what_is_no_call_is_told_as_unread() -> None:
    question = "who likes tea, why her? and hello"
    READINGS[question] = QuestionReading([("find_audience", 1.0)], {}, {}, parts=("who likes tea", "why him?", "hello"))
    READINGS["why him?"] = QuestionReading([("get_profile", 1.0)], {}, {})
    thread = [HumanMessage(question), *made("find_audience", Listing("people", ("ana",)), campaign="tea")]
    assert Understanding(Reader()).meaning(thread) == Meaning(unread=("why him?",))  # type: ignore[arg-type]


def test_of_many_parts_the_first_four_are_answered() -> None:
    parts = tuple(f"who likes tea{number}" for number in range(6))
    for part in parts:
        READINGS[part] = QuestionReading([("find_audience", 1.0)], {"subject": [part[10:]]}, {})
    READINGS["all"] = QuestionReading([("find_audience", 1.0)], {}, {}, parts=parts)
    thread: list[BaseMessage] = [HumanMessage("all")]
    for number in range(4):
        assert Understanding(Reader()).meaning(thread).calls  # type: ignore[arg-type]
        thread += made("find_audience", Listing("people", ("ana",)), campaign=f"tea{number}")
    assert Understanding(Reader()).meaning(thread) == Meaning(unread=parts[4:])  # type: ignore[arg-type]


def test_a_part_that_asks_for_nothing_new_is_passed_over() -> None:
    READINGS["twice"] = QuestionReading([("find_audience", 1.0)], {}, {}, parts=("who likes tea", "who likes tea"))
    thread = [HumanMessage("twice"), *made("find_audience", Listing("people", ("ana",)), campaign="tea", limit=5)]
    assert Understanding(Reader()).meaning(thread) == Meaning()  # type: ignore[arg-type]


def test_conditions_on_people_are_for_the_list_before() -> None:
    reader = Reader()
    READINGS["not @ben"] = QuestionReading([("get_profile", 1.0)], {"exclude": ["ben"]}, {}, frozenset({"user"}))
    thread = [
        *[HumanMessage("who likes tea"), *made("find_audience", Listing("people", ("ana",)), campaign="tea")],
        *[HumanMessage("who is @ana"), *made("get_profile", user="ana"), HumanMessage("not @ben")],
    ]
    Understanding(reader).meaning(thread)  # type: ignore[arg-type]
    assert reader.after["not @ben"] == "find audience; campaign tea | who likes tea"


def test_what_only_tells_of_whoever_asks_is_not_read() -> None:
    told, asked = "We lost our dog in March.", "Which dog post had the most replies?"
    said = "We sell tea, she said."
    READINGS.update({
        asked: QuestionReading([("rank", 1.0)], {}, {"of": "post"}),
        f"{said} Who likes tea?": QuestionReading([("find_audience", 1.0)], {"subject": ["tea"]}, {}),
    })  # fmt: skip
    understanding = Understanding(Reader())  # type: ignore[arg-type]
    assert understanding.asked(f"{told} {asked}", [], {}) == asked
    assert understanding.asked(f"{said} Who likes tea?", [], {}) == f"{said} Who likes tea?"
