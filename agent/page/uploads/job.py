"""Work in a process of its own, followed by a thread: what it tells, how far it is, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.page.limiter import FifoLimiter
from agent.page.uploads.process import BuiltIndex, FilePreview

HOME = Path(__file__).resolve().parents[3]
DIED = "The reading broke off. Bring the file again."
STOPPED = "Stopped; nothing was kept."
TOO_LONG = "It takes too long to look through this file here. Bring a part of it."
ENDING = 1.0  # seconds that a process may take to end
BUSY = "This machine is too busy to look through the file now. Bring it again in a while."


@dataclass(frozen=True)
class Progress:
    """How far a job is. ``rate`` is in posts a second and ``left`` in seconds; both are None until they can be told."""

    place: int = 0  # in the line; 0 is at work
    kind: str = ""  # of the last news
    done: int = 0
    rate: float | None = None
    left: float | None = None


class Job:
    """One task for ``uploads.process``, which may take so many ``seconds`` by the clock once it has its turn; what it
    may take of the processor it says itself. ``finish`` is called with the outcome before the job counts as over.
    """

    def __init__(
        self,
        limiter: FifoLimiter,
        task: str,
        *args: Any,
        total: int = 0,
        seconds: float | None = None,
        finish: Callable[[Any], Any],
    ) -> None:
        self.total = total
        self._seconds, self._late = seconds, threading.Event()
        self.error = ""
        self.outcome: Any = None
        self._limiter, self._task, self._args, self._finish = limiter, task, args, finish
        self._stop, self._over = threading.Event(), threading.Event()
        self._told: list[tuple[float, int]] = []  # when, and how many posts
        self._kind = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Job:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        """Give up; what was begun is thrown away."""
        self._stop.set()
        if self._process is not None:
            self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Whether it is over within so many seconds."""
        return self._over.wait(seconds)

    def progress(self) -> Progress:
        told = list(self._told)
        done = told[-1][1] if told else 0
        rate = left = None
        if len(told) > 1 and told[-1][0] > told[0][0]:  # the first batch also waits for the models
            rate = (done - told[0][1]) / (told[-1][0] - told[0][0])
            ago = time.monotonic() - told[-1][0]
            left = max(0.0, (self.total - done) / rate - ago) if rate > 0 and self.total else None
        return Progress(self._limiter.place(self), self._kind, done, rate, left)

    def _run(self) -> None:
        outcome, error = None, ""
        try:
            with self._limiter.turn(self, self._stop) as came:
                if came:
                    outcome, error = self._work()
            if self._stop.is_set():
                outcome, error = None, STOPPED
        except OSError as fault:
            error = f"The reading could not begin: {fault.strerror}."
        try:
            self.outcome = self._finish(outcome)
        except OSError as fault:
            error = f"What was read could not be kept: {fault.strerror}."
        self.error = error
        self._over.set()

    @staticmethod
    def _let_end(process: subprocess.Popen[str]) -> None:
        """A process that has closed its output is about to end, and says by what."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDING)

    def _end_late(self, process: subprocess.Popen[str]) -> None:
        self._late.set()
        process.kill()

    def _work(self) -> tuple[Any, str]:
        """The outcome of the process, or None and the sentence why there is none."""
        places = [str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
        surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONUTF8": "1"}
        with subprocess.Popen(
            command(self._task, self._args), stdout=subprocess.PIPE, text=True, encoding="utf-8", env=surroundings
        ) as process:
            self._process = process
            clock = threading.Timer(self._seconds or 0, self._end_late, [process])
            if self._seconds is not None:
                clock.start()
            try:
                for line in process.stdout or () if not self._stop.is_set() else ():
                    kind, news = json.loads(line)
                    if kind == "done":
                        return (FilePreview(**news) if self._task == "look" else BuiltIndex(**news)), ""
                    if kind == "failed":
                        return None, str(news)
                    self._kind, told = kind, (time.monotonic(), int(news))
                    self._told = [*self._told[:1], told] if kind == "read" else [told]
                self._let_end(process)
            finally:
                clock.cancel()
                process.kill()
        if process.returncode == -signal.SIGXCPU:
            return None, TOO_LONG
        return None, BUSY if self._late.is_set() else DIED  # it was killed, or met with what nobody foresaw


def command(task: str, args: tuple[Any, ...]) -> list[str]:
    """The process for a task."""
    return [sys.executable, "-m", "agent.page.uploads.process", task, json.dumps(args)]
