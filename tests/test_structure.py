"""``docs/structure.md`` names every file of the program, and files and folders keep to their sizes."""

from __future__ import annotations

from tests.structure import ROOT, tree

LONGEST = 400  # lines of a file


def test_the_page_is_that_of_the_files() -> None:
    said = (ROOT / "docs" / "structure.md").read_text(encoding="utf-8")
    assert said == tree(), "make it anew: python -m tests.structure > docs/structure.md"


def test_no_file_is_too_long() -> None:
    files = [path for folder in ("agent", "tools", "index") for path in (ROOT / folder).rglob("*.py")]
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}
