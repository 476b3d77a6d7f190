"""An answer holds only what tools returned: what counts as the same figure, the same name, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.grounding import loose_ends

SOURCE = "\n".join(
    [
        "Posts about iPhone 15 are clearly positive: 62 % positive, 8.50 % negative in 1,200 posts (-0.12).",
        "3. @Fern_88, 100 %: names it in 7 posts. Wrote: \"cost me $1,299.50, see v1.10.2\"",
        "@tidal_moss. on 2024-03-05 (40 likes), mostly between 05:00 and 06:00 UTC; -9 points, 3k views, .25 a head",
        "@bob@mast.social answered u/zed-, mail info@firm.com",
    ]
)
GROUNDED = [
    "62 %", "62%", "62.0 %", "62 percent", "**62 %** of 1200", "62", "8.5 %", "1,200", "1200.0", "-0.12", "−0.12",
    "$1299.50", "1,299.5", "v1.10.2", "iPhone15", "between 5:00 and 6:00", "05:00–06:00", "3k", "0.25", "-9",
    "2024-03-05", "in 2024-03", "in 2024", "March 5, 2024", "the 5th of March", "5 Mar 2024",
    "1. @fern_88", "10) @FERN_88's posts", "fern_88 wrote 7 posts", "(@tidal_moss)", "@tidal_moss...", "@bob",
    "@bob@mast.social", "u/zed", "/u/ZED", "mail someone@else.org", "6\u200b2 %", "６２％", "٦٢ %",
    "two thirds of them", "", "no figures at all",
]  # fmt: skip
LOOSE = [
    ("63 %", "63 %"), ("7 %", "7 %"), ("1,201", "1,201"), ("0.12", "0.12"), ("+0.12", "+0.12"), ("9", "9"),
    ("12", "12"), ("1.10", "1.10"), ("1.10.3", "1.10.3"), ("5:30", "5:30"), ("3,000", "3,000"), ("300", "300"),
    ("2024-03-06", "2024-03-06"), ("2024-04", "2024-04"), ("March 6", "March 6"), ("5 April 2024", "5 April 2024"),
    ("2023", "2023"), ("PS4", "4"), ("88 posts", "88"), ("1. 99 people", "99"), ("@fern_8", "@fern_8"),
    ("@fern_888", "@fern_888"), ("@émile", "@émile"), ("@-x", "@-x"), ("u/nobody", "@nobody"), ("@firm", "@firm"),
    ("@bob@evil.social", "@bob@evil.social"), ("@fe\u200brn", "@fern"), ("½ of them", "1"), ("٤٤", "44"),
]  # fmt: skip


@pytest.mark.parametrize("answer", GROUNDED)
def test_grounded(answer: str) -> None:
    assert loose_ends(answer, [SOURCE]) == []


@pytest.mark.parametrize(("answer", "loose"), LOOSE)
def test_loose(answer: str, loose: str) -> None:
    assert loose in loose_ends(f"They say {answer} here.", [SOURCE]) + loose_ends(answer, [SOURCE])


def test_all_loose_ends_are_named_once() -> None:
    assert loose_ends("@x has 5 of 5 and @x 6 %", ["nothing"]) == ["@x", "5", "6 %"]


def test_people_count_as_names_but_give_no_figures() -> None:
    assert loose_ends("@ann_42 and ann_42", [], ["Ann_42"]) == []
    assert loose_ends("42", [], ["Ann_42", "42"]) == ["42"]
    assert loose_ends("42", ["@ann_42"]) == ["42"]


def test_large_figures_are_told_apart() -> None:
    assert loose_ends("1234567", ["1,234,568"]) == ["1234567"]
    assert loose_ends("0.1234567", ["0.1234568"]) == ["0.1234567"]
    assert loose_ends("1", ["1,2,3"]) == []


def test_a_wrong_sign_is_no_slip() -> None:
    assert loose_ends("(+0.20)", ["(-0.20)"]) == ["+0.20"]
    assert loose_ends("-20 %", ["10-20 %"]) == ["-20 %"]


PIECES = st.sampled_from(
    ["@ana", "@a.b", "u/zed", "x@y.org", "12", "-3", "+4.50", "1,234", "1,23,4", "62 %", "6%", "3k", "05:00",
     "2024-03-05", "5 May", "May 5, 2024", "2024", "v1.2.3", "½", "٣", "\u200b", "\u2028", "\n", " ", ",", ".", ":",
     "-", "@", "ana_7", "$", "1. ", "pct", "(", ")"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80)


@given(TEXTS, TEXTS)
@example("a\u20285 may", "")
def test_every_line_of_a_source_is_grounded_in_it(source: str, other: str) -> None:
    for line in [source, *source.splitlines(), *source.split("\n")]:
        assert loose_ends(line, [other, source]) == []
        assert loose_ends(line.strip(), [source]) == []


@given(TEXTS, st.integers(10**6, 10**12))
def test_a_figure_that_no_source_has_is_always_found(source: str, figure: int) -> None:
    if str(figure) not in source:
        assert str(figure) in loose_ends(f"{source}\nThat makes {figure} in all", [source])


@given(TEXTS, st.from_regex(r"[a-z]{8}[a-z_0-9]{0,8}", fullmatch=True))
def test_a_name_that_no_source_has_is_always_found(source: str, name: str) -> None:
    if name not in source.casefold():
        assert f"@{name}" in loose_ends(f"ask @{name}, she knows", [source])


def test_the_words_of_the_analyst_itself_are_grounded_in_nothing() -> None:
    from agent.analyst import NOTHING_TO_SAY

    assert loose_ends(NOTHING_TO_SAY, []) == []
