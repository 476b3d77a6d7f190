"""Make the upper layers read as people post: ``python -m index.training.adapt --data FOLDER [--posts FILE …]``.

FOLDER holds the folders ``sentiment`` and ``entities``, whose training texts are read, never those of the dev sets.
Masked words are guessed in tweets and comments (Gururangan et al., 2020, "Don't Stop Pretraining"); the lower layers
stay the trunk's, since the search embedding shares them. Both heads can start from the layers that come of it
(``--start``).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.encoding.network import SHARED_LAYERS, LowerLayers, UpperLayers, narrow, save_branch, shape_in
from index.encoding.normalize import wording
from index.encoding.trunk import load_tokenizer, load_trunk
from index.training.data import read_entities, read_rows, text_of
from index.training.loop import Recipe, autocast, device, fit

MAX_TOKENS = 64
MASKED = 0.15  # share of the tokens that are guessed: of these 80 % are hidden, 10 % replaced, 10 % left (BERT)
IGNORED = -100
HELD_OUT = 100  # one in so many texts tells which epoch guesses best


class MaskedWords(nn.Module):
    """The frozen lower layers, upper layers that learn, and an output tied to the trunk's word vectors."""

    def __init__(self, trunk: Any, shared: int = SHARED_LAYERS) -> None:
        super().__init__()
        self.lower = LowerLayers(trunk, shared).requires_grad_(False)
        self.upper = UpperLayers(trunk, shared=shared)
        width = trunk.config.hidden_size
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(trunk.config.vocab_size))

    def forward(self, ids: Tensor, mask: Tensor, wanted: Tensor) -> Tensor:
        """Logits (wanted words, vocabulary) at the places where ``wanted`` (batch, length) is true."""
        with torch.no_grad():
            states = self.lower(ids, mask)
        states = self.upper.dropout(self.upper.states(states, mask))
        return self.transform(states[wanted]) @ self.lower.embeddings.word_embeddings.weight.T + self.bias


def masked(ids: Tensor, special: Tensor, mask_id: int, words: int) -> tuple[Tensor, Tensor]:
    """(batch, length) ids → what is shown, and what is to be guessed there (``IGNORED`` elsewhere)."""
    chosen = (torch.rand(ids.shape, device=ids.device) < MASKED) & ~torch.isin(ids, special)
    labels = ids.where(chosen, torch.full_like(ids, IGNORED))
    roll = torch.rand(ids.shape, device=ids.device)
    shown = ids.masked_fill(chosen & (roll < 0.8), mask_id)
    other = torch.randint(1000, words, ids.shape, device=ids.device)  # below stand marks and letters
    return shown.where(~(chosen & (roll >= 0.9)), other), labels


def texts_of(data: Path, posts: list[Path], most: int) -> Iterator[str]:
    """Tweets of the training sets (never of the dev sets), then posts, at most ``most`` of each file."""
    for name in ("sentiment/semeval_train.jsonl.gz", "sentiment/targets_train.jsonl.gz", "sentiment/airline.jsonl.gz"):
        yield from (row["text"] for row in read_rows(data / name))
    for corpus in ("wnut17", "btc", "tweebank"):
        yield from (tagged.text for tagged in read_entities(data / f"entities/{corpus}_train.jsonl.gz"))
    for path in posts:
        yield from (text_of(row) for row in islice(read_rows(path), most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--posts", type=Path, nargs="*", default=[], help="JSONL files of posts with a text")
    parser.add_argument("--most", type=int, default=150_000, help="posts of each file")
    parser.add_argument("--work", type=Path, default=Path("work/adapt"))
    parser.add_argument("--shared", type=int, default=SHARED_LAYERS, help="lower layers that stay the trunk's")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--out", type=Path, default=Path("work/adapted.safetensors"))
    options = parser.parse_args()
    torch.manual_seed(Recipe.seed)
    tokenizer = load_tokenizer()
    backend = tokenizer.backend_tokenizer
    backend.enable_truncation(MAX_TOKENS)
    backend.no_padding()
    texts = [wording(" ".join(text.split())[:400]).text for text in texts_of(options.data, options.posts, options.most)]
    encoded = [torch.tensor(found.ids) for found in backend.encode_batch(texts) if len(found.ids) > 6]
    held_out = Texts(encoded[::HELD_OUT], tokenizer)
    train = Texts([ids for place, ids in enumerate(encoded) if place % HELD_OUT], tokenizer)
    network = MaskedWords(load_trunk(), options.shared).to(device())
    fit(
        network,
        [len(ids) for ids in train.ids],
        lambda group: train.loss(network, group),
        lambda: share_guessed(network, held_out, options.batch),
        Recipe(options.epochs, options.batch, options.rate, averaging=0.0),
        options.work,
    )
    save_branch(network.upper, options.out)


def start_from(branch: UpperLayers, path: Path | None) -> None:
    """Give ``branch`` the topmost layers in ``path``, if it is given: layers that :func:`main` made, or a head's own
    with its outputs.
    """
    if path is None:
        return
    from safetensors.torch import load_file

    saved = {name: value.float() for name, value in load_file(path).items()}
    layers, inner = shape_in(path)
    narrow(branch, inner)
    shift = len(branch.layers) - layers
    moved = {}
    for name, value in saved.items():
        part, _, rest = name.partition(".")
        if part == "layers":
            place, _, rest = rest.partition(".")
            name = f"layers.{int(place) + shift}.{rest}"
        moved[name] = value
    own = branch.state_dict()
    branch.load_state_dict(own | {name: value for name, value in moved.items() if name in own})


@dataclass
class Texts:
    """Encoded texts: (length,) ids of each, and how words of them are hidden."""

    ids: list[Tensor]
    tokenizer: Any

    def loss(self, network: MaskedWords, group: Sequence[int]) -> Tensor:
        """Mean cross-entropy of the hidden words of some texts."""
        ids = nn.utils.rnn.pad_sequence([self.ids[i] for i in group], batch_first=True).to(device())
        special = torch.tensor(self.tokenizer.all_special_ids, device=device())
        shown, labels = masked(ids, special, self.tokenizer.mask_token_id, len(self.tokenizer))
        wanted = labels != IGNORED
        return nn.functional.cross_entropy(network(shown, (ids != 0).long(), wanted).float(), labels[wanted])


@torch.no_grad()
def share_guessed(network: MaskedWords, texts: Texts, batch: int) -> float:
    """How well the hidden words of ``texts`` are guessed: their mean probability (geometric), 0 to 1."""
    torch.manual_seed(Recipe.seed)
    with autocast():
        losses = [float(texts.loss(network, part)) for part in parts(range(len(texts.ids)), batch)]
    return math.exp(-sum(losses) / len(losses))


def parts(places: Sequence[int], size: int) -> list[Sequence[int]]:
    return [places[start : start + size] for start in range(0, len(places), size)]


if __name__ == "__main__":
    main()
