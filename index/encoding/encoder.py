"""One transformer pass per post: embedding, sentiment probabilities, entity spans and candidate key phrases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.encoding.normalize import Wording, wording
from index.encoding.tagging import Span, Word, shapes_of, spans_from_tags, whole_words, words_of

if TYPE_CHECKING:
    import torch

# Padded tokens in a batch, which bound the memory: on a CPU as many as its cache likes, more if it has a matrix unit.
BATCH_TOKENS, UNIT_TOKENS, GPU_TOKENS = 512, 1536, 16_384
LEAST_TOKENS = 256  # in the last batches, which get smaller so that all cores end together
STEP = 4  # posts are padded to a multiple of so many tokens: for each new length kernels are made
Batch = tuple[list[int], list["_Ready"]]  # places of some texts in a list, and these texts made ready
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass found in one post.

    ``embedding`` (384,) is fp32 of length 1. ``sentiment`` holds the probabilities of negative, neutral, positive.
    ``tones`` (entities, 3) are the same probabilities of the tone toward each entity. ``words`` and ``word_vectors``
    (words, 384) are what key phrases are made of.
    """

    embedding: np.ndarray
    sentiment: np.ndarray
    entities: list[Span]
    tones: np.ndarray
    words: list[Word]
    word_vectors: np.ndarray


@dataclass(frozen=True, slots=True)
class _Ready:
    """A text made ready: its tokens as the embedding reads it, and its wording with its tokens for the heads. Mostly
    both are the same.
    """

    encoding: Any
    wording: Wording
    worded: Any


@dataclass(frozen=True, slots=True)
class _Pass:
    """What the network says of a batch: tensors (batch, …) on its device; ``heads`` is None if only embedded."""

    embedding: torch.Tensor
    states: torch.Tensor
    heads: _Heads | None


@dataclass(frozen=True, slots=True)
class _Heads:
    """What the heads say of the wordings of a batch."""

    mask: torch.Tensor
    tone_states: torch.Tensor
    sentiment: torch.Tensor
    tags: torch.Tensor  # logits


class Encoder:
    """The reading network with its shipped heads."""

    def __init__(self, *, precision: str = "auto", device: str = "auto") -> None:
        """``precision`` is ``fp32``, ``bf16`` or ``auto`` (the faster of the two here, by measuring)."""
        import torch

        from index.encoding.layers import for_reading, has_matrix_unit
        from index.encoding.network import WEIGHTS, EntityBranch, LowerLayers, SentimentBranch, UpperLayers, load_head
        from index.encoding.trunk import MAX_TOKENS, load_tokenizer, load_trunk

        trunk = load_trunk()
        self._tokenizer: Any = load_tokenizer().backend_tokenizer
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._sentiment = load_head(SentimentBranch, trunk, WEIGHTS / "sentiment.safetensors")
        self._entities = load_head(EntityBranch, trunk, WEIGHTS / "entities.safetensors")
        shared = max(self._sentiment.shared, self._entities.shared)
        self._lower = LowerLayers(trunk, shared).eval()
        self._embed = UpperLayers(trunk, shared=shared).eval()
        for_reading(self._lower, self._embed, self._sentiment, self._entities)
        self.device = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)
        on_cpu = UNIT_TOKENS if has_matrix_unit() else BATCH_TOKENS
        self._batch_tokens = on_cpu if self.device.type == "cpu" else GPU_TOKENS
        self._to(torch.float32)
        if precision == "bf16" or (precision == "auto" and self._bf16_is_faster()):
            self._to(torch.bfloat16)

    @property
    def precision(self) -> str:
        """``bf16`` or ``fp32``."""
        return "bf16" if "bfloat16" in str(self._dtype) else "fp32"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, in the order given."""
        return self.read_into(lambda text, reading: reading, texts)

    def read_into(self, make: Callable[[str, Reading], Out], texts: Sequence[str]) -> list[Out]:
        """What ``make`` makes of each text and its reading, in the order given.

        It is made on the threads that read, as soon as they have read; the readings, which are large, are not kept.
        """

        def read_batch(batch: Batch) -> Iterator[Out]:
            return (make(texts[place], found) for place, found in zip(batch[0], self._readings(batch[1]), strict=True))

        return self._in_order(read_batch, self._ready(texts))

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, 384) fp32: what sentence-transformers gives for these texts. No other head runs."""
        vectors = np.zeros((len(texts), 384), dtype=np.float32)

        def embed_batch(batch: Batch) -> None:
            vectors[batch[0]] = self._pass(batch[1]).embedding.cpu().numpy()

        for _ in self._each(embed_batch, self._ready(texts, worded=False)):
            pass
        return vectors

    def lower_states(self, texts: Sequence[str], layers: int) -> tuple[torch.Tensor, torch.Tensor]:
        """States (texts, length, 384) after the first ``layers`` shared layers, and the mask (texts, length)."""
        import torch

        rows = [text.encoding for text in self._ready(texts, worded=False)]
        longest = max(len(row.ids) for row in rows)
        ids = _padded([row.ids for row in rows], longest).to(self.device)
        mask = _padded([row.attention_mask for row in rows], longest).to(self.device)
        with torch.inference_mode():
            return self._lower.each(ids, mask)[layers], mask

    def tones(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[np.ndarray]:
        """For each text (spans, 3): probabilities of a negative, neutral, positive tone toward each of its spans."""

        def read_batch(batch: Batch) -> list[np.ndarray]:
            places, ready = batch
            words = [words_of(text.worded) for text in ready]
            found = self._pass(ready, [[0] * len(text.worded.ids) for text in ready])
            aimed = [
                [text.wording.of_post(span) for span in spans[place]] for place, text in zip(places, ready, strict=True)
            ]
            return self._toward(found, words, aimed)

        return self._in_order(read_batch, self._ready(texts))

    def _in_order(self, work: Callable[[Batch], Iterable[Out]], texts: list[_Ready]) -> list[Out]:
        """What ``work`` makes of each text of a batch, in the order of ``texts``."""

        def placed(batch: Batch) -> list[tuple[int, Out]]:
            return list(zip(batch[0], work(batch), strict=True))

        found = dict(pair for pairs in self._each(placed, texts) for pair in pairs)
        return [found[place] for place in range(len(texts))]

    def _each(self, work: Callable[[Batch], Out], texts: list[_Ready]) -> Iterator[Out]:
        """``work`` done on every batch of ``texts``: on a CPU by one thread for each core.

        Cores with a batch each are faster than cores that share every batch, and what Python does between the
        network's layers then costs nothing (101 against 88 posts/s on two cores).
        """
        import torch

        cores = torch.get_num_threads() if self.device.type == "cpu" else 1
        batches = list(_batches(texts, self._batch_tokens, cores))
        if len(batches) == 1 or cores == 1:
            yield from map(work, batches)
            return
        try:
            with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                yield from pool.map(work, batches)
        finally:
            torch.set_num_threads(cores)

    def _ready(self, texts: Sequence[str], *, worded: bool = True) -> list[_Ready]:
        """Texts made ready; without ``worded`` for the embedding alone."""
        encodings = self._tokenizer.encode_batch(list(texts))
        if not worded:
            return [_Ready(encoding, Wording(""), encoding) for encoding in encodings]
        wordings = [wording(text) for text in texts]
        changed = [place for place, found in enumerate(wordings) if found.places is not None]
        spoken = list(encodings)
        for place, encoding in zip(
            changed, self._tokenizer.encode_batch([wordings[place].text for place in changed]), strict=True
        ):
            spoken[place] = encoding
        return [_Ready(*found) for found in zip(encodings, wordings, spoken, strict=True)]

    def _readings(self, texts: list[_Ready]) -> Iterator[Reading]:
        """One batch's readings, in order."""
        words = [words_of(text.worded) for text in texts]
        shapes = [
            shapes_of(text.wording.text, found, len(text.worded.ids)) for text, found in zip(texts, words, strict=True)
        ]
        out = self._pass(texts, shapes)
        assert out.heads is not None
        spans = [
            whole_words(text.wording.text, spans_from_tags(found, tags))
            for text, found, tags in zip(texts, words, self._tags(out.heads.tags, words), strict=True)
        ]
        tones = self._toward(out, words, spans)
        embeddings, sentiments = out.embedding.cpu().numpy(), out.heads.sentiment.cpu().numpy()
        states = out.states.float().cpu().numpy()
        for row, text in enumerate(texts):
            names = [text.wording.in_post(span) for span in spans[row]]
            said = words[row] if text.worded is text.encoding else words_of(text.encoding)
            pieces = [word.piece for word in said]
            yield Reading(embeddings[row], sentiments[row], names, tones[row], said, states[row, pieces])

    def _tags(self, logits: torch.Tensor, words: list[list[Word]]) -> list[list[str]]:
        """The tag of each word of each post, read at the word's first piece."""
        import torch

        from index.encoding.network import TAGS, likeliest_tags

        pieces = _padded([[word.piece for word in found] for found in words], max(1, *map(len, words)))
        with torch.inference_mode():
            at_words = logits.gather(1, pieces.to(logits.device).unsqueeze(-1).expand(-1, -1, logits.shape[-1]))
            best = likeliest_tags(at_words).tolist()
        return [[TAGS[tag] for tag in row[: len(found)]] for row, found in zip(best, words, strict=True)]

    def _toward(self, out: _Pass, words: list[list[Word]], spans: Sequence[Sequence[Span]]) -> list[np.ndarray]:
        """The tone toward each span of each post: for each post (spans, 3)."""
        import torch

        from index.encoding.network import TARGET_SHARE

        assert out.heads is not None
        most = max(map(len, spans))
        if most == 0:
            return [np.zeros((0, 3), dtype=np.float32) for _ in spans]
        marks = torch.zeros(len(spans), most, out.heads.mask.shape[1])
        for row, found in enumerate(spans):
            for place, span in enumerate(found):
                for word in words[row]:
                    if word.start < span.end and word.end > span.start:
                        marks[row, place, word.piece : word.last + 1] = 1
        marks = marks.to(self.device)
        with torch.inference_mode():
            logits = self._sentiment.toward(out.heads.tone_states, out.heads.mask, marks)
            logits = logits / self._sentiment.target_temperature
            whole = out.heads.sentiment.unsqueeze(1)
            tones = (TARGET_SHARE * logits + (1 - TARGET_SHARE) * whole.log()).softmax(-1)
            # A name that stands behind the last token the network reads takes the tone of the post.
            tones = torch.where(marks.sum(2, keepdim=True) > 0, tones, whole)
        return [row[: len(found)] for row, found in zip(tones.cpu().numpy(), spans, strict=True)]

    def _pass(self, texts: list[_Ready], shapes: list[list[int]] | None = None) -> _Pass:
        """One batch through the network: the embedding, and with ``shapes`` also what the heads say.

        A text whose wording differs goes through the lower layers twice, in the same batch.
        """
        import torch

        from index.encoding.network import mean_pool

        rows = [text.encoding for text in texts]
        read = list(range(len(texts)))  # the row that the heads read for each text
        for place, text in enumerate(texts):
            if shapes is not None and text.worded is not text.encoding:
                read[place] = len(rows)
                rows.append(text.worded)
        longest = -(-max(len(encoding.ids) for encoding in rows) // STEP) * STEP
        ids = _padded([encoding.ids for encoding in rows], longest).to(self.device)
        mask = _padded([encoding.attention_mask for encoding in rows], longest).to(self.device)
        with torch.inference_mode():
            lower = self._lower.each(ids, mask)
            states = self._embed.states(lower[-1][: len(texts)], mask[: len(texts)])
            embedding = torch.nn.functional.normalize(mean_pool(states.float(), mask[: len(texts)]), dim=1)
            if shapes is None:
                return _Pass(embedding, states, None)
            tone_lower, tag_lower = lower[self._sentiment.shared], lower[self._entities.shared]
            if len(rows) > len(texts):
                tone_lower, tag_lower, mask = tone_lower[read], tag_lower[read], mask[read]
            tone_states = self._sentiment.states(tone_lower, mask)
            logits = self._sentiment.whole(tone_states, mask) / self._sentiment.temperature
            tags = self._entities(tag_lower, mask, _padded(shapes, longest).to(self.device))
            return _Pass(embedding, states, _Heads(mask, tone_states, logits.softmax(-1), tags))

    def _to(self, dtype: torch.dtype) -> None:
        from index.encoding.layers import pack

        self._dtype = dtype
        self._lower.to(device=self.device, dtype=dtype)
        pack(self._lower, self._batch_tokens)
        for branch in (self._embed, self._sentiment, self._entities):
            # What stands on the layers stays fp32: it is small, and oneDNN, which makes a kernel of bf16 for each new
            # size of batch, would keep hundreds of megabytes of them.
            branch.to(self.device).layers.to(dtype)
            pack(branch, self._batch_tokens)

    def _bf16_is_faster(self) -> bool:
        """Times the lower layers in both, in turn, since names of processors say too little; best of three each."""
        import copy

        import torch

        # A copy: weights that went through bf16 stay rounded when they come back.
        layers = {dtype: copy.deepcopy(self._lower).to(dtype) for dtype in (torch.float32, torch.bfloat16)}
        ids = torch.randint(1000, 20_000, (64, 32), device=self.device)
        mask = torch.ones_like(ids)
        best = dict.fromkeys(layers, float("inf"))
        with torch.inference_mode():
            for _ in range(4):  # the first is a warm-up that the best leaves behind
                for dtype, lower in layers.items():
                    start = time.perf_counter()
                    lower(ids, mask).float().sum().item()
                    best[dtype] = min(best[dtype], time.perf_counter() - start)
        return best[torch.bfloat16] < 0.9 * best[torch.float32]


def _batches(texts: list[_Ready], most: int, cores: int) -> Iterator[Batch]:
    """Batches of similar length, so that little is padded, the longest first; each of at most ``most`` padded tokens or
    of one text. Towards the end they get smaller, so that ``cores`` that take them in turn end together (guided
    self-scheduling; Polychronopoulos and Kuck, 1987).
    """
    lengths = [max(len(text.encoding.ids), len(text.worded.ids)) for text in texts]
    left = sum(lengths)
    group: list[int] = []
    for place in sorted(range(len(texts)), key=lambda i: -lengths[i]):
        if group and (len(group) + 1) * lengths[group[0]] > min(most, max(LEAST_TOKENS, left // (2 * cores))):
            yield group, [texts[i] for i in group]
            left -= sum(lengths[i] for i in group)
            group = []
        group.append(place)
    if group:
        yield group, [texts[i] for i in group]


def _padded(rows: list[list[int]], length: int) -> torch.Tensor:
    import torch

    padded = torch.zeros(len(rows), length, dtype=torch.long)
    for i, row in enumerate(rows):
        padded[i, : len(row)] = torch.tensor(row)
    return padded


@cache
def shared_encoder() -> Encoder:
    """The encoder that builds indexes in this process, in whatever precision is faster here."""
    return Encoder()


@cache
def query_encoder() -> Encoder:
    """The encoder of questions: always fp32, so that the same question gives the same answer in every process."""
    return Encoder(precision="fp32")
