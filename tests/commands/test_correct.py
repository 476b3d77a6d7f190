"""``analyst correct``: tones and names are corrected, listed and given back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from index.corrections import read_corrections
from tests.commands.conftest import run


@pytest.fixture
def kept(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "index")


def test_a_correction_is_made_listed_and_undone(kept: Path) -> None:
    assert run("correct", kept).stdout == "Nothing is corrected yet.\n"
    done = run("correct", kept, "1", "--tone", "negative")
    assert done.exit_code == 0 and done.stdout.startswith("1: tone: negative, not ")
    listed = json.loads(run("correct", kept, "--json").stdout)["corrected"]
    assert [(each["post"], each["tone"]) for each in listed] == [("1", "negative")]
    assert "(undone)" in run("correct", kept, "1", "--undo").stdout
    assert read_corrections(kept) == ()


def test_half_a_command_is_refused(kept: Path) -> None:
    for words in (["1"], ["--tone", "negative"], ["1", "--tone", "positive", "--undo"], ["1", "--toward", "Nike"]):
        assert run("correct", kept, *words).exit_code == 2
    failed = run("correct", kept, "nope", "--tone", "negative")
    assert failed.exit_code == 1 and "no post with the id 'nope'" in failed.stderr and "Traceback" not in failed.stderr
