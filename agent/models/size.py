"""How much memory a chat model takes, told from its config before its weights are read, and how much is free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONVERSATION = 8192  # tokens of a conversation with its tools and results, whose keys and values are kept
SLACK = 1.1  # activations and what the allocator leaves unused
BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "8bit": 1.0, "4bit": 0.5 + 4 / 64}  # 4bit: a scale for 64 weights
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class ModelSize:
    """``linear`` of the ``parameters`` stand in the layers that 8 and 4 bit shrink; ``cached`` figures are kept for
    each token.
    """

    parameters: int
    linear: int
    cached: int

    def memory(self, width: str) -> int:
        """Bytes that the model needs while it talks; ``width`` is one of ``BYTES``."""
        rest = max(BYTES[width], BYTES["bf16"])  # embeddings, norms and the cache stay in bf16
        weights = self.linear * BYTES[width] + (self.parameters - self.linear) * rest
        return round((weights + self.cached * CONVERSATION * rest) * SLACK)


def size_of(config: Any) -> ModelSize:
    """The size of the model that ``config`` (of transformers) describes, built without memory for its weights."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    head = model.get_output_embeddings()
    layers = [module for module in model.modules() if isinstance(module, torch.nn.Linear) and module is not head]
    return ModelSize(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        linear=sum(layer.weight.numel() for layer in layers),
        cached=_cached(config.get_text_config()),
    )


def _cached(config: Any) -> int:
    """Figures in the keys and values of one token, over all layers."""
    heads = getattr(config, "num_attention_heads", 0)
    width = getattr(config, "head_dim", None) or (config.hidden_size // heads if heads else 0)
    return int(2 * config.num_hidden_layers * (getattr(config, "num_key_value_heads", None) or heads) * width)


def free_memory(device: str) -> int:
    """Bytes that are free for a model on "cpu" or "cuda"."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    return min([int(psutil.virtual_memory().available), *_left_in_container(CGROUP)])


def _left_in_container(folder: Path) -> list[int]:
    """What a container's limit leaves, if there is one (cgroup v2)."""
    try:
        most, used = ((folder / name).read_text().strip() for name in ("memory.max", "memory.current"))
    except OSError:
        return []
    return [max(int(most) - int(used), 0)] if most.isdigit() else []


def gigabytes(count: int) -> str:
    """Bytes as people read them: ``1.9 GB``."""
    return f"{count / 1e9:.1f} GB"
