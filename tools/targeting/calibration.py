"""Probabilities fitted to what people of this index really did: Platt scaling (Platt, 1999) of the shipped log-odds.

The fit starts from the shipped model and is held to it by a prior, so that few rows cannot overturn it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.errors import AnalystError
from index.store.sealed import seal
from index.versions.layout import CALIBRATION
from index.versions.locks import one_writer
from index.versions.marks import mark
from tools.files import write_whole
from tools.library import Library
from tools.privacy.guard import refuse
from tools.result import cells
from tools.result.line import Line, lead, listed, note, warning
from tools.result.result import ToolResult
from tools.result.words import count, short
from tools.result.words import listed as listed_words
from tools.targeting.outcomes import Outcome, read_outcomes
from tools.targeting.propensity import TargetingModel, odds_of, shipped_model, weights_identity
from tools.targeting.query import audience_query
from tools.targeting.reliability import calibration_error, log_loss
from tools.targeting.signals import measure_signals

LEAST_ROWS = 20
BIAS_PRIOR = 1.5  # standard deviation of the prior: how far the bias …
SLOPE_PRIOR = 0.4  # … and the logarithm of the slope usually are from the shipped ones
SPREAD_PRIOR = 5.0  # campaigns that the shipped spread counts for
LEAST_SPREAD = 0.25  # share of the shipped spread that stays
FOLDS = 5
SHOWN_USERS = 5
SHOWN_CAMPAIGNS = 3


@dataclass(frozen=True)
class Fit:
    """Mean log-loss in nats and expected calibration error of probabilities, and the mean of what they said."""

    log_loss: float
    ece: float
    said: float


@dataclass(frozen=True, kw_only=True)
class Calibrate(ToolResult):
    """``before`` and ``after`` on the same ``rows``; ``after`` by fits that did not see the row (five folds).

    ``base_rate`` is the share that engaged. ``unknown`` users are not in the index and were left out.
    """

    rows: int
    campaigns: list[str]
    base_rate: float
    before: Fit
    after: Fit
    bias: float
    slope: float
    spread: float
    calibrated_on: str
    unknown: list[str]


def calibrate_index(library: Library, path: Path, campaign: str | None = None) -> Calibrate:
    """Fit to the outcomes in ``path`` and keep the fit in the index.

    Raises AnalystError for what cannot be read, fewer than ``LEAST_ROWS`` people known, or only one kind of outcome.
    """
    outcomes = read_outcomes(path, campaign)
    for name in sorted({outcome.campaign for outcome in outcomes}):
        refuse(name)
    known, unknown = _known(library, outcomes)
    engaged = np.array(list(known.values()), dtype=bool)
    _check(engaged, unknown, path)
    names = np.array([name for _, name in known], dtype=object)
    scores = _scores(library, list(known))
    shipped = shipped_model()
    bias, slope = platt(scores, engaged, shipped.bias)
    fitted = replace(shipped, bias=bias, slope=slope)
    spread = spread_between(_chance(scores, bias, slope), engaged, names, shipped.spread)
    result = _result(fitted, spread, scores, engaged, sorted(set(names)), unknown)
    keep = {name: getattr(result, name) for name in ("bias", "slope", "spread", "calibrated_on")}
    keep["fitted_to"] = weights_identity()
    with one_writer(library.path):  # a version that is just being replaced would take it away
        write_whole(library.folder / CALIBRATION, seal(keep))
        mark(library.folder / CALIBRATION)
    return result


def platt(scores: np.ndarray, engaged: np.ndarray, bias: float) -> tuple[float, float]:
    """(bias, slope) of the likeliest log-odds ``bias + slope · scores``, near the ``bias`` given and a slope of 1."""
    from scipy.optimize import minimize

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        logit = bias + at[0] + np.exp(at[1]) * scores
        off = 1 / (1 + np.exp(-logit)) - engaged
        slope_pull = (off * np.exp(at[1]) * scores).sum() + at[1] / SLOPE_PRIOR**2
        value = (np.logaddexp(0, logit) - engaged * logit).sum()
        value += (at[0] / BIAS_PRIOR) ** 2 / 2 + (at[1] / SLOPE_PRIOR) ** 2 / 2
        return float(value), np.array([off.sum() + at[0] / BIAS_PRIOR**2, slope_pull])

    shift, stretch = minimize(loss, np.zeros(2), jac=True, method="BFGS").x
    return float(bias + shift), float(np.exp(stretch))


def spread_between(chance: np.ndarray, engaged: np.ndarray, campaigns: np.ndarray, shipped: float) -> float:
    """Standard deviation in log-odds between campaigns beyond chance, drawn toward the shipped one.

    By the method of moments (DerSimonian and Laird, 1986). One campaign says nothing of others.
    """
    names = sorted(set(campaigns))
    if len(names) < 2:
        return shipped
    total, weights = SPREAD_PRIOR * shipped**2, SPREAD_PRIOR
    for name in names:
        mine = campaigns == name
        information = float((chance[mine] * (1 - chance[mine])).sum())
        off = float((engaged[mine] - chance[mine]).sum()) / information
        weight = information * shipped**2 / (1 + information * shipped**2)
        # The fit has used up one degree of freedom.
        total += weight * (off**2 * len(names) / (len(names) - 1) - 1 / information)
        weights += weight
    return float(np.sqrt(max(total / weights, (LEAST_SPREAD * shipped) ** 2)))


def _known(library: Library, outcomes: list[Outcome]) -> tuple[dict[tuple[str, str], bool], list[str]]:
    """(author, campaign) → engaged, in a fixed order, whatever that of the rows; and the users nobody here is."""
    found: dict[tuple[str, str], bool] = {}
    unknown = set()
    for outcome in outcomes:
        author = library.find_author(outcome.user)
        if author is None:
            unknown.add(outcome.user)
            continue
        key = (author, " ".join(outcome.campaign.split()))
        found[key] = found.get(key, False) or outcome.engaged  # who engaged once did
    return dict(sorted(found.items(), key=lambda item: (item[1], *reversed(item[0])))), sorted(unknown)


def _check(engaged: np.ndarray, unknown: list[str], path: Path) -> None:
    if len(engaged) < LEAST_ROWS:
        left = f", and {count(len(unknown), 'user is', 'users are')} not in this index" if unknown else ""
        raise AnalystError(
            f"There are only {count(len(engaged), 'outcome')} of people in this index{left}",
            where=str(path),
            todo=f"Give at least {LEAST_ROWS}.",
        )
    if engaged.all() or not engaged.any():
        raise AnalystError(
            f"In these outcomes {'everybody' if engaged.all() else 'nobody'} engaged",
            where=str(path),
            todo="Give people who engaged and people who did not.",
        )


def _scores(library: Library, pairs: list[tuple[str, str]]) -> np.ndarray:
    """(pairs,) what the signals add up to in log-odds, without the bias."""
    place = {author: row for row, author in enumerate(library.matrix.authors)}
    scores: dict[str, np.ndarray] = {}
    for campaign in dict.fromkeys(campaign for _, campaign in pairs):
        signals = measure_signals(library, audience_query(library, campaign, []))
        scores[campaign] = odds_of(signals, shipped_model()).parts.sum(1)
    return np.array([scores[campaign][place[author]] for author, campaign in pairs])


def _chance(scores: np.ndarray, bias: float, slope: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(bias + slope * scores))))


def _fit(chance: np.ndarray, engaged: np.ndarray) -> Fit:
    bins = max(2, min(10, len(engaged) // 10))
    return Fit(log_loss(chance, engaged), calibration_error(chance, engaged, bins), float(chance.mean()))


def _unseen(scores: np.ndarray, engaged: np.ndarray, bias: float) -> np.ndarray:
    """(rows,) probabilities by fits to the other rows. Rows stand by outcome, so every fold has both."""
    fold = np.arange(len(scores)) % FOLDS
    chance = np.empty(len(scores))
    for out in range(FOLDS):
        chance[fold == out] = _chance(scores[fold == out], *platt(scores[fold != out], engaged[fold != out], bias))
    return chance


def _result(
    fitted: TargetingModel,
    spread: float,
    scores: np.ndarray,
    engaged: np.ndarray,
    campaigns: list[str],
    unknown: list[str],
) -> Calibrate:
    shipped, rows, rate = shipped_model(), len(engaged), float(engaged.mean())
    before = _fit(_chance(scores, shipped.bias, shipped.slope), engaged)
    after = _fit(_unseen(scores, engaged, shipped.bias), engaged)
    shown = [short(name) for name in campaigns[:SHOWN_CAMPAIGNS]]
    more = [f"{len(campaigns) - SHOWN_CAMPAIGNS} more"] if len(campaigns) > SHOWN_CAMPAIGNS else []
    on = f"{rows:,} outcomes of one's own for {listed_words(shown + more)}, of which {100 * rate:.1f} % engaged"
    lines = [
        note(
            f"Mean probability {100 * before.said:.1f} % before and {100 * after.said:.1f} % after; "
            f"{100 * rate:.1f} % engaged."
        ),
        note(
            f"On rows that the fit had not seen: log-loss {before.log_loss:.3f} before and {after.log_loss:.3f} after, "
            f"calibration error (ECE) {before.ece:.3f} before and {after.ece:.3f} after."
        ),
        note(
            f"Bias {fitted.bias:.2f} (shipped {shipped.bias:.2f}), slope {fitted.slope:.2f} (shipped 1.00), spread "
            f"{spread:.2f} (shipped {shipped.spread:.2f})."
        ),
    ]
    return Calibrate(
        headline=lead(f"Calibrated on {on}."),
        lines=lines,
        warnings=_warnings(unknown, before, after),
        rows=rows,
        campaigns=campaigns,
        base_rate=rate,
        before=before,
        after=after,
        bias=fitted.bias,
        slope=fitted.slope,
        spread=spread,
        calibrated_on=on,
        unknown=unknown,
    )


def _warnings(unknown: list[str], before: Fit, after: Fit) -> list[Line]:
    warnings = []
    if unknown:
        named = [cells.handle(user.lstrip("@")) for user in unknown[:SHOWN_USERS]]
        more = [f"{len(unknown) - SHOWN_USERS} more"] if len(unknown) > SHOWN_USERS else []
        are, were = ("user is", "was") if len(unknown) == 1 else ("users are", "were")
        left = f"Careful: {len(unknown):,} {are} not in this index and {were} left out: "
        warnings.append(warning(left, listed([*named, *more]), "."))
    if after.log_loss > before.log_loss:
        warnings.append(
            warning(
                "Careful: on rows it had not seen the fit is no better than the shipped one; --reset takes it back."
            )
        )
    return warnings
