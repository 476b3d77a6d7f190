"""The targeting model: signals of a person → a calibrated probability of engaging, with an interval and its parts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from index.errors import AnalystError
from index.store.sealed import unseal
from index.versions.layout import CALIBRATION
from index.versions.marks import forget, is_lost
from tools.targeting.affinity import WEIGHTS as HABITS
from tools.targeting.signals import NAMES, Signals

WEIGHTS = Path(__file__).parents[1] / "weights" / "targeting.json"
STALE = (
    "Careful: this index was calibrated with other weights than today's, so the shipped probabilities are shown; "
    "calibrate it again with `analyst calibrate`."
)
GUESS, GUESS_SPREAD = 0.25, 1.0  # what signals are worth, and the spread more, where nothing is known of a campaign
Z80 = 1.2816  # half-width of an 80 % interval in standard deviations


@dataclass(frozen=True)
class TargetingModel:
    """A logistic regression over ``NAMES``. ``spread`` is the standard deviation, in log-odds, by which whole campaigns
    differ from it: nobody knows beforehand how much the people of one index care for one campaign.
    """

    bias: float
    weights: dict[str, float]
    spread: float
    calibrated_on: str
    slope: float = 1.0  # of a recalibration on outcomes of one's own
    notices: tuple[str, ...] = ()  # what its user should know


@dataclass(frozen=True)
class Odds:
    """``probability``, ``low`` and ``high`` (people,), the ends of an 80 % interval; ``parts`` (people, signals): what
    each signal adds in log-odds.
    """

    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    parts: np.ndarray


def odds_of(signals: Signals, model: TargetingModel | None = None) -> Odds:
    """How likely each person is to engage."""
    model = model or shipped_model()
    parts = model.slope * signals.values * np.array([model.weights[name] for name in NAMES])
    spread = model.spread
    if not signals.understood:
        parts, spread = GUESS * parts, spread + GUESS_SPREAD
    logit = parts.sum(1) + model.bias
    low, high = logit - Z80 * spread, logit + Z80 * spread
    return Odds(_sigmoid(logit), _sigmoid(low), _sigmoid(high), parts)


def _sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@cache
def shipped_model() -> TargetingModel:
    """The model that ships, with its weights from ``WEIGHTS``."""
    raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return TargetingModel(raw["bias"], raw["weights"], raw["spread"], raw["calibrated_on"])


@cache
def weights_identity() -> str:
    """A short digest of the weights that make the log-odds."""
    digest = hashlib.sha256()
    for path in (WEIGHTS, HABITS):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def forget_outcomes(folder: Path) -> bool:
    """Go back to the shipped probabilities for the version in ``folder``; whether there was anything to take back."""
    return forget(folder / CALIBRATION)


def model_for(folder: Path) -> TargetingModel:
    """The model for the version in ``folder``: the shipped one, recalibrated if outcomes were given for this index.

    A calibration of other weights than today's is not used; its ``notices`` say so. Raises AnalystError if it
    cannot be read.
    """
    own = folder / CALIBRATION
    if not own.is_file() and not is_lost(own):
        return shipped_model()
    try:
        raw = unseal(own.read_bytes())
        bias, slope, spread = (float(raw[name]) for name in ("bias", "slope", "spread"))
        if raw["fitted_to"] != weights_identity():
            return replace(shipped_model(), notices=(STALE,))
        return replace(shipped_model(), bias=bias, slope=slope, spread=spread, calibrated_on=str(raw["calibrated_on"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnalystError(
            "The calibration of this index cannot be read",
            where=str(own),
            todo="Take it back with `analyst calibrate --reset`, or calibrate again.",
        ) from error
