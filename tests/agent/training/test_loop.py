"""The training loop: what it ends with, that it goes on where it was, and batches from other processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from agent.training.feeding import fed
from agent.training.loop import Batch, Schedule, on_device, train


@dataclass(frozen=True)
class Point:
    x: Tensor
    y: Tensor


def points(step: int) -> Iterator[Point]:
    for number in count(step):
        x = torch.randn(16, 1, generator=torch.Generator().manual_seed(number))
        yield Point(x, 3 * x)


def loss(model: nn.Module, point: Point) -> Tensor:
    return ((model(point.x) - point.y) ** 2).mean()


def weight_after(work: Path, steps: int, averaging: float = 0.0) -> float:
    torch.manual_seed(0)
    model = nn.Linear(1, 1, bias=False)
    schedule = Schedule(steps, 0.05, warmup=1, decay=0.1, weight_decay=0.0, averaging=averaging)
    train(model, points, schedule, work, every=10, loss_of=loss)
    return float(model.weight.detach())


def test_a_run_learns_and_an_ended_one_is_not_run_again(tmp_path: Path) -> None:
    learned = weight_after(tmp_path, 200)
    assert learned == pytest.approx(3, abs=0.1)
    assert weight_after(tmp_path, 200) == learned


def test_the_running_mean_lags_behind_and_outlives_a_stop(tmp_path: Path) -> None:
    last, mean = weight_after(tmp_path / "last", 40), weight_after(tmp_path / "mean", 40, averaging=0.95)
    assert 0 < mean < last
    assert weight_after(tmp_path / "mean", 40, averaging=0.95) == pytest.approx(mean)


def test_tensors_go_to_the_device_and_what_is_missing_stays_missing() -> None:
    batch = on_device(Batch(torch.ones(1, 2), torch.zeros(1, 2)))
    assert batch.positions is None and batch.ids.tolist() == [[1, 1]]


def numbered(first: int, worker: int, workers: int) -> Iterator[Tensor]:
    yield from (torch.tensor(first + number) for number in count(worker, workers))


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_take_turns(workers: int) -> None:
    made = islice(fed(partial(numbered, 5), workers), 6)
    assert [int(value) for value in made] == [5, 6, 7, 8, 9, 10]
