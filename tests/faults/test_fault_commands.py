"""The command that kills changes at random, in small: 10 kills; by hand it takes hundreds."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.conftest import ROOT


def told_by(name: str, *words: object) -> dict[str, Any]:
    command = [sys.executable, str(ROOT / "tests" / "faults" / name), *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_changes_that_are_killed_lose_and_double_nothing() -> None:
    told = told_by("kill_changes.py", "--kills", 10, "--posts", 40)
    assert told["killed"] == 10 and told["came through"] > 0
    assert told["before"] > 0 and told["after"] > 0
    for name in ("lost", "neither before nor after", "left after a change"):
        assert told[name] == 0
