"""An answer holds only what tools returned: what counts as the same figure, the same name, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.events import Source
from agent.grounding.check import loose_ends, trace
from agent.grounding.claims import claims
from agent.grounding.returned import Returned

SOURCE = "\n".join(
    [
        "Posts about iPhone 15 are clearly positive: 62 % positive, 8.50 % negative in 1,200 posts (-0.12).",
        '3. @Fern_88, 100 %: names it in 7 posts. Wrote: "cost me $1,299.50, see v1.10.2"',
        "@tidal_moss. on 2024-03-05 (40 likes), mostly between 05:00 and 06:00 UTC; -9 points, 3k views, .25 a head",
        "@bob@mast.social answered u/zed-, mail info@firm.com",
    ]
)
GROUNDED = [
    "62 %", "62%", "62.0 %", "62 percent", "**62 %** of 1200", "0.62", "sixty-two percent", "8.5 %", "0.085",
    "1.2k posts", "1.2 thousand", "about 1,200", "twelve hundred", "three thousand views", "seven posts",
    "05.03.2024", "3/5/2024", "5/3/2024", "2024/03/05", "March 2024", "in Mar 2024", "between 8.5 and 62 %",
    "two thirds of them", "a hundred percent", "1. first\n2. second\n3. third", "1,200", "1200.0", "-0.12", "−0.12",
    "iPhone15", "between 5:00 and 6:00", "05:00–06:00", "3k", "0.25", "-9",
    "2024-03-05", "in 2024-03", "in 2024", "March 5, 2024", "the 5th of March", "5 Mar 2024",
    "1. @fern_88", "1) @FERN_88's posts", "fern_88 wrote 7 posts", "(@tidal_moss)", "@tidal_moss...", "@bob",
    "@bob@mast.social", "u/zed", "/u/ZED", "mail someone@else.org", "6\u200b2 %", "６２％", "٦٢ %",
    "one of them", "a ten-year-old", "", "no figures at all",
]  # fmt: skip
LOOSE = [
    ("63 %", "63 %"), ("7 %", "7 %"), ("1,201", "1,201"), ("0.12", "0.12"), ("+0.12", "+0.12"), ("9", "9"),
    ("12", "12"), ("1.10", "1.10"), ("1.10.3", "1.10.3"), ("5:30", "5:30"), ("3,000", "3,000"), ("300", "300"),
    ("2024-03-06", "2024-03-06"), ("2024-04", "2024-04"), ("March 6", "March 6"), ("5 April 2024", "5 April 2024"),
    ("2023", "2023"), ("PS4", "4"), ("88 posts", "88"), ("1. 99 people", "99"), ("@fern_8", "@fern_8"),
    ("@fern_888", "@fern_888"), ("@émile", "@émile"), ("@-x", "@-x"), ("u/nobody", "u/nobody"), ("@firm", "@firm"),
    ("@bob@evil.social", "@bob@evil.social"), ("@fe\u200brn", "@fe\u200brn"), ("½ of them", "½"), ("٤٤", "٤٤"),
    ("62", "62"), ("62 people", "62"), ("0.63", "0.63"), ("0.7", "0.7"), ("61.8 %", "61.8 %"), ("1.3k", "1.3k"),
    ("1,200.5", "1,200.5"), ("1,000", "1,000"), ("twelve posts", "twelve"),
    ("$1299.50", "$1299.50"), ("v1.10.2", "1.10.2"), ("10) @FERN_88", "10"),
    ("sixty-three percent", "sixty-three percent"),
    ("six people", "six"), ("half of them", "half of"), ("a quarter", "a quarter"), ("nine in ten", "nine in ten"),
    ("04.03.2024", "04.03.2024"), ("April 2024", "April 2024"), ("03/2025", "2025"), ("2,024 posts", "2,024"),
    ("10 to 62 %", "10"), ("8.5–63 %", "63 %"), ("a dozen", "a dozen"), ("two million", "two million"),
]  # fmt: skip


@pytest.mark.parametrize("answer", GROUNDED)
def test_grounded(answer: str) -> None:
    assert loose_ends(answer, [SOURCE]) == []


@pytest.mark.parametrize(("answer", "loose"), LOOSE)
def test_loose(answer: str, loose: str) -> None:
    assert loose in loose_ends(f"They say {answer} here.", [SOURCE]) + loose_ends(answer, [SOURCE])


@pytest.mark.parametrize("post", ["_sharpens hammer furiously_", "so __very__ good_", "_ snake_case stays _"])
def test_a_post_in_italics_is_quoted_as_it_is_written(post: str) -> None:
    line = f'@ana wrote: "{post}"'
    assert loose_ends(line, [line]) == []
    assert loose_ends('"sharpens hammer"', ["_sharpens hammers_"]) == ["sharpens hammer"]


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


RESULT = {
    "tool": "find_audience",
    "lines": [
        "Likeliest to engage: about 1.6 of these 2 people, out of 150.",
        '1. @mei.lin.q, 31 % (17 % to 49 %): names it in 2 posts. '
        'Wrote: "cracked my phone AGAIN, ask @fixit_ray, £84.12…"',
        "2. @bo, 25 % (14 % to 42 %): active in sneakers.",
    ],
    "warnings": [],
    "evidence": [
        {"id": "p1", "author": "mei.lin.q", "text": "cracked my phone AGAIN, ask @fixit_ray, £84.12 for \"a screen\"",
         "created_at": "2024-10-29T12:35:00+00:00", "community": "phones", "likes": 29},
    ],
    "considered": 150,
    "people": [
        {"user": "mei.lin.q", "probability": 0.3084, "low": 0.1709, "high": 0.4909, "reasons": ["names it in 2 posts"]},
        {"user": "bo", "probability": 0.2519, "low": 0.1354, "high": 0.4229, "reasons": ["active in sneakers"]},
    ],
    "expected_engaged": 1.5614,
    "lift_curve": [[0.01, 0.1645], [0.02, 0.2245]],
}  # fmt: skip


def returned(number: int = 0, result: dict[str, Any] | None = None, **more: Any) -> Returned:
    value = result or RESULT
    return Returned(number, value["tool"], "\n".join(value["lines"]), value, more, ["mei.lin.q", "bo"])


def places(answer: str, *results: Returned, asked: Sequence[str] = ()) -> dict[str, str]:
    """What was traced where, by what is said."""
    sources, loose = trace(answer, results or [returned()], asked)
    assert all(answer[source.start : source.end] == source.said for source in sources)
    assert [source.start for source in sources] == sorted(source.start for source in sources)
    return {source.said: source.path for source in sources} | dict.fromkeys(loose, "nowhere")


@pytest.mark.parametrize(
    ("answer", "said", "path"),
    [
        ("@mei.lin.q stands at 31 %.", "31 %", "people.0.probability"),
        ("@mei.lin.q stands at 31 %.", "@mei.lin.q", "people.0.user"),
        ("@bo stands at 25 %", "25 %", "people.1.probability"),
        ("@mei.lin.q has 30.8 %", "30.8 %", "people.0.probability"),
        ("@mei.lin.q has 0.31, @bo 0.252", "0.252", "people.1.probability"),
        ("high is 49 % for @mei.lin.q", "49 %", "people.0.high"),
        ("1.56 people are expected", "1.56", "expected_engaged"),
        ("150 were considered", "150", "considered"),
        ("two people fit", "two", "people"),
        ("asked since 2023-05-01", "2023-05-01", "args.since"),
        ("29 October 2024", "29 October 2024", "evidence.0.created_at"),
        ("@mei.lin.q paid 84.12", "84.12", "evidence.0.text"),
        ("one wrote “Cracked my phone again”", "Cracked my phone again", "evidence.0.text"),
        ("'cracked my phone … £84.12 for ‘a screen’'", "£84.12", "evidence.0.text"),
        ("> ask @fixit_ray, £84.12", "@fixit_ray", "evidence.0.text"),
    ],
)
def test_what_is_said_is_traced_to_the_value(answer: str, said: str, path: str) -> None:
    found = places(answer, returned(since="2023-05-01"))
    assert found[said] == path
    assert "nowhere" not in found.values()


@pytest.mark.parametrize(
    ("answer", "loose"),
    [
        ("@bo stands at 31 %", "31 %"),  # that is somebody else's
        ("ask @fixit_ray", "@fixit_ray"),  # a post names him, no tool does
        ("it costs £84.12", "£84.12"),  # a stranger says so
        ("22 % of them", "22 %"),  # stands in a curve, told of nobody
        ('they wrote "cracked my screen AGAIN"', "cracked my screen AGAIN"),
        ('they wrote "my phone AGAIN cracked"', "my phone AGAIN cracked"),
        ('"racked my phone"', "racked my phone"),
        ("'cracked my new phone again'", "cracked my new phone again"),
        ("“cracked … my laptop”", "cracked … my laptop"),
        ("> cracked his phone", "cracked his phone"),
        ("@mei.lin", "@mei.lin"), ("@meilinq", "@meilinq"), ("@mei.lin.q.x", "@mei.lin.q.x"),
        ("1. @bo\n42. people", "42"), ("2024-10-30", "2024-10-30"), ("29 October 2023", "29 October 2023"),
        ("three people fit", "three"), ("since 2023", "2023"),
    ],
)  # fmt: skip
def test_what_is_altered_is_traced_nowhere(answer: str, loose: str) -> None:
    assert places(answer)[loose] == "nowhere"


def test_every_claim_of_a_copied_line_has_its_place() -> None:
    found = places("\n".join(["Here they are.", *RESULT["lines"]]))
    assert found.pop("@fixit_ray") == found.pop("£84.12") == "evidence.0.text"
    assert found["2"] == "people.0.reasons.0" and found["17 %"] == "people.0.low" and found["14 %"] == "people.1.low"
    assert "nowhere" not in found.values() and not any(path.startswith("lines") for path in found.values())


def test_calls_are_counted_over_the_conversation_and_the_newest_counts_first() -> None:
    older = {**RESULT, "considered": 170, "lines": ["Out of 170 and 150."]}
    sources, loose = trace("150 and 170", [returned(3, older), returned(4)])
    assert [(source.said, source.call, source.value) for source in sources] == [("150", 4, 150), ("170", 3, 170)]
    assert not loose


def test_the_user_is_no_source_but_may_be_quoted_to() -> None:
    asked = ["did 555 people say nike is the best brand ever?"]
    assert places('You asked whether "nike is the best brand ever".', asked=asked) == {}
    assert places("555 people", asked=asked)["555"] == "nowhere"
    assert places('Somebody wrote "nike is the best brand ever".', asked=asked) == {
        "nike is the best brand ever": "nowhere"
    }
    assert places('Try: "who would buy 20 phones?"') == {}


def test_a_key_with_a_full_stop_is_marked_in_the_path() -> None:
    result = {"tool": "x", "lines": ["a.b: 41.5 %"], "groups": {"a.b": {"positive": 0.415}}}
    assert trace("a.b: 41.5 %", [Returned(0, "x", "a.b: 41.5 %", result, {})])[0] == [
        Source(5, 11, "41.5 %", 0, "x", "groups.a\\.b.positive", 0.415)
    ]


def test_places_are_those_of_the_line_as_it_is_written() -> None:
    answer = "é\u0301 \u200b… ６\u200b２ % of @bo\u0301 and @BO"
    sources, loose = trace(answer, [returned(0, {**RESULT, "lines": ["62 %", "@bo"]})])
    assert [answer[source.start : source.end] for source in sources] == ["６\u200b２ %", "@BO"]
    assert loose == ["@bo\u0301"]


def test_numbers_in_words() -> None:
    said = "two, twenty-five, a hundred and fifty, twelve hundred, three thousand two hundred, one million, one"
    assert [claim.number for claim in claims(said)[0]] == [2, 25, 150, 1200, 3200, 10**6]


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


@pytest.mark.parametrize("kind", ["replies", "framing"])
def test_the_words_that_ship_with_the_small_model_claim_nothing(kind: str) -> None:
    from agent.models.shipped import words

    for lines in words()[kind].values():
        assert [trace(line, [returned()]) for line in lines] == [([], [])] * len(lines)
