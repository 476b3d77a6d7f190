"""What speaks for and against each person: one number for each signal, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tools.library import Library
from tools.result.tones import NEUTRAL_BAND
from tools.selection.own_words import EVERY_POST, Basis
from tools.selection.posts import toward
from tools.selection.subject import table_of
from tools.targeting.affinity import Background, CampaignEmbedding, CommunityAffinity, community_affinity
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.query import AudienceQuery, naming, query_vector
from tools.targeting.view import view_of

BEST = 0.25  # share of a person's posts that counts: three of twelve
BEST_PLACES = 1 / 12  # share of their posts by whose communities they are judged
NAMES = ("posts", "communities", "visits", "style", "mentions")
# What naming the campaign is worth by its mean tone: nothing where that begins to be negative, below it speaks against.
MENTION_TONES, MENTION_WORTH = (-1.0, -NEUTRAL_BAND, 0.0, 1.0), (-1.0, 0.0, 0.3, 1.3)
CLOSE = 0.01  # share of all posts that count as close to the campaign
FARTHEST = 4.0  # spreads from the mean at which a signal is cut: an index of odd people must not give certainty


@dataclass(frozen=True)
class Mentions:
    """By person: posts that name the campaign, their mean tone toward it from −1 to 1, and which they are, the warmest
    first. ``post_tones`` has the tone of each of these posts, ``labels`` what it is called, where that is known.
    """

    counts: np.ndarray
    tones: np.ndarray
    posts: list[list[str]]
    post_tones: dict[str, float]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Signals:
    """``values`` (people, len(NAMES)): one column a signal, standardised over the people of this index but for the
    mentions.

    ``closeness`` (posts,) is each post's nearness to the campaign, ``close`` from where on it counts as near to it;
    ``places`` (communities,) is how near each community is, ``visits`` how much a visit to it speaks for the campaign.
    """

    matrix: PostMatrix
    values: np.ndarray
    mentions: Mentions
    closeness: np.ndarray
    close: float
    places: np.ndarray
    visits: np.ndarray
    understood: bool = True  # whether anything is known of what the campaign means

    @property
    def authors(self) -> list[str]:
        return self.matrix.authors


def measure_signals(library: Library, query: AudienceQuery, basis: Basis = EVERY_POST) -> Signals:
    """Every signal for everybody who wrote the posts of ``basis``, from these posts."""
    tones, labels = _tones(library, query.campaign)
    known = community_affinity()
    embedded = known.embed_campaign(query_vector(library, query), query.words)
    view = view_of(library, basis)
    signals = signals_of(view.matrix, known, view.background, embedded, tones)
    # An encoder finds something near to any string of letters.
    understood = bool(tones or query.meant or known.terms.known(query.campaign))
    return replace(signals, understood=understood, mentions=replace(signals.mentions, labels=labels))


def _tones(library: Library, campaign: str) -> tuple[dict[str, float], dict[str, str]]:
    """The posts that name the campaign with their tone toward it, or else as a whole, the warmest first; and what that
    tone is called.
    """
    named = naming(library, campaign)
    if named is None or named.posts.empty:
        return {}, {}
    whole = library.tones[library.matrix.rows_of(list(named.posts.id))]
    tagged = (named.posts.positive - named.posts.negative).to_numpy(dtype=float)
    tones = dict(zip(named.posts.id, np.where(np.isnan(tagged), whole, tagged).tolist(), strict=True))
    rows = library.facts.rows(
        f"SELECT p.id, p.sentiment FROM {toward(table_of(library, named))} WHERE p.id IN (SELECT unnest($ids))",
        {"ids": list(tones)},
    )
    return dict(sorted(tones.items(), key=lambda item: (-item[1], item[0]))), {id_: str(label) for id_, label in rows}


def signals_of(
    matrix: PostMatrix,
    known: CommunityAffinity,
    background: Background,
    embedded: CampaignEmbedding,
    tones: dict[str, float],
) -> Signals:
    """The signals from arrays: ``background`` is ``background_of`` the matrix, ``tones`` the tone of posts that name
    the campaign.
    """
    drawn = known.drawn(embedded)
    # What is near to every subject is no proof of one: hence the distance in its own spreads.
    mean, spread = background.posts
    closeness = (matrix.cosines(drawn) - mean) / np.maximum(spread, 1e-6)
    mean, spread = background.places
    places = (matrix.places @ drawn - mean) / np.maximum(spread, 1e-6)
    visits = known.visits_toward(embedded, matrix.folded)
    mentions = _mentions(matrix, tones)
    weight = np.interp(mentions.tones, MENTION_TONES, MENTION_WORTH)
    columns = [
        _standardised(matrix.best(closeness, BEST)),
        _standardised(matrix.best(_of_community(matrix, places), BEST_PLACES)),
        _standardised((matrix.habit > 0) @ visits),
        _standardised(known.like_members(embedded, matrix.centres)),
        np.sign(weight) * np.log1p(mentions.counts * np.abs(weight)),
    ]
    close = float(np.quantile(closeness, 1 - CLOSE)) if len(closeness) else 0.0
    return Signals(matrix, np.stack(columns, axis=1), mentions, closeness, close, places, visits)


def _of_community(matrix: PostMatrix, scores: np.ndarray) -> np.ndarray:
    """(posts,) the score of each post's community; of a post without one the mean."""
    if not len(scores):
        return np.zeros(len(matrix.community))
    return np.where(matrix.community >= 0, scores[matrix.community], scores.mean())


def _mentions(matrix: PostMatrix, tones: dict[str, float]) -> Mentions:
    counts, total = np.zeros(len(matrix.authors)), np.zeros(len(matrix.authors))
    posts: list[list[str]] = [[] for _ in matrix.authors]
    for (id_, tone), row in zip(tones.items(), matrix.rows_of(list(tones)), strict=True):
        if row >= 0:
            author = matrix.author[row]
            counts[author] += 1
            total[author] += tone
            posts[author].append(id_)
    return Mentions(counts, total / np.maximum(counts, 1), posts, tones)


def _standardised(column: np.ndarray) -> np.ndarray:
    """Zero mean and unit spread, cut at ``FARTHEST``."""
    return np.clip((column - column.mean()) / (column.std() + 1e-9), -FARTHEST, FARTHEST)
