"""The page without a browser: what the messages of a conversation become, and that text cannot act."""

from __future__ import annotations

import html
import inspect
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.events import Event, ToolStarted
from agent.page.answering import LOADING, STOPPED, THINKING, UNEXPECTED, answer
from agent.page.build import build_page
from agent.page.conversation import UNGROUNDED, Conversation, Message
from agent.page.opening import Opening
from agent.page.views.markdown import answer_markdown, literal
from index.errors import AnalystError
from tests.fake_analyst import NASTY, FakeAnalyst, finished, words

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False, "breaks": True})
DEAD = {"text", "softbreak", "hardbreak", "paragraph_open", "paragraph_close", "inline", "text_special"}


def kinds(markdown: str) -> set[str]:
    tokens = MARKDOWN.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}


@given(st.text(alphabet="ab1 \n\t<>&*_[]()`~$|\\#+-=.:/!@\"'", max_size=60))
def test_nothing_in_literal_text_is_markup(text: str) -> None:
    assert kinds(literal(text)) <= DEAD


@given(st.text(alphabet="ab1 <>&*_[]()`~$|\\#+-=.:/!@\"'", max_size=60))
def test_literal_text_is_shown_to_the_letter(text: str) -> None:
    assert html.unescape(literal(text)).replace("\xa0", " ") == text.replace("\t", " ")


def test_answers_keep_bold_bullets_and_headings_only() -> None:
    assert answer_markdown("## Tea\n- **five** posts\n\n* x") == "## Tea\n\n- **five** posts\n\n* x"
    assert not kinds(answer_markdown(f"- {NASTY}\n{NASTY}")) & {
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "code_inline",
    }
    assert "ordered_list_open" not in kinds(answer_markdown("3. @ana\n7. @ben"))  # Markdown would count 3, 4


@pytest.mark.parametrize(
    "text", ["a&amp;b", "&lt;b&gt;", "&#42;&#42;x", "www.x.y", "http://x", "a@b.c", "1. x", "    x"]
)
def test_what_looks_like_markup_is_shown_to_the_letter(text: str) -> None:
    assert html.unescape(literal(text)).replace("\xa0", " ") == text and literal(text) != text


def test_plain_words_stay_as_they_are() -> None:
    said = '@tidal_moss (r/tea_lovers): 12.5 % of 1,204 posts; don\'t – "yes"!'
    assert literal(said) == said


def ask(question: str, analyst: FakeAnalyst, conversation: Conversation | None = None) -> list[list[Message]]:
    """All states that the page shows while a question is answered."""
    conversation = conversation or Conversation()
    assert conversation.put(question)
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    opening.get()
    return [[dict(message) for message in shown] for shown in answer(conversation, opening)]


def test_a_question_becomes_steps_and_the_final_answer() -> None:
    shown = ask("Who drinks [tea](x)?", FakeAnalyst())
    assert shown[0][-1]["metadata"]["title"] == THINKING
    user, step, said = shown[-1]
    assert user["role"] == "user" and "&#91;tea&#93;(x)?" in user["content"]
    assert step["metadata"]["title"] == "Searched posts about tea"
    assert (step["metadata"]["status"], step["metadata"]["duration"]) == ("done", 0.42)
    assert "**Posts about:** tea" in step["content"] and "2 posts nearest to tea" in step["content"]
    assert "<script" not in step["content"] + said["content"]
    assert "They like <strong>tea</strong>" in said["content"] and "99" not in said["content"]
    assert said["said"].startswith("They like **tea**") and "<" not in said["said"]


def test_words_are_shown_as_they_come() -> None:
    def script(question: str) -> Iterator[Event]:
        for line in ("one", "two"):
            yield words(line)
            time.sleep(0.2)
        yield finished("three")

    said = [shown[-1]["content"] for shown in ask("q", FakeAnalyst(script))]
    shown = [["one"], ["one", "two"], ["three"]]
    expected = ["\n".join(f'<p class="text" dir="auto">{line}</p>' for line in lines) for lines in shown]
    assert said[-3:] == [f'<div class="answer">{lines}</div>' for lines in expected]


def test_an_ungrounded_answer_is_marked() -> None:
    shown = ask("q", FakeAnalyst(lambda question: iter([finished("42", grounded=False)])))
    assert UNGROUNDED in shown[-1][-1]["content"]


def test_errors_are_calm_sentences(caplog: pytest.LogCaptureFixture) -> None:
    def broken(question: str) -> Iterator[Event]:
        yield ToolStarted("1", "search_posts", {})
        raise ValueError("secret detail")

    assert ask("x" * 5000, FakeAnalyst())[-1][-1]["content"].startswith("The question has 5,000 characters")
    with caplog.at_level(logging.ERROR):
        step, said = ask("q", FakeAnalyst(broken))[-1][1:]
    assert said["content"] == UNEXPECTED and step["metadata"]["status"] == "done"
    assert "secret detail" in caplog.text
    assert ask("q", FakeAnalyst(lambda question: iter([])))[-1][-1]["content"] == UNEXPECTED


def test_a_conversation_is_one_thread_and_others_are_not() -> None:
    analyst, one, two = FakeAnalyst(), Conversation(), Conversation()
    for conversation in (one, two, one):
        ask("q", analyst, conversation)
    threads = [thread for _, thread in analyst.asked]
    assert threads == [one.thread, two.thread, one.thread] and one.thread != two.thread
    assert len(one.messages) == 6 and len(two.messages) == 3


def test_stop_is_seen_at_once_and_ends_the_stream() -> None:
    release = threading.Event()

    def script(question: str) -> Iterator[Event]:
        yield ToolStarted("1", "search_posts", {})
        release.wait(10)
        yield words("late")
        yield finished("too late")

    analyst, conversation = FakeAnalyst(script), Conversation()
    conversation.put("q")
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    states = answer(conversation, opening)
    next(states)
    assert next(states)[-1]["metadata"]["status"] == "pending"
    assert not conversation.put("another")  # one question at a time
    conversation.stop.set()
    started = time.perf_counter()
    *_, last = states
    assert time.perf_counter() - started < 1
    assert last[-1]["content"] == STOPPED and last[-2]["metadata"]["status"] == "done"
    release.set()
    assert analyst.closed.wait(5)
    assert not conversation.running
    assert ask("next", FakeAnalyst(), conversation)[-1][-1]["said"].startswith("They like")


def test_a_closed_page_stops_the_work() -> None:
    def script(question: str) -> Iterator[Event]:
        while True:
            time.sleep(0.01)
            yield words("on")

    analyst, conversation = FakeAnalyst(script), Conversation()
    conversation.put("q")
    states = answer(conversation, Opening(lambda: analyst))  # type: ignore[arg-type, return-value]
    next(states)
    time.sleep(0.2)
    states.close()  # type: ignore[attr-defined]
    assert analyst.closed.wait(5)


def test_the_first_question_waits_for_the_models_and_says_so() -> None:
    loaded = threading.Event()

    def load() -> Any:
        loaded.wait(10)
        return FakeAnalyst()

    conversation = Conversation()
    conversation.put("q")
    states = answer(conversation, Opening(load))
    assert next(states)[-1]["metadata"]["title"] == LOADING
    loaded.set()
    *_, last = states
    assert last[-1]["said"].startswith("They like")


def test_a_failed_opening_is_told_and_tried_again() -> None:
    tries = []

    def load() -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise AnalystError("There is no index directory here", where="x", todo="Make one.")
        return FakeAnalyst()

    opening, conversation = Opening(load), Conversation()
    said = []
    for _ in range(3):
        conversation.put("q")
        *_, last = answer(conversation, opening)
        said.append(last[-1].get("said", last[-1]["content"]))
    assert said[0] == "There is no index directory here (x). Make one."
    assert said[1].startswith("They like") and len(tries) == 2


def test_an_answer_can_be_asked_for_again_without_its_first_try_being_remembered() -> None:
    analyst, conversation = FakeAnalyst(), Conversation()
    ask("first", analyst, conversation)
    ask("second", analyst, conversation)
    assert conversation.take_back() == "second"
    ask("second, better", analyst, conversation)
    assert analyst.threads == {conversation.thread: ["first", "second, better"]}
    assert [message["content"] for message in conversation.messages if message["role"] == "user"] == [
        "first",
        "second, better",
    ]


def test_a_question_that_was_stopped_before_it_began_takes_nothing_with_it() -> None:
    analyst, conversation = FakeAnalyst(), Conversation()
    ask("first", analyst, conversation)
    conversation.put("second")
    states = answer(conversation, Opening(lambda: time.sleep(0.3) or analyst))  # type: ignore[arg-type, return-value]
    next(states)
    conversation.stop.set()
    list(states)
    assert conversation.take_back() == "second"
    ask("third", analyst, conversation)
    assert analyst.threads == {conversation.thread: ["first", "third"]}


def test_results_are_kept_with_their_calls() -> None:
    conversation = Conversation()
    ask("q", FakeAnalyst(), conversation)
    (shown,) = conversation.shown
    assert (shown.name, shown.asked, shown.seconds) == ("search_posts", "q", 0.42)
    step = conversation.messages[1]
    assert step["metadata"]["log"] == ""


def test_the_page_is_built_without_opening_anything() -> None:
    def load() -> Any:
        raise AssertionError("opened while the page was built")

    page = build_page(load)
    assert not any(function.api_visibility == "public" for function in page.fns.values())


def test_what_follows_an_answer_yields_even_where_there_is_none() -> None:
    """A generator that yields nothing empties all that it could have changed, the conversation among it."""
    page = build_page(lambda: pytest.fail("opened while the page was built"))
    followers = [function.fn for function in page.fns.values() if inspect.isgeneratorfunction(function.fn)]
    assert len(followers) >= 4
    assert all(list(follow(None)) for follow in followers)
