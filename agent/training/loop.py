"""The training loop of the chat model and of the question reader: seeded, resumable, on a GPU when there is one."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

IGNORED = -100


@dataclass(frozen=True)
class Batch:
    """``ids``, ``labels`` and ``positions`` (batch, length). ``segments`` (batch, length): a token sees earlier
    tokens of its own
    segment and of segment 0, the shared prefix; None means plain causal attention."""

    ids: Tensor
    labels: Tensor
    positions: Tensor | None = None
    segments: Tensor | None = None


@dataclass(frozen=True)
class Schedule:
    """Steps and learning rate: warm-up, a flat stretch, then linear decay over the last ``decay`` share.

    ``averaging`` is the share of the running mean of the weights that a step keeps (Polyak and Juditsky, 1992); the
    mean is what a run ends with. 0 takes the last weights.
    """

    steps: int
    learning_rate: float
    warmup: int = 100
    decay: float = 0.5
    weight_decay: float = 0.05
    averaging: float = 0.0
    seed: int = 7

    def rate(self, step: int) -> float:
        tail = max(1, int(self.steps * self.decay))
        return self.learning_rate * min(1.0, (step + 1) / self.warmup, max(0.02, (self.steps - step) / tail))


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def on_device(batch: Any) -> Any:
    """A batch, a dataclass of tensors, where the model is."""
    values = [getattr(batch, column.name) for column in fields(batch)]
    return type(batch)(*(value if value is None else value.to(device(), non_blocking=True) for value in values))


def attention_mask(segments: Tensor) -> Tensor:
    """(batch, 1, length, length) of bool: see ``Batch.segments``."""
    length = segments.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
    query, key = segments[:, :, None], segments[:, None, :]
    return (causal & ((key == query) | (key == 0)))[:, None]


def loss_of(model: Any, batch: Batch) -> Tensor:
    """Mean cross-entropy over the labelled tokens; only their states meet the output layer."""
    mask = None if batch.segments is None else attention_mask(batch.segments)
    states = model.model(input_ids=batch.ids, attention_mask=mask, position_ids=batch.positions, use_cache=False)[0]
    targets = batch.labels[:, 1:].flatten()
    wanted = targets != IGNORED
    logits = model.lm_head(states[:, :-1].flatten(0, 1)[wanted])
    return nn.functional.cross_entropy(logits.float(), targets[wanted])


def train(
    model: nn.Module,
    batches: Callable[[int], Iterator[Any]],
    schedule: Schedule,
    work: Path,
    *,
    every: int = 200,
    seconds: float = math.inf,
    check: Callable[[nn.Module], dict[str, Any]] = lambda model: {},
    loss_of: Callable[[Any, Any], Tensor] = loss_of,
) -> None:
    """Train in place. ``batches(step)`` yields from ``step`` on what ``loss_of`` takes, on any device.

    ``work`` keeps a checkpoint every ``every`` steps, from which a later run goes on. With ``seconds`` the schedule is
    stretched or cut so that the decay ends in time.
    """
    torch.manual_seed(schedule.seed)
    model.to(device()).train()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=schedule.learning_rate,
        betas=(0.9, 0.95),
        fused=True,
    )
    narrow = device().type != "cpu" or _gains_by_bf16()
    checkpoint = work / "checkpoint.pt"
    work.mkdir(parents=True, exist_ok=True)
    step = 0
    mean = [p.detach().clone() for p in model.parameters()] if schedule.averaging else []
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        mean = [average.to(device()) for average in saved["mean"]]
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    started, smooth = time.monotonic(), None
    first = step
    for batch in batches(step):
        # Progress through the schedule is measured in time where a time was given.
        share = (time.monotonic() - started) / seconds if seconds < math.inf else 0.0
        virtual = max(step, int(share * schedule.steps))
        if virtual >= schedule.steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(virtual)
        with torch.autocast(device().type, dtype=torch.bfloat16, enabled=narrow):
            loss = loss_of(model, on_device(batch))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        _average(mean, model, min(schedule.averaging, step / (step + 10)))
        # Read on the device's own time: a look at every loss would make it wait.
        value = loss.detach()
        smooth = value if smooth is None else smooth.lerp(value, 0.02)
        if step % every == 0:
            model.eval()
            figures = check(model)
            model.train()
            _save(checkpoint, model, optimiser, mean, step)
            pace = (time.monotonic() - started) / max(1, step - first)
            print(
                json.dumps({"step": step, "loss": round(float(smooth), 4), "s_per_step": round(pace, 3), **figures}),
                flush=True,
            )
    _save(checkpoint, model, optimiser, mean, step)
    with torch.no_grad():
        for current, average in zip(model.parameters(), mean, strict=False):
            current.copy_(average)
    model.eval()


def _gains_by_bf16() -> bool:
    """Whether bf16 pays on this processor: on some the casts cost more than its products save, so both are timed."""
    rows, weights = torch.randn(2048, 384), torch.randn(1536, 384)

    def took(narrow: bool) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=narrow):
                nn.functional.linear(rows, weights).float()
            times.append(time.perf_counter() - started)
        return min(times)

    return took(True) < 0.8 * took(False)


@torch.no_grad()
def _average(mean: list[Tensor], model: nn.Module, kept: float) -> None:
    if mean:
        torch._foreach_lerp_(mean, [p.detach() for p in model.parameters()], 1 - kept)


def _save(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, mean: list[Tensor], step: int) -> None:
    partial = path.with_suffix(".partial")
    state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "mean": mean, "step": step}
    torch.save(state, partial)
    partial.replace(path)
