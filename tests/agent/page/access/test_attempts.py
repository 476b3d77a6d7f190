"""How long wrong logins wait, and how much is remembered of them."""

from __future__ import annotations

import pytest

from agent.page.access import attempts
from agent.page.access.attempts import FIRST_LOCK, FREE, FREE_OF_ALL, LONGEST_LOCK, Attempts, network_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_wrong_login_waits_longer() -> None:
    guarded, waited = Attempts(Clock()), []
    for _ in range(FREE):
        assert guarded.begin("10.0.0.1") == 0
        waited.append(guarded.wrong("10.0.0.1"))
    assert waited == sorted(waited) and waited[0] > 0 and max(waited) <= attempts.LONGEST_PAUSE


def test_the_lock_doubles_and_ends() -> None:
    clock = Clock()
    guarded, locks = Attempts(clock), []
    for _ in range(FREE - 1):
        guarded.begin("10.0.0.1")
    for _ in range(12):
        assert guarded.begin("10.0.0.1") == 0
        locks.append(guarded.begin("10.0.0.1"))
        assert guarded.begin("10.0.0.2") == 0
        guarded.right("10.0.0.2")
        clock.now += locks[-1] + 0.1
    assert locks[:3] == [FIRST_LOCK, 2 * FIRST_LOCK, 4 * FIRST_LOCK] and locks[-1] == pytest.approx(LONGEST_LOCK)


def test_what_was_long_ago_is_forgotten() -> None:
    clock = Clock()
    guarded = Attempts(clock)
    for _ in range(3 * FREE):
        assert guarded.begin("10.0.0.1") == 0
        clock.now += attempts.FORGOTTEN + 1


def test_a_right_login_forgets_the_wrong_ones() -> None:
    guarded = Attempts(Clock())
    for _ in range(3 * FREE):
        assert guarded.begin("10.0.0.1") == 0
        guarded.right("10.0.0.1")


def test_many_addresses_together_are_locked_out_too() -> None:
    guarded = Attempts(Clock())
    found = [guarded.begin(f"10.0.{number // 250}.{number % 250}") for number in range(2 * FREE_OF_ALL)]
    assert found[:FREE_OF_ALL] == [0.0] * FREE_OF_ALL and min(found[FREE_OF_ALL:]) > 0


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_ADDRESSES", 10)
    monkeypatch.setattr(attempts, "FREE_OF_ALL", 10_000)
    guarded = Attempts(Clock())
    for number in range(100):
        guarded.begin(f"10.0.0.{number}")
    assert len(guarded._records) <= 10


def test_the_addresses_of_one_network_are_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("10.0.0.1") != network_of("10.0.0.2")
