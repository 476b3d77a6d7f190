"""Why and why not a person, in words: what each signal rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.library import Library
from tools.privacy.tellable import tellable
from tools.result.names import named_in_words
from tools.result.words import count, listed
from tools.targeting.propensity import Odds
from tools.targeting.signals import NAMES, Signals

LONGEST_CAMPAIGN = 30  # characters of it in a reason
TELLING = 0.15  # log-odds from which a signal is worth a word
SHOWN_COMMUNITIES = 2
CLOSE_COMMUNITIES = 0.02  # share of all communities whose posts count as evidence
# A community is told as near to a campaign from so many spreads of its cosine on, or among so large a share of them.
NEAR, NEAR_SHARE = 1.5, 0.05
AUDIENCE = "where its audience is {} found"


@dataclass(frozen=True)
class Reason:
    """One signal of one person: what it adds in log-odds (below nought it speaks against), and why."""

    signal: str
    weight: float
    words: str


def reasons_of(signals: Signals, odds: Odds, row: int, campaign: str) -> list[Reason]:
    """Every signal of a person for the ``campaign``, what weighs most first."""
    about = campaign if len(campaign) <= LONGEST_CAMPAIGN else "the campaign"
    parts = {name: float(odds.parts[row, place]) for place, name in enumerate(NAMES)}
    words = {
        "posts": _posts(signals, row, about, pro=parts["posts"] > 0),
        "communities": _communities(signals, row, parts["communities"] > 0),
        "visits": _visits(signals, row, parts),
        "style": f"writes {'like' if parts['style'] > 0 else 'unlike'} people who care for {about}",
        "mentions": _mentions(signals, row, about),
    }
    found = [Reason(name, round(parts[name], 3), words[name]) for name in NAMES]
    return sorted(found, key=lambda reason: -abs(reason.weight))


def told(reasons: list[Reason], *, speaks_for: bool) -> list[str]:
    """The words of the signals that speak for, or against, and weigh enough to tell; "where its audience is found"
    tells nothing if no such place can be named.
    """
    sign, nowhere = (1, _somewhere("often")) if speaks_for else (-1, _somewhere("rarely"))
    return [reason.words for reason in reasons if sign * reason.weight >= TELLING and reason.words != nowhere]


def _somewhere(found: str) -> str:
    return f"posts {AUDIENCE.format(found)}"


def posts_for(signals: Signals, row: int, number: int) -> list[str]:
    """Ids of the posts that speak for a person: warm ones that name the campaign, then those close to it, then the
    nearest of those in communities that are near to it. There may be none.
    """
    matrix = signals.matrix
    named = [id_ for id_ in signals.mentions.posts[row] if signals.mentions.post_tones[id_] >= 0]
    own = np.flatnonzero(matrix.author == row)
    own = own[np.argsort(-signals.closeness[own], kind="stable")]
    close = own[signals.closeness[own] >= signals.close]
    there = own[np.isin(matrix.community[own], _close_communities(signals))]
    cold = {id_ for id_ in signals.mentions.posts[row] if id_ not in named}
    found = dict.fromkeys([*named, *(str(matrix.ids[i]) for i in [*close, *there])])
    return [id_ for id_ in found if id_ not in cold][:number]


def posts_against(library: Library, signals: Signals, row: int, number: int) -> list[str]:
    """Ids of the posts that speak against: cold ones that name the campaign, then negative ones close to it."""
    tones = signals.mentions.post_tones
    cold = [id_ for id_ in reversed(signals.mentions.posts[row]) if tones[id_] < 0]
    own = np.flatnonzero((signals.matrix.author == row) & (signals.closeness >= signals.close))
    whole = len(signals.matrix.ids) == len(library.negative)  # else the signals are of a period
    own = own[library.negative[own if whole else library.matrix.rows_of(list(signals.matrix.ids[own]))]]
    close = [str(signals.matrix.ids[i]) for i in own[np.argsort(-signals.closeness[own], kind="stable")]]
    return list(dict.fromkeys([*cold, *(id_ for id_ in close if id_ not in tones)]))[:number]


def _close_communities(signals: Signals) -> np.ndarray:
    """The communities nearest to the campaign; those that hint at a trait are no proof of anything."""
    if not len(signals.places):
        return np.zeros(0, dtype=int)
    near = np.flatnonzero(signals.places >= np.quantile(signals.places, 1 - CLOSE_COMMUNITIES))
    return np.array(_tellable(signals, near.tolist()), dtype=int)


def _posts(signals: Signals, row: int, about: str, *, pro: bool) -> str:
    own = signals.closeness[signals.matrix.author == row]
    close = int((own >= signals.close).sum())
    if close:
        are = "is" if close == 1 else "are"
        return f"{close:,} of their {count(len(own), 'post')} {are} about {about} or close to it"
    return f"some of their posts touch on {about}" if pro else f"none of their posts is about {about}"


def _communities(signals: Signals, row: int, pro: bool) -> str:
    found = _nearest_communities(signals, row, pro)
    names = _listed(signals, found)
    if not names:
        known = (signals.matrix.community[signals.matrix.author == row] >= 0).any()
        if found or (known and not pro):
            return f"posts in communities {'near it' if pro else 'far from it'}"
        return "posts in no community near it" if pro else "posts in no community"
    return f"posts in {names}" if pro else f"the nearest community they post in is {names}, far from it"


def _visits(signals: Signals, row: int, parts: dict[str, float]) -> str:
    """``parts`` has what each signal adds: what is told of the communities is not told again.

    Many a visit speaks for a campaign by habit alone; told are those whose link to it a reader can see.
    """
    pro = parts["visits"] > 0
    named: list[int] = []
    if abs(parts["communities"]) >= TELLING:
        named = _nearest_communities(signals, row, parts["communities"] > 0)
    toward, nearness = (signals.visits, signals.places) if pro else (-signals.visits, -signals.places)
    least = _near(signals) if pro else -signals.places.mean() if len(signals.places) else 0.0
    ranked = [
        place
        for place in _visited(signals, row, toward)
        if place not in named and toward[place] > 0 and nearness[place] >= least
    ]
    names = _listed(signals, _tellable(signals, ranked)[:SHOWN_COMMUNITIES])
    found = "often" if pro else "rarely"
    if not names:
        return _somewhere(found)
    also = named and pro and parts["communities"] >= parts["visits"]
    return f"{'also posts' if also else 'posts'} in {names}, {AUDIENCE.format(found)}"


def _mentions(signals: Signals, row: int, about: str) -> str:
    named = int(signals.mentions.counts[row])
    if not named:
        return f"never names {about}"
    labels = [signals.mentions.labels.get(id_) for id_ in signals.mentions.posts[row]]
    sides = [f"{labels.count(side)} {side}" for side in ("positive", "negative") if labels.count(side)]
    return f"names {about} in {count(named, 'post')}" + (f", {' and '.join(sides)}" if sides else "")


def _nearest_communities(signals: Signals, row: int, pro: bool) -> list[int]:
    """The communities that are told: for a person those near to the campaign, or else the nearest if it is nearer than
    most; against them the nearest.
    """
    ranked = _visited(signals, row, signals.places)
    if not pro:
        return (_tellable(signals, ranked) or ranked)[:1]
    nearer = [place for place in ranked if signals.places[place] > signals.places.mean()]
    least = _near(signals)
    near = [place for place in nearer if signals.places[place] >= least] or nearer[:1]
    return (_tellable(signals, near) or near)[:SHOWN_COMMUNITIES]


def _near(signals: Signals) -> float:
    """From where on a community is told as near to the campaign."""
    return min(NEAR, float(np.quantile(signals.places, 1 - NEAR_SHARE))) if len(signals.places) else NEAR


def _visited(signals: Signals, row: int, scores: np.ndarray) -> list[int]:
    """The communities of a person, the highest ``scores`` (communities,) first."""
    matrix = signals.matrix
    own = np.unique(matrix.community[(matrix.author == row) & (matrix.community >= 0)])
    return own[np.argsort(-scores[own], kind="stable")].tolist()  # type: ignore[no-any-return]


def _listed(signals: Signals, places: list[int]) -> str:
    return listed([named_in_words(signals.matrix.communities[place]) for place in _tellable(signals, places)])


def _tellable(signals: Signals, places: list[int]) -> list[int]:
    """The communities without those that hint at a trait which is never told of anybody."""
    return [place for place in places if tellable(signals.matrix.communities[place])]
