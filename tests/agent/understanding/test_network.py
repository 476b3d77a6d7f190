"""The question reader's network with random weights: outputs, files, and where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.understanding.labels import CARRIED, CHOICES, KINDS, KNOWN, MARKS, POINTERS, TAGS
from agent.understanding.reader import QuestionReader
from index.errors import AnalystError


@pytest.fixture(scope="module")
def trunk() -> Any:
    """Four layers of width 8, so that one is the reader's own."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=50, max_position_embeddings=32, **shape)
    return BertModel(config, add_pooling_layer=False).eval()


def test_network_outputs(trunk: Any) -> None:
    import torch

    from agent.understanding.network import QuestionNetwork

    network = QuestionNetwork(trunk, 1).eval()
    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])
    ids, marks = torch.randint(1, 50, (2, 7)) * mask, torch.randint(0, MARKS, (2, 7))
    with torch.inference_mode():
        network.known.weight.normal_()
        known = torch.randint(0, len(KNOWN), (2, 7))
        out = network(ids, mask, marks, known)
        alone = network(ids[1:, :4], mask[1:, :4], marks[1:, :4], known[1:, :4])
        other = network(ids, mask, (marks + 1) % MARKS, known)
        elsewhere = network(ids, mask, marks, (known + 1) % len(KNOWN))
    closed = {name: len(values) for name, values in (CHOICES | POINTERS).items()}
    sizes = {"kind": len(KINDS), "carried": len(CARRIED)} | closed
    assert {name: tuple(value.shape) for name, value in out.items()} == {
        "tags": (2, 7, len(TAGS)),
        "starts": (2, 7, 2),
        **{name: (2, size) for name, size in sizes.items()},
    }
    torch.testing.assert_close(out["kind"][1], alone["kind"][0])  # what is padded does not count
    assert not torch.allclose(out["kind"], other["kind"])  # letter case and context are seen
    assert not torch.allclose(out["kind"], elsewhere["kind"])  # and what the index knows
    torch.testing.assert_close(out["tags"][1, :4], alone["tags"][0])


def test_saved_network_has_no_lower_layers(trunk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from agent.understanding.network import QuestionNetwork, load_question_network
    from index.encoding.network import save_branch

    monkeypatch.setattr("agent.understanding.network.load_trunk", lambda: trunk)
    network = QuestionNetwork(trunk, 2)
    names = set(network.state_dict())
    assert {name.split(".")[0] for name in names} == {"layers", "heads", "marks", "known"}
    assert {name.split(".")[1] for name in names if name.startswith("layers")} == {"0", "1"}
    save_branch(network, tmp_path / "reader.safetensors")
    again = load_question_network(tmp_path / "reader.safetensors")  # tells by itself how many layers it has
    assert not again.training and len(again.layers) == 2
    head = "heads.kind_head.weight"
    torch.testing.assert_close(again.state_dict()[head], network.state_dict()[head].bfloat16().float())


def test_what_lies_below_goes_where_the_network_goes(trunk: Any) -> None:
    import torch

    from agent.understanding.network import QuestionNetwork

    network = QuestionNetwork(trunk, 1).to("meta")
    mask = torch.ones(1, 3, dtype=torch.long, device="meta")
    assert network(mask, mask, mask, mask)["kind"].device.type == "meta"


def test_missing_weights_are_a_sentence(tmp_path: Path, trunk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.understanding.network.load_trunk", lambda: trunk)
    with pytest.raises(AnalystError, match="missing"):
        QuestionReader.load(tmp_path / "none.safetensors")
