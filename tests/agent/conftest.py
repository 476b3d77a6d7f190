"""One tiny model of each family, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.models.local import LocalChatModel
from tests.agent.tiny_models import FAMILIES, Family, save_tiny_model


@pytest.fixture(scope="session")
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_paths(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> dict[str, Path]:
    """Directories of the tiny models by family name."""
    return {family.name: save_tiny_model(family, tmp_path_factory.mktemp(family.name)) for family in FAMILIES}


@pytest.fixture(scope="session", params=FAMILIES, ids=lambda family: family.name)
def family(request: pytest.FixtureRequest) -> Family:
    chosen: Family = request.param
    return chosen


@pytest.fixture
def chat(family: Family, tiny_paths: dict[str, Path]) -> LocalChatModel:
    """A fresh chat model of each family in turn."""
    return LocalChatModel.load(tiny_paths[family.name], max_new_tokens=300)


@pytest.fixture
def qwen(tiny_paths: dict[str, Path]) -> LocalChatModel:
    """A fresh chat model of the family that the shipped one belongs to."""
    return LocalChatModel.load(tiny_paths["qwen3"], max_new_tokens=300)
