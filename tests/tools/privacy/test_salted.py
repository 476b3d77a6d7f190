"""No result and no file of it tells of people what is nobody's business, on an index that is full of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.privacy.salted import TELLING, built, calls_for, salted_rows, told_wrongly
from tools.library import Library

PEOPLE = 24  # 300 are looked through by ``python -m tests.tools.privacy.salted``


@pytest.fixture(scope="module")
def library(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return built(tmp_path_factory.mktemp("salted"), PEOPLE)


def test_the_posts_are_salted() -> None:
    rows = salted_rows(PEOPLE)
    assert sum(bool(TELLING.search(row["community"])) for row in rows) >= len(rows) // 3
    assert sum(bool(TELLING.search(row["text"])) for row in rows) >= len(rows) // 8


def test_no_fact_about_a_person_comes_from_it(library: Library) -> None:
    people = [f"user{person:03d}" for person in range(PEOPLE)]
    found = [each for tool, args in calls_for(people) for each in told_wrongly(library, tool, args)]
    assert not found, "\n".join(found[:10])
