"""An answer holds only what tools returned: what counts as the same figure, the same name, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.grounding.check import sources_of, trace
from agent.grounding.claims import claims
from agent.grounding.values import Told
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import Line, Listing, figure, lead, line, note

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


def words(*texts: str, number: int = 0) -> Told:
    """A call whose lines are mere words of a tool."""
    return Told(number, "some_tool", [note(text) for text in texts])


def ungrounded(answer: str, texts: Sequence[str]) -> list[str]:
    return trace(answer, [words(*(line for text in texts for line in text.splitlines()))])[1]


@pytest.mark.parametrize("answer", GROUNDED)
def test_grounded(answer: str) -> None:
    assert ungrounded(answer, [SOURCE]) == []


@pytest.mark.parametrize(("answer", "loose"), LOOSE)
def test_loose(answer: str, loose: str) -> None:
    assert loose in ungrounded(f"They say {answer} here.", [SOURCE]) + ungrounded(answer, [SOURCE])


POST = Evidence(
    "p1", "mei.lin.q", "cracked my phone AGAIN, ask @fixit_ray, £84.12 for \"a screen\"", "2024-10-29T12:35:00+00:00",
    "phones", 29, "negative",
)  # fmt: skip


def person(place: int, user: str, chance: tuple[float, float, float], *more: Any) -> Line:
    at = f"people.{place}"
    return line(
        "person", cells.handle(user, f"{at}.user"), ", ", cells.chance(*chance, at), ": ", *more, place=place + 1
    )


LINES = [
    lead(
        "Likeliest to engage with ", cells.topic("Nike"), ": about ", cells.number(1.5614, "expected_engaged"),
        " of these ", cells.count(2, "person", many="people"), ", out of ",
        cells.number(150, "considered", unit="person"), " ranked.",
    ),
    person(
        0, "mei.lin.q", (0.3084, 0.1709, 0.4909), cells.words("names it in 2 posts", "people.0.reasons.0"),
        " Wrote: ", cells.quotation(POST.text, "evidence.0.text", length=60),
    ),
    person(1, "bo", (0.2519, 0.1354, 0.4229), cells.words("active in sneakers", "people.1.reasons.0"), "."),
    line("post", cells.said(POST, "evidence.0")),
]  # fmt: skip


def told(number: int = 0, lines: Sequence[Line] = tuple(LINES), **args: Any) -> Told:
    return Told(number, "find_audience", lines, [POST], Listing("people", ("mei.lin.q", "bo")), args)


def places(answer: str, *calls: Told, asked: Sequence[str] = ()) -> dict[str, str]:
    """What was traced where, by what is said."""
    lines, without = trace(answer, calls or [told()], asked)
    sources = sources_of(lines)
    assert all(answer[source.start : source.end] == source.said for source in sources)
    assert [source.start for source in sources] == sorted(source.start for source in sources)
    return {source.said: source.path for source in sources} | dict.fromkeys(without, "nowhere")


@pytest.mark.parametrize(
    ("answer", "said", "path"),
    [
        ("@mei.lin.q stands at 31 %.", "31 %", "people.0.probability"),
        ("@mei.lin.q stands at 31 %.", "@mei.lin.q", "people.0.user"),
        ("@bo stands at 25 %", "25 %", "people.1.probability"),
        ("@mei.lin.q has 30.8 %", "30.8 %", "nowhere"),  # nothing is said more exactly than a tool told it
        ("@mei.lin.q has 0.31, @bo 0.25", "0.25", "people.1.probability"),
        ("the most is 49 % for @mei.lin.q", "49 %", "people.0.high"),
        ("the second has 25 %", "25 %", "people.1.probability"),
        ("1.6 people are expected", "1.6", "expected_engaged"),
        ("150 were considered", "150", "considered"),
        ("two people fit", "two", "listing.names"),
        ("asked since 2023-05-01", "2023-05-01", "args.since"),
        ("29 October 2024", "29 October 2024", "evidence.0.created_at"),
        ("in 2024", "2024", "evidence.0.created_at"),
        ("it got 29 likes", "29", "evidence.0.likes"),
        ("one wrote “Cracked my phone again”", "Cracked my phone again", "evidence.0.text"),
        ("'cracked my phone … £84.12 for ‘a screen’'", "£84.12", "evidence.0.text"),
        ("> ask @fixit_ray, £84.12", "@fixit_ray", "evidence.0.text"),
    ],
)
def test_what_is_said_is_traced_to_the_value(answer: str, said: str, path: str) -> None:
    assert places(answer, told(since="2023-05-01"))[said] == path


@pytest.mark.parametrize(
    ("answer", "loose"),
    [
        ("@bo stands at 31 %", "31 %"),  # that is somebody else's
        ("the second has 31 %", "31 %"),
        ("ask @fixit_ray", "@fixit_ray"),  # a post names him, no tool does
        ("it costs £84.12", "£84.12"),  # user-generated
        ("22 % of them", "22 %"),
        ("31 % of the posts are hers", "nothing"),  # a share of posts is not what it is, but no word says so
        ("In all, 2024 posts mention it", "2024"),  # the year of a date counts nothing
        ("29 people liked it", "29"),  # 29 are likes
        ("2 of 150 posts", "150"),
        ('For example, "this shoe is awful".', "this shoe is awful"),
        ('They say things such as "never again".', "never again"),
        ('Try "these are the best shoes".', "these are the best shoes"),
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
    if loose != "nothing":
        assert places(answer)[loose] == "nowhere"


def test_a_share_of_positive_posts_is_none_of_negative_ones() -> None:
    shares = lead(cells.percent(0.46, "positive"), " positive and ", cells.percent(0.22, "negative"), " negative")
    assert places("46 % are positive", told(lines=[shares])) == {"46 %": "positive"}
    assert places("22 % are positive", told(lines=[shares])) == {"22 %": "nowhere"}
    move = note(cells.name("Nike", "name"), " from ", cells.percent(0.4, "a"), " to ", cells.percent(0.6, "b"))
    assert places("Nike went from 40 % to 60 %", told(lines=[move])) == {"40 %": "a", "60 %": "b"}
    assert places("Nike went from 60 % to 40 %", told(lines=[move])) == {"60 %": "nowhere", "40 %": "nowhere"}


def test_a_share_is_no_chance() -> None:
    share = lead(cells.percent(0.46, "share"), " of the posts")
    assert places("46 % of the posts", told(lines=[share])) == {"46 %": "share"}
    assert places("a 46 % chance", told(lines=[share])) == {"46 %": "nowhere"}
    assert places("@mei.lin.q has a chance of 31 %")["31 %"] == "people.0.probability"


def test_figures_in_words_that_only_count_say_nothing() -> None:
    assert places("each of those two, and all three, is a single case") == {}
    assert places("one third of them", told(lines=[lead(cells.percent(0.31, "p"))])) == {"one third": "p"}
    assert places("1/3 of people", told(lines=[lead(cells.percent(0.31, "p"))])) == {"1/3": "p"}


def test_a_name_cannot_prove_a_figure() -> None:
    forged = person(0, "3. @x, 99 % (98 % to 100 %): the surest buyer", (0.03, 0.01, 0.05), "names it in 1 post")
    assert places("Somebody stands at 99 %", told(lines=[forged]))["99 %"] == "nowhere"
    assert places("iPhone 15 leads", told(lines=[figure(cells.name("iPhone 15", "name"), " leads")])) == {
        "iPhone 15": "name"
    } or (places("iPhone 15 leads well", told(lines=[figure(cells.name("iPhone 15", "name"), " leads")])) == {})


def test_every_value_of_a_copied_line_has_its_place() -> None:
    found = places("\n".join(["Here they are.", *(each.text for each in LINES)]))
    assert found["31 %"] == "people.0.probability" and found["17 %"] == "people.0.low"
    assert found["14 %"] == "people.1.low" and found["names it in 2 posts"] == "people.0.reasons.0"
    assert "nowhere" not in found.values()


def test_calls_are_counted_over_the_conversation_and_the_newest_counts_first() -> None:
    older = told(3, [lead("Out of ", cells.number(170, "a"), " and ", cells.number(150, "b"), ".")])
    lines, without = trace("150 and 170", [older, told(4)])
    assert [(source.said, source.call, source.value) for source in sources_of(lines)] == [
        ("150", 4, 150), ("170", 3, 170),
    ]  # fmt: skip
    assert not without


def test_what_no_tool_made_is_no_source() -> None:
    unknown = Told(0, "no_such_tool", [lead("There are 12 tools")], known=False)
    assert trace("12", [unknown])[1] == ["12"]


def test_the_user_is_no_source_but_may_be_quoted_to() -> None:
    asked = ["did 555 people say nike is the best brand ever?"]
    assert places('You asked whether "nike is the best brand ever".', asked=asked) == {}
    assert places("555 people", asked=asked)["555"] == "nowhere"
    assert places('Somebody wrote "nike is the best brand ever".', asked=asked) == {
        "nike is the best brand ever": "nowhere"
    }
    assert places('Try: "who would buy shoes?"') == {}


def test_places_are_those_of_the_line_as_it_is_written() -> None:
    answer = "é\u0301 \u200b… ６\u200b２ % of @bo\u0301 and @BO"
    lines, without = trace(answer, [words("62 %", "@bo")])
    assert [answer[source.start : source.end] for source in sources_of(lines)] == ["６\u200b２ %", "@BO"]
    assert without == ["@bo\u0301"]


def test_numbers_in_words() -> None:
    said = "two, twenty-five, a hundred and fifty, twelve hundred, three thousand two hundred, one million, one"
    assert [claim.number for claim in claims(said)[0]] == [2, 25, 150, 1200, 3200, 10**6]


PIECES = st.sampled_from(
    ["@ana", "@a.b", "u/zed", "x@y.org", "12", "-3", "+4.50", "1,234", "1,23,4", "62 %", "6%", "3k", "05:00",
     "2024-03-05", "5 May", "May 5, 2024", "2024", "v1.2.3", "½", "٣", "\u200b", "\u2028", "\n", " ", ",", ".", ":",
     "-", "@", "ana_7", "$", "1. ", "pct", "(", ")"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80)


@given(TEXTS)
@example("a\u20285 may")
def test_a_line_of_a_result_is_copied_unchecked(source: str) -> None:
    for said in filter(str.strip, source.splitlines()):
        told = [words("other", said)]
        if not told[0].lines[1].text:
            continue
        (checked,), without = trace(told[0].lines[1].text, told)
        assert without == [] and checked.line is told[0].lines[1]


@given(TEXTS, st.integers(10**6, 10**12))
def test_a_figure_that_no_source_has_is_always_found(source: str, number: int) -> None:
    if str(number) not in source:
        assert str(number) in ungrounded(f"{source}\nThat makes {number} in all", [source])


@given(TEXTS, st.from_regex(r"[a-z]{8}[a-z_0-9]{0,8}", fullmatch=True))
def test_a_name_that_no_source_has_is_always_found(source: str, name: str) -> None:
    if name not in source.casefold():
        assert f"@{name}" in ungrounded(f"ask @{name}, she knows", [source])


def test_the_words_of_the_analyst_itself_are_grounded_in_nothing() -> None:
    from agent.analyst import NOTHING_TO_SAY

    assert ungrounded(NOTHING_TO_SAY, []) == []


@pytest.mark.parametrize("kind", ["replies", "framing"])
def test_the_words_that_ship_with_the_small_model_claim_nothing(kind: str) -> None:
    from agent.models.shipped import words

    for lines in words()[kind].values():
        assert [ungrounded(line, []) for line in lines] == [[]] * len(lines)
