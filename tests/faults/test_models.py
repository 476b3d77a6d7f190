"""`--model` with folders, ids and addresses that lead nowhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.served_model import serving
from tests.agent.tiny_models import FAMILIES, save_tiny_model
from tests.faults.conftest import Ended

Run = Callable[..., Ended]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A whole model that a test may spoil."""
    return save_tiny_model(FAMILIES[0], tmp_path / "model")


@pytest.fixture
def ask(analyst: Run, tiny_index: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return lambda model, *more: analyst("ask", "hello", "--index", tiny_index, "--model", model, *more)


def test_places_without_a_model(ask: Run, tmp_path: Path) -> None:
    ask(tmp_path / "none").said("no model directory", "none", "Check the path")
    ask(tmp_path).said("no config.json", str(tmp_path), "hub id such as")
    ask("nobody/nothing").said("HF_HUB_OFFLINE=1 forbids", "nobody/nothing", "Unset HF_HUB_OFFLINE")


def test_pickles_are_not_opened(ask: Run, model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    ask(model).said("pickles (pytorch_model.bin)", str(model), "safetensors")


def test_weights_that_are_missing(ask: Run, model: Path) -> None:
    (model / "model.safetensors").rename(model / "model-00001-of-00002.safetensors")
    places = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    ask(model).said("incomplete: model-00002-of-00002.safetensors", str(model), "Download")
    (model / "model.safetensors.index.json").unlink()
    (model / "model-00001-of-00002.safetensors").unlink()
    ask(model).said("no weights", str(model), "Download")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("cut", [0, 100])
def test_files_that_are_cut_off(ask: Run, model: Path, name: str, cut: int) -> None:
    (model / name).write_bytes((model / name).read_bytes()[:cut])
    ask(model).said(str(model), "check that its files are complete")


def test_a_model_that_does_not_fit(ask: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.models.files.free_memory", lambda device: 1000)
    ask(model).said("billion parameters and needs", "0.0 GB are free", str(model), "docs/models.md")


def test_nobody_at_the_address(ask: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ask(f"http://127.0.0.1:{free.getsockname()[1]}/v1#x").said("cannot be reached", "refused", "Start it")
    ask("http://#x").said("no address of a chat model", "http://127.0.0.1:11434/v1#")


def test_a_server_that_fails(ask: Run) -> None:
    with serving((500, b"{}"), models=["tiny"]) as served:
        ask(f"{served.url}#tiny").said("answered 500", served.url, "log")
        ask(f"{served.url}#tony").said("no model named 'tony'", served.url, "Did you mean tiny?")
