"""Saved audiences: whom they hold, what sets them apart, and that every filter of people takes them by name."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from scipy.stats import fisher_exact

from index.audiences import read_audiences
from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tests.tools.said import lines, warnings
from tools.audiences.affinities import cares_of
from tools.audiences.keeping import add_people, call_otherwise, has_people, keep, leave_out, people_of
from tools.compare_audiences import CompareAudiences
from tools.exports.about import Taken
from tools.exports.saving import export_bytes
from tools.library import Library
from tools.registry import TOOLS, arguments_model, call_tool
from tools.show_audience import ShowAudience

RUNNERS, OTHERS = [f"run{n}" for n in range(8)], [f"sit{n}" for n in range(40)]


def crowd() -> list[dict[str, object]]:
    """Eight people who run, seven of them in running and six with Garmin; forty who do not, with one of each."""
    rows = []
    for n, user in enumerate([*RUNNERS, *OTHERS]):
        runs = n < 7 or n == 8
        rows.append(
            post(
                f"a{n}",
                user,
                "out again",
                community="running" if runs else "sofas",
                phrases=["long run"] if runs else [],
            )
        )
        rows.append(
            post(
                f"b{n}",
                user,
                "out once more",
                community="running" if runs else "sofas",
                phrases=["long run"] if runs else [],
            )
        )
        if n < 6 or n == 9:
            rows.append(post(f"c{n}", user, "my Garmin says so", names=["Garmin"], tone="good"))
        rows.append(post(f"d{n}", user, "Lego for everybody", community="toys", names=["Lego"], likes=n))
    return rows  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Not changed by any test: the audiences of a test lie in a folder of its own."""
    return make_library(tmp_path_factory.mktemp("audiences"), crowd())


@pytest.fixture
def library(made: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The same posts, with a committed version for whoever keeps an audience."""
    from contextlib import nullcontext
    from types import SimpleNamespace

    import index.audiences

    version = SimpleNamespace(folder=made.path, hold=SimpleNamespace(release=lambda: None))
    monkeypatch.setattr(index.audiences, "open_version", lambda folder: version)
    monkeypatch.setattr(index.audiences, "one_writer", lambda folder, patience: nullcontext())
    return Library(tmp_path, made.manifest, made.facts, made.nearness)


def test_what_people_care_for_is_counted_once_a_person(library: Library) -> None:
    cares = cares_of(library, "Runners", RUNNERS)
    found = {each.name: each for each in cares.affinities}
    assert list(found) == ["running", "Garmin"]  # everybody names Lego
    running = found["running"]
    assert (running.kind, running.people, running.size, running.others, running.others_size) == (
        "community", 7, 8, 1, 40,
    )  # fmt: skip
    ratio = (7.5 / 8.5) / (1.5 / 40.5)
    error = math.sqrt(1 / 7.5 - 1 / 8.5 + 1 / 1.5 - 1 / 40.5)
    assert running.lift == pytest.approx(ratio)
    assert (running.low, running.high) == pytest.approx(
        (ratio * math.exp(-1.96 * error), ratio * math.exp(1.96 * error))
    )
    assert fisher_exact([[7, 1], [1, 39]]).pvalue < 0.05 and [each.phrase for each in cares.phrases] == ["long run"]


def test_a_few_who_are_like_everybody_care_for_nothing_more(library: Library) -> None:
    assert cares_of(library, "Sitters", OTHERS[10:14]).affinities == []
    assert cares_of(library, "None", []).affinities == [] == cares_of(library, "Runners", RUNNERS, []).affinities


def test_an_audience_is_shown_and_exported(library: Library) -> None:
    kept, unknown = keep(library, "Spring runners", ["@RUN0", *RUNNERS, "zoe"], "Audience for Garmin")
    assert kept.people == tuple(RUNNERS) and unknown == ["zoe"]
    shown = call_tool(library, "show_audience", {"name": "spring runners"})
    assert isinstance(shown, ShowAudience) and [person.posts for person in shown.people] == [4] * 6 + [3] * 2
    said = lines(shown)
    assert said[0] == "The audience Spring runners has 8 people: @run0, @run1, @run2, @run3, @run4 and 3 others."
    assert said[1] == "1. @run0: 4 posts, most in running and toys." and said[8].startswith("8. @run7")
    assert said[9].startswith(
        "7 of 8 people in Spring runners post in running, against 1 of the 40 others here: 24 times"
    )
    assert said[-1] == f"Saved on {kept.kept_on} from: Audience for Garmin."
    table = export_bytes(Taken(library, shown, "show_audience", {"name": "Spring runners"}), "a.csv").decode()
    assert all(user in table for user in RUNNERS)
    with pytest.raises(AnalystError, match=r"no audience called 'Autumn'.*are: Spring runners"):
        call_tool(library, "show_audience", {"name": "Autumn"})


def test_two_audiences_are_compared(library: Library) -> None:
    keep(library, "Runners", RUNNERS)
    keep(library, "Mixed", [*RUNNERS[6:], *OTHERS[5:25]])
    both = call_tool(library, "compare_audiences", {"first": "Runners", "second": "mixed"})
    assert isinstance(both, CompareAudiences) and both.both == ["run6", "run7"]
    assert [(side.people, side.share) for side in both.audiences] == [(8, 2 / 8), (22, 2 / 22)]
    said = lines(both)
    assert said[:4] == [
        "2 people are in both Runners and Mixed.",
        "Runners: 8 people, 25 % of them also in Mixed.",
        "Mixed: 22 people, 9 % of them also in Runners.",
        "In both: @run6 and @run7.",
    ]
    assert "7 of 8 people in Runners post in running, against 0 of the 20 only in Mixed: at least" in both.text
    assert "Careful: with 8 people on one side" in both.text
    with pytest.raises(AnalystError, match="twice"):
        call_tool(library, "compare_audiences", {"first": "Runners", "second": "runners"})


def test_alike_audiences_are_not_told_apart(library: Library) -> None:
    keep(library, "One", OTHERS[10:14])
    keep(library, "Two", OTHERS[20:24])
    said = call_tool(library, "compare_audiences", {"first": "One", "second": "Two"}).text
    assert said.startswith("Nobody is in both One and Two.") and "more than chance may bring" in said


@pytest.mark.parametrize("name", [name for name in TOOLS if "among" in arguments_model(name).model_fields])
def test_every_tool_that_lists_people_says_that_it_takes_an_audience(name: str) -> None:
    fields = arguments_model(name).model_fields
    assert all("saved audience" in str(fields[key].description) for key in ("among", "exclude") if key in fields)


def test_filters_of_people_take_an_audience_by_name(library: Library) -> None:
    keep(library, "Runners", [*RUNNERS, "sit0"])
    posts = call_tool(library, "count", {"of": "posts", "topic": "Garmin", "among": "runners"})
    assert posts.to_dict()["value"] == 6 and "not among the people in Runners" in posts.text
    rest = call_tool(library, "count", {"of": "people", "exclude": ["Runners"]})
    assert rest.to_dict()["value"] == 39 and "9 people left out: in Runners." in rest.text
    mixed = call_tool(library, "rank", {"of": "person", "among": ["Runners", "@sit3"]})
    assert (
        len(mixed.to_dict()["groups"]) == 10 and "not among the people in Runners and the 1 person given" in mixed.text
    )
    with pytest.raises(AnalystError, match="Did you mean the audience Runners"):
        call_tool(library, "count", {"of": "people", "among": ["Runers"]})


def test_tools_that_tell_no_people_apart_take_whose_posts_they_are(library: Library) -> None:
    keep(library, "Runners", [*RUNNERS, "gone"])
    keep(library, "Sitters", OTHERS[2:5])
    tone = call_tool(library, "analyze_sentiment", {"topic": "Garmin", "among": ["Runners"]})
    assert lines(tone)[0].startswith("Of ")
    assert tone.to_dict()["shares"]["posts"] == 6
    likes = call_tool(library, "measure_engagement", {"among": ["run3", "sit0"]})
    assert likes.to_dict()["posts"] == 2 and "by the 2 people given" in likes.text
    brands = call_tool(library, "compare_brands", {"brands": ["Garmin", "Lego"], "among": ["Runners"]})
    assert {each["name"]: each["people"] for each in brands.to_dict()["brands"]} == {"Lego": 8, "Garmin": 6}
    names = call_tool(library, "extract_entities", {"among": ["Sitters"]})
    assert [each["name"] for each in names.to_dict()["entities"]] == ["Lego"]
    with pytest.raises(AnalystError, match="Nobody among the people in Sitters has posts about Garmin"):
        call_tool(library, "analyze_sentiment", {"topic": "Garmin", "among": ["Sitters"]})
    with pytest.raises(AnalystError, match="Did you mean the audience Runners"):
        call_tool(library, "extract_entities", {"among": ["Runers"]})


def test_a_person_goes_before_an_audience_of_the_same_name(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.audiences._check_free", lambda *args: None)  # the person came later
    keep(library, "Sit1", RUNNERS)
    assert call_tool(library, "count", {"of": "people", "among": ["@sit1"]}).to_dict()["value"] == 1
    assert call_tool(library, "count", {"of": "people", "among": ["sit1"]}).to_dict()["value"] == 8


def test_people_who_are_gone_are_told(library: Library) -> None:
    keep(library, "Runners", RUNNERS)
    fewer = make_library(library.path / "fewer", [row for row in crowd() if row["author"] not in ("run1", "run2")])
    later = Library(library.path, fewer.manifest, fewer.facts, fewer.nearness)
    shown = call_tool(later, "show_audience", {"name": "Runners"})
    assert warnings(shown) == ["No longer in these posts: @run1 and @run2, who have been left out."]
    counted = call_tool(later, "count", {"of": "people", "among": ["Runners"]})
    assert counted.to_dict()["value"] == 6 and "Not in these posts: @run1 and @run2." in counted.text
    tone = call_tool(later, "analyze_sentiment", {"topic": "Garmin", "among": ["Runners"]})
    assert tone.to_dict()["shares"]["posts"] == 4 and warnings(tone)[-1] == "Not in these posts: @run1 and @run2."


def test_people_are_added_and_left_out_by_handle_and_by_audience(library: Library) -> None:
    keep(library, "Runners", RUNNERS[:2])
    keep(library, "Sitters", OTHERS[:2])
    changed, unknown = add_people(library, "Runners", ["@sit5", "sitters", "nobody"])
    assert changed.people == ("run0", "run1", "sit5", "sit0", "sit1") and unknown == ["nobody"]
    changed, unknown = leave_out(library, "Runners", ["Sitters", "@RUN1", "sit30"])
    assert changed.people == ("run0", "sit5") and unknown == ["sit30"]
    assert call_otherwise(library, "Runners", "Fast ones").people == changed.people
    with pytest.raises(AnalystError, match="no audience called 'Runner'"):
        add_people(library, "Runner", ["nobody"])


@pytest.mark.parametrize(
    "name", ["Gay runners", "Pregnant women", "Trump voters", "Diabetics", "Undocumented immigrants"]
)
def test_a_name_that_tells_what_is_nobodys_business_is_refused(library: Library, name: str) -> None:
    with pytest.raises(AnalystError, match="never kept of anybody"):
        keep(library, name, RUNNERS)
    keep(library, "Runners", RUNNERS)
    with pytest.raises(AnalystError, match="never kept of anybody"):
        call_otherwise(library, "Runners", name)
    assert [each.name for each in read_audiences(library.path).values()] == ["Runners"]


@pytest.mark.parametrize("name", ["Spring runners", "Nike fans in London", "Coffee people", "Churned in May", "VIPs"])
def test_everyday_names_are_kept(library: Library, name: str) -> None:
    assert keep(library, name, RUNNERS)[0].name == name


def test_only_results_with_people_can_be_kept(library: Library) -> None:
    ranked = call_tool(library, "rank", {"of": "person", "limit": 3})
    assert has_people(ranked) and people_of(library, ranked) == ["run0", "run1", "run2"]
    counted = call_tool(library, "count", {"of": "people"})
    assert not has_people(counted)
    with pytest.raises(AnalystError, match="lists no people"):
        people_of(library, counted)


def test_groups_of_people_are_kept_one_by_one(tiny_index: Path, tmp_path: Path) -> None:
    library = Library.open(shutil.copytree(tiny_index, tmp_path / "copy"))
    groups = call_tool(library, "list_segments", {"count": 2})
    assert has_people(groups)
    with pytest.raises(AnalystError, match="Which of the 2 groups"):
        people_of(library, groups)
    first, second = (people_of(library, groups, number) for number in (1, 2))
    assert (
        sorted([*first, *second]) == sorted(library.authors) and len(first) == groups.to_dict()["segments"][0]["people"]
    )
    kept, _ = keep(library, "First group", first, "Groups of people")
    assert len(kept.people) == len(first)
