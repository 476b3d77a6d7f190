"""A library without posts, for tests of the conversation alone: what its tools return is made up by the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from index.manifest import Manifest
from tests.fake_analyst import manifest
from tools.result.result import ToolResult


@dataclass
class BareLibrary:
    path: Path = Path("nowhere")
    manifest: Manifest = field(default_factory=manifest)
    communities: dict[str, str] = field(default_factory=dict)

    def newer(self) -> None:
        """Nothing is ever committed."""

    def embed(self, text: str) -> list[float]:
        return [0.0]


def returning(patch: pytest.MonkeyPatch, make: Callable[[str, dict[str, Any]], ToolResult]) -> None:
    """From now on every tool gives what ``make`` makes of its name and arguments."""
    patch.setattr("agent.toolbox.call_tool", lambda library, name, args: make(name, args))
