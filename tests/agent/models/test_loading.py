"""Which model a name means, and what its replies are held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.models.loading import load_chat_model, load_endpoint
from agent.models.local import LocalChatModel
from agent.models.policy import SchemaPolicy
from agent.models.shipped import ShippedPolicy
from agent.understanding.parts import Understanding
from index.errors import AnalystError
from tests.agent.tiny_models import FAMILIES, save_tiny_model


def test_the_policy_comes_from_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.understanding.reader.QuestionReader.load", lambda: "a reader")
    ours = load_chat_model(str(save_tiny_model(FAMILIES[0], tmp_path / "a", reply_policy="shipped")))
    other = load_chat_model(str(save_tiny_model(FAMILIES[1], tmp_path / "b")))
    assert isinstance(ours, LocalChatModel) and isinstance(other, LocalChatModel)
    assert ours.policy == ShippedPolicy(Understanding("a reader"))  # type: ignore[arg-type]
    assert other.policy == SchemaPolicy()
    assert ours._identifying_params["policy"] == "ShippedPolicy"


def test_quantizing_is_for_local_models() -> None:
    with pytest.raises(AnalystError, match="loaded by its server"):
        load_chat_model("http://127.0.0.1:1/v1#x", quantize="4bit")


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "agent.models.endpoint", raising=False)
    monkeypatch.setitem(__import__("sys").modules, "langchain_openai", None)
    with pytest.raises(AnalystError, match=r"audience-analyst\[endpoint\]"):
        load_endpoint("http://127.0.0.1:1/v1#x")
