"""The tree of the project with a line for each file: ``python -m tests.structure > docs/structure.md``."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# What stands where

One line for each file of the program, from its own first sentence; made by
`python -m tests.structure > docs/structure.md`. Imports point one way: `app.py → agent → tools → index`.
Run-time code never imports `training` folders.
"""


def tree() -> str:
    """The page: folders as headings, files with the first sentence of their docstrings."""
    found: dict[str, list[str]] = {}
    for path in _files():
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        folder = path.relative_to(ROOT).parent.as_posix()
        first = " ".join(said.split("\n\n")[0].split())
        if path.name == "__init__.py":
            found.setdefault(folder, []).insert(0, first)
        else:
            found.setdefault(folder, []).append(f"- `{path.name}` – {first}")
    return HEAD + "".join(f"\n## {_title(folder)}\n" + "\n".join(lines) + "\n" for folder, lines in found.items())


def _files() -> list[Path]:
    files = [ROOT / "app.py"]
    for folder in ("agent", "tools", "index"):
        files += (ROOT / folder).rglob("*.py")
    return sorted(files, key=lambda path: (path.parent.as_posix(), path.name))


def _title(folder: str) -> str:
    return "The door" if folder == "." else f"{folder}/"


if __name__ == "__main__":
    print(tree(), end="")
