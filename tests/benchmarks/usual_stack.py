"""The usual stack, as fast as it goes: a model for each thing that is read, built from the same architectures.

RoBERTa-base for sentiment, BERT-base for entities, MiniLM for embeddings, and KeyBERT over the same MiniLM for key
phrases. The first two have random weights: speed does not depend on weights. All use MiniLM's tokenizer, so that all
read the same tokens. Batches are sorted by length; how large they are, and whether each core has a batch of its own
or all cores share each, is chosen for every model by measuring. What a pipeline does with the outputs afterwards
(joining tags to entities, naming labels) is left out, in the stack's favour.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

LONGEST = 3  # words in a phrase; as in accuracy.py
MOST = 5  # phrases of a post, as many as the index keeps
TAGS = 9  # BIO over four types
BATCH_TOKENS = {"cpu": (512, 2048), "cuda": (4096, 32768)}  # padded tokens in a batch, to choose from
BLOCKS = (1, 64)  # posts in one call to KeyBERT, to choose from
TRIED = 32  # posts on which settings are chosen
Forward = Callable[[Any, Any], Any]  # (ids, mask) → what is wanted of a batch


@dataclass(frozen=True)
class Setting:
    """``tokens`` is how many padded ones a batch has at most; with ``own`` each core works on a batch of its own."""

    tokens: int
    own: bool

    def __str__(self) -> str:
        return f"{self.tokens} tokens a batch, {'a batch on each core' if self.own else 'all cores on each batch'}"


class Stack:
    """The four parts in one precision, ``fp32`` or ``bf16``; ``chosen`` has the setting of each."""

    def __init__(self, precision: str) -> None:
        import torch

        from index.encoding.trunk import MAX_TOKENS, load_tokenizer

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        self._tokenizer = load_tokenizer().backend_tokenizer
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        models = {"roberta_sentiment": self._sentiment(), "bert_entities": self._entities(), "minilm": self._minilm()}
        extractor, self.keybert = self._phrase_extractor()
        self._works: dict[str, dict[Any, Callable[[Sequence[str]], None]]] = {
            **{name: self._settings(forward) for name, forward in models.items()},
            "keybert": {f"{size} at a time": partial(phrases, extractor, size) for size in BLOCKS},
        }
        self.chosen: dict[str, Any] = {}

    def choose(self, texts: Sequence[str]) -> dict[str, str]:
        """The fastest setting of each part on ``texts``, best of two runs each; the first warms up."""
        for part, works in self._works.items():
            best = {setting: min(seconds(work, texts[:TRIED]) for _ in range(2)) for setting, work in works.items()}
            self.chosen[part] = min(best, key=best.__getitem__)
        return {part: str(setting) for part, setting in self.chosen.items()}

    def run(self, texts: Sequence[str]) -> dict[str, float]:
        """Seconds of each part on ``texts``."""
        return {part: seconds(works[self.chosen[part]], texts) for part, works in self._works.items()}

    def _settings(self, forward: Forward) -> dict[Any, Callable[[Sequence[str]], None]]:
        import torch

        several = self._device == "cpu" and torch.get_num_threads() > 1
        settings = [Setting(size, own) for size in BATCH_TOKENS[self._device] for own in (False, True)[: 1 + several]]
        return {setting: partial(self._read, forward, setting) for setting in settings}

    def _read(self, forward: Forward, setting: Setting, texts: Sequence[str]) -> None:
        """All ``texts`` through one model, tokenisation included."""
        import torch

        batches = by_length([encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))], setting.tokens)
        run = partial(self._forward, forward)
        cores = torch.get_num_threads()
        if not setting.own:
            for batch in batches:
                run(batch)
            return
        try:
            with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                list(pool.map(run, reversed(batches)))
        finally:
            torch.set_num_threads(cores)

    def _forward(self, forward: Forward, rows: list[list[int]]) -> np.ndarray:
        import torch

        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
            mask[place, : len(row)] = 1
        with torch.inference_mode():
            return forward(ids.to(self._device), mask.to(self._device)).cpu().numpy()

    def _sentiment(self) -> Forward:
        from transformers import RobertaConfig, RobertaForSequenceClassification

        sizes: dict[str, Any] = {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1}
        model = self._placed(RobertaForSequenceClassification(RobertaConfig(**sizes, **labels(3))))  # roberta-base
        return lambda ids, mask: model(input_ids=ids, attention_mask=mask).logits.float().softmax(-1)

    def _entities(self) -> Forward:
        from transformers import BertConfig, BertForTokenClassification

        model = self._placed(BertForTokenClassification(BertConfig(**labels(TAGS))))  # the defaults are BERT-base
        return lambda ids, mask: model(input_ids=ids, attention_mask=mask).logits.argmax(-1)

    def _minilm(self) -> Forward:
        from index.encoding.trunk import load_trunk

        model = self._placed(load_trunk())

        def embed(ids: Any, mask: Any) -> Any:
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            weights = mask.unsqueeze(-1).float()
            mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return mean / mean.norm(dim=1, keepdim=True)

        return embed

    def _placed(self, model: Any) -> Any:
        return model.eval().to(device=self._device, dtype=self._dtype)

    def _phrase_extractor(self) -> tuple[Any, str]:
        """KeyBERT, or what makes the same calls, and which it is."""
        from sentence_transformers import SentenceTransformer

        from index.encoding.trunk import trunk_path

        trunk = SentenceTransformer(str(trunk_path()), local_files_only=True, device=self._device).to(self._dtype)
        try:
            import keybert
        except ImportError:
            return SameCalls(trunk), "the same calls as KeyBERT's, which is not installed"
        return keybert.KeyBERT(model=trunk), f"KeyBERT {keybert.__version__}"


class SameCalls:
    """What KeyBERT does by default: candidates by CountVectorizer, all encoded, the nearest to the post chosen."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder

    def extract_keywords(
        self, docs: list[str], keyphrase_ngram_range: tuple[int, int], stop_words: str, top_n: int
    ) -> list[list[tuple[str, float]]]:
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.metrics.pairwise import cosine_similarity

        try:
            counter = CountVectorizer(ngram_range=keyphrase_ngram_range, stop_words=stop_words).fit(docs)
        except ValueError:  # nothing but stop words
            return [[] for _ in docs]
        names = counter.get_feature_names_out()
        counts = counter.transform(docs)
        posts, candidates = self._encoder.encode(docs), self._encoder.encode(list(names))
        found = []
        for row in range(len(docs)):
            own = counts[row].nonzero()[1]
            near = cosine_similarity(posts[row : row + 1], candidates[own])[0] if len(own) else np.zeros(0)
            found.append([(str(names[own[i]]), float(near[i])) for i in np.argsort(-near)[:top_n]])
        return found


def labels(number: int) -> dict[str, Any]:
    return {"num_labels": number}


def phrases(extractor: Any, size: int, texts: Sequence[str]) -> None:
    """Key phrases of ``texts``, ``size`` in a call."""
    for start in range(0, len(texts), size):
        extractor.extract_keywords(
            list(texts[start : start + size]), keyphrase_ngram_range=(1, LONGEST), stop_words="english", top_n=MOST
        )


def by_length(rows: Sequence[list[int]], tokens: int) -> list[list[list[int]]]:
    """Rows in batches, the shortest first, each with at most ``tokens`` once padded, or with a single row."""
    batches: list[list[list[int]]] = []
    for row in sorted(rows, key=len):
        if not batches or (len(batches[-1]) + 1) * len(row) > tokens:
            batches.append([])
        batches[-1].append(row)
    return batches


def seconds(work: Callable[[Sequence[str]], None], texts: Sequence[str]) -> float:
    start = time.perf_counter()
    work(texts)
    return time.perf_counter() - start
