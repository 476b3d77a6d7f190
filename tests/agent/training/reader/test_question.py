"""Labels of the question reader, from conversations whose calls are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.training.conversations import Conversations, Turn
from agent.training.reader.examples import Examples, loss_of
from agent.training.reader.measure import same
from agent.training.reader.question import HEADS, Question, labels, pointer, questions
from agent.training.reader.train import draw
from agent.understanding.calls import arguments
from agent.understanding.context import CallContext
from agent.understanding.labels import CARRIED, CHOICES, KINDS, TOOLS
from agent.understanding.reader import QuestionReading
from agent.understanding.tags import trimmed


def labelled(text: str, args: dict[str, Any], previous: dict[str, Any] | None = None) -> tuple[list[Any], set[str]]:
    """Spans as (slot, words), and what is carried over."""
    spans, carried = labels(Question(text, "search_posts", args, CallContext("before", "search_posts", previous or {})))
    return [(slot, text[start:end]) for slot, start, end in spans], carried


def test_every_argument_is_found_in_the_question() -> None:
    text = "give me five people into tea or Yoga for a nike ad in r/Coffee since May"
    args = {"campaign": "Nike", "interests": ["tea", "yoga"], "limit": 5, "since": "May", "community": "Coffee"}
    spans, carried = labelled(text, args)
    assert spans == [
        *[("subject", "nike"), ("interests", "tea"), ("interests", "Yoga")],
        *[("since", "May"), ("community", "Coffee"), ("limit", "five")],
    ]
    assert carried == set()


@pytest.mark.parametrize("name", ["campaign", "topic", "query"])
def test_a_subject_is_a_subject_in_every_tool(name: str) -> None:
    assert labelled("posts about iPhone", {name: "iPhone"}) == ([("subject", "iPhone")], set())


@pytest.mark.parametrize(("said", "limit"), [("top 10", 10), ("a dozen", 12), ("half a dozen", 6), ("twenty-five", 25)])
def test_a_limit_is_found_by_its_value(said: str, limit: int) -> None:
    [(slot, found)], _ = labelled(f"show {said} posts on tea", {"limit": limit})
    assert slot == "limit" and found in said


@pytest.mark.parametrize(("said", "count"), [("5", 5), ("five", 5), ("Twenty", 20)])
def test_a_count_is_found_by_its_value(said: str, count: int) -> None:
    assert labelled(f"{said} groups of people", {"count": count}) == ([("count", said)], set())


def test_a_number_in_a_date_is_no_count() -> None:
    spans, _ = labelled("since 5 March 2023 in 5 groups", {"count": 5, "since": "5 March 2023"})
    assert spans == [("since", "5 March 2023"), ("count", "5")]
    text = "after 5 May, 5 groups"
    found, _ = labels(Question(text, "list_segments", {"count": 5, "since": "5 May"}))
    assert found == [("since", 6, 11), ("count", 13, 14)]


def test_every_brand_has_a_span() -> None:
    text = "is Apple or Target liked more, or the apple pie? target audience: Nike"
    spans, carried = labels(Question(text, "compare_brands", {"brands": ["Apple", "Target", "Nike"]}))
    assert [(slot, text[a:b], a) for slot, a, b in spans] == [
        *[("brands", "Apple", 3), ("brands", "Target", 12), ("brands", "Nike", 66)]
    ]
    assert carried == set()


@pytest.mark.parametrize(
    ("before", "carried"),
    [
        ({"brands": ["Nike", "Puma"]}, {"brands"}),
        ({"topic": "Nike"}, {"subject"}),
        ({"campaign": "Nike", "limit": 5}, {"subject"}),
        ({"query": "Nike", "user": "ana"}, {"subject"}),
    ],
)
def test_brands_that_are_not_said_are_carried_over(before: dict[str, Any], carried: set[str]) -> None:
    brands = [*before.get("brands", ["Nike"]), "Hoka"]
    assert labelled("and with Hoka?", {"brands": brands}, before) == ([("brands", "Hoka")], carried)
    assert labelled("since May", {"brands": brands[:-1], "since": "May"}, before) == ([("since", "May")], carried)


def test_one_period_for_both_dates() -> None:
    assert labelled("in March", {"since": "March", "until": "March"}) == ([("during", "March")], set())
    dates = {"since": "March", "until": "March"}
    assert labelled("and then", dates, dates) == ([], {"since", "until"})
    assert labelled("and then", dates, {"after": "March"}) == ([], {"after"})
    apart = labelled("from March to May", {"since": "March", "until": "May"})
    assert apart == ([("since", "March"), ("until", "May")], set())


def test_what_is_not_said_is_carried_over() -> None:
    before = {"topic": "Nike", "sentiment": "positive", "limit": 3}
    spans, carried = labelled(
        "and by @ana?", {"query": "Nike", "user": "ana", "sentiment": "positive", "limit": 3}, before
    )
    assert spans == [("user", "ana")] and carried == {"subject", "sentiment", "limit"}
    assert labelled("only the bad ones", {"sentiment": "negative"}, before) == ([], set())
    assert labelled("more", {"sentiment": "positive"}, before) == ([], {"sentiment"})


def test_places_are_right_behind_letters_that_fold_into_two() -> None:
    assert labelled("Weißbier und Maß für Nike-Fans", {"campaign": "nike"})[0] == [("subject", "Nike")]


def test_whole_words_come_before_parts_of_words() -> None:
    text = "ale lovers with a pale garage for sale"
    spans, _ = labels(Question(text, "find_audience", {"campaign": "Ale"}))
    assert spans == [("subject", 0, 3)]
    assert labelled("what about #nikeair", {"topic": "nike"})[0] == [("subject", "nike")]


def test_values_may_look_like_patterns() -> None:
    assert labelled("is C++ (really) ok?", {"topic": "C++ (really)"})[0] == [("subject", "C++ (really)")]


def test_a_name_said_twice_is_labelled_where_nothing_else_stands() -> None:
    text = "posts by coffee_fan about coffee_fan"
    spans, _ = labels(Question(text, "search_posts", {"query": "coffee_fan", "user": "coffee_fan"}))
    assert sorted(spans, key=lambda span: span[1]) == [("user", 9, 19), ("subject", 26, 36)]


def test_a_call_without_arguments_is_a_question() -> None:
    turns = [Turn("user", "what's in here?"), Turn("assistant", "", ("describe_data", {})), Turn("tool", "Posts.")]
    follow = [Turn("user", "tribes?"), Turn("assistant", "", ("list_segments", {}))]
    first, second = questions([*turns, Turn("assistant", "Here."), *follow])
    assert (first.kind, first.args, labels(first)) == ("describe_data", {}, ([], set()))
    assert second.earlier == CallContext("what's in here?", "describe_data", {}) and labels(second) == ([], set())


def test_questions_of_a_conversation() -> None:
    turns = [
        *[Turn("user", "Nike?"), Turn("assistant", "", ("find_audience", {"campaign": "Nike"}))],
        Turn("tool", "Two.", people=("ana", "ben")),
        *[Turn("assistant", "Here."), Turn("user", "thanks"), Turn("assistant", "Any time!", None, "thanks")],
        Turn("user", "why the second?", kind="point", nth="second"),
        Turn("assistant", "", ("explain_match", {"user": "ben", "campaign": "Nike"})),
    ]
    nike = CallContext("Nike?", "find_audience", {"campaign": "Nike"}, ("ana", "ben"))
    assert questions(turns) == [
        Question("Nike?", "find_audience", {"campaign": "Nike"}),
        Question("thanks", "thanks", {}, nike, follows="thread", heads=frozenset(HEADS) - {"edit"}),
        Question("why the second?", "explain_match", {"user": "ben", "campaign": "Nike"}, nike, "second", "point"),
    ]
    assert questions([]) == []


def test_drawn_questions_can_be_learnt(for_reader: Conversations) -> None:
    drawn = draw(for_reader, 2000)
    assert len(drawn) == 2000 and {question.kind for question in drawn} >= set(TOOLS)
    for question in drawn:
        spans, carried = labels(question)
        assert question.kind in KINDS and carried <= set(CARRIED)
        assert all(0 <= start < end <= len(question.text) for _, start, end in spans)
        if not question.earlier.args and not question.earlier.people:
            assert not carried, question


def test_what_labels_say_gives_the_call(for_reader: Conversations) -> None:
    """A reader that made no mistake would make the right call, or the labels teach it a wrong one."""
    wrong = []
    drawn = [
        question
        for question in draw(for_reader, 1500)
        if question.kind in TOOLS and (question.heads is None or "tags" in question.heads)
    ]
    for question in drawn:
        spans, carried = labels(question)
        slots: dict[str, list[str]] = {}
        for slot, start, end in sorted(spans, key=lambda span: span[1]):
            slots.setdefault(slot, []).append(trimmed(question.text, start, end, keep_marks=slot == "text"))
        choices = {name: question.args.get(name, "") for name in CHOICES}
        reading = QuestionReading([(question.kind, 1.0)], slots, choices, frozenset(carried), pointer(question))
        names = {"since" if name == "during" else name for name, at in question.points.items() if at == "next"}
        later = {name: question.args[name] for name in names}
        made = arguments(question.kind, reading, replace(question.earlier, later=later))
        if question.kind in ("cannot_tell", "explain_method"):  # which read the question itself
            continue
        if made is None or not same(made, question.args):
            wrong.append((question, made))
    assert len(wrong) < 0.03 * len(drawn), wrong[:10]


def test_what_points_into_the_list_is_labelled_and_the_person_is_not() -> None:
    listed = CallContext("Nike?", "find_audience", {"campaign": "Nike"}, ("ana", "ben"))
    args = {"user": "ben", "campaign": "Nike"}
    spans, carried = labels(Question("why the 2nd one?", "explain_match", args, listed, nth="2nd"))
    assert (spans, carried) == ([("nth", 8, 11)], {"subject"})


def test_a_batch_is_padded_and_teaches_what_could_be_carried_over() -> None:
    import torch

    from agent.understanding.labels import TAGS
    from agent.understanding.network import QuestionNetwork
    from agent.understanding.reader import question_tokenizer
    from index.encoding.trunk import load_trunk

    after = CallContext("Nike?", "find_audience", {"campaign": "Nike", "limit": 5}, ("ana",))
    follow = Question("and @ben?", "explain_match", {"user": "ben", "campaign": "Nike"}, after)
    batch = Examples.of([Question("hi", "greet", {}), follow], question_tokenizer())
    assert batch.ids.shape == batch.mask.shape == batch.marks.shape == batch.tags.shape
    could = [{name for name, flag in zip(CARRIED, row, strict=True) if flag} for row in batch.could.tolist()]
    kept = [{name for name, flag in zip(CARRIED, row, strict=True) if flag} for row in batch.carried.tolist()]
    assert could == [set(), {"subject", "limit", "user"}] and kept == [set(), {"subject"}]
    assert [TAGS[tag] for tag in batch.tags[1].tolist() if tag >= 0].count("B-user") == 1
    assert [TAGS[tag] for tag in batch.tags[0].tolist() if tag >= 0] == ["O"]
    torch.manual_seed(0)
    loss = loss_of(QuestionNetwork(load_trunk(), 1), batch)
    loss.backward()
    assert loss.isfinite()
