"""Learn what membership of a group reveals: ``python -m tools.training.privacy [--start FILE --data DIR] [--figures]``.

Fine-tunes the upper layers of the trunk on the examples of writers and on concepts put into frames; writes
``tools/weights/privacy.safetensors``. With ``--start`` only the last layer of those weights learns on, from the later
writers, a part of what came before, and catalogues beside the project. With ``--figures`` writers are kept back, and
what the others teach is measured on them. Seeded; the states below the network's own layers are computed once.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from index.encoding.network import save_branch
from tools.privacy.meaning import WEIGHTS, plain
from tools.privacy.network import SHARED, TRAITS, RevealingNetwork
from tools.training.privacy_examples import ALLOWED, Example, advertised, composed, written
from tools.training.privacy_sources import gathered

ROOT = Path(__file__).parents[2]
EPOCHS, BATCH = 3, 64
RATE, HEAD_RATE = 2e-4, 1e-3
SMOOTH = 0.02  # of the labels: some are mistaken
TRAIT_SHARE = 0.3  # of the loss, for which trait it is
WRITTEN_TWICE = 2  # an example of a writer counts as so many that were put together
MISSED = 0.01
FIRST, LATER = "abc", "defg"  # writers: the first three saw neither list nor code; one hand wrote the later four
LEARN_ON = 2  # epochs after --start, on all of the later writers and so many of each of these
AGAIN = {"first writers": 1000, "catalogues": 900, "composed": 400, "ads": 150}


def names() -> list[str]:
    """Well-known names and subjects, none of which reveals anything."""
    known = yaml.safe_load((ROOT / "tools/targeting/names.yaml").read_text(encoding="utf-8"))
    campaigns = yaml.safe_load((ROOT / "tools/training/campaigns.yaml").read_text(encoding="utf-8"))
    fillers = yaml.safe_load((ROOT / "agent/training/fillers.yaml").read_text(encoding="utf-8"))
    found = {*known, *campaigns, *(name for names in known.values() for name in names)}
    for kind in ("brands", "products", "interests"):
        found.update(fillers.get(kind, []))
    return sorted(map(str, found))


class Trainer:
    """Examples with their states after the shared layers, and networks that learn from some of them."""

    def __init__(self, examples: Sequence[Example], start: Path | None = None) -> None:
        import torch

        from index.encoding.network import load_head
        from index.encoding.trunk import load_trunk

        self.examples = list(examples)
        self.refused = np.array([example.refused for example in examples])
        self._trunk = load_trunk()
        self._start = load_head(RevealingNetwork, self._trunk, start) if start else None
        self._states = _states([plain(example.text) for example in examples])
        self._traits = torch.tensor([TRAITS.index(example.trait) for example in examples])

    def learn(self, rows: np.ndarray, seed: int = 0) -> RevealingNetwork:
        """A network that has learned ``rows`` of the examples."""
        import torch
        from torch.nn import functional

        torch.manual_seed(seed)
        draw = np.random.default_rng(seed)
        network = copy.deepcopy(self._start).train() if self._start else RevealingNetwork(self._trunk).train()
        learning = network.layers[-1:] if self._start else network.layers
        network.layers.requires_grad_(requires_grad=False)
        learning.requires_grad_(requires_grad=True)
        groups = [
            {"params": learning.parameters(), "lr": RATE},
            {"params": network.verdict.parameters(), "lr": HEAD_RATE},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        epochs = LEARN_ON if self._start else EPOCHS
        batches = [batch for _ in range(epochs) for batch in self._batches(rows, draw)]
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [RATE, HEAD_RATE], total_steps=len(batches), pct_start=0.1
        )
        wanted = torch.tensor(self.refused, dtype=torch.float32) * (1 - 2 * SMOOTH) + SMOOTH
        for place, batch in enumerate(batches):
            states, mask = self._padded(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(states, mask).float()
            loss = functional.binary_cross_entropy_with_logits(logits[:, 0], wanted[batch])
            loss = loss + TRAIT_SHARE * functional.cross_entropy(
                logits[:, 1:], self._traits[batch], label_smoothing=0.05
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if place % 50 == 0:
                print(f"{place}/{len(batches)} {float(loss):.3f}", flush=True)
        return network.eval()

    def scores(self, network: RevealingNetwork, rows: np.ndarray) -> np.ndarray:
        """(rows,) probability of being refused."""
        import torch

        found = np.zeros(len(rows))
        order = sorted(range(len(rows)), key=lambda place: len(self._states[rows[place]]))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                places = order[start : start + BATCH]
                states, mask = self._padded([rows[place] for place in places])
                found[places] = network(states, mask)[:, 0].sigmoid().numpy()
        return found

    def _batches(self, rows: np.ndarray, draw: np.random.Generator) -> list[list[int]]:
        """Batches of similar length in random order."""
        order, batches = draw.permutation(rows), []
        for start in range(0, len(order), BATCH * 20):
            part = sorted(order[start : start + BATCH * 20].tolist(), key=lambda row: len(self._states[row]))
            batches += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
        return [batches[i] for i in draw.permutation(len(batches))]

    def _padded(self, rows: Sequence[int]) -> tuple[Any, Any]:
        import torch

        longest = max(len(self._states[row]) for row in rows)
        states = torch.zeros(len(rows), longest, self._states[0].shape[1])
        mask = torch.zeros(len(rows), longest)
        for place, row in enumerate(rows):
            states[place, : len(self._states[row])] = self._states[row].float()
            mask[place, : len(self._states[row])] = 1
        return states, mask


def _states(texts: list[str]) -> list[Any]:
    """For each text its states (length, 384) after the shared layers, in half precision."""
    from index.encoding.encoder import query_encoder

    encoder = query_encoder()
    found: list[Any] = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        states, mask = encoder.lower_states([texts[place] for place in places], SHARED)
        for row, place in enumerate(places):
            found[place] = states[row, : int(mask[row].sum())].half().clone().cpu()
    return found


def threshold(scores: np.ndarray, refused: np.ndarray, missed: float = MISSED) -> float:
    """The highest score from which on all but a share of ``missed`` of what is to be refused is refused."""
    ordered = np.sort(scores[refused])
    return float(ordered[int(missed * len(ordered))])


def rows_of(examples: Sequence[Example], without: str = "", *, twice: bool = True) -> np.ndarray:
    """Rows to learn from, those of the writers ``twice``; those of the writers ``without`` are left out."""
    kept = [row for row, each in enumerate(examples) if not (each.writer and each.writer in without)]
    return np.array([row for row in kept for _ in range(WRITTEN_TWICE if twice and examples[row].writer else 1)])


def gathered_again(examples: Sequence[Example], data: Path, seed: int = 2) -> list[Example]:
    """What is learned after ``--start``: all of the later writers, and a part of all else."""
    draw = random.Random(seed)
    parts = {
        "first writers": [example for example in examples if example.writer and example.writer in FIRST],
        "catalogues": gathered(data, each=700),
        "composed": composed(),
        "ads": advertised(),
    }
    again = [example for name, part in parts.items() for example in draw.sample(part, AGAIN[name])]
    return [*(example for example in examples if example.writer and example.writer in LATER), *again]


def figures(scores: np.ndarray, examples: Sequence[Example], least: float) -> dict[str, dict[str, float]]:
    """Shares refused from ``least`` on, by trait and by how it shows, of what to refuse and what to allow."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for score, example in zip(scores, examples, strict=True):
        side = "refuse" if example.refused else "allow"
        for name in {side, f"{side}: {example.how}", f"{side}: {example.trait}"}:
            groups[name].append(bool(score >= least))
    return {name: {"refused": float(np.mean(hits)), "of": len(hits)} for name, hits in sorted(groups.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", action="store_true", help="keep each writer back instead of writing weights")
    parser.add_argument("--start", type=Path, help="weights whose last layer learns on")
    parser.add_argument("--data", type=Path, help="the folder of catalogues that --start learns from, too")
    wanted = parser.parse_args()
    if wanted.start and not wanted.data:
        parser.error("--start needs --data")
    if wanted.start:
        examples = gathered_again(written(), wanted.data)
    else:
        examples = [*written(), *composed(), *advertised(), *(Example(name, ALLOWED, "name") for name in names())]
    trainer = Trainer(examples, wanted.start)
    twice = not wanted.start
    if not wanted.figures:
        save_branch(trainer.learn(rows_of(examples, twice=twice)), WEIGHTS)
        return
    for writers in ("df", "eg") if wanted.start else FIRST:  # the start knows the first three
        network = trainer.learn(rows_of(examples, without=writers, twice=twice))
        kept = np.array([row for row, example in enumerate(examples) if example.writer and example.writer in writers])
        scores = trainer.scores(network, kept)
        least = threshold(scores, trainer.refused[kept])
        found = figures(scores, [examples[row] for row in kept], least)
        print(json.dumps({"kept_back": writers, "threshold": least, "figures": found}, indent=1))


if __name__ == "__main__":
    main()
