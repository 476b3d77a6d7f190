"""Rows as posts: names, dates, counts, and what is no post."""

from __future__ import annotations

import contextlib
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.posts.columns import SPELLINGS, match_columns
from index.posts.record import LONGEST_TEXT, Post
from index.posts.shape import post_from_row, to_utc

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.datetimes())


def post(**values: Any) -> Post:
    row = {"id": "1", "author": "ana", "text": "hello", **values}
    return post_from_row(row, {name: name for name in row})


@pytest.mark.parametrize(("field", "spelling"), [(field, name) for field, names in SPELLINGS.items() for name in names])
def test_every_spelling_finds_its_field(field: str, spelling: str) -> None:
    column = spelling.replace("*", "user")  # "*.name" is a value inside an object that stands for a person
    assert match_columns([column], {})[field] == column


def test_spellings_ignore_case_blanks_and_dashes() -> None:
    assert match_columns([" Post ID", "User-Name", "BODY"], {}) == {
        "id": " Post ID",
        "author": "User-Name",
        "text": "BODY",
    }


def test_an_override_wins_and_its_column_serves_no_other_field() -> None:
    assert match_columns(["name", "body"], {"author": "name"}) == {"author": "name", "text": "body"}


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01T12:00:00Z", "2024-03-01 12:00:00", "2024-03-01T14:00:00+02:00", "2024-03-01T12:00:00.000Z",
        "Fri Mar 01 12:00:00 +0000 2024", "Fri, 01 Mar 2024 12:00:00 GMT", 1709294400, 1709294400.0, "1709294400",
        1709294400000, "1709294400000", "1709294400.0", 1709294400000000, "1709294400000000000", "20240301120000",
        datetime(2024, 3, 1, 12), datetime(2024, 3, 1, 7, tzinfo=timezone(timedelta(hours=-5))),
    ],
)  # fmt: skip
def test_dates_of_all_kinds_are_utc(value: Any) -> None:
    assert to_utc(value) == NOON
    assert to_utc(value).tzinfo is UTC


def test_a_day_or_a_year_starts_at_its_beginning() -> None:
    assert to_utc("2024-03-01") == to_utc(date(2024, 3, 1)) == datetime(2024, 3, 1, tzinfo=UTC)
    assert to_utc("2024") == datetime(2024, 1, 1, tzinfo=UTC)


def test_nanoseconds_of_pandas_are_cut() -> None:
    import pandas as pd

    moment = to_utc(pd.Timestamp("2024-03-01T12:00:00.123456789"))
    assert type(moment) is datetime
    assert moment == NOON.replace(microsecond=123456)


@pytest.mark.parametrize(
    "value", ["yesterday", "10:30", "31/31/2024", 1e300, math.inf, True, "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_date_says_so(value: Any) -> None:
    with pytest.raises(ValueError, match="created_at is no date"):
        to_utc(value)


@given(ANYTHING)
def test_any_value_is_a_date_or_a_value_error(value: Any) -> None:
    with contextlib.suppress(ValueError):
        assert to_utc(value).tzinfo is UTC


@given(st.fixed_dictionaries(dict.fromkeys(SPELLINGS, ANYTHING)))
def test_any_row_is_a_post_that_can_be_stored_or_a_value_error(row: dict[str, Any]) -> None:
    try:
        made = post_from_row(row, {field: field for field in SPELLINGS})
    except ValueError as error:
        assert str(error)
        return
    for text in (made.id, made.author, made.text):
        assert text.strip()
        text.encode()
    for count in (made.likes, made.shares, made.replies):
        assert count is None or abs(count) < 2**63


@pytest.mark.parametrize("nothing", [None, "", "  ", math.nan, "\0"])
@pytest.mark.parametrize("field", ["id", "author", "text"])
def test_a_required_field_without_content(field: str, nothing: Any) -> None:
    with pytest.raises(ValueError, match=f"^no {field}$"):
        post(**{field: nothing})


@pytest.mark.parametrize("value", ["nan", "NaN", "None", "null"])
def test_written_nothings_are_no_ids(value: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        post(id=value)


def test_ids_that_pandas_made_floats() -> None:
    assert post(id=17.0).id == "17"
    assert post(id=1234567890123456768.0).id == "1234567890123456768"
    assert post(id=42).id == "42"
    assert post(author=99.0).author == "99"


@pytest.mark.parametrize("values", [{"author": "[deleted]"}, {"text": "[removed]"}, {"text": " [deleted] "}])
def test_deleted_posts_are_rejected(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="deleted by its author or a moderator"):
        post(**values)


@pytest.mark.parametrize("author", ["@ana", "u/ana", "/u/ana", " ana "])
def test_authors_lose_their_prefix(author: str) -> None:
    assert post(author=author).author == "ana"


@pytest.mark.parametrize("community", ["r/nike", "/r/nike", "#nike", " nike "])
def test_communities_lose_their_prefix(community: str) -> None:
    assert post(community=community).community == "nike"


def test_the_author_may_be_an_object() -> None:
    assert post(author={"id": 5, "screen_name": "ana"}).author == "ana"


@pytest.mark.parametrize(
    ("written", "count"),
    [("1,234", 1234), ("5.0", 5), (-3, -3), ("", None), ("NaN", None), (True, None), (math.nan, None)],
)
def test_counts(written: Any, count: int | None) -> None:
    assert post(likes=written).likes == count


@pytest.mark.parametrize("written", ["many", "1e30", math.inf, [], {"count": 3}, "12 apples"])
def test_a_count_that_is_none_empties_its_field_and_never_the_post(written: Any) -> None:
    assert post(likes=written) == post()


@pytest.mark.parametrize("written", ["soon", 1e300, [], "31/31/2024", "x" * 10_000_000])
def test_a_date_that_is_none_empties_its_field_and_never_the_post(written: Any) -> None:
    assert post(created_at=written) == post()


def test_text_is_made_storable() -> None:
    assert post(text="a\x00b \ud83d\x07").text == "a b \ufffd"
    assert post(text="line\none\ttab").text == "line\none\ttab"
    assert post(text=b"caf\xc3\xa9").text == "café"
    assert len(post(text="x" * 30_000).text) == LONGEST_TEXT
    assert post(created_at="NaT").created_at is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("R&amp;D &gt; &lt;3", "R&D > <3"),
        ("&#39;quoted&#x27; &quot;so&quot;", "'quoted' \"so\""),
        ("a&nbsp;b&#x200B;", "a\xa0b\u200b"),
        ("&amp;amp; once", "&amp; once"),
        ("AT&T; &nothing; ?a=1&copy=2 &; R&D &#8;", "AT&T; &nothing; ?a=1&copy=2 &; R&D &#8;"),
    ],
)
def test_escapes_of_platforms_are_the_letters_that_the_author_wrote(written: str, meant: str) -> None:
    assert post(text=written).text == meant


def test_a_name_alone_is_a_persons_and_beside_an_author_an_id() -> None:
    assert match_columns(["Name", "Date", "Comment"], {})["author"] == "Name"
    assert match_columns(["name", "author", "body"], {}) == {"id": "name", "author": "author", "text": "body"}


def test_a_user_as_python_writes_it() -> None:
    assert post(author="{'username': 'ana', 'id': 5, 'displayname': 'Ana B'}").author == "ana"


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["author.userName", "author.id", "author_id"], {"author": "author.userName"}),
        (["metrics.like_count", "retweetCount", "likesCount"], {"likes": "likesCount", "shares": "retweetCount"}),
        (["user.favourites_count", "quoted_tweet.likes", "stats.like_count"], {"likes": "stats.like_count"}),
        (["Comment Text", "publishedAt", "ownerUsername"],
         {"text": "Comment Text", "created_at": "publishedAt", "author": "ownerUsername"}),
    ],
)  # fmt: skip
def test_nested_and_camel_cased_columns(columns: list[str], found: dict[str, str]) -> None:
    told = match_columns(columns, {})
    assert {name: told[name] for name in found} == found
