"""Cells of spreadsheets: nothing in them runs, and what is harmless stays as it is."""

from __future__ import annotations

import time

import pytest

from tools.exports.formulas import safe_cell

STARTS = [
    "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\r\n=", "\u202e=", ";=", ",=", "|=", "; +",
    ";;@", '";=', "\u200b=", "\u200b;\u200d=", "\ufeff-", "\u2060 |\u00ad＝", "\u3164=",
]  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_starts_a_formula(start: str) -> None:
    for cell in (safe_cell(start + 'HYPERLINK("http://x","y")'), safe_cell(start)):
        assert cell == "" or (cell.startswith("'") and not set(cell) & set("\t\r\n"))


@pytest.mark.parametrize("sign", [";", ",", "|", "\t"])
def test_no_part_of_a_cell_starts_a_formula_where_cells_are_parted_by_another_sign(sign: str) -> None:
    for evil in (
        f"ad copy{sign}=1+1",
        f"{sign}\u200b=1+1",
        f'"{sign} =1+1',
        f"a{sign}{sign}@SUM(A1)",
        f"x{sign}-2+3+cmd|'x'!A0",
    ):
        for part in safe_cell(evil).split(sign):
            assert part.strip(' \u200b"')[:1] not in tuple("=+-@"), (evil, safe_cell(evil))


def test_harmless_cells_stay_as_they_are() -> None:
    for plain in (
        "ana", "a=b", "2-3", "'quoted'", "Zoë 🙂", "👩‍💻 ana", 'with "quotes", and commas', "today, -50 % off",
        "a; - b", 0.5, 3,
    ):  # fmt: skip
        assert safe_cell(plain) == plain
    assert (safe_cell(None), safe_cell(""), safe_cell("  ")) == ("", "", "")


@pytest.mark.parametrize("unit", [";", '"', ",\u200b", "; -", ";-1", ";-1,", " ", "\u200b", "=", "|=,"])
def test_a_post_of_nothing_but_signs_costs_no_time(unit: str) -> None:
    started = time.thread_time()
    safe_cell(f"a{unit * 100_000}x")
    assert time.thread_time() - started < 1
