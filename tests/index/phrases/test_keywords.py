"""Key phrases: which stretches of text compete, what is seen of them, which are chosen, and how they are measured."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index.encoding.tagging import Span, Word
from index.inflection import singular
from index.phrases import rarity as rarity_module
from index.phrases.candidates import FEATURES, SEEN, Candidate, candidates, features, rarity, units_of
from index.phrases.keywords import Scorer, distinct, key_phrases, shipped_scorer
from index.phrases.rarity import rarities
from index.training.keywords import choices_in, count_rarity, example, fit, judge, learn, two_fold
from index.training.phrase_measures import phrase_scores, scores_at, stemmed


def words_in(text: str) -> list[Word]:
    """Letters and single marks, as the encoder parts them."""
    import re

    return [Word(0, 0, *match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]


def names_in(text: str, *spans: Span) -> set[str]:
    units = units_of(text, words_in(text))
    return {candidate.text for candidate in candidates(text, units, spans)}


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        ("great battery, poor screen", {"great battery", "poor screen", "battery"}, {"battery poor"}),
        ("the self-taught baker of Berlin", {"self-taught baker", "berlin"}, {"baker berlin", "self", "taught"}),
        ("Ana's bakery don't open", {"ana", "bakery", "open"}, {"ana bakery", "don't", "don"}),
        ("wait wait bakery", {"wait", "wait bakery"}, {"wait wait"}),
        ("see https://a.example/bakery @baker r/bread &amp; rye", {"rye"}, {"bakery", "baker", "bread", "amp", "a"}),
        ("neural\n\tnetworks\nnew line", {"neural networks", "line"}, {"networks new", "networks line"}),
        ("C++ and H&M", {"c++", "h&m"}, {"c"}),
        ("🙂 42 !", set(), {"42"}),
    ],
)
def test_candidates(text: str, there: set[str], absent: set[str]) -> None:
    found = names_in(text)
    assert there <= found
    assert not absent & found
    assert bool(found) == bool(there)


def test_names_are_not_cut() -> None:
    text = "podcast Keith Hunter Jesperson interviews"
    found = names_in(text, Span(8, 30, "person"))
    assert {"keith hunter jesperson", "podcast", "podcast keith hunter jesperson", "interviews"} <= found
    assert not {"keith", "hunter jesperson", "podcast keith", "jesperson interviews"} & found


def test_what_the_encoder_did_not_read_is_left_out() -> None:
    text = "bakery bread rye"
    assert [unit.text for unit in units_of(text, words_in(text)[:2])] == ["bakery", "bread"]
    assert units_of(text, []) == []


def test_letters_that_grow_when_lowered_do_not_shift_phrases() -> None:
    assert "istanbul ferry" not in names_in("İİ the ferry")
    assert "ferry" in names_in("İİ the ferry")


def test_features_of_one_post() -> None:
    text = "the espresso machine and the espresso machines"
    words = words_in(text)
    units = units_of(text, words)
    found = candidates(text, units)
    states = np.eye(len(words), dtype=np.float32)
    embedding = np.zeros(len(words), np.float32)
    embedding[1] = 1
    rows = features(units, found, states, embedding, lambda candidate: float(len(candidate.text)))
    assert rows.shape == (len(found), len(FEATURES))
    row = dict(zip(FEATURES, rows[[c.text for c in found].index("espresso machine")], strict=True))
    assert row["cosine"] == pytest.approx(1 / math.sqrt(2))
    assert (row["single"], row["opens"], row["closes"], row["whole"], row["plural"]) == (0, 1, 1, 1, 0)
    assert row["late"] == pytest.approx(math.log(2))
    assert row["lean"] == len("espresso machine")
    assert all(value == 0 for name, value in row.items() if name.startswith("single "))
    single = dict(zip(FEATURES, rows[[c.text for c in found].index("espresso")], strict=True))
    assert single["lean"] == single["single lean"] == len("espresso")
    assert single["repeated"] == pytest.approx(math.log(2)) == single["single repeated"]
    assert (single["opens"], single["closes"], single["whole"]) == (1, 0, 0)


def test_rare_words_are_rarer_than_common_ones() -> None:
    assert 0 < rarity("good") < rarity("espresso") < rarity("qqqzzzq")
    assert rarity("good-qqqzzzq") == rarity("good")
    assert rarity("") == rarity("qqqzzzq")


@pytest.mark.parametrize(
    ("word", "one"),
    [("shoes", "shoe"), ("candies", "candy"), ("boxes", "box"), ("news", "news"), ("glass", "glass"), ("ps5", "ps5"),
     ("bus", "bus"), ("analysis", "analysis"), ("gas", "gas"), ("matches", "match"), ("", "")],
)  # fmt: skip
def test_singular(word: str, one: str) -> None:
    assert singular(word) == one


def chosen(texts: dict[str, tuple[float, int]], limit: int = 9) -> list[str]:
    """Names of what is chosen of texts with their weights and how often each is said."""
    found = [Candidate(text, 0, 0, times) for text, (_, times) in texts.items()]
    weights = np.array([weight for weight, _ in texts.values()])
    return [found[i].text for i in distinct(found, weights, limit)]


def test_parts_of_a_chosen_phrase_are_not_said_again() -> None:
    assert chosen({"espresso": (0.5, 1), "espresso machine": (0.9, 1), "berlin": (0.1, 1)}) == [
        "espresso machine",
        "berlin",
    ]
    assert chosen({"espresso": (0.5, 2), "espresso machine": (0.9, 1)}) == ["espresso machine", "espresso"]
    assert chosen({"espresso": (0.9, 1), "espresso machine": (0.5, 1)}) == ["espresso"]
    assert chosen({"press": (0.5, 1), "espresso": (0.9, 1)}) == ["espresso", "press"]
    assert chosen({"shoe": (0.5, 3), "shoes": (0.9, 1)}) == ["shoes"]
    assert chosen({"a1": (0.1, 1), "b1": (0.2, 1)}, limit=1) == ["b1"]


def test_the_shipped_scorer_knows_every_feature() -> None:
    scorer = shipped_scorer()
    assert scorer.weights.shape == (len(FEATURES),)
    assert np.isfinite(scorer.weights).all()
    assert scorer(np.zeros((2, len(FEATURES)))).shape == (2,)


def reading_of(text: str) -> SimpleNamespace:
    words = words_in(text)
    states = np.ones((len(words), 4), np.float32)
    return SimpleNamespace(words=words, word_vectors=states, embedding=np.full(4, 0.5, np.float32), entities=[])


def test_key_phrases_prefer_what_says_something() -> None:
    text = "I would take the espresso machine for a nice day"
    phrases = key_phrases(text, reading_of(text))  # type: ignore[arg-type]
    assert "espresso" in phrases[0].text
    assert all(0 < phrase.weight < 1 and phrase.text in text for phrase in phrases)
    assert [phrase.weight for phrase in phrases] == sorted((phrase.weight for phrase in phrases), reverse=True)
    assert key_phrases("🙂", reading_of("🙂")) == []  # type: ignore[arg-type]


def test_a_fitted_scorer_finds_what_its_editors_chose() -> None:
    texts = [f"the word{i} and a pair{i} maker{i}" for i in range(20)]
    examples = [example(text, [f"word{i}"], reading_of(text)) for i, text in enumerate(texts)]  # type: ignore[arg-type]
    assert [e.right.sum() for e in examples] == [1] * 20
    scorer = fit([examples, examples[:5]])
    assert judge(scorer, examples)["recall_at_5"] == 1
    first = [e.found[int(scorer(e.rows).argmax())].text for e in examples]
    assert first == [f"word{i}" for i in range(20)]
    assert isinstance(scorer, Scorer) and scorer.weights[SEEN.index("single")] != 0


def test_a_text_does_not_vote_for_itself() -> None:
    texts = [("the rye and a mill", ["rye"]), ("the rye and a barn", ["barn"])]
    choices = choices_in(texts)
    first = example(*texts[0], reading_of(texts[0][0]))  # type: ignore[arg-type]
    lean, single = FEATURES.index("lean"), FEATURES.index("single lean")
    place = [c.text for c in first.found].index("rye")
    counted, fresh = (first.leaning(choices, counted=own).rows[place] for own in (True, False))
    assert counted[lean] < fresh[lean]
    assert counted[lean] == pytest.approx(choices.lean("rye", stood=1, chosen=1))
    assert (counted[single], fresh[single]) == (counted[lean], fresh[lean])
    assert first.rows[place, lean] == 0


def test_what_is_often_chosen_decides_between_alike_words() -> None:
    texts = [
        (f"the {'rye' if i % 2 else 'oat'} and the {'oat' if i % 2 else 'rye'} and word{i}", ["rye"]) for i in range(40)
    ]
    corpora = {"inspec": [example(*text, reading_of(text[0])) for text in texts], "stackexchange": []}  # type: ignore[arg-type]
    corpora["stackexchange"] = corpora["inspec"][:7]
    scorer = learn(corpora, choices_in(texts))
    found = [e.leaning(choices_in(texts), counted=False) for e in corpora["inspec"]]
    assert {e.found[int(scorer(e.rows).argmax())].text for e in found} == {"rye"}
    assert two_fold(corpora, texts)["inspec"]["recall_at_5"] == 1


def test_rarity_is_counted_in_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posts, table = tmp_path / "posts.jsonl", tmp_path / "rarity.tsv.gz"
    posts.write_text('{"title": "Rye", "text": "rye rye bread 7"}\n' * 5 + '{"title": null, "text": "oat"}\n' * 5)
    assert count_rarity(posts, table) == 3
    assert gzip.decompress(table.read_bytes()).decode() == "10\nbread\t5\noat\t5\nrye\t5"
    monkeypatch.setattr(rarity_module, "RARITY", table)
    rarities.cache_clear()
    try:
        assert rarity("rye") == pytest.approx(math.log(2))
        assert rarity("good") == pytest.approx(math.log(10))
    finally:
        rarities.cache_clear()


def test_phrases_are_compared_by_stems() -> None:
    assert stemmed("Neural-Networks  ") == stemmed("neural network") == "neural network"
    assert scores_at(["Shoes", "shoe", "rye"], ["shoe", "bread", "tea"], 5) == pytest.approx((1 / 2, 1 / 3, 0.4))
    assert scores_at(["rye", "shoe"], ["shoe"], 1) == (0, 0, 0)
    assert scores_at([], ["shoe"], 5) == (0, 0, 0)
    both = phrase_scores([["a1"], ["b1"], ["c1"]], [["a1"], ["x1", "y1"], []])
    assert both["f1_at_5"] == pytest.approx(0.5)  # the text without gold phrases is left out
    assert both["precision_at_10"] == pytest.approx(0.5)
