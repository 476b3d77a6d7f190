"""Why and why not a person, in words: what each signal rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.library import Library
from tools.signals import NAMES, Signals
from tools.targeting import Odds
from tools.words import count, listed, short, tone

TELLING = 0.15  # log-odds from which a signal is worth a word
SHOWN_COMMUNITIES = 2


@dataclass(frozen=True)
class Reason:
    """One signal of one person: what it adds in log-odds (below nought it speaks against), and why."""

    signal: str
    weight: float
    words: str


def reasons_of(signals: Signals, odds: Odds, row: int) -> list[Reason]:
    """Every signal of a person, what weighs most first."""
    found = [
        Reason(name, round(float(odds.parts[row, place]), 3), _WORDS[name](signals, row, odds.parts[row, place] > 0))
        for place, name in enumerate(NAMES)
    ]
    return sorted(found, key=lambda reason: -abs(reason.weight))


def told(reasons: list[Reason], *, speaks_for: bool) -> list[str]:
    """The words of the signals that speak for, or against, and weigh enough to tell."""
    sign = 1 if speaks_for else -1
    return [reason.words for reason in reasons if sign * reason.weight >= TELLING]


def posts_for(signals: Signals, row: int, number: int) -> list[str]:
    """Ids of the posts that speak for a person: warm ones that name the campaign, then those nearest to it."""
    named = [id_ for id_ in signals.mentions.posts[row] if signals.mentions.post_tones[id_] >= 0]
    near = signals.crowd.best_posts(signals.closeness, row, number)
    return list(dict.fromkeys([*named, *near]))[:number]


def posts_against(library: Library, signals: Signals, row: int, number: int) -> list[str]:
    """Ids of the posts that speak against: cold ones that name the campaign, then negative ones close to it."""
    tones = signals.mentions.post_tones
    cold = [id_ for id_ in reversed(signals.mentions.posts[row]) if tones[id_] < 0]
    own = np.flatnonzero((signals.crowd.author == row) & (signals.closeness >= signals.close))
    own = own[library.negative[own]]
    close = [str(signals.crowd.ids[i]) for i in own[np.argsort(-signals.closeness[own], kind="stable")]]
    return list(dict.fromkeys([*cold, *(id_ for id_ in close if id_ not in tones)]))[:number]


def _posts(signals: Signals, row: int, pro: bool) -> str:
    own = signals.closeness[signals.crowd.author == row]
    close = int((own >= signals.close).sum())
    if close:
        return f"{count(close, 'post')} of {len(own)} close to it"
    return "their nearest posts come near it" if pro else "none of their posts comes near it"


def _communities(signals: Signals, row: int, pro: bool) -> str:
    names = _visited(signals, row, signals.places, best=pro)
    if not names:
        return "no community is known"
    return f"active in {names}" if pro else f"the nearest community they post in is {names}, far from it"


def _visits(signals: Signals, row: int, pro: bool) -> str:
    names = _visited(signals, row, signals.visits * (1 if pro else -1), best=True)
    if not names:
        return "no community is known"
    return f"{'often the way to it' if pro else 'rarely the way to it'}: {names}"


def _style(signals: Signals, row: int, pro: bool) -> str:
    return "writes like people who care for it" if pro else "writes unlike people who care for it"


def _mentions(signals: Signals, row: int, pro: bool) -> str:
    named = int(signals.mentions.counts[row])
    if not named:
        return "never names it"
    return f"names it in {count(named, 'post')}, tone {tone(float(signals.mentions.tones[row]))}"


def _visited(signals: Signals, row: int, scores: np.ndarray, *, best: bool) -> str:
    """The communities of a person with the highest scores; with ``best`` only those above the mean."""
    crowd = signals.crowd
    own = np.unique(crowd.community[(crowd.author == row) & (crowd.community >= 0)])
    ranked = own[np.argsort(-scores[own], kind="stable")].tolist()
    if best:
        ranked = [place for place in ranked if scores[place] > scores.mean()]
        return listed([short(crowd.communities[place]) for place in ranked[:SHOWN_COMMUNITIES]])
    return short(crowd.communities[ranked[0]]) if len(ranked) else ""


_WORDS = {"posts": _posts, "communities": _communities, "visits": _visits, "style": _style, "mentions": _mentions}
