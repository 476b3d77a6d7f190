"""Batches made in worker processes, so that a GPU does not wait for sentences to be put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

AHEAD = 8  # batches that each worker has ready
Make = Callable[..., Iterator[Any]]  # with worker= and workers=


class _Source(IterableDataset[Any]):
    def __init__(self, make: Make) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        place = {"worker": worker.id, "workers": worker.num_workers} if worker else {"worker": 0, "workers": 1}
        return self._make(**place)


def fed(make: Make, workers: int) -> Iterator[Any]:
    """What ``make(worker=…, workers=…)`` yields, in turn from each worker: with the same seeds in the same order.

    Without workers the batches are made in this process.
    """
    settings: dict[str, Any] = {"prefetch_factor": AHEAD, "multiprocessing_context": "fork"} if workers else {}
    yield from DataLoader(_Source(make), batch_size=None, num_workers=workers, **settings)
