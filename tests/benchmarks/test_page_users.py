"""The figures of the page's benchmarks, from numbers worked out by hand; a server that never opens is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import AnalystError
from tests.benchmarks.page_users import QUESTIONS, Served, growth, quantiles


def test_quantiles_are_values_that_were_seen() -> None:
    assert quantiles([0.3, 0.1, 0.2]) == {"p50": 0.2, "p95": 0.3}
    assert quantiles([float(n) for n in range(100)]) == {"p50": 50.0, "p95": 95.0}
    assert quantiles([1.23456]) == {"p50": 1.235, "p95": 1.235}


def test_growth_leaves_out_the_warming_up() -> None:
    sizes = [100, 500, *[1000] * 16, 1100, 1100]  # twenty looks: the first two are warming up
    assert growth([(float(at), size) for at, size in enumerate(sizes)]) == 0.1
    flat = [(float(at), 800.0) for at in range(10)]
    assert growth(flat) == 0.0 and growth(flat[:9]) is None


def test_ten_users_ask_ten_different_questions() -> None:
    assert len(set(QUESTIONS)) == 10


def test_a_server_that_does_not_start_is_a_sentence(tmp_path: Path) -> None:
    with Served(tmp_path / "nothing") as served, pytest.raises(AnalystError, match="The page did not open"):
        served.wait()
