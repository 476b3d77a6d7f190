"""What is known beforehand about who writes where: learned from many people's posts, used for people never seen.

For each of some 2,000 communities: what it is about, how its members write elsewhere, which other communities they
visit, and which words are typical of it. A campaign is first placed among these communities by its meaning and by its
words ("Strava" means little to an encoder, but cyclists say it); then people who write like their members, or
visit the same other places, rank higher even if they never came near the subject.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from index.errors import AnalystError
from tools.targeting.post_matrix import STEP, PostMatrix
from tools.targeting.terms import Terms, no_terms

WEIGHTS = Path(__file__).parents[1] / "weights" / "habits.safetensors"
PARTS = ("vectors", "directions", "visits", "visitors", "centre")  # tensors of the file beside those of the terms
# How fast the weight of a community falls with its cosine to the campaign.
SHARP, MIDDLE, BROAD = 40.0, 14.0, 10.0
TYPICAL = 0.04  # of cosine for each unit of log-lift of the campaign's words in a community
PULL = 2.0  # of the nearest communities against the campaign's own direction


@dataclass(frozen=True)
class Background:
    """Mean and spread of the cosine to all subjects: (posts,) each post, (communities,) each community."""

    posts: tuple[np.ndarray, np.ndarray]
    places: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class CampaignEmbedding:
    """What a campaign means: its direction (384,), and how ``near`` to it each known community is."""

    vector: np.ndarray
    near: np.ndarray

    def weights(self, sharpness: float) -> np.ndarray:
        """(communities,) that sum to one, the nearest the most."""
        weights = np.exp(sharpness * (self.near - self.near.max()))
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True)
class CommunityAffinity:
    """``communities`` with, for each, ``vectors`` (n, 384) of what it is about, ``directions`` (n, 384) in which its
    members' posts elsewhere differ from other people's, and ``visits`` and ``visitors`` (n, rank), whose product is how
    much a visit to the first speaks for a visit to the second. ``centre`` (384,) is the mean person, ``terms`` has the
    words typical of communities.
    """

    communities: list[str]
    vectors: np.ndarray
    directions: np.ndarray
    visits: np.ndarray
    visitors: np.ndarray
    centre: np.ndarray
    terms: Terms = field(default_factory=no_terms)

    def embed_campaign(self, vector: np.ndarray, text: str) -> CampaignEmbedding:
        """Where a campaign of this direction (384,) and these words lies among the communities."""
        return CampaignEmbedding(
            vector, self.vectors @ vector + TYPICAL * self.terms.typical(text, len(self.communities))
        )

    def drawn(self, embedded: CampaignEmbedding) -> np.ndarray:
        """(384,) the campaign's direction drawn toward the communities nearest to it."""
        pull = embedded.weights(SHARP) @ self.vectors
        drawn = embedded.vector + PULL * pull / (np.linalg.norm(pull) + 1e-9)
        return drawn / np.linalg.norm(drawn)

    def like_members(self, embedded: CampaignEmbedding, centres: np.ndarray) -> np.ndarray:
        """(people,) how much people write like those who visit the communities near the campaign.

        ``centres`` (people, 384) are the means of their posts. The directions are those of a linear discriminant
        (Fisher, 1936) with a shrunken covariance.
        """
        apart = centres - self.centre
        apart = apart / (np.linalg.norm(apart, axis=1, keepdims=True) + 1e-9)
        return apart @ (embedded.weights(BROAD) @ self.directions)

    def visits_toward(self, embedded: CampaignEmbedding, communities: list[str]) -> np.ndarray:
        """(communities,) how much a visit to each speaks for the campaign; nought for those that are not known.

        From a linear item-item model of visits (EASE, Steck 2019), of low rank.
        """
        wanted = self.visits @ (self.visitors.T @ embedded.weights(MIDDLE))
        places = self.places(communities)
        return np.where(places >= 0, wanted[places], 0.0)

    def places(self, communities: list[str]) -> np.ndarray:
        """(communities,) where each, casefolded, stands here; −1 for those that are not known."""
        return np.array([self._known.get(name, -1) for name in communities], dtype=int)

    @cached_property
    def _known(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.communities)}

    def background(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) mean and spread of each vector's cosine to all subjects: some posts are near to everything."""
        mean = self.vectors.mean(0)
        covariance = np.cov(self.vectors.T).astype(np.float32)
        spread = np.empty(len(vectors), dtype=np.float32)
        for start in range(0, len(vectors), STEP):
            part = np.asarray(vectors[start : start + STEP])
            spread[start : start + STEP] = np.sqrt(np.einsum("pw,pw->p", part @ covariance, part))
        return np.asarray(vectors @ mean), spread


def background_of(matrix: PostMatrix, known: CommunityAffinity) -> Background:
    return Background(known.background(matrix.vectors), known.background(matrix.places))


@cache
def community_affinity() -> CommunityAffinity:
    """The shipped knowledge. Raises AnalystError if its file is missing."""
    import json

    from safetensors import safe_open

    if not WEIGHTS.is_file():
        raise AnalystError("The weights of targeting are missing", where=str(WEIGHTS), todo="Restore the file.")
    with safe_open(WEIGHTS, framework="pt") as file:
        names = json.loads(file.metadata()["communities"])
        parts = {name: file.get_tensor(name).float().numpy() for name in PARTS}
        starts, places, lifts, letters = (
            file.get_tensor(f"term_{name}") for name in ("starts", "places", "lifts", "names")
        )
    written = bytes(letters.numpy()).decode().split("\n")
    return CommunityAffinity(
        names, **parts, terms=Terms(written, starts.numpy(), places.numpy(), lifts.float().numpy())
    )
