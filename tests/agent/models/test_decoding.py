"""The generation loop: the cache changes nothing but the time, and a reply can be stopped anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from agent.models.decoding import CachedDecoder
from tests.agent.tiny_models import FAMILIES, build_model, build_tokenizer

PROMPT = list(range(20, 80))
STOP = [2]


@pytest.fixture(scope="module")
def model(one_thread: None) -> Any:
    return build_model(FAMILIES[0], build_tokenizer(FAMILIES[0])).eval()


def run(decoder: CachedDecoder, prompt: list[int], **options: Any) -> list[int]:
    return list(decoder.generate(prompt, stop_ids=STOP, **({"max_new_tokens": 12} | options)))


def without_cache(model: Any, prompt: list[int], count: int) -> list[int]:
    ids = list(prompt)
    for _ in range(count):
        with torch.inference_mode():
            ids.append(int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
        if ids[-1] in STOP:
            break
    return ids[len(prompt) :]


class Counting:
    """Counts the tokens that a model is given."""

    def __init__(self, model: Any) -> None:
        self._model, self.seen = model, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, *, input_ids: torch.Tensor, **options: Any) -> Any:
        self.seen += input_ids.shape[1]
        return self._model(input_ids=input_ids, **options)


def test_same_tokens_with_and_without_cache(model: Any) -> None:
    decoder = CachedDecoder(model)
    for prompt in (PROMPT, [*PROMPT[:40], 99, 98, 97], [*PROMPT, 5, 6], PROMPT[:10], PROMPT):
        assert run(decoder, prompt) == without_cache(model, prompt, 12)


def test_a_longer_conversation_is_not_read_twice(model: Any) -> None:
    counting = Counting(model)
    decoder = CachedDecoder(counting)  # type: ignore[arg-type]
    reply = run(decoder, PROMPT)
    counting.seen = 0
    run(decoder, [*PROMPT, *reply, 7, 8], max_new_tokens=1)
    assert counting.seen <= 4


def test_the_pinned_beginning_is_computed_once_and_changes_no_token(model: Any) -> None:
    counting = Counting(model)
    decoder = CachedDecoder(counting)  # type: ignore[arg-type]
    decoder.pin(PROMPT[:30])
    for rest in ([9], [9, 8], [7, 7, 7]):
        decoder._kept = type(decoder._kept)()  # as if another question had it
        counting.seen = 0
        prompt = [*PROMPT[:30], *rest]
        assert run(decoder, prompt, max_new_tokens=3) == without_cache(model, prompt, 3)
        assert counting.seen <= len(rest) + 2
    assert decoder._pinned.ids == PROMPT[:30] and decoder._pinned.cache.get_seq_length() == 30


def test_a_prompt_that_begins_otherwise_or_ends_early_takes_nothing_pinned(model: Any) -> None:
    decoder = CachedDecoder(model)
    decoder.pin(PROMPT)
    for prompt in ([3, *PROMPT], PROMPT, PROMPT[:20], [*PROMPT[:-1], 3]):
        assert run(decoder, prompt) == without_cache(model, prompt, 12)
    decoder.pin([])
    assert decoder._pinned.ids == PROMPT


def test_cancelling_leaves_a_usable_cache(model: Any) -> None:
    decoder = CachedDecoder(model)
    generator = decoder.generate(PROMPT, stop_ids=STOP, max_new_tokens=50)
    begun = [next(generator) for _ in range(3)]
    generator.close()  # type: ignore[attr-defined]
    assert len(decoder._kept.ids) >= len(PROMPT)
    assert run(decoder, PROMPT)[:3] == begun
    assert run(decoder, [*PROMPT, *begun]) == without_cache(model, [*PROMPT, *begun], 12)


def test_a_failure_in_the_model_drops_the_cache(model: Any) -> None:
    decoder = CachedDecoder(model)
    run(decoder, PROMPT)

    def fail(**options: Any) -> None:
        raise RuntimeError("out of memory")

    decoder.model = fail  # type: ignore[assignment]
    fail.device = "cpu"  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="out of memory"):
        run(decoder, [*PROMPT, 4])
    decoder.model = model
    assert run(decoder, PROMPT) == without_cache(model, PROMPT, 12)


def test_caches_that_cannot_be_cut_are_left(model: Any) -> None:
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    shape: dict[str, Any] = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    sliding = MistralForCausalLM(MistralConfig(**shape, vocab_size=200, num_key_value_heads=1, sliding_window=8)).eval()
    decoder = CachedDecoder(sliding)
    decoder.pin(PROMPT[:30])
    for prompt in (PROMPT, PROMPT[:40], [*PROMPT[:41], 3]):
        assert run(decoder, prompt) == without_cache(sliding, prompt, 12)


def test_several_threads_get_what_one_gets(model: Any) -> None:
    decoder = CachedDecoder(model)
    decoder.pin(PROMPT[:25])
    prompts = [[*PROMPT[: 20 + place], 100 + place] for place in range(12)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda prompt: run(decoder, prompt), prompts))
    assert together == [without_cache(model, prompt, 12) for prompt in prompts]


def test_an_abandoned_reply_blocks_nobody(model: Any) -> None:
    decoder = CachedDecoder(model)
    abandoned = decoder.generate(PROMPT, stop_ids=STOP, max_new_tokens=50)
    next(abandoned)
    assert run(decoder, PROMPT) == without_cache(model, PROMPT, 12)


class Script:
    """A constraint with forced tokens: 50, then 51 52 53 after it, then anything even, then the end."""

    def __init__(self) -> None:
        self.pending, self.taken = [50], []  # type: list[int], list[int]

    def forced(self) -> list[int]:
        tokens, self.pending = self.pending, []
        self.taken += tokens
        return tokens

    def allowed(self) -> np.ndarray:
        mask = np.zeros(500, dtype=bool)
        mask[60:100:2] = True
        return mask

    def accept(self, token: int) -> None:
        self.taken.append(token)
        self.pending = [51, 52, 53] if len(self.taken) == 2 else []

    def finished(self) -> bool:
        return len(self.taken) >= 7


def test_forced_tokens_cost_no_pass_of_their_own(model: Any) -> None:
    counting = Counting(model)
    calls: list[int] = []
    original = counting.__call__

    class Passes(Counting):
        def __call__(self, *, input_ids: torch.Tensor, **options: Any) -> Any:
            calls.append(input_ids.shape[1])
            return original(input_ids=input_ids, **options)

    tokens = run(CachedDecoder(Passes(model)), PROMPT, constraint=Script())  # type: ignore[arg-type]
    assert tokens[0] == 50 and tokens[2:5] == [51, 52, 53] and tokens[-1] in STOP
    assert all(token in range(60, 100, 2) for token in (tokens[1], *tokens[5:-1]))
    assert calls == [len(PROMPT) + 1, 4, 1]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 6])
def test_the_limit_counts_forced_tokens(model: Any, most: int) -> None:
    assert len(run(CachedDecoder(model), PROMPT, constraint=Script(), max_new_tokens=most)) == most


def test_a_seed_makes_chance_repeatable(model: Any) -> None:
    def draw(seed: int) -> list[int]:
        return run(CachedDecoder(model), PROMPT, temperature=1.5, seed=seed)

    assert draw(1) == draw(1)
    assert len({tuple(draw(seed)) for seed in range(5)}) > 1


def test_it_is_a_generator(model: Any) -> None:
    assert isinstance(CachedDecoder(model).generate(PROMPT, stop_ids=STOP, max_new_tokens=1), Iterator)
