"""The throughput benchmark: its draw, batches, medians and table by hand, and KeyBERT's calls beside KeyBERT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine
import numpy as np
import pytest
import reports
import throughput
import usual_stack

from index.errors import AnalystError
from index.posts.record import Post, Rejected


def test_draw() -> None:
    posts = [Post(str(i), "ana", f"words {i}") for i in range(100)]
    drawn = throughput.draw([Rejected("f", 1, "no text", ""), *posts, *posts], 10)
    assert len({post.id for post in drawn}) == 10 and drawn == throughput.draw(posts, 10)
    assert max(int(post.id) for post in drawn) > 50  # not only the first
    assert throughput.draw(posts[:3], 10) == posts[:3]
    with pytest.raises(AnalystError, match="None of the rows is a post"):
        throughput.draw([Rejected("f", 1, "no text", "")], 10)


def test_batches_by_length() -> None:
    rows = [[1] * length for length in (5, 2, 9, 2, 3)]
    assert [[len(row) for row in batch] for batch in usual_stack.by_length(rows, 8)] == [[2, 2], [3], [5], [9]]
    assert [[len(row) for row in batch] for batch in usual_stack.by_length(rows, 20)] == [[2, 2, 3, 5], [9]]


def rounds() -> list[dict[str, float]]:
    """Three rounds; in the last the machine was busy throughout."""
    once: dict[str, float] = {"ours": 2, "embedding": 1, "build": 3}
    once |= throughput.named("stack_fp32", {"roberta": 30, "keybert": 10})
    once |= throughput.named("stack_bf16", {"roberta": 12, "keybert": 8})
    return [once, once, {name: 3 * value for name, value in once.items()}]


def test_summary() -> None:
    found = throughput.summary(rounds(), 120)
    assert found["ratios"] == {
        "times_stack_fp32": 20,
        "times_stack_bf16": 10,
        "cost_of_embedding": 2,
        "build_over_analysis": 1.5,
    }
    assert found["posts_per_second"]["ours"] == 60 and found["posts_per_second"]["stack_fp32"] == 3
    assert found["posts_per_second"]["stack_bf16.keybert"] == 15


def test_table() -> None:
    parts = {"roberta": "512 tokens a batch", "keybert": "1 at a time"}
    report: dict[str, Any] = {
        "posts": 120,
        "tokens_per_post": 47.6,
        "rounds": 3,
        **throughput.summary(rounds(), 120),
        "peak_mb": {"ours": 900, "stack_fp32": 2100, "stack_bf16": 1500},
        "settings": {"stack_fp32": parts, "stack_bf16": parts},
        "notes": {"keybert": "key phrases by KeyBERT"},
        "machine": machine.machine(),
    }
    lines = "\n".join(throughput.table(report))
    assert "120 posts of 48 tokens, rounds: 3" in lines
    assert "20.00 times as fast as the usual stack in fp32" in lines
    assert "2,100 MB at most" in lines and "4.0 posts/s  512 tokens a batch" in lines


def test_without_bf16_its_stack_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulated, it took more than ten minutes to choose its settings on a processor with AVX2 alone."""
    monkeypatch.setattr(machine, "machine", lambda: {"flags": ["avx2", "avx512f"]})
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert throughput.contenders() == ("ours", "stack_fp32")
    monkeypatch.setattr(machine, "machine", lambda: {"flags": ["avx2", "avx512_bf16"]})
    assert throughput.contenders() == throughput.CONTENDERS
    measured = [{name: value for name, value in found.items() if "bf16" not in name} for found in rounds()]
    report: dict[str, Any] = {
        "posts": 120,
        "tokens_per_post": 47.6,
        "rounds": 3,
        **throughput.summary(measured, 120),
        "peak_mb": {"ours": 900, "stack_fp32": 2100},
        "settings": {"stack_fp32": {"roberta": "512 tokens a batch", "keybert": "1 at a time"}},
        "notes": {"keybert": "key phrases by KeyBERT"},
        "machine": {"processor": "x", "cores": 2, "cores_usable": 2, "flags": ["avx2"]},
    }
    assert set(report["ratios"]) == set(throughput.RATIOS) - {"times_stack_bf16"}
    lines = throughput.table(report)
    assert any(line.startswith("stack bf16") and line.endswith("no bf16") for line in lines)
    assert not any("in bf16" in line for line in lines)


def test_machine() -> None:
    found = machine.machine()
    assert found["processor"] and 1 <= found["cores_usable"] <= found["cores"]
    assert set(found["flags"]) <= set(machine.FLAGS)
    assert found["packages"]["torch"]
    assert machine.described(found | {"flags": []}).endswith("no flags known")


class Letters:
    """An encoder whose vectors count letters."""

    def encode(self, texts: list[str], **_: Any) -> np.ndarray:
        return np.array([[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])


def test_the_same_calls_as_keybert() -> None:
    extractor = usual_stack.SameCalls(Letters())
    texts = ["red teas", "the rain", "the and of"]
    found = extractor.extract_keywords(texts, keyphrase_ngram_range=(1, 2), stop_words="english", top_n=2)
    assert found == [
        [("red teas", pytest.approx(1)), ("teas", pytest.approx(5 / 6))],  # "red" is 4 / 27 ** 0.5
        [("rain", pytest.approx(4 / 28**0.5))],
        [],
    ]
    assert extractor.extract_keywords(texts[2:], (1, 2), "english", 2) == [[]]


def test_wrong_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        throughput.run(["--posts", "x.jsonl", "--number", "0"])
    assert refused.value.code == 2
    assert "at least 1" in capsys.readouterr().err
    with pytest.raises(AnalystError, match="no such file"):
        throughput.run(["--posts", str(tmp_path / "none.jsonl")])
    for odd in (tmp_path, tmp_path / "none" / "out.json"):
        with pytest.raises(AnalystError, match="The report cannot stand here"):
            throughput.run(["--posts", "x.jsonl", "--out", str(odd)])


def test_failures_are_sentences() -> None:
    def fail(error: BaseException) -> None:
        raise error

    for error, said in (
        (AnalystError("No posts"), "No posts."),
        (OSError("disk full"), "disk full"),
        (KeyboardInterrupt(), "Stopped."),
    ):
        with pytest.raises(SystemExit) as ended:
            reports.end(lambda error=error: fail(error))  # type: ignore[misc]
        assert ended.value.code == said
