"""A task in a process of its own: followed, ended, and told of when it dies."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

import pytest

from agent.page.limiter import FifoLimiter
from agent.page.uploads import job as page_job
from agent.page.uploads.job import BUSY, DIED, STOPPED, TOO_LONG, Job, Progress


def instead_of_reading(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(page_job, "command", lambda task, args: [sys.executable, "-c", code])


def test_a_process_is_ended_when_the_job_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, time; print('[\"read\", %d]' % os.getpid(), flush=True); time.sleep(600)"
    instead_of_reading(monkeypatch, code)
    finished: list[Any] = []
    job = Job(FifoLimiter(1), "make", total=2, finish=finished.append).start()
    for _ in range(6000):
        if job.progress().done:
            break
        time.sleep(0.01)
    process = job.progress().done
    os.kill(process, 0)  # it is there
    job.stop()
    assert job.wait(60) and job.error == STOPPED and finished == [None]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_job_that_is_stopped_in_line_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    line = FifoLimiter(1)
    with line.turn("another", threading.Event()):
        job = Job(line, "make", finish=lambda outcome: outcome).start()
        job.stop()
        assert job.wait(60) and job.error == STOPPED


def test_a_job_that_a_busy_machine_keeps_waiting_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    instead_of_reading(monkeypatch, "import time; time.sleep(600)")
    job = Job(FifoLimiter(1), "look", seconds=0.2, finish=lambda outcome: outcome).start()
    assert job.wait(60) and job.error == BUSY and job.outcome is None


def test_a_file_that_takes_too_long_is_told_apart_from_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    instead_of_reading(monkeypatch, code)
    job = Job(FifoLimiter(1), "look", seconds=600, finish=lambda outcome: outcome).start()
    assert job.wait(300) and job.error == TOO_LONG and job.outcome is None


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "pass"])
def test_a_process_that_dies_is_told(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    instead_of_reading(monkeypatch, code)
    job = Job(FifoLimiter(1), "look", finish=lambda outcome: outcome).start()
    assert job.wait(60) and job.error == DIED and job.outcome is None


def test_rate_and_time_left_leave_the_loading_of_the_models_out(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(FifoLimiter(1), "make", total=1000, finish=lambda outcome: outcome)
    job._told = [(100.0, 200)]
    assert job.progress() == Progress(done=200)
    job._told = [(100.0, 200), (110.0, 700)]
    monkeypatch.setattr(time, "monotonic", lambda: 111.0)
    progress = job.progress()
    assert (progress.done, progress.rate, progress.left) == (700, 50.0, 5.0)  # 300 posts are 6 s, of which 1 has gone
