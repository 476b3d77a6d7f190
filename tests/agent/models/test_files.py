"""How much memory a model takes, and that one which does not fit is never loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.models import files as model_files
from agent.models import size as model_size
from agent.models.files import load_files
from agent.models.size import ModelSize, free_memory, gigabytes, size_of
from index.errors import AnalystError
from tests.agent.hub_models import configs
from tests.agent.tiny_models import FAMILIES, WITHOUT_TOOLS, save_tiny_model

PUBLISHED = {  # parameters, as the hub states them
    "Qwen/Qwen3-0.6B": 596_049_920,
    "Qwen/Qwen3-1.7B": 1_720_574_976,
    "Qwen/Qwen3-4B": 4_022_468_096,
    "HuggingFaceTB/SmolLM3-3B": 3_075_098_624,
    "meta-llama/Llama-3.2-1B-Instruct": 1_235_814_400,
    "meta-llama/Llama-3.2-3B-Instruct": 3_212_749_824,
}
TABLE = Path(__file__).parents[3] / "docs" / "models.md"


def test_parameters_of_published_models() -> None:
    assert {name: size_of(config).parameters for name, config in configs().items()} == PUBLISHED


def test_the_table_of_the_docs_is_computed() -> None:
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(PUBLISHED)
    for row, (name, config) in zip(rows, configs().items(), strict=True):
        size = size_of(config)
        memory = [gigabytes(size.memory(width)) for width in ("bf16", "8bit", "4bit")]
        assert [cell.strip() for cell in row.split("|")[1:6]] == [f"`{name}`", f"{size.parameters / 1e9:.2f}", *memory]


def test_memory_by_hand() -> None:
    size = ModelSize(parameters=1000, linear=800, cached=0)
    assert [size.memory(width) for width in ("fp32", "bf16", "8bit", "4bit")] == [4400, 2200, 1320, 935]
    cache = ModelSize(parameters=0, linear=0, cached=10)
    assert cache.memory("bf16") == cache.memory("4bit") == round(10 * 8192 * 2 * 1.1)


def test_keys_and_values_by_hand(tmp_path: Path) -> None:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(save_tiny_model(FAMILIES[0], tmp_path))
    assert size_of(config).cached == 2 * 2 * 1 * 16  # keys and values, layers, heads, width


def test_free_memory_is_bounded_by_the_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_size, "CGROUP", tmp_path)
    whole = free_memory("cpu")
    assert whole > 10**7
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("900\n")
    assert free_memory("cpu") > 10**7
    (tmp_path / "memory.max").write_text("1000\n")
    assert free_memory("cpu") == 100
    (tmp_path / "memory.max").write_text("800\n")
    assert free_memory("cpu") == 0


def test_a_model_that_does_not_fit_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_tiny_model(FAMILIES[0], tmp_path)
    (path / "model.safetensors").write_bytes(b"")  # reading it would fail in another way
    monkeypatch.setattr(model_files, "size_of", lambda config: ModelSize(4_000_000_000, 3_600_000_000, 0))
    monkeypatch.setattr(model_files, "free_memory", lambda device: 5 * 10**9)
    with pytest.raises(AnalystError) as error:
        load_files(path)
    assert "4.00 billion parameters and needs 17.6 GB in fp32, but 5.0 GB are free" in error.value.what
    assert error.value.todo.startswith("Load it with --quantize 8bit, which takes 4.8 GB, or choose")
    monkeypatch.setattr(model_files, "free_memory", lambda device: 4 * 10**9)
    with pytest.raises(AnalystError, match=r"--quantize 4bit, which takes 3\.1 GB"):
        load_files(path)
    with pytest.raises(AnalystError, match=r"in 8bit, but 4\.0 GB are free.*Choose a smaller"):
        load_files(path, quantize="8bit")


@pytest.mark.parametrize("width", ["8bit", "4bit"])
def test_a_quantized_model_talks_and_takes_less(tmp_path: Path, width: str) -> None:
    from agent.models.local import LocalChatModel
    from tests.agent.models.test_local import QUESTION, TOOLS

    path = save_tiny_model(FAMILIES[0], tmp_path, width=128)  # 4 bit wants blocks of 64 on a CPU
    whole, small = load_files(path).model, load_files(path, quantize=width).model
    kinds = {type(module).__name__ for module in small.modules()}
    assert {"8bit": "Linear8bitLt", "4bit": "Linear4bit"}[width] in kinds
    assert small.get_memory_footprint() < 0.7 * whole.get_memory_footprint()
    chat = LocalChatModel.load(path, quantize=width, max_new_tokens=40)
    assert chat.bind_tools(TOOLS, tool_choice="describe_data").invoke(QUESTION).tool_calls[0]["name"] == "describe_data"


def test_quantizing_without_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_tiny_model(FAMILIES[0], tmp_path)
    with pytest.raises(AnalystError, match="8bit or 4bit"):
        load_files(path, quantize="3bit")
    monkeypatch.setattr(model_files.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AnalystError, match=r"audience-analyst\[quantize\]"):
        load_files(path, quantize="4bit")


def test_a_template_without_tools_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="no place for tools"):
        load_files(save_tiny_model(WITHOUT_TOOLS, tmp_path))


def test_code_of_a_model_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    path = save_tiny_model(FAMILIES[0], tmp_path / "model")
    (path / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    config: dict[str, Any] = json.loads((path / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(AnalystError, match="cannot be loaded"):
        load_files(path)
    assert not (tmp_path / "ran").exists()
