"""Many at once, and for long: ``python tests/benchmarks/page_users.py --index DIR [--users 10] [--minutes 60]``.

Each user is a browser of its own that asks its own questions; first each question is asked alone, and the answer that
many get at once must be the same. Then they go on asking, in new conversations, for ``--minutes``, with a ``--pause``
between two rounds, while the memory of the server is read; growth is from the end of the first tenth, when everything
was used once, to the end.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index.errors import AnalystError
from tests.benchmarks.machine import described, machine
from tests.benchmarks.reports import check_out, end, note, tell

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    "Who would engage with a Nike ad?",
    "How do people feel about the iPhone?",
    "Nike vs Adidas",
    "What do people complain about with Ticketmaster?",
    "what kinds of people are here?",
    "when do posts get the most likes?",
    "which brands do people talk about?",
    "what is in this data?",
    "Who would engage with a Starbucks ad?",
    "what are the key phrases in posts about coffee?",
]
PATIENCE = 900.0  # seconds
BETWEEN = 15.0  # seconds between two looks at the memory


class Served:
    """`analyst serve` as people start it, in a process of its own."""

    def __init__(self, index: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        self._command = [sys.executable, "app.py", "serve", "--index", str(index.absolute()), "--port", str(port)]

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)

    def wait(self) -> float:
        """Seconds from the start until the page answers. Raises AnalystError if it never does."""
        while time.perf_counter() - self.started < PATIENCE and self._process.poll() is None:
            try:
                with urllib.request.urlopen(self.address, timeout=5):
                    return time.perf_counter() - self.started
            except OSError:
                time.sleep(0.05)
        raise AnalystError("The page did not open", where=" ".join(self._command), todo="Run this by hand to see why.")

    def memory_mb(self) -> float:
        """Resident memory of the server, as Linux tells it."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def quantiles(values: list[float]) -> dict[str, float]:
    """p50 and p95, in the unit of the values."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) for name, share in at.items()}


def growth(memory: list[tuple[float, float]]) -> float | None:
    """Share by which memory grew over (minute, MB), after the first tenth of the time; the median of the last tenth
    against that of the second. None for too few looks.
    """
    tenth = len(memory) // 10
    if tenth < 1:
        return None
    sizes = [size for _, size in memory]
    early, late = statistics.median(sizes[tenth : 2 * tenth]), statistics.median(sizes[-tenth:])
    return round(late / early - 1, 4)


class User:
    """One browser with a storage of its own."""

    def __init__(self, browser: Any, address: str) -> None:
        from playwright.sync_api import expect

        self.page = browser.new_context().new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.goto(address)
        expect(self.page.locator("#examples")).to_be_visible(timeout=PATIENCE * 1000)
        self._asked = 0

    def ask(self, question: str) -> None:
        self._asked += 1
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")

    def answer(self) -> str:
        """The words of the last answer, when it is whole."""
        from playwright.sync_api import expect

        expect(self.page.locator("#conversation [data-testid=user]")).to_have_count(
            self._asked, timeout=PATIENCE * 1000
        )
        expect(self.page.locator("#stop")).to_be_hidden(timeout=PATIENCE * 1000)
        expect(self.page.locator("#retry")).to_be_visible(timeout=PATIENCE * 1000)
        return self.page.locator("#conversation [data-testid=bot]").last.inner_text()

    def renew(self) -> None:
        """A new conversation."""
        from playwright.sync_api import expect

        self.page.click("#fresh")
        expect(self.page.locator("#conversation [data-testid=user]")).to_have_count(0, timeout=PATIENCE * 1000)
        self._asked = 0


def together(users: list[User], alone: dict[str, str]) -> tuple[list[dict[str, str]], list[float]]:
    """All ask at once, each a question of its own; the answers that differ, and the seconds until each was there."""
    chosen = [QUESTIONS[place % len(QUESTIONS)] for place in range(len(users))]
    started = time.perf_counter()
    for user, question in zip(users, chosen, strict=True):
        user.ask(question)
    wrong, seconds = [], []
    for user, question in zip(users, chosen, strict=True):
        got = user.answer()
        seconds.append(time.perf_counter() - started)
        if got != alone[question]:
            wrong.append({"question": question, "alone": alone[question], "together": got})
    return wrong, seconds


def use(users: list[User], served: Served, minutes: float, pause: float) -> tuple[int, list[tuple[float, float]]]:
    """Questions in new conversations for ``minutes``; how many, and the memory (minute, MB) on the way."""
    memory: list[tuple[float, float]] = []
    asked, started, looked = 0, time.monotonic(), 0.0
    while (now := time.monotonic() - started) < minutes * 60:
        for place, user in enumerate(users):
            user.renew()
            user.ask(QUESTIONS[(asked + place) % len(QUESTIONS)])
        for user in users:
            user.answer()
        asked += len(users)
        time.sleep(pause)
        if now - looked >= BETWEEN or not memory:
            looked = now
            memory.append((round(now / 60, 2), round(served.memory_mb(), 1)))
            note(f"minute {memory[-1][0]}: {memory[-1][1]} MB, {asked} questions")
    return asked, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0, help="seconds that the users read before they ask again")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    check_out(options.out)
    found = measure(options.index, options.users, options.minutes, options.pause)
    here = machine()
    grew = "was not looked at often enough" if found["growth"] is None else f"grew by {found['growth']:.1%}"
    table = [
        f"Machine: {described(here)}",
        f"{options.users} users at once: {len(found['wrong'])} answers differ from those given alone; "
        f"whole answer p50 {found['seconds']['p50']} s, p95 {found['seconds']['p95']} s",
        f"{found['asked']} questions in {options.minutes:g} minutes: memory {grew}",
    ]
    tell(table, {"index": str(options.index), **found, "machine": here}, options.out)


def measure(index: Path, users: int, minutes: float, pause: float) -> dict[str, Any]:
    """The whole run."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM

    with sync_playwright() as playwright, Served(index) as served:
        served.wait()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        first = User(browser, served.address)
        alone = {}
        for question in QUESTIONS[:users]:
            first.ask(question)
            alone[question] = first.answer()
            first.renew()
            note(f"alone: {question} → {alone[question][:70]!r}")
        many = [User(browser, served.address) for _ in range(users)]
        wrong, seconds = together(many, alone)
        note(f"{users} at once: {len(wrong)} differ")
        asked, memory = use(many, served, minutes, pause)
        browser.close()
    return {
        "users": users,
        "minutes": minutes,
        "pause": pause,
        "wrong": wrong,
        "seconds": quantiles(seconds),
        "asked": asked,
        "growth": growth(memory),
        "memory_mb": memory,
    }


if __name__ == "__main__":
    end(main)
