"""A fine-tuning loop over cached lower-layer states: seeded, resumable, stopping at the best dev figure."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from index.encoding.network import LowerLayers

PATIENCE = 2  # epochs without a better dev figure after which a run ends


@dataclass(frozen=True)
class Recipe:
    """What decides the result of a run."""

    epochs: int = 3
    batch: int = 32
    learning_rate: float = 2e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    averaging: float = 0.998  # share of the running mean of the weights that a step keeps; 0 takes the last weights
    seed: int = 7


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast() -> torch.autocast:
    return torch.autocast(device().type, dtype=torch.bfloat16)


@torch.no_grad()
def lower_states(lower: LowerLayers, encodings: Sequence[Any], batch: int = 128) -> list[Tensor]:
    """The frozen lower layers' output for each text: a list of (length, width) in bf16, computed once."""
    lower = lower.to(device()).eval()
    order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids))
    states: list[Tensor] = [torch.empty(0)] * len(encodings)
    with Progress(*_columns("lower layers")) as progress, autocast():
        task = progress.add_task("", total=len(order))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            ids = nn.utils.rnn.pad_sequence([torch.tensor(encodings[i].ids) for i in chosen], batch_first=True)
            mask = (ids != 0).long()
            out = lower(ids.to(device()), mask.to(device())).to(torch.bfloat16).cpu()
            for row, i in enumerate(chosen):
                states[i] = out[row, : len(encodings[i].ids)].clone()
            progress.advance(task, len(chosen))
    return states


def batches(lengths: Sequence[int], size: int, generator: torch.Generator) -> Iterator[list[int]]:
    """Indices of one epoch in batches of similar length, both shuffled."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    pool = size * 50
    for start in range(0, len(order), pool):
        chunk = sorted(order[start : start + pool], key=lambda i: lengths[i])
        groups = [chunk[i : i + size] for i in range(0, len(chunk), size)]
        for group in torch.randperm(len(groups), generator=generator).tolist():
            yield groups[group]


def fit(
    branch: nn.Module,
    lengths: Sequence[int],
    loss_of: Callable[[list[int]], Tensor],
    figure_of: Callable[[], float],
    recipe: Recipe,
    work: Path,
) -> float:
    """Train ``branch`` in place and leave it at its best epoch; returns that dev figure.

    What is measured and kept is a running mean of the weights (Polyak and Juditsky, 1992). ``work`` keeps a
    checkpoint after each epoch; a run with the same recipe goes on from there.
    """
    torch.manual_seed(recipe.seed)
    total = recipe.epochs * math.ceil(len(lengths) / recipe.batch)
    optimiser = torch.optim.AdamW(branch.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, recipe.warmup))
    checkpoint = work / "checkpoint.pt"
    mean = copy.deepcopy(branch)
    start, best, best_state, history = 0, -1.0, None, []
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        if saved["recipe"] == asdict(recipe):
            branch.load_state_dict(saved["branch"])
            mean.load_state_dict(saved["mean"])
            optimiser.load_state_dict(saved["optimiser"])
            schedule.load_state_dict(saved["schedule"])
            start, best, best_state, history = saved["epoch"], saved["best"], saved["best_state"], saved["history"]
    for epoch in range(start, recipe.epochs):
        if history and epoch - max(history, key=lambda row: row["dev"])["epoch"] >= PATIENCE:
            break
        generator = torch.Generator().manual_seed(recipe.seed * 1000 + epoch)
        branch.train()
        with Progress(*_columns(f"epoch {epoch + 1}/{recipe.epochs}")) as progress:
            groups = list(batches(lengths, recipe.batch, generator))
            task = progress.add_task("", total=len(groups))
            for group in groups:
                with autocast():
                    loss = loss_of(group)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                _average(mean, branch, min(recipe.averaging, schedule.last_epoch / (schedule.last_epoch + 10)))
                progress.advance(task)
        trained = copy.deepcopy(branch.state_dict())
        branch.load_state_dict(mean.state_dict())
        branch.eval()
        figure = figure_of()
        history.append({"epoch": epoch + 1, "loss": float(loss.detach()), "dev": figure})
        print(json.dumps(history[-1]), flush=True)
        if figure > best:
            best, best_state = figure, {k: v.detach().cpu().clone() for k, v in branch.state_dict().items()}
        branch.load_state_dict(trained)
        work.mkdir(parents=True, exist_ok=True)
        torch.save(
            {
                "recipe": asdict(recipe),
                "branch": trained,
                "mean": mean.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
                "epoch": epoch + 1,
                "best": best,
                "best_state": best_state,
                "history": history,
            },
            checkpoint,
        )
    if best_state is not None:
        branch.load_state_dict(best_state)
    branch.eval()
    return best


@torch.no_grad()
def _average(mean: nn.Module, branch: nn.Module, kept: float) -> None:
    for average, current in zip(mean.parameters(), branch.parameters(), strict=True):
        average.lerp_(current, 1 - kept)


def _rate(step: int, total: int, warmup: float) -> float:
    """Linear warm-up, then linear decay to zero."""
    rise = max(1, int(total * warmup))
    return step / rise if step < rise else max(0.0, (total - step) / max(1, total - rise))


def _columns(title: str) -> tuple[Any, ...]:
    return TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
