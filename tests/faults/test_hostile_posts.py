"""A share of the hostile files that ``python -m tests.faults.fuzz_posts`` reads: none crashes, hangs or loses rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.fuzz_posts import in_child, read
from tests.faults.hostile_posts import SPECIAL, files, write

MEMORY, SECONDS = 1_500, 60
# Those that take long to make or to read are left to the command.
LONG = frozenset(
    ("rows-3000000.parquet", "line-without-end.csv", "zeros.csv.gz", "same-row.csv.xz", "bomb-in-bomb.zip",
     "many-members.zip",
     "blank-lines.csv.gz", "blank-lines.jsonl.gz", "open-page.html", "deep-page.html", "key-of-10-mb.jsonl")
)  # fmt: skip


@pytest.mark.parametrize("number", [place for place, name in enumerate(SPECIAL) if name not in LONG])
def test_files_that_nobody_writes_by_mistake(tmp_path: Path, number: int) -> None:
    for _, made in files(number + 1, 1, number):
        path = write(tmp_path, made, number)
        assert in_child(lambda: read(path), MEMORY, SECONDS)[0] in ("read", "refused")  # noqa: B023


def test_exports_that_are_spoilt_at_random(tmp_path: Path) -> None:
    became = []
    for number, made in files(len(SPECIAL) + 60, 2, len(SPECIAL)):
        path = write(tmp_path, made, number)
        became.append(in_child(lambda path=path: read(path), MEMORY, SECONDS)[0])  # type: ignore[misc]
    assert set(became) <= {"read", "refused"}
    assert became.count("read") >= 15  # enough of them are read for the rest to tell anything


def test_what_loses_a_row_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge judges: a reader that counts wrongly, falls or runs on is told apart."""
    path = tmp_path / "a.csv"
    path.write_text("id,author,text\n1,ana,hi\n")
    assert in_child(lambda: read(path), MEMORY, SECONDS)[0] == "read"
    assert in_child(lambda: 1 // 0, MEMORY, SECONDS)[0] == "crashed"
    assert in_child(lambda: len(bytearray(4 << 30)), MEMORY, SECONDS)[0] == "crashed"
    monkeypatch.setattr("tests.faults.fuzz_posts.Report.rows", property(lambda report: 2))
    assert in_child(lambda: read(path), MEMORY, SECONDS)[0] == "lost rows"

    def for_ever() -> int:
        while True:
            pass

    assert in_child(for_ever, MEMORY, 1)[0] == "hung"
