"""Calibration error and log-loss, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tools.targeting.reliability import calibration_error, log_loss, reliability

CHANCE = np.array([0.9, 0.1, 0.7, 0.3])
ENGAGED = np.array([True, False, False, True])


def test_bins_have_equal_counts_from_low_to_high() -> None:
    assert reliability(CHANCE, ENGAGED, 2) == [
        {"people": 2, "said": pytest.approx(0.2), "engaged": 0.5},
        {"people": 2, "said": pytest.approx(0.8), "engaged": 0.5},
    ]


def test_calibration_error_is_the_mean_gap() -> None:
    assert calibration_error(CHANCE, ENGAGED, 2) == pytest.approx(0.3)
    assert calibration_error(CHANCE, ENGAGED, 1) == pytest.approx(0)
    assert calibration_error(CHANCE, ENGAGED, 50) == pytest.approx((0.1 + 0.7 + 0.7 + 0.1) / 4)  # empty bins are none
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_log_loss() -> None:
    assert log_loss(np.array([0.5, 0.5]), np.array([True, False])) == pytest.approx(np.log(2))
    assert log_loss(np.array([0.8, 0.4]), np.array([True, False])) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert np.isfinite(log_loss(np.array([0.0]), np.array([True])))
