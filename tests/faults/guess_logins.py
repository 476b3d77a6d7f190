"""Guess the login of a page, and of the tools over MCP: ``python tests/faults/guess_logins.py [--guesses 300]``.

Both doors are served by one process, which answers from a fake. So many wrong logins are sent to each, one behind the
other, as fast as they are answered. All but the first few must be locked out, those at the other door too; so must the
right login be until the lock ends; and the terminal must name the address. Prints a table and one JSON object; exit
code 1 if it was otherwise.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="guess-logins-")

import httpx  # noqa: E402

from agent.mcp import McpServer  # noqa: E402
from agent.page.access.attempts import FREE  # noqa: E402
from agent.page.build import build_page  # noqa: E402
from agent.page.opening import Opening  # noqa: E402
from agent.page.serving import launch  # noqa: E402
from tests.fake_analyst import FakeAnalyst  # noqa: E402

LOGIN = ("me", "s3cret")
ASKED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}


class Logged(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--guesses", type=int, default=300)
    args = options.parse_args()
    logged = Logged()
    logging.getLogger("agent.page.access.attempts").addHandler(logged)
    opening = Opening(FakeAnalyst)  # type: ignore[arg-type]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = build_page(opening)
    beside = McpServer(opening, login=LOGIN, only_here=False).app_kwargs()
    address = launch(page, host="127.0.0.1", port=port, auth=LOGIN, beside=beside).rstrip("/")
    found: dict[str, Counter[int]] = {"page": Counter(), "MCP": Counter()}
    started = time.monotonic()
    with httpx.Client(base_url=address, timeout=60) as client:
        for number in range(args.guesses):
            guess = ("me", f"guess {number}")
            form = {"username": guess[0], "password": guess[1]}
            found["page"][client.post("/login", data=form).status_code] += 1
            found["MCP"][client.post("/mcp", json=ASKED, headers=ACCEPT, auth=guess).status_code] += 1
        right = client.post("/mcp", json=ASKED, headers=ACCEPT, auth=LOGIN).status_code
    seconds = time.monotonic() - started
    page.close(verbose=False)
    let_in = sum(count for door in found.values() for status, count in door.items() if status < 400)
    tried = sum(count for door in found.values() for status, count in door.items() if status != 429)
    outcome = {
        "guesses": 2 * args.guesses,
        "let in": let_in,
        "judged": tried,
        "locked out": found["page"][429] + found["MCP"][429],
        "the right login meanwhile": right,
        "lines in the terminal": len(logged.lines),
        "seconds": round(seconds, 1),
    }
    for name, value in outcome.items():
        print(f"{name:>26}  {value}")
    print(json.dumps(outcome))
    # A lock may end while others are still being sent, and lets one more try be judged each time.
    fine = let_in == 0 and FREE <= tried <= FREE + 1 + seconds / 15 and right == 429 and logged.lines
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
