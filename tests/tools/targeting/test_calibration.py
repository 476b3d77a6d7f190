"""Calibration on outcomes of one's own: it finds a shift that was put in, and few rows do not overturn it."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import AnalystError
from index.store.sealed import unseal
from index.versions.layout import CALIBRATION
from tests.tools.said import warnings
from tools.find_audience import find_audience
from tools.library import Library
from tools.targeting.calibration import LEAST_ROWS, LEAST_SPREAD, calibrate_index, platt, spread_between
from tools.targeting.propensity import model_for, shipped_model, weights_identity

BIAS = shipped_model().bias


def _drawn(rows: int, bias: float, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    scores = draw.normal(0, 1.2, rows)
    return scores, draw.random(rows) < 1 / (1 + np.exp(-(bias + slope * scores)))


def test_a_known_shift_is_found_on_many_rows() -> None:
    bias, slope = platt(*_drawn(20_000, BIAS + 2.5, 0.7), BIAS)
    assert bias == pytest.approx(BIAS + 2.5, abs=0.08) and slope == pytest.approx(0.7, abs=0.05)


def test_nothing_changes_where_the_shipped_model_is_right() -> None:
    bias, slope = platt(*_drawn(20_000, -2.0, 1.0), -2.0)
    assert bias == pytest.approx(-2.0, abs=0.08) and slope == pytest.approx(1.0, abs=0.05)


def test_thirty_rows_do_not_overturn_the_order() -> None:
    """Thirty people of whom the least likely ten engaged: the slope falls, but whom we hold for likelier stays so."""
    scores = np.linspace(-2, 2, 30)
    _, slope = platt(scores, scores < scores[10], -0.7)
    assert 0.2 < slope < 1
    _, least = platt(np.tile(scores, 100), np.tile(scores < scores[10], 100), -0.7)
    assert 0 < least < slope


def test_the_likeliest_fit_by_brute_force() -> None:
    scores, engaged = _drawn(60, -1.0, 1.3, seed=4)

    def loss(shift: float, log_slope: float) -> float:
        logit = -2.0 + shift + np.exp(log_slope) * scores
        right = np.where(engaged, logit, -logit)
        return float(np.log1p(np.exp(-right)).sum() + (shift / 1.5) ** 2 / 2 + (log_slope / 0.4) ** 2 / 2)

    grid = [(a, b) for a in np.arange(-1, 3, 0.05) for b in np.arange(-1, 1, 0.05)]
    best = min(grid, key=lambda at: loss(*at))
    bias, slope = platt(scores, engaged, -2.0)
    assert bias == pytest.approx(-2.0 + best[0], abs=0.06) and np.log(slope) == pytest.approx(best[1], abs=0.06)


def test_spread_between_campaigns() -> None:
    def spread(sizes: float) -> float:
        draw = np.random.default_rng(2)
        names = np.repeat([f"c{i:03d}" for i in range(120)], 300)
        chance = np.full(len(names), 0.2)
        logit = np.log(0.25) + np.repeat(draw.normal(0, sizes, 120), 300)
        return spread_between(chance, draw.random(len(names)) < 1 / (1 + np.exp(-logit)), names, 0.6)

    assert spread(0.0) < 0.25 < spread(0.6) < spread(1.2)
    assert spread(0.6) == pytest.approx(0.6, abs=0.12)
    assert spread(0.0) >= LEAST_SPREAD * 0.6


def test_one_campaign_says_nothing_of_others() -> None:
    assert spread_between(np.full(40, 0.2), np.arange(40) < 30, np.array(["Nike"] * 40), 0.6) == 0.6


@pytest.fixture
def own(library: Library, tmp_path: Path) -> Library:
    """The small index, to be written into."""
    shutil.copytree(library.path, tmp_path / "index")
    return Library.open(tmp_path / "index")


@pytest.fixture
def outcomes(own: Library, tmp_path: Path) -> Callable[..., Path]:
    """``outcomes(engaged)`` writes one row for every person and two campaigns; ``engaged(user, campaign)`` → value."""

    def write(engaged: Callable[[str, str], Any], *more: tuple[str, str, str], shuffled: int | None = None) -> Path:
        people = [(user, campaign) for campaign in ("Lego", "coffee") for user in own.matrix.authors]
        rows: list[tuple[str, str, str]] = [(user, campaign, str(engaged(user, campaign))) for user, campaign in people]
        rows += more
        if shuffled is not None:
            random.Random(shuffled).shuffle(rows)
        with (tmp_path / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("user", "campaign", "engaged"), *rows])
        return tmp_path / "outcomes.csv"

    return write


def _half(user: str, campaign: str) -> int:
    return int((len(user) + len(campaign)) % 2)


def test_probabilities_move_to_what_happened(own: Library, outcomes: Callable[..., Path]) -> None:
    before = find_audience(own, "Lego")
    result = calibrate_index(own, outcomes(_half))
    assert result.rows == 24 and result.campaigns == ["Lego", "coffee"] and result.unknown == []
    assert 0.3 < result.base_rate < 0.7 and result.bias > BIAS and result.slope > 0
    assert result.after.log_loss < result.before.log_loss and result.after.ece < result.before.ece
    after = find_audience(own, "Lego")
    assert after.calibrated_on == result.calibrated_on and "24 outcomes" in after.calibrated_on
    assert after.handles == before.handles and after.expected_engaged > before.expected_engaged
    assert f"{100 * result.base_rate:.1f} % engaged" in result.text
    assert f"log-loss {result.before.log_loss:.3f} before and {result.after.log_loss:.3f} after" in result.text


def test_what_is_kept_is_what_was_fitted(own: Library, outcomes: Callable[..., Path]) -> None:
    result = calibrate_index(own, outcomes(_half))
    kept = unseal((own.folder / CALIBRATION).read_bytes())
    told = {name: getattr(result, name) for name in ("bias", "slope", "spread", "calibrated_on")}
    assert kept == told | {"fitted_to": weights_identity()}
    model = model_for(own.folder)
    assert (model.bias, model.slope, model.spread) == (result.bias, result.slope, result.spread)
    assert not list(own.folder.glob(".*partial"))


def test_calibrating_again_starts_from_the_shipped_model(own: Library, outcomes: Callable[..., Path]) -> None:
    assert calibrate_index(own, outcomes(_half)).to_dict() == calibrate_index(own, outcomes(_half)).to_dict()


def test_the_order_of_the_rows_and_repeats_do_not_matter(own: Library, outcomes: Callable[..., Path]) -> None:
    plain = calibrate_index(own, outcomes(_half)).to_dict()
    repeated = ("@SIGNS ", "Lego", "0")  # in another case it is another person here, who has a row already
    assert calibrate_index(own, outcomes(_half, shuffled=3)).to_dict() == plain
    assert (
        calibrate_index(own, outcomes(_half, ("u/brickfan", " Lego", str(_half("brickfan", "Lego"))))).to_dict()
        == plain
    )
    assert calibrate_index(own, outcomes(_half, repeated)).rows == plain["rows"]


def test_who_engaged_once_did(own: Library, outcomes: Callable[..., Path]) -> None:
    base = calibrate_index(own, outcomes(lambda user, _: int(user == "signs"))).base_rate
    more = calibrate_index(own, outcomes(lambda user, _: int(user == "signs"), ("brickfan", "Lego", "yes"))).base_rate
    assert (base, more) == (pytest.approx(2 / 24), pytest.approx(3 / 24))


def test_unknown_users_are_counted_and_named(own: Library, outcomes: Callable[..., Path]) -> None:
    ghosts = [(f"ghost{i}", "Lego", "1") for i in range(7)]
    result = calibrate_index(own, outcomes(_half, *ghosts))
    assert result.rows == 24 and result.unknown == [f"ghost{i}" for i in range(7)]
    assert "7 users are not in this index and were left out: @ghost0, " in warnings(result)[0]
    assert "2 more" in warnings(result)[0]


def test_too_few_rows_or_only_one_outcome_is_refused(
    own: Library, outcomes: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(AnalystError, match="nobody engaged"):
        calibrate_index(own, outcomes(lambda *_: 0))
    with pytest.raises(AnalystError, match="everybody engaged"):
        calibrate_index(own, outcomes(lambda *_: "yes"))
    few = tmp_path / "few.csv"
    few.write_text("user,campaign,engaged\nsigns,Lego,1\nbrickfan,Lego,0\nghost,Lego,0\n", encoding="utf-8")
    with pytest.raises(AnalystError, match=rf"only 2 outcomes.*1 user is not in this index.*at least {LEAST_ROWS}"):
        calibrate_index(own, few)
    assert not (own.folder / CALIBRATION).exists()


def test_sensitive_campaigns_are_refused(own: Library, outcomes: Callable[..., Path]) -> None:
    with pytest.raises(AnalystError, match="never inferred"):
        calibrate_index(own, outcomes(_half, ("signs", "pregnant women", "1")))
