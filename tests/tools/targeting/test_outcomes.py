"""Files of outcomes: every spelling that is meant, and a sentence for what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import AnalystError
from tools.targeting.outcomes import Outcome, read_outcomes

Write = Callable[..., str]


def _read(write: Write, text: str | bytes, campaign: str | None = None) -> list[Outcome]:
    return read_outcomes(Path(write("outcomes.csv", text)), campaign)


def test_rows_are_read(write: Write) -> None:
    text = '\ufeffUser, Campaign ,engaged,note\n@ana,Nike,1,x\nbén,"Lego, new",No\n\ncem,Nike,TRUE,\n'
    assert _read(write, text) == [
        Outcome("@ana", "Nike", True),
        Outcome("bén", "Lego, new", False),
        Outcome("cem", "Nike", True),
    ]


def test_a_campaign_can_be_given_for_all(write: Write) -> None:
    assert _read(write, "user,engaged\nana,yes\n", "Nike") == [Outcome("ana", "Nike", True)]
    assert _read(write, "user,campaign,engaged\nana,,0\nben,Lego,0\n", "Nike") == [
        Outcome("ana", "Nike", False),
        Outcome("ben", "Lego", False),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column user and no column campaign and no column engaged"),
        ("user,engaged\nana,1\n", "no column campaign.*--campaign"),
        ("user,campaign,engaged\nana,Nike,maybe\n", "'maybe' does not say.*line 2"),
        ("user,campaign,engaged\nana,Nike\n", "'' does not say"),
        ("user,campaign,engaged\nana,Nike,1\n,Nike,1\n", "names no user.*line 3"),
        ("user,campaign,engaged\nana, ,1\n", "names no campaign"),
        (b"user,campaign,engaged\n\xff\xfe,Nike,1\n", "cannot be read.*UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(write: Write, text: str | bytes, sentence: str) -> None:
    with pytest.raises(AnalystError) as caught:
        _read(write, text)
    import re

    assert re.search(sentence, str(caught.value)), str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="no such file"):
        read_outcomes(tmp_path / "none.csv")
