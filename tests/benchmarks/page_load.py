"""How soon the page is there, and how soon an answer begins: ``python tests/benchmarks/page_load.py --index DIR``.

Starts `analyst serve` and opens it in a headless browser that runs already. Seconds from the start until the address
answers and until a question can be typed and sent; then, for each question, until the first step or word of its answer
is seen, and until the answer is whole.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.machine import described, machine
from tests.benchmarks.page_users import QUESTIONS, Served, quantiles
from tests.benchmarks.reports import check_out, end, tell

PATIENCE = 600_000  # milliseconds
# The time of the page itself, at which the answer first shows anything that was not there before.
WATCH = """() => {
  const log = document.querySelector('#conversation');
  const before = log.querySelectorAll('[data-testid=bot]').length;
  window.first = null;
  new MutationObserver((_, watcher) => {
    if (log.querySelectorAll('[data-testid=bot]').length > before) {
      window.first = performance.now();
      watcher.disconnect();
    }
  }).observe(log, {childList: true, subtree: true});
  window.pressed = performance.now();
}"""


def ask(page: Any, question: str) -> tuple[float, float]:
    """Seconds until something of the answer is seen, and until it is whole."""
    from playwright.sync_api import expect

    page.fill("#question textarea", question)
    page.evaluate(WATCH)
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.first !== null", timeout=PATIENCE, polling=20)
    expect(page.locator("#ask")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#retry")).to_be_visible(timeout=PATIENCE)
    whole, first = page.evaluate("() => [performance.now() - window.pressed, window.first - window.pressed]")
    return first / 1000, whole / 1000


def measure(index: Path, questions: list[str]) -> dict[str, Any]:
    """One start of the server, one visit."""
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.conftest import CHROMIUM

    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        launched = time.monotonic()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        browser_start = time.monotonic() - launched
        served = stack.enter_context(Served(index))  # people have their browser open already
        answering = served.wait()
        page.goto(served.address, timeout=PATIENCE)
        expect(page.locator("#question textarea")).to_be_editable(timeout=PATIENCE)
        expect(page.locator("#ask")).to_be_enabled(timeout=PATIENCE)
        usable = time.perf_counter() - served.started
        expect(page.locator("#examples")).to_be_visible(timeout=PATIENCE)
        loaded = time.perf_counter() - served.started
        ask(page, questions[0])
        times = [ask(page, question) for question in questions]
        browser.close()
    return {
        "seconds_to_answering": round(answering, 2),
        "seconds_to_usable": round(usable, 2),
        "seconds_to_usable_with_browser": round(usable + browser_start, 2),  # where it had to be started, too
        "seconds_to_loaded": round(loaded, 2),
        "first_progress_each": [round(first, 3) for first, _ in times],
        "first_progress": quantiles([first for first, _ in times]),
        "whole_answer": quantiles([whole for _, whole in times]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, help="one a line; else ten of our own")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    check_out(options.out)
    told = options.questions.read_text(encoding="utf-8").splitlines() if options.questions else QUESTIONS
    questions = [line.strip() for line in told if line.strip()]
    found = measure(options.index, questions)
    here = machine()
    progress, whole = found["first_progress"], found["whole_answer"]
    table = [
        f"Machine: {described(here)}",
        f"usable after {found['seconds_to_usable']} s, models loaded after {found['seconds_to_loaded']} s",
        f"first progress p50 {progress['p50']} s, p95 {progress['p95']} s; "
        f"whole answer p50 {whole['p50']} s, p95 {whole['p95']} s ({len(questions)} questions)",
    ]
    tell(table, {"index": str(options.index), "questions": len(questions), **found, "machine": here}, options.out)


if __name__ == "__main__":
    end(main)
