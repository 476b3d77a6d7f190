"""The command line as people meet it: what it says on stderr, and how it ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import app
import index.build

NOBODY = 65534


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    def said(self, *parts: str, code: int = 1) -> None:
        """It ended with ``code`` and a sentence that holds all ``parts``: nothing on stdout, no traceback."""
        assert self.code == code, (self.code, self.stderr)
        assert self.stdout == "" and "Traceback" not in self.stderr and "unforeseen" not in self.stderr, self.stderr
        for part in parts:
            assert part in self.stderr, (part, self.stderr)
        if code == 1:
            assert self.stderr.strip().splitlines()[-1].endswith((".", "?", "/*")), self.stderr


@pytest.fixture
def analyst(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """``analyst("ask", …)`` runs a command in this process."""
    monkeypatch.delenv("ANALYST_INDEX", raising=False)

    def run(*words: str | Path, typed: str | bytes | None = None) -> Ended:
        done = CliRunner().invoke(app.app, [str(word) for word in words], input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ended(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder that may not be looked into, for as long as the test lasts; root gives up being root meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="locked-"))
    folder.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(before)
        folder.chmod(0o700)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@pytest.fixture
def copy(tiny_index: Path, tmp_path: Path) -> Path:
    """An index that a test may spoil."""
    return shutil.copytree(tiny_index, tmp_path / "copy")


@pytest.fixture
def nothing_is_analysed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts that stand in an index must not be read anew."""
    monkeypatch.setattr(index.build, "_Build", None)
