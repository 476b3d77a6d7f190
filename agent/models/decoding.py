"""The generation loop: one token after another, never computing again what the last call already computed."""

from __future__ import annotations

import copy
import inspect
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch
    from transformers import PreTrainedModel


class Constraint(Protocol):
    """What a reply may look like, asked token by token."""

    def forced(self) -> list[int]:
        """Tokens that must come next whatever the model thinks; they are taken by asking."""

    def allowed(self) -> np.ndarray:
        """(vocabulary,) of bool: what may come next."""

    def accept(self, token: int) -> None:
        """Take the token that was chosen."""

    def finished(self) -> bool:
        """Whether nothing but the end may follow."""


@dataclass
class _Memory:
    """Token ids and the key-value cache that holds exactly them."""

    ids: list[int] = field(default_factory=list)
    cache: Any = None


class CachedDecoder:
    """Generates from one model for any number of threads.

    The cache of the last call is lent to the next one, cut to what both begin with. A call that runs beside another, or
    whose cache cannot be cut, starts from a copy of the pinned beginning; so nothing fixed is computed twice, and no
    thread ever waits for a generator that nobody reads.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self._options = {"logits_to_keep": 1} if _takes(model, "logits_to_keep") else {}
        self._kept = _Memory()
        self._pinned = _Memory()
        self._lock = threading.Lock()

    def generate(
        self,
        prompt: Sequence[int],
        *,
        stop_ids: Collection[int],
        max_new_tokens: int,
        constraint: Constraint | None = None,
        temperature: float = 0.0,
        seed: int | None = None,
    ) -> Iterator[int]:
        """Yield new token ids; the last one is a stop id unless ``max_new_tokens`` came first.

        Closing the generator cancels it, and what was computed stays usable.
        """
        memory, pending = self._borrow(prompt)
        random = _generator(seed, self.model.device)
        forced = constraint.forced() if constraint else []
        left = max_new_tokens
        try:
            while True:
                yield from forced[:left]
                left -= len(forced)
                if left <= 0:
                    return
                if constraint and constraint.finished():
                    yield from list(stop_ids)[:1]
                    return
                logits = self._forward(memory, [*pending, *forced])
                token = _choose(logits, constraint, temperature, random)
                left -= 1
                yield token
                if token in stop_ids:
                    return
                pending = [token]
                if constraint:
                    constraint.accept(token)
                    forced = constraint.forced()
        finally:
            self._give_back(memory)

    def pin(self, beginning: Sequence[int]) -> None:
        """Compute what all prompts begin with, once and for good."""
        if not beginning:
            return
        memory = _Memory()
        self._forward(memory, list(beginning))
        if memory.cache is not None:
            self._pinned = memory

    def _borrow(self, prompt: Sequence[int]) -> tuple[_Memory, list[int]]:
        """A cache that holds the beginning of ``prompt``, and the rest of ``prompt``, at least one token."""
        with self._lock:
            memory, self._kept = self._kept, _Memory()
        shared = _common_prefix(memory.ids, prompt[:-1])
        if shared < len(memory.ids):
            memory = _cut(memory, shared)
        pinned = self._pinned
        if len(memory.ids) < len(pinned.ids) < len(prompt) and list(prompt[: len(pinned.ids)]) == pinned.ids:
            memory = _copy(pinned)
        return memory, list(prompt[len(memory.ids) :])

    def _give_back(self, memory: _Memory) -> None:
        if memory.cache is not None:
            with self._lock:
                self._kept = memory

    def _forward(self, memory: _Memory, ids: list[int]) -> torch.Tensor:
        """Logits (vocabulary,) after ``ids``, which join the memory."""
        import torch

        cache, memory.cache = memory.cache, None  # if the pass fails half-way, its cache is not to be trusted
        fed = ids if cache is not None else [*memory.ids, *ids]
        with torch.inference_mode():
            inputs = torch.tensor([fed], device=self.model.device)
            output = self.model(input_ids=inputs, past_key_values=cache, use_cache=True, **self._options)
        memory.ids.extend(ids)
        memory.cache = getattr(output, "past_key_values", None)
        logits: torch.Tensor = output.logits[0, -1].float()
        return logits


def _takes(model: PreTrainedModel, argument: str) -> bool:
    return argument in inspect.signature(model.forward).parameters


def _common_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens both begin with."""
    length = min(len(left), len(right))
    return next((place for place in range(length) if left[place] != right[place]), length)


def _cut(memory: _Memory, length: int) -> _Memory:
    """The memory of the first ``length`` tokens; an empty one if its cache cannot be cut (sliding windows, Mamba)."""
    if length == 0 or not getattr(memory.cache, "is_croppable", False):
        return _Memory()
    try:
        memory.cache.crop(length - len(memory.ids))
    except RuntimeError:  # a sliding window that has already forgotten what it would go back to
        return _Memory()
    del memory.ids[length:]
    return memory


def _copy(memory: _Memory) -> _Memory:
    import torch

    with torch.inference_mode():
        return _Memory(list(memory.ids), copy.deepcopy(memory.cache))


def _generator(seed: int | None, device: Any) -> torch.Generator | None:
    if seed is None:
        return None
    import torch

    return torch.Generator(device=device).manual_seed(seed)


def _choose(
    logits: torch.Tensor, constraint: Constraint | None, temperature: float, random: torch.Generator | None
) -> int:
    """The best allowed token, or one drawn among the allowed at ``temperature``."""
    import torch

    if constraint:
        allowed = torch.zeros_like(logits, dtype=torch.bool)
        known = torch.from_numpy(constraint.allowed()[: logits.shape[-1]])
        allowed[: known.shape[0]] = known.to(logits.device)
        logits = logits.masked_fill(~allowed, float("-inf"))
    if temperature <= 0:
        return int(logits.argmax())
    return int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=random))
