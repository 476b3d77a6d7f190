"""A question is answered whether or not its page looks on, and in the order in which it was put."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from agent.events import Event, ToolStarted
from agent.page.answering import STOPPED, UNEXPECTED, Run, ask
from agent.page.conversation import Conversation
from agent.page.limiter import FifoLimiter
from agent.page.opening import Opening
from tests.agent.page.test_limiter import until
from tests.fake_analyst import FakeAnalyst, finished


def opened(analyst: FakeAnalyst) -> Opening:
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    opening.get()
    return opening


def test_a_tab_that_is_closed_before_it_follows_blocks_nothing() -> None:
    conversation, opening, limiter = Conversation(), opened(FakeAnalyst()), FifoLimiter(1)
    assert ask(conversation, "first", opening, limiter) is not None
    until(lambda: not conversation.running)  # nobody follows
    assert conversation.messages[-1]["said"].startswith("They like") and len(conversation.shown) == 1
    run = ask(conversation, "second", opening, limiter)
    assert run is not None and [*run.follow()][-1][-1]["said"].startswith("They like")
    assert len(conversation.messages) == 6


def test_a_tab_that_is_closed_while_it_follows_blocks_nothing() -> None:
    going = threading.Event()

    def script(question: str) -> Iterator[Event]:
        yield ToolStarted("1", "search_posts", {})
        going.wait(10)
        yield finished("late")

    conversation, opening, limiter = Conversation(), opened(FakeAnalyst(script)), FifoLimiter(1)
    run = ask(conversation, "first", opening, limiter)
    assert run is not None
    followed = run.follow()
    next(followed)
    followed.close()  # type: ignore[attr-defined]
    assert not conversation.running and conversation.messages[-1]["content"] == STOPPED
    going.set()
    again = ask(conversation, "second", opening, limiter)
    assert again is not None and [*again.follow()][-1][-1]["said"] == "late"
    assert [message["content"] for message in conversation.messages if "metadata" not in message][-1].count("late") == 1


def test_no_question_overtakes_another_although_its_page_is_quicker() -> None:
    loaded = threading.Event()
    analyst = FakeAnalyst()
    opening, limiter = Opening(lambda: loaded.wait(10) and analyst), FifoLimiter(1)  # type: ignore[arg-type, return-value]
    runs = [ask(Conversation(), f"question {place}", opening, limiter) for place in range(8)]
    followers = [threading.Thread(target=lambda run=run: [*run.follow()]) for run in reversed(runs)]
    for follower in followers:
        follower.start()
    loaded.set()
    for follower in followers:
        follower.join(30)
    assert [question for question, _ in analyst.asked] == [f"question {place}" for place in range(8)]


def test_of_two_questions_at_one_moment_one_is_taken() -> None:
    going, conversation = threading.Event(), Conversation()
    opening = Opening(lambda: going.wait(10) and FakeAnalyst())  # type: ignore[arg-type, return-value]
    ready, taken = threading.Barrier(16), list[Run | None]()

    def put() -> None:
        ready.wait()
        taken.append(ask(conversation, "q", opening, limiter))

    limiter = FifoLimiter(1)
    threads = [threading.Thread(target=put) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    going.set()
    assert sum(run is not None for run in taken) == 1 and len(conversation.asked) == 1


def test_a_question_that_is_stopped_in_line_lets_the_next_one_in() -> None:
    never, analyst = threading.Event(), FakeAnalyst()
    opening, limiter, first, second = opened(analyst), FifoLimiter(1), Conversation(), Conversation()
    with limiter.turn("somebody", never):
        assert ask(first, "stopped", opening, limiter) is not None
        run = ask(second, "next", opening, limiter)
        first.stop.set()
        until(lambda: not first.running)
    assert run is not None and [*run.follow()][-1][-1]["said"].startswith("They like")
    assert [question for question, _ in analyst.asked] == ["next"]


def test_where_no_thread_can_be_started_the_line_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    conversation, opening, limiter = Conversation(), opened(FakeAnalyst()), FifoLimiter(1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        run = ask(conversation, "q", opening, limiter)
    assert run is not None and [*run.follow()][-1][-1]["content"] == UNEXPECTED and not conversation.running
    with limiter.turn("next", threading.Event()) as came:
        assert came


def test_a_closed_conversation_is_over_at_once_although_a_tool_is_slow() -> None:
    going = threading.Event()

    def script(question: str) -> Iterator[Event]:
        going.wait(10)
        yield finished("late")

    conversation = Conversation()
    run = ask(conversation, "q", opened(FakeAnalyst(script)), FifoLimiter(1))
    assert run is not None
    followed, started = run.follow(), time.perf_counter()
    next(followed)
    conversation.stop.set()
    assert [*followed][-1][-1]["content"] == STOPPED and time.perf_counter() - started < 1
    going.set()


def test_a_page_that_is_opened_meanwhile_sees_the_rest_and_stops_nothing() -> None:
    going = threading.Event()

    def script(question: str) -> Iterator[Event]:
        yield ToolStarted("1", "search_posts", {})
        going.wait(10)
        yield finished("late")

    conversation = Conversation()
    assert ask(conversation, "q", opened(FakeAnalyst(script)), FifoLimiter(1)) is not None
    assert conversation.run is not None
    left, stayed = conversation.run.watch(), conversation.run.watch()
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert conversation.running
    going.set()
    assert [*stayed][-1][-1]["said"] == "late" and conversation.run is None
