"""The reading network: shared lower layers, then one set of upper layers for each thing that we read.

The embedding keeps the trunk's own upper layers, so it stays exactly what sentence-transformers gives. Sentiment and
entities own fine-tuned copies of those layers, and each leaves the trunk after as many layers as it was trained for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from index.errors import AnalystError

SHARED_LAYERS = 2  # of a head that says nothing else
SENTIMENTS = ("negative", "neutral", "positive")
ENTITY_TYPES = ("person", "organization", "product", "location", "group", "work")
TAGS = ("O", *(f"{prefix}-{kind}" for kind in ENTITY_TYPES for prefix in "BI"))
CASE_SHAPES = 7
# Share of the target's own logits in the tone toward it; the rest is the whole post's. Alone they carry what the
# training texts felt about a well-known name into posts that say the contrary.
TARGET_SHARE = 0.6
Branch = TypeVar("Branch", bound=nn.Module)
Head = TypeVar("Head", bound="UpperLayers")
WEIGHTS = Path(__file__).parents[1] / "weights"


def attention_bias(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """``mask`` (batch, length) of 0/1 → additive bias (batch, 1, 1, length)."""
    bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(mask == 0, torch.finfo(dtype).min)
    return bias[:, None, None, :]


def mean_pool(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over real tokens: (batch, length, width) and (batch, length) → (batch, width)."""
    return mean_of(states, mask.unsqueeze(1)).squeeze(1)


def mean_of(states: Tensor, marks: Tensor) -> Tensor:
    """Means over marked tokens: (batch, length, width), marks (batch, means, length) of 0/1 → (batch, means, width)."""
    weights = marks.to(states.dtype)
    # In training the sums would be rounded to bf16.
    with torch.autocast("cuda" if states.is_cuda else "cpu", enabled=False):
        return weights @ states / weights.sum(2, keepdim=True).clamp(min=1e-9)


class LowerLayers(nn.Module):
    """Word embeddings and the ``shared`` lower layers of the trunk; run once for each post."""

    def __init__(self, trunk: Any, shared: int = SHARED_LAYERS) -> None:
        super().__init__()
        self.embeddings = trunk.embeddings
        self.layers = trunk.encoder.layer[:shared]

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        """(batch, length) → (batch, length, width)."""
        return self.each(input_ids, mask)[-1]

    def each(self, input_ids: Tensor, mask: Tensor) -> list[Tensor]:
        """The states (batch, length, width) after the embeddings, after the first layer, and so on."""
        states = [self.embeddings(input_ids=input_ids)]
        bias = attention_bias(mask, states[0].dtype)
        for layer in self.layers:
            states.append(layer(states[-1], bias))
        return states


class UpperLayers(nn.Module):
    """A copy of the trunk's layers above the ``shared`` ones, with an output layer if ``outputs`` is given."""

    output: nn.Linear | None
    temperature: Tensor

    def __init__(self, trunk: Any, outputs: int = 0, *, shapes: bool = False, shared: int = SHARED_LAYERS) -> None:
        super().__init__()
        self.shared = shared
        self.layers = copy.deepcopy(trunk.encoder.layer[shared:])
        width = trunk.config.hidden_size
        # The trunk is uncased; entities need to see "Apple" against "apple".
        self.shape_embedding = nn.Embedding(CASE_SHAPES, width) if shapes else None
        if self.shape_embedding is not None:
            nn.init.normal_(self.shape_embedding.weight, std=0.02)
        self.dropout = nn.Dropout(0.1)
        self.output = nn.Linear(width, outputs) if outputs else None
        self.register_buffer("temperature", torch.ones(1))

    def states(self, lower: Tensor, mask: Tensor, shapes: Tensor | None = None) -> Tensor:
        """Final hidden states (batch, length, width)."""
        if self.shape_embedding is not None and shapes is not None:
            lower = lower + self.shape_embedding(shapes).to(lower.dtype)
        bias = attention_bias(mask, lower.dtype)
        for layer in self.layers:
            lower = layer(lower, bias)
        return lower


class SentimentBranch(UpperLayers):
    """Three-way sentiment of a whole post, and toward a name in it, from the same states."""

    output: nn.Linear
    target_temperature: Tensor

    def __init__(self, trunk: Any, shared: int = SHARED_LAYERS) -> None:
        super().__init__(trunk, len(SENTIMENTS), shared=shared)
        width = trunk.config.hidden_size
        self.target_query = nn.Linear(width, width)
        self.target_output = nn.Linear(2 * width, len(SENTIMENTS))
        self.register_buffer("target_temperature", torch.ones(1))

    def forward(self, lower: Tensor, mask: Tensor) -> Tensor:
        """Logits (batch, 3) in the order of ``SENTIMENTS``, before temperature."""
        return self.whole(self.states(lower, mask), mask)

    def whole(self, states: Tensor, mask: Tensor) -> Tensor:
        """Logits (batch, 3) of each post, from final ``states`` (batch, length, width)."""
        return self.output(self.dropout(mean_pool(states.float(), mask)))

    def toward(self, states: Tensor, mask: Tensor, targets: Tensor) -> Tensor:
        """Logits (batch, targets, 3) toward the tokens that ``targets`` (batch, targets, length) of 0/1 marks.

        The target's mean state asks, and the post's tokens that bear on it answer.
        """
        states = states.float()
        target = mean_of(states, targets)
        scores = self.target_query(target) @ states.transpose(1, 2) * states.shape[-1] ** -0.5
        attention = scores.masked_fill(mask.unsqueeze(1) == 0, torch.finfo(scores.dtype).min).softmax(-1)
        return self.target_output(self.dropout(torch.cat([target, attention @ states], dim=-1)))


class EntityBranch(UpperLayers):
    """A BIO tag for each token."""

    output: nn.Linear

    def __init__(self, trunk: Any, shared: int = SHARED_LAYERS) -> None:
        super().__init__(trunk, len(TAGS), shapes=True, shared=shared)

    def forward(self, lower: Tensor, mask: Tensor, shapes: Tensor) -> Tensor:
        """Logits (batch, length, tags) in the order of ``TAGS``."""
        return self.output(self.dropout(self.states(lower, mask, shapes).float()))


def likeliest_tags(logits: Tensor) -> Tensor:
    """The best sequence of ``TAGS`` in which every I- follows its own kind: (batch, words, tags) → (batch, words)."""
    forbidden = _forbidden().to(logits.device)
    best = logits.argmax(-1)
    # What stands before the first word is no entity.
    broken = (forbidden[nn.functional.pad(best, (1, -1)), best] < 0).any(1)
    if bool(broken.any()):  # seldom; elsewhere the best tag of each word makes the best sequence
        best[broken] = _viterbi(logits[broken].float().log_softmax(-1), forbidden)
    return best


@cache
def _forbidden() -> Tensor:
    """(tags from, tags to): what a transition adds to the score, 0 or next to minus infinity."""
    forbidden = torch.zeros(len(TAGS), len(TAGS))
    for to, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            kept = [TAGS.index("B-" + tag[2:]), to]
            forbidden[:, to] = -1e4
            forbidden[kept, to] = 0.0
    return forbidden


def _viterbi(scores: Tensor, forbidden: Tensor) -> Tensor:
    """Viterbi decoding with forbidden transitions in place of learned ones: (batch, words, tags) → (batch, words)."""
    best = scores[:, 0] + forbidden[0]
    back = []
    for word in range(1, scores.shape[1]):
        best, origin = (best.unsqueeze(2) + forbidden).max(1)
        best = best + scores[:, word]
        back.append(origin)
    path = [best.argmax(-1)]
    for origin in reversed(back):
        path.append(origin.gather(1, path[-1].unsqueeze(1)).squeeze(1))
    return torch.stack(path[::-1], dim=1)


def save_branch(branch: nn.Module, path: Path) -> None:
    """Weights in bf16 safetensors."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.to(torch.bfloat16).contiguous() for name, value in branch.state_dict().items()}, path)


def shape_in(path: Path) -> tuple[int, int]:
    """How many layers the weights in ``path`` have, and how many inner values each of them.

    Raises AnalystError if the file is missing.
    """
    from safetensors import safe_open

    _there(path)
    with safe_open(path, "pt") as weights:
        biases = [name for name in weights.keys() if name.endswith("intermediate.dense.bias")]  # noqa: SIM118
        return len(biases), weights.get_slice(biases[0]).get_shape()[0]


def narrow(branch: UpperLayers, inner: int) -> None:
    """Make the feed-forward parts of ``branch`` so that they have ``inner`` values; their weights are new."""
    for layer in branch.layers:
        if layer.intermediate.dense.out_features != inner:
            width, where = layer.output.dense.out_features, layer.output.dense.weight.device
            layer.intermediate.dense = nn.Linear(width, inner, device=where)
            layer.output.dense = nn.Linear(inner, width, device=where)


def load_head(kind: Callable[[Any, int], Head], trunk: Any, path: Path) -> Head:
    """A head of the shape that the one in ``path`` has, on the ``trunk``; fp32, evaluation mode."""
    layers, inner = shape_in(path)
    head = kind(trunk, len(trunk.encoder.layer) - layers)
    narrow(head, inner)
    return load_branch(head, path)


def _there(path: Path) -> None:
    if not path.is_file():
        raise AnalystError("The weights of an analysis head are missing", where=str(path), todo="Restore the file.")


def load_branch(branch: Branch, path: Path) -> Branch:
    """Fill ``branch`` from ``path``; fp32, evaluation mode."""
    from safetensors.torch import load_file

    _there(path)
    branch.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return branch.eval()
