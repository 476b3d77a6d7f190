"""The encoder: embeddings of sentence-transformers, whatever the batch, and key phrases from the same pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.phrases.keywords import key_phrases

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

TEXTS = [
    "I love my new Nike shoes, best running shoes ever!",
    "ok",
    "🙂🙂 ünïcödé and a link https://example.com/x?y=1",
    "A long one. " * 90,
    "#NikeAirMax @nike Nike's",
]


def test_embeddings_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    from index.encoding.trunk import trunk_path

    theirs = SentenceTransformer(str(trunk_path()), device="cpu", local_files_only=True)
    expected = theirs.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    for ours in (encoder.embed(TEXTS), np.stack([reading.embedding for reading in encoder.read(TEXTS)])):
        assert ours.dtype == np.float32
        assert (ours * expected).sum(1).min() >= 0.999


def test_a_reading_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    together = encoder.read(TEXTS)
    for text, reading in zip(TEXTS, together, strict=True):
        (alone,) = encoder.read([text])
        np.testing.assert_allclose(reading.embedding, alone.embedding, atol=1e-4)
        np.testing.assert_allclose(reading.sentiment, alone.sentiment, atol=1e-4)
        assert reading.words == alone.words
        assert reading.word_vectors.shape == (len(reading.words), 384)


def test_batches_hold_every_text_once_the_longest_first(encoder: Encoder) -> None:
    from index.encoding.encoder import _batches

    texts = encoder._ready(["word " * (1 + 7 * i % 40) for i in range(200)])
    for most, cores in ((512, 2), (64, 1), (100_000, 1)):
        batches = list(_batches(texts, most, cores))
        assert sorted(place for places, _ in batches for place in places) == list(range(200))
        longest = [max(len(text.encoding.ids) for text in group) for _, group in batches]
        assert longest == sorted(longest, reverse=True)
        assert all(len(group) * size <= most for size, (_, group) in zip(longest, batches, strict=True))
    assert list(_batches([], 512, 2)) == []


def test_what_is_made_of_readings_comes_in_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = [f"{'very ' * (i % 5)}good {i}" for i in range(30)]
    made = encoder.read_into(lambda text, reading: (text, len(reading.words)), texts)
    assert made == [(text, len(text.split())) for text in texts]


def test_nothing_to_read(encoder: Encoder) -> None:
    assert encoder.read([]) == []
    assert encoder.embed([]).shape == (0, 384)
    (reading,) = encoder.read([""])
    assert reading.words == []
    assert reading.entities == []
    assert key_phrases("", reading) == []


def test_key_phrases_leave_out_noise(encoder: Encoder) -> None:
    text = "I don't love the running shoes from @nike, see https://shoes.example.com/running or runner.com"
    (reading,) = encoder.read([text])
    phrases = key_phrases(text, reading)
    assert 0 < len(phrases) <= 5
    assert len({phrase.text for phrase in phrases}) == len(phrases)
    for phrase in phrases:
        assert phrase.text == phrase.text.lower()
        assert phrase.text in text.lower()
        assert not {"t", "the", "i", "nike", "https", "com", "example"} & set(phrase.text.split())
        assert -1 <= phrase.weight <= 1.001
    assert any("running shoes" in phrase.text for phrase in phrases)
    assert len(key_phrases(text, reading, limit=1)) == 1


def test_key_phrases_do_not_cross_punctuation(encoder: Encoder) -> None:
    text = "great battery, poor screen"
    (reading,) = encoder.read([text])
    found = {phrase.text for phrase in key_phrases(text, reading, limit=50)}
    assert {"battery", "poor screen"} <= found
    assert "battery poor" not in found


def test_bf16_stays_close(tiny_weights: object, encoder: Encoder) -> None:
    from index.encoding.encoder import Encoder

    half = Encoder(precision="bf16", device="cpu")
    assert half.precision == "bf16"
    assert (half.embed(TEXTS[:3]) * encoder.embed(TEXTS[:3])).sum(1).min() >= 0.99


def test_missing_head_is_named(tmp_path: object, monkeypatch: pytest.MonkeyPatch, tiny_weights: object) -> None:
    from index.encoding import network
    from index.encoding.encoder import Encoder
    from index.errors import AnalystError

    monkeypatch.setattr(network, "WEIGHTS", tmp_path)
    with pytest.raises(AnalystError, match=r"sentiment\.safetensors"):
        Encoder(precision="fp32", device="cpu")


def test_choosing_a_precision_leaves_the_weights_alone(encoder: Encoder) -> None:
    before = encoder.embed(["the same words"])
    encoder._bf16_is_faster()
    assert (encoder.embed(["the same words"]) == before).all()
