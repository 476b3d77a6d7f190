"""``analyst calibrate``: from a file to probabilities of one's own, and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import app
from tests.conftest import committed, small_rows


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app.app, ["calibrate", *(str(word) for word in words)])


@pytest.fixture
def index(tiny_index: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_index, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def outcomes(tmp_path: Path) -> Path:
    people = sorted({row["author"] for row in small_rows()})
    rows = [f"{user},{name},{int(user < 'c')}" for user in people for name in ("Nike", "iPhone", "tea", "films")]
    (tmp_path / "outcomes.csv").write_text(
        "\n".join(["user,campaign,engaged", *rows, "zoe,Nike,yes"]), encoding="utf-8"
    )
    return tmp_path / "outcomes.csv"


def test_it_calibrates_and_goes_back(index: Path, outcomes: Path) -> None:
    done = run(outcomes, "--index", index)
    assert done.exit_code == 0, done.output
    assert "Calibrated on 24 outcomes" in done.stdout and "33.3 % engaged" in done.stdout
    assert "1 user is not in this index and was left out: @zoe." in done.stdout
    assert (committed(index) / "calibration.json").is_file()
    assert "shipped probabilities are back" in run("--reset", "--index", index).stderr
    assert not (committed(index) / "calibration.json").exists()
    assert "already" in run("--reset", "--index", index).stderr


def test_json_is_one_object(index: Path, outcomes: Path) -> None:
    found = json.loads(run(outcomes, "--index", index, "--json").stdout)
    assert found["tool"] == "calibrate" and found["rows"] == 24 and found["unknown"] == ["zoe"]
    assert {"log_loss", "ece", "said"} == set(found["before"]) == set(found["after"])


def test_wrong_usage_and_failures(index: Path, outcomes: Path, tmp_path: Path) -> None:
    assert run("--index", index).exit_code == 2
    assert run(outcomes, "--reset", "--index", index).exit_code == 2
    missing = run(tmp_path / "none.csv", "--index", index)
    assert missing.exit_code == 1 and "no such file" in missing.stderr and "Traceback" not in missing.output
    assert run(outcomes, "--index", tmp_path / "nowhere").exit_code == 1
