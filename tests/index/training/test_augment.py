"""Other names in training texts: where they stand, and what stays."""

from __future__ import annotations

from index.encoding.tagging import Span
from index.training.augment import names_in, renamed, with_other_names
from index.training.data import NO_NAME, Tagged

KNOWN = {"person": ["Ana Smith"], "organization": ["Acme Labs"], "group": ["Acme Labs"]}


def named(example: Tagged) -> list[tuple[str, str]]:
    return [(example.text[span.start : span.end], span.type) for span in example.spans]


def test_new_names_stand_where_their_spans_say() -> None:
    text = "so Tim Cook left Apple , said Tim"
    spans = [Span(3, 11, "PER"), Span(17, 22, "ORG"), Span(30, 33, "PER")]
    seen = set()
    for seed in range(40):
        (made,) = renamed([Tagged(text, spans, "btc")], KNOWN, seed)
        kinds = [kind for _, kind in named(made)]
        assert kinds == ["PER", "ORG", "PER"]
        first, second, third = (name for name, _ in named(made))
        assert made.text == f"so {first} left {second} , said {third}"
        seen |= {first, second, third}
    assert {"Tim Cook", "Apple", "Ana Smith", "Acme Labs"} <= seen
    assert seen & {"Tim Smith", "Ana Cook"}  # people who are in no list


def test_handles_hashtags_and_what_is_no_name_stay() -> None:
    text = "@ana likes #Apple on a phone"
    spans = [Span(1, 4, "person"), Span(12, 17, "organization"), Span(23, 28, NO_NAME)]
    example = Tagged(text, spans, "silver")
    assert names_in([example]) == {NO_NAME: ["phone"]}
    assert all(renamed([example], KNOWN, seed)[0].text == text for seed in range(20))
    assert with_other_names([example], KNOWN, 0) == []


def test_names_are_written_as_the_old_ones_were() -> None:
    small = Tagged("ask tim", [Span(4, 7, "person")], "wnut17")
    large = Tagged("ASK TIMOTHY", [Span(4, 11, "person")], "wnut17")
    found = {row.text for seed in range(30) for row in with_other_names([small, large], KNOWN, seed)}
    assert all(text.islower() or text.isupper() for text in found)
    assert "ask ana smith" in found
