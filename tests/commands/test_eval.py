"""``analyst eval``: ends as the suite does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import run
from tests.fake_analyst import FakeAnalyst, finished


@pytest.mark.parametrize(("mention", "code"), [("tea", 0), ("coffee", 1)])
def test_eval_ends_with_1_if_a_case_fails(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, mention: str, code: int
) -> None:
    analyst.script = lambda question: iter([finished("They like tea.")])
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"id: tea\nturns:\n  - ask: Who drinks tea?\n    answer: {{mentions: [{mention}]}}\n")
    done = run("eval", suite, "--index", folder, "--json", "--out", tmp_path / "report.json")
    assert done.exit_code == code, done.stderr
    report = json.loads(done.stdout)
    assert [case["passed"] for case in report["cases"]] == [code == 0]
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["passed"] == 1 - code
    assert run("eval", suite, "--index", folder).exit_code == code
