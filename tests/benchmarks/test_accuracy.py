"""The accuracy benchmark: its measures by hand, its files, and one small run of everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accuracy
import entity_scores
import keyword_rivals
import numpy as np
import pytest

from index.encoding.tagging import Span
from index.errors import AnalystError

Write = Callable[..., str]


def test_tones() -> None:
    assert accuracy.tones_of(["positive", 0, "neutral"]).tolist() == [2, 0, 1]
    with pytest.raises(AnalystError, match="'angry' is no tone"):
        accuracy.tones_of(["angry"])


def test_tone_figures() -> None:
    probabilities = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]], np.float32)
    found = accuracy.tone_figures(probabilities, np.array([0, 2, 2, 2]))
    assert found["per_class"]["negative"] == {"recall": 1, "precision": 0.5, "f1": pytest.approx(2 / 3), "texts": 1}
    assert found["per_class"]["positive"]["recall"] == pytest.approx(1 / 3)
    assert "neutral" not in found["per_class"]
    assert found["macro_recall"] == pytest.approx(2 / 3)
    assert found["ece"] == pytest.approx(0.5)
    assert found["texts"] == 4


def test_targets_are_found_as_whole_words_first() -> None:
    assert accuracy.place_of("apple", "Pineapple or Apple?") == (13, 18)
    assert accuracy.place_of("apple", "Pineapple") == (4, 9)
    assert accuracy.place_of("pear", "Pineapple") is None
    assert accuracy.place_of("", "Pineapple") is None
    assert accuracy.place_of("iphone 5", "an #iPhone5 case") == (4, 11)


def test_label_sets() -> None:
    assert entity_scores.label_set({"corporation", "person"}) == "wnut17"
    assert entity_scores.label_set({"PER", "ORG"}) == "btc"
    assert entity_scores.label_set({"PER", "MISC"}) == "tweebank"
    assert entity_scores.label_set({"organization", "work"}) == "ours"
    with pytest.raises(AnalystError, match="GPE"):
        entity_scores.label_set({"PER", "GPE"})


def test_tags_and_mentions_as_spans_over_tokens() -> None:
    assert entity_scores.spans_of(["B-PER", "I-PER", "I-ORG", "O", "B-ORG", "B-ORG"]) == [
        Span(0, 2, "PER"),
        Span(2, 3, "ORG"),
        Span(4, 5, "ORG"),
        Span(5, 6, "ORG"),
    ]
    tokens = ["New", "York's", "Nike", "shop"]
    spans = [Span(0, 8, "location"), Span(11, 15, "organization"), Span(16, 20, "work")]
    assert entity_scores.over_tokens(tokens, spans, "btc") == [Span(0, 2, "LOC"), Span(2, 3, "ORG")]


def test_teams_are_organizations_where_there_are_no_groups() -> None:
    """Of 23 groups found in Tweebank with a label 21 were ORG and 2 MISC."""
    for corpus in ("btc", "tweebank"):
        assert entity_scores.over_tokens(["Celtics"], [Span(0, 7, "group")], corpus) == [Span(0, 1, "ORG")]


def test_handles_are_entities_in_one_corpus_only() -> None:
    assert entity_scores.joined(["hi", "@", "Nike", "@ana", "@", "!"])[0] == "hi @Nike @ana @ !"
    nike, ana = Span(4, 8, "organization"), Span(10, 13, "person")
    tokens = ["hi", "@", "Nike", "@ana"]
    assert entity_scores.over_tokens(tokens, [nike, ana], "btc") == [Span(1, 2, "ORG"), Span(2, 3, "ORG")]
    assert entity_scores.over_tokens(tokens, [nike, ana], "wnut17") == []


def test_means_over_files() -> None:
    files = [
        {"f1": 0.2, "texts": 3, "labels": "btc", "deep": {"f1": 1.0}},
        {"f1": 0.4, "texts": 5, "deep": {"f1": 0.0}},
    ]
    assert accuracy.mean_of(files) == {"f1": pytest.approx(0.3), "texts": 8, "deep": {"f1": 0.5}}


def test_the_worst_file_is_named(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setitem(accuracy.KINDS, "sentiment", ("sentiment", lambda rows: {"macro_recall": rows[0]["value"]}))
    paths = [Path(write("a.jsonl", [{"value": 0.8}])), Path(write("b.jsonl", [{"value": 0.6}]))]
    found = accuracy.measure("sentiment", paths, None, 0)
    assert found["worst"] == {"file": "b", "macro_recall": 0.6} and found["macro_recall"] == pytest.approx(0.7)
    assert "worst" not in accuracy.measure("sentiment", paths[:1], None, 0)


def test_tfidf_prefers_what_other_texts_do_not_say() -> None:
    first, second = keyword_rivals.tfidf(["coffee coffee grinder", "coffee kettle"])
    assert set(first) == {"coffee", "grinder", "coffee coffee", "coffee grinder", "coffee coffee grinder"}
    assert second.index("kettle") < second.index("coffee")


def test_files_that_cannot_be_read(write: Write) -> None:
    with pytest.raises(AnalystError, match="cannot be read"):
        accuracy.read_some(Path(write("a.jsonl", "{nonsense")), None, 0)
    with pytest.raises(AnalystError, match="empty"):
        accuracy.read_some(Path(write("b.jsonl", "")), None, 0)
    with pytest.raises(AnalystError, match="no field 'label'"):
        accuracy.column([{"text": "a"}], "label")
    rows = [{"text": str(i)} for i in range(9)]
    path = Path(write("c.jsonl.gz", rows))
    assert accuracy.read_some(path, None, 0) == accuracy.read_some(path, 9, 0) == rows
    assert len(accuracy.read_some(path, 4, 0)) == 4
    assert accuracy.read_some(path, 4, 1) == accuracy.read_some(path, 4, 1)


def test_a_missing_rival_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(texts: Any) -> Any:
        raise ModuleNotFoundError("No module named 'yake'", name="yake")

    monkeypatch.setattr(accuracy, "our_phrases", lambda texts: [["rye"] for _ in texts])
    monkeypatch.setattr(accuracy, "RIVALS", {"yake": missing, "same": lambda texts: [["rye"] for _ in texts]})
    found = accuracy.keywords([{"text": "rye bread", "keyphrases": ["rye"]}])
    assert found["ours"]["f1_at_5"] == found["same"]["f1_at_5"] == pytest.approx(1)
    assert "yake is missing" in found["yake"]["note"] and "audience-analyst[dev]" in capsys.readouterr().err


def test_one_run(write: Write, encoder: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(accuracy, "RIVALS", {"tfidf": keyword_rivals.tfidf})
    tones = [{"text": "I love it", "label": "positive"}, {"text": "I hate it", "label": "negative"}]
    names = [{"tokens": ["I", "like", "Berlin"], "tags": ["O", "O", "B-location"]}]
    phrases = [{"text": "the espresso machine and a kettle", "keyphrases": ["espresso machine"]}] * 2
    out = tmp_path / "out.json"
    files = ["--sentiment", write("a.jsonl", tones), write("b.jsonl.gz", tones)]
    files += ["--entities", write("c.jsonl", names), "--keywords", write("d.jsonl", phrases)]
    accuracy.run([*files, "--out", str(out)])
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report == json.loads(out.read_text())
    assert set(report) == {"sentiment", "entities", "keywords", "machine"}
    assert set(report["sentiment"]["files"]) == {"a", "b"}
    assert report["sentiment"]["macro_recall"] == pytest.approx(report["sentiment"]["files"]["a"]["macro_recall"])
    assert "files" not in report["keywords"] and {"ours", "tfidf"} == set(report["keywords"])
    assert report["entities"]["labels"] == "wnut17" and report["entities"]["per_type"]["location"]["mentions"] == 1


def test_wrong_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        accuracy.run([])
    assert refused.value.code == 2
    assert "--sentiment" in capsys.readouterr().err
