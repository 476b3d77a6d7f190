"""One way through the house: imports point down, what runs needs nothing that trains, no files import in circles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agent", "tools", "index")


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Files that import each other in a circle; empty if none do."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def imports_below(*packages: str) -> dict[str, set[str]]:
    """What each file imports of its own project, also inside functions and for types alone."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    return {file: graph.find_modules_directly_imported_by(file) for file in graph.modules}


def lint(folder: Path) -> tuple[int, str]:
    """The exit code and the words of import-linter about ``folder`` under the contracts of this project."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    options = ["--no-cache", "--no-logo", str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [*command, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_no_circle_of_files() -> None:
    assert circle(imports_below(*PACKAGES)) == []


def test_imports_point_down() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


def small_house(folder: Path, **files: str) -> Path:
    """Packages of the same names with nothing in them but ``files``, named as modules with __ for the dot."""
    for package in (*PACKAGES, *(f"{package}/training" for package in PACKAGES), "agent/models", "agent/understanding"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
    for module in ("agent__models__local", "agent__models__shipped"):
        files.setdefault(module, "")
    for module, text in files.items():
        (folder / (module.replace("__", "/") + ".py")).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("module", "imported", "broken"),
    [
        ("agent__x", "tools", ""),
        ("tools__x", "index", ""),
        ("agent__training__x", "tools.training", ""),
        ("index__x", "tools", "never the other way"),
        ("tools__x", "agent.models", "never the other way"),
        ("index__x", "app", "Nothing imports the door"),
        ("tools__x", "index.training", "What runs never imports what trains"),
        ("agent__models__local", "agent.models.shipped", "does not know"),
    ],
)
def test_the_contracts_see_what_they_should(tmp_path: Path, module: str, imported: str, broken: str) -> None:
    code, said = lint(small_house(tmp_path, **{module: f"def late():\n    import {imported}\n"}))
    kept = [line for line in said.splitlines() if line.endswith(("KEPT", "BROKEN"))]
    assert len(kept) == 4, said
    assert [line for line in kept if line.endswith("BROKEN")] == [line for line in kept if broken and broken in line]
    assert code == bool(broken)


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    found = circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})
    assert found[0] == found[-1] and set(found) == {"b", "c"}
