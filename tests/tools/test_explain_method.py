"""The glossary: every term is whole, figures are measured ones, and what is asked for is found by meaning."""

from __future__ import annotations

import pytest

from index.encoding.measured import head_accuracy, measured
from tests.tools.conftest import Call
from tools.explain_method import TARGETING, glossary
from tools.result.accuracy import plain_accuracy


def test_every_term_has_ways_to_ask_and_an_answer() -> None:
    terms = glossary()
    assert len(terms) > 15 and len({term.title for term in terms}) == len(terms)
    for term in terms:
        assert len(term.also) > 2 and all(term.also), term.title
        assert 40 < len(term.answer) < 400 and term.answer.endswith("."), term.title


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("31 %", "Probability of engaging"),
        ("17 % to 49 %", "Interval"),
        ("± 0.35", "Interval"),
        ("+0.24", "Tone"),
        ("lift", "Lift"),
        ("silhouette", "Segments"),
        ("share_of_voice", "Share of voice"),
        ("where does my data go", "Where the data goes"),
        ("is my export uploaded to some cloud?", "Where the data goes"),
        ("why did you refuse to tell religion", "What is never inferred"),
        ("how do you decide what is positive", "Tone"),
    ],
)
def test_what_is_asked_for_is_found(call: Call, asked: str, title: str) -> None:
    found = call("explain_method", term=asked)
    assert found.title == title and found.headline.text.startswith(f"{title}: ")


def test_a_figure_is_told_with_its_own_row(call: Call) -> None:
    row = "1. @ana, 31 % (17 % to 49 %): active in shoes."
    found = call("explain_method", term="31 %", seen=row)
    assert found.lines[0].text == f"Here it stands in: {row}"


def test_measured_figures_are_filled_in(call: Call) -> None:
    text = call("explain_method", term="accuracy").text
    assert "{measured" not in text and "kept apart for it" in text
    for told in plain_accuracy({"targeting": measured(TARGETING), "entities": head_accuracy()["entities"]}):
        assert told.words in text, told


@pytest.mark.parametrize("asked", ["", "  ", None, "banana"])
def test_what_nothing_explains_gets_the_list(call: Call, asked: str | None) -> None:
    found = call("explain_method", term=asked)
    assert found.title == "" and found.listing is not None and "Lift" in found.listing.names and "Lift" in found.text
