"""Which words are typical of which communities, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tools.training.terms import LEAST, PRIOR, SHOWN, learn_terms, read_corpus

POSTS = [
    *[("ana", "Running", "my Garmin watch")] * LEAST,
    *[("ben", "watches", "a watch")] * LEAST,
    *[("", "chat", "nothing at all")] * 100,
    *[("cem", "Running", "quasar")] * (LEAST - 1),
]
KNOWN = ["running", "watches", "chat"]


def test_a_word_said_in_one_community_is_typical_of_it() -> None:
    terms = learn_terms(read_corpus(POSTS), KNOWN)
    row = terms.names.index("garmin")
    own = slice(terms.starts[row], terms.starts[row + 1])
    share = LEAST / len(POSTS)
    inside = 2 * LEAST - 1  # posts in running
    assert terms.places[own].tolist() == [0]
    assert terms.lifts[own] == pytest.approx([np.log((LEAST + PRIOR * share) / ((inside + PRIOR) * share))])


def test_pairs_are_terms_and_rare_words_are_not() -> None:
    terms = learn_terms(read_corpus(POSTS), KNOWN)
    assert "garmin watch" in terms.names and "quasar" not in terms.names
    assert terms.typical("Garmin watch", 3).argmax() == 0


def test_a_word_said_everywhere_is_typical_of_nothing() -> None:
    posts = [("ana", name, "the same") for name in ("a", "b", "c") for _ in range(20)]
    assert learn_terms(read_corpus(posts), ["a", "b", "c"]).names == []


def test_posts_of_communities_that_are_not_known_only_thin_it_out() -> None:
    few, many = (learn_terms(read_corpus(POSTS + [("", "new", "garmin")] * n), KNOWN) for n in (0, 30))
    assert few.typical("garmin", 3)[0] > many.typical("garmin", 3)[0]


def test_pairs_do_not_span_posts() -> None:
    terms = learn_terms(read_corpus([("ana", "running", "trail"), ("ana", "running", "shoe")] * 30), KNOWN)
    assert "trail shoe" not in terms.names


def test_only_some_posts_as_if_there_were_no_others() -> None:
    corpus = read_corpus(POSTS)
    kept = corpus.authors != "ben"
    part, alone = (
        learn_terms(corpus.only(kept), KNOWN),
        learn_terms(read_corpus([p for p in POSTS if p[0] != "ben"]), KNOWN),
    )
    assert sorted(part.names) == sorted(alone.names)
    assert np.allclose(part.typical("garmin", 3), alone.typical("garmin", 3))


def test_at_most_so_many_communities_of_a_term() -> None:
    names = [f"c{i}" for i in range(SHOWN + 5)]
    posts = [("", name, "garmin") for name in names for _ in range(3)] + [("", "other", "tea")] * 5000
    terms = learn_terms(read_corpus(posts), names)
    assert len(terms.places) == SHOWN
    assert len(learn_terms(read_corpus([]), names).names) == 0
