"""Learn who writes where: ``python -m tools.training.habits --index DIR``.

DIR is an index of many people's posts with communities. Writes ``tools/weights/habits.safetensors``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from tools.crowd import Crowd
from tools.habits import WEIGHTS, Habits
from tools.library import Library

LEAST_MEMBERS = 4  # of a community that is learned
LEAST_POSTS = 4  # of a member elsewhere
RIDGE = 100.0  # of the visits
SHRINKAGE = 3.0  # of the people's covariance, in units of its mean variance
FEW = 20  # members of a community whose direction is trusted by half
RANK = 128


def learn(crowd: Crowd) -> Habits:
    """Habits of the people of ``crowd``."""
    members = (crowd.habit > 0).sum(0).A1
    kept = np.flatnonzero(members >= LEAST_MEMBERS)
    visited = (np.asarray(crowd.habit[:, kept].todense()) > 0).astype(np.float32)
    visits, visitors = _visits(visited)
    return Habits(
        [crowd.communities[i].casefold() for i in kept],
        _about(crowd, kept),
        _directions(crowd, kept),
        visits,
        visitors,
        crowd.centres.mean(0),
    )


def _about(crowd: Crowd, kept: np.ndarray) -> np.ndarray:
    """Half the name, a bit more than half the posts."""
    whole = crowd.places[kept] * 0.6 + crowd.names[kept] * 0.4
    return whole / np.linalg.norm(whole, axis=1, keepdims=True)


def _visits(visited: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """EASE (Steck, 2019): the ridge regression of each community's visits on all others, in closed form; cut to
    ``RANK``.
    """
    inverse = np.linalg.inv(visited.T @ visited + RIDGE * np.eye(visited.shape[1], dtype=np.float32))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    left, sizes, right = np.linalg.svd(weights)
    root = np.sqrt(sizes[:RANK])
    return left[:, :RANK] * root, right[:RANK].T * root


def _directions(crowd: Crowd, kept: np.ndarray) -> np.ndarray:
    """In which direction the posts of each community's members, elsewhere, differ from those of everybody."""
    centre = crowd.centres.mean(0)
    covariance = np.cov((crowd.centres - centre).T)
    covariance += SHRINKAGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    differences = np.zeros((len(kept), crowd.vectors.shape[1]))
    for row, community in enumerate(kept):
        means = _elsewhere(crowd, community)
        if len(means) >= LEAST_MEMBERS - 1:
            differences[row] = (means.mean(0) - centre) * len(means) / (len(means) + FEW)
    return np.linalg.solve(covariance, differences.T).T


def _elsewhere(crowd: Crowd, community: int) -> np.ndarray:
    """(members, 384) mean of each member's posts outside the community."""
    posts = np.flatnonzero(crowd.community == community)
    authors, rows = np.unique(crowd.author[posts], return_inverse=True)
    inside = np.zeros((len(authors), crowd.vectors.shape[1]))
    np.add.at(inside, rows, crowd.vectors[posts])
    left = crowd.posts[authors] - np.bincount(rows)
    enough = left >= LEAST_POSTS
    total = crowd.centres[authors] * crowd.posts[authors][:, None] - inside
    return total[enough] / left[enough][:, None]


def save(found: Habits, path: Path) -> None:
    """bf16 safetensors, with the communities' names in its head."""
    import torch
    from safetensors.torch import save_file

    parts = ("vectors", "directions", "visits", "visitors", "centre")
    arrays = {name: torch.from_numpy(np.asarray(getattr(found, name))) for name in parts}
    tensors = {name: array.to(torch.bfloat16).contiguous() for name, array in arrays.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"communities": json.dumps(found.communities)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    crowd = Library.open(options.index).crowd
    found = learn(crowd)
    save(found, options.out)
    print(json.dumps({"communities": len(found.communities), "people": len(crowd.authors), "posts": len(crowd.ids)}))


if __name__ == "__main__":
    main()
