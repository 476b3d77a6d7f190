"""Commands run in this process, with an analyst that stands where the real one would be opened."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import app
from tests.fake_analyst import FakeAnalyst, index_folder


@pytest.fixture
def analyst(monkeypatch: pytest.MonkeyPatch) -> FakeAnalyst:
    """Stands where the real one would be opened."""
    fake, module = FakeAnalyst(), ModuleType("agent.analyst")

    class Analyst:
        @classmethod
        def open(
            cls,
            folder: Path,
            *,
            model: str | None = None,
            quantize: str | None = None,
            memory: Any = None,
            chroma: str | None = None,
        ) -> FakeAnalyst:
            fake.model_name = " ".join(filter(None, [model or "fake", quantize, chroma]))
            return fake

    module.Analyst = Analyst  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "agent.analyst", module)
    return fake


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ANALYST_INDEX", raising=False)
    return index_folder(tmp_path / "index")


def run(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app.app, [str(word) for word in words], input=typed)
