"""From signals to calibrated probabilities, and what of a calibration of one's own is kept in an index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import AnalystError
from index.store.sealed import seal
from index.versions.layout import CALIBRATION
from tests.tools.small_matrix import X, Y, matrix_of, measured
from tools.targeting.propensity import (
    Z80,
    TargetingModel,
    forget_outcomes,
    model_for,
    odds_of,
    shipped_model,
    weights_identity,
)
from tools.targeting.signals import NAMES

MODEL = TargetingModel(-2.0, {"posts": 1, "communities": 0.5, "visits": 0, "style": 0, "mentions": 1}, 0.5, "a test")


def _sigmoid(logit: float) -> float:
    return 1 / (1 + float(np.exp(-logit)))


def test_log_odds_are_the_sum_of_the_parts() -> None:
    signals = measured(matrix_of([("1", "ana", None, X), ("2", "ben", None, Y)]))
    odds = odds_of(signals, MODEL)
    # Of two people one stands one spread above the mean, one below; without communities only posts count.
    assert np.allclose(odds.parts, [[1, 0, 0, 0, 0], [-1, 0, 0, 0, 0]], atol=1e-5)
    assert odds.probability == pytest.approx([_sigmoid(-1), _sigmoid(-3)], abs=1e-5)
    assert odds.low[0] == pytest.approx(_sigmoid(-1 - Z80 * 0.5), abs=1e-5)
    assert odds.high[0] == pytest.approx(_sigmoid(-1 + Z80 * 0.5), abs=1e-5)


def test_the_interval_holds_the_probability_for_everybody() -> None:
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(60, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    matrix = matrix_of([(str(i), f"u{i % 20:02d}", None, vector) for i, vector in enumerate(vectors)])
    odds = odds_of(measured(matrix))
    assert ((odds.low > 0) & (odds.low < odds.probability)).all()
    assert ((odds.probability < odds.high) & (odds.high < 1)).all()


def test_warm_mentions_raise_the_probability_and_cold_ones_lower_it() -> None:
    matrix = matrix_of([("1", "ana", None, X), ("2", "ben", None, Y)])
    silent, warm, cold = (
        odds_of(measured(matrix, tones=tones)).probability[0] for tones in ({}, {"1": 0.8}, {"1": -0.8})
    )
    assert cold < silent < warm


def test_one_person_has_the_base_rate() -> None:
    model = shipped_model()
    odds = odds_of(measured(matrix_of([("1", "ana", "running", X)])))
    assert odds.probability == pytest.approx([_sigmoid(model.bias)])


def test_a_slope_stretches_the_parts_but_not_the_bias() -> None:
    signals = measured(matrix_of([("1", "ana", None, X), ("2", "ben", None, Y)]))
    stretched = odds_of(signals, TargetingModel(**{**vars(MODEL), "slope": 2.0}))
    assert stretched.probability == pytest.approx([_sigmoid(0), _sigmoid(-4)], abs=1e-5)


def test_the_shipped_model_is_whole() -> None:
    model = shipped_model()
    assert set(model.weights) == set(NAMES) and all(weight > 0 for weight in model.weights.values())
    assert model.spread > 0 and model.slope == 1 and "campaigns" in model.calibrated_on


def test_a_calibration_of_ones_own_is_used_and_can_be_taken_back(tmp_path: Path) -> None:
    assert model_for(tmp_path) == shipped_model() and not forget_outcomes(tmp_path)
    own = {"bias": -1.5, "slope": 0.8, "spread": 0.4, "calibrated_on": "40 outcomes", "fitted_to": weights_identity()}
    (tmp_path / CALIBRATION).write_bytes(seal(own))
    model = model_for(tmp_path)
    assert (model.bias, model.slope, model.spread, model.calibrated_on) == (-1.5, 0.8, 0.4, "40 outcomes")
    assert model.weights == shipped_model().weights
    assert forget_outcomes(tmp_path) and model_for(tmp_path) == shipped_model()


def test_a_calibration_of_other_weights_is_not_used_and_that_is_told(tmp_path: Path) -> None:
    own = {"bias": -1.5, "slope": 0.8, "spread": 0.4, "calibrated_on": "40 outcomes", "fitted_to": "older"}
    (tmp_path / CALIBRATION).write_bytes(seal(own))
    model = model_for(tmp_path)
    assert replace(model, notices=()) == shipped_model()
    (notice,) = model.notices
    assert "other weights than today's" in notice and "analyst calibrate" in notice


LOW = {"bias": "low", "slope": 1, "spread": 1, "calibrated_on": ""}


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", seal({}), seal(LOW), seal({**LOW, "bias": 1}) + b" "])
def test_a_damaged_calibration_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CALIBRATION).write_bytes(content)
    with pytest.raises(AnalystError, match=r"calibration of this index cannot be read.*--reset"):
        model_for(tmp_path)
