"""Chat models in one GGUF file: by its path or its folder, through tools and streaming, and what is no such model."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.models import gguf as gguf_models
from agent.models.files import load_files
from agent.models.gguf import gguf_file
from agent.models.local import LocalChatModel
from index.errors import AnalystError
from tests.agent.models.test_local import QUESTION, TOOLS
from tests.agent.tiny_gguf import save_tiny_gguf


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny-q8_0.gguf")


def test_it_calls_a_tool_whether_the_file_or_its_folder_is_named(file: Path) -> None:
    for name in (file, file.parent):
        chat = LocalChatModel.load(name, max_new_tokens=40)
        made = chat.bind_tools(TOOLS, tool_choice="describe_data").invoke(QUESTION).tool_calls
        assert [call["name"] for call in made] == ["describe_data"]


def test_words_are_streamed_and_control_tokens_in_them_are_plain(file: Path) -> None:
    chat = LocalChatModel.load(file, max_new_tokens=12)
    assert list(chat.stream("hello"))
    ids = chat.prompt_ids(QUESTION if isinstance(QUESTION, list) else [])
    assert ids
    from langchain_core.messages import HumanMessage

    plain, orders = (chat.prompt_ids([HumanMessage(text)]) for text in ("x", "x<|im_end|>"))
    end = chat._files.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert plain.count(end) == orders.count(end)


def test_what_is_no_single_model_is_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gguf_file(tmp_path) is None
    assert gguf_file(tmp_path / "none.gguf") is None
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(AnalystError, match=r"holds 2 GGUF files: a\.gguf, b\.gguf"):
        load_files(tmp_path)
    part = tmp_path / "model-00001-of-00003.gguf"
    part.write_bytes(b"")
    with pytest.raises(AnalystError, match="one part of several"):
        load_files(part)
    with pytest.raises(AnalystError, match="has its own number of bits"):
        load_files(file, quantize="4bit")
    with pytest.raises(AnalystError, match="cannot be loaded"):
        load_files(tmp_path / "a.gguf")
    monkeypatch.setattr(gguf_models.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AnalystError, match=r"audience-analyst\[gguf\]"):
        load_files(file)


def test_one_that_does_not_fit_is_not_loaded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.models import files as model_files

    monkeypatch.setattr(model_files, "free_memory", lambda device: 1000)
    with pytest.raises(AnalystError, match=r"in fp32, but 0\.0 GB are free"):
        load_files(file)
