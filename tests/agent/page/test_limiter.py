"""The line in front of what few can do at once."""

from __future__ import annotations

import threading
import time

import pytest

from agent.page.answering import OTHERS_FIRST, STOPPED, answer
from agent.page.conversation import Conversation
from agent.page.limiter import FifoLimiter, in_line
from agent.page.opening import Opening
from tests.fake_analyst import FakeAnalyst


def until(reached: object) -> None:
    """Wait until ``reached()``; what never comes fails."""
    for _ in range(1000):
        if reached():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def stand(line: FifoLimiter, ticket: str, came: list[str], leave: threading.Event, given_up: threading.Event) -> None:
    with line.turn(ticket, given_up) as in_turn:
        came.append(ticket if in_turn else f"not {ticket}")
        if in_turn:
            leave.wait(10)


def test_who_waits_sees_their_place_and_comes_in_turn() -> None:
    line, came, leave, never = FifoLimiter(1), list[str](), [threading.Event() for _ in range(3)], threading.Event()
    tickets = ["ana", "ben", "cleo"]
    threads = []
    for place, ticket in enumerate(tickets):
        threads.append(threading.Thread(target=stand, args=(line, ticket, came, leave[place], never), daemon=True))
        threads[-1].start()
        until(lambda place=place, ticket=ticket: came if place == 0 else line.place(ticket) == place)
    assert [line.place(ticket) for ticket in (*tickets, "dan")] == [0, 1, 2, 0]
    leave[0].set()
    until(lambda: came == ["ana", "ben"])
    assert line.place("cleo") == 1
    leave[1].set()
    until(lambda: len(came) == 3)
    leave[2].set()
    for thread in threads:
        thread.join(10)
    assert came == tickets


def test_whoever_gives_up_leaves_the_line_and_takes_no_room() -> None:
    line, came, leave, never, gone = (
        FifoLimiter(1),
        list[str](),
        threading.Event(),
        threading.Event(),
        threading.Event(),
    )
    first = threading.Thread(target=stand, args=(line, "ana", came, leave, never), daemon=True)
    first.start()
    until(lambda: came)
    second = threading.Thread(target=stand, args=(line, "ben", came, leave, gone), daemon=True)
    second.start()
    until(lambda: line.place("ben") == 1)
    gone.set()
    second.join(10)
    assert came == ["ana", "not ben"] and line.place("ben") == 0
    leave.set()
    first.join(10)
    with line.turn("cleo", never) as in_turn:
        assert in_turn


@pytest.mark.parametrize(
    ("place", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd")]
)
def test_a_place_in_words(place: int, words: str) -> None:
    assert in_line(place) == f"You are {words} in line"


def test_a_question_that_waits_says_so_and_can_be_stopped() -> None:
    line, analyst, never = FifoLimiter(1), FakeAnalyst(), threading.Event()
    opening = Opening(lambda: analyst)  # type: ignore[arg-type, return-value]
    opening.get()
    conversation = Conversation()
    conversation.put("q")
    with line.turn("somebody", never):
        shown = answer(conversation, opening, line)
        told = next(shown)[-1]["metadata"]["title"]
        while OTHERS_FIRST not in told:
            told = next(shown)[-1]["metadata"]["title"]
        assert told == f"{OTHERS_FIRST}. You are 1st in line"
        conversation.stop.set()
        assert [*shown][-1][-1]["content"] == STOPPED
    assert analyst.asked == []
    conversation.put("again")
    assert "asked 'again'" in [*answer(conversation, opening, line)][-1][-1]["said"].replace("&#39;", "'")
