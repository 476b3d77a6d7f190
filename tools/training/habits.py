"""Learn who writes where: the contents of ``tools/weights/habits.safetensors``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tools.targeting.affinity import PARTS, CommunityAffinity
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.terms import no_terms
from tools.training.terms import Corpus, learn_terms

LEAST_MEMBERS = 4  # of a community that is learned
LEAST_POSTS = 4  # of a member elsewhere
RIDGE = 100.0  # of the visits
SHRINKAGE = 3.0  # of the people's covariance, in units of its mean variance
FEW = 20  # members of a community whose direction is trusted by half
RANK = 128


def learn(
    matrix: PostMatrix, interests: Mapping[str, np.ndarray] | None = None, corpus: Corpus | None = None
) -> CommunityAffinity:
    """Habits of the people of ``matrix``.

    ``interests`` has, for communities by their casefolded names, the direction (384,) of what a catalogue says of them;
    typical words come from ``corpus``.
    """
    members = (matrix.habit > 0).sum(0).A1
    kept = np.flatnonzero(members >= LEAST_MEMBERS)
    visited = (np.asarray(matrix.habit[:, kept].todense()) > 0).astype(np.float32)
    visits, visitors = _visits(visited)
    names = [matrix.communities[i].casefold() for i in kept]
    return CommunityAffinity(
        names,
        _about(matrix, kept, interests or {}),
        _directions(matrix, kept),
        visits,
        visitors,
        matrix.centres.mean(0),
        learn_terms(corpus, names) if corpus else no_terms(),
    )


def _about(matrix: PostMatrix, kept: np.ndarray, interests: Mapping[str, np.ndarray]) -> np.ndarray:
    """Half the name, a bit more than half the posts, and as much again of what a catalogue says."""
    whole = matrix.places[kept] * 0.6 + matrix.names[kept] * 0.4
    whole = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    for row, place in enumerate(kept):
        whole[row] += interests.get(matrix.communities[place].casefold(), 0.0)
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


def _directions(matrix: PostMatrix, kept: np.ndarray) -> np.ndarray:
    """In which direction the posts of each community's members, elsewhere, differ from those of everybody."""
    centre = matrix.centres.mean(0)
    covariance = np.cov((matrix.centres - centre).T)
    covariance += SHRINKAGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    differences = np.zeros((len(kept), matrix.vectors.shape[1]))
    for row, community in enumerate(kept):
        means = _elsewhere(matrix, community)
        if len(means) >= LEAST_MEMBERS - 1:
            differences[row] = (means.mean(0) - centre) * len(means) / (len(means) + FEW)
    return np.linalg.solve(covariance, differences.T).T


def _elsewhere(matrix: PostMatrix, community: int) -> np.ndarray:
    """(members, 384) mean of each member's posts outside the community."""
    posts = np.flatnonzero(matrix.community == community)
    authors, rows = np.unique(matrix.author[posts], return_inverse=True)
    inside = np.zeros((len(authors), matrix.vectors.shape[1]))
    np.add.at(inside, rows, matrix.vectors[posts])
    left = matrix.posts[authors] - np.bincount(rows)
    enough = left >= LEAST_POSTS
    total = matrix.centres[authors] * matrix.posts[authors][:, None] - inside
    return total[enough] / left[enough][:, None]


def save(found: CommunityAffinity, path: Path) -> None:
    """bf16 safetensors, with the communities' names in its head."""
    import torch
    from safetensors.torch import save_file

    arrays = {name: torch.from_numpy(np.asarray(getattr(found, name))) for name in PARTS}
    tensors = {name: array.to(torch.bfloat16).contiguous() for name, array in arrays.items()}
    letters = np.frombuffer("\n".join(found.terms.names).encode(), dtype=np.uint8)
    tensors |= {
        "term_names": torch.from_numpy(letters.copy()),
        "term_starts": torch.from_numpy(found.terms.starts),
        "term_places": torch.from_numpy(found.terms.places),
        "term_lifts": torch.from_numpy(found.terms.lifts).to(torch.bfloat16),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"communities": json.dumps(found.communities)})
