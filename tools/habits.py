"""What is known beforehand about who writes where: learned from many people's posts, used for people never seen.

For each of some 1,500 communities: what it is about, how its members write elsewhere, and which other communities they
visit. A campaign is first placed among these communities by its meaning; then people who write like their members, or
visit the same other places, rank higher even if they never came near the subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from index.errors import AnalystError
from tools.crowd import STEP, Crowd

WEIGHTS = Path(__file__).parent / "weights" / "habits.safetensors"
# How fast the weight of a community falls with its cosine to the campaign.
SHARP, MIDDLE, BROAD = 40.0, 14.0, 10.0
PULL = 2.0  # of the nearest communities against the campaign's own direction


@dataclass(frozen=True)
class Common:
    """Mean and spread of the cosine to all subjects: (posts,) each of a crowd's posts, (communities,) of its places."""

    posts: tuple[np.ndarray, np.ndarray]
    places: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Habits:
    """``communities`` with, for each, ``vectors`` (n, 384) of what it is about, ``directions`` (n, 384) in which its
    members' posts elsewhere differ from other people's, and ``visits`` and ``visitors`` (n, rank), whose product is how
    much a visit to the first speaks for a visit to the second. ``centre`` (384,) is the mean person.
    """

    communities: list[str]
    vectors: np.ndarray
    directions: np.ndarray
    visits: np.ndarray
    visitors: np.ndarray
    centre: np.ndarray

    def near(self, vector: np.ndarray, sharpness: float) -> np.ndarray:
        """(n,) weights of the communities for a campaign; they sum to one."""
        cosines = self.vectors @ vector
        weights = np.exp(sharpness * (cosines - cosines.max()))
        return weights / weights.sum()

    def drawn(self, vector: np.ndarray) -> np.ndarray:
        """(384,) the campaign's direction drawn toward the communities nearest to it."""
        pull = self.near(vector, SHARP) @ self.vectors
        drawn = vector + PULL * pull / (np.linalg.norm(pull) + 1e-9)
        return drawn / np.linalg.norm(drawn)

    def like_members(self, vector: np.ndarray, centres: np.ndarray) -> np.ndarray:
        """(people,) how much people write like those who visit the communities near the campaign.

        ``centres`` (people, 384) are the means of their posts. The directions are those of a linear discriminant
        (Fisher, 1936) with a shrunken covariance.
        """
        apart = centres - self.centre
        apart = apart / (np.linalg.norm(apart, axis=1, keepdims=True) + 1e-9)
        return apart @ (self.near(vector, BROAD) @ self.directions)

    def visits_toward(self, vector: np.ndarray, communities: list[str]) -> np.ndarray:
        """(communities,) how much a visit to each speaks for the campaign; nought for those that are not known.

        From a linear item-item model of visits (EASE, Steck 2019), of low rank.
        """
        wanted = self.visits @ (self.visitors.T @ self.near(vector, MIDDLE))
        places = self.places(communities)
        return np.where(places >= 0, wanted[places], 0.0)

    def places(self, communities: list[str]) -> np.ndarray:
        """(communities,) where each, casefolded, stands here; −1 for those that are not known."""
        return np.array([self._known.get(name, -1) for name in communities], dtype=int)

    @cached_property
    def _known(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.communities)}

    def common(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) mean and spread of each vector's cosine to all subjects: some posts are near to everything."""
        mean = self.vectors.mean(0)
        covariance = np.cov(self.vectors.T).astype(np.float32)
        spread = np.empty(len(vectors), dtype=np.float32)
        for start in range(0, len(vectors), STEP):
            part = np.asarray(vectors[start : start + STEP])
            spread[start : start + STEP] = np.sqrt(np.einsum("pw,pw->p", part @ covariance, part))
        return np.asarray(vectors @ mean), spread


def common_of(crowd: Crowd, known: Habits) -> Common:
    return Common(known.common(crowd.vectors), known.common(crowd.places))


@cache
def habits() -> Habits:
    """The shipped knowledge. Raises AnalystError if its file is missing."""
    import json

    from safetensors import safe_open

    if not WEIGHTS.is_file():
        raise AnalystError("The weights of targeting are missing", where=str(WEIGHTS), todo="Restore the file.")
    with safe_open(WEIGHTS, framework="pt") as file:
        parts = {name: file.get_tensor(name).float().numpy() for name in file.keys()}  # noqa: SIM118
        names = json.loads(file.metadata()["communities"])
    return Habits(names, **parts)
