"""What rankings of people look at: everybody's own posts in a time, as arrays, and what is known beforehand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tools.library import Library
from tools.selection.own_words import Basis
from tools.targeting.affinity import Background, community_affinity
from tools.targeting.lookalike import Profiles
from tools.targeting.post_matrix import PostMatrix

REMEMBERED = 1  # views of one index that are kept, since each holds its vectors


@dataclass(frozen=True, eq=False)
class View:
    """``rows`` of the library's matrix; None for all."""

    library: Library
    rows: np.ndarray | None = None

    @cached_property
    def matrix(self) -> PostMatrix:
        return self.library.matrix if self.rows is None else self.library.matrix.subset(self.rows)

    @cached_property
    def background(self) -> Background:
        """How near each post and community is to all subjects."""
        if self.rows is None:
            return self.library.background
        mean, spread = self.library.background.posts
        return Background((mean[self.rows], spread[self.rows]), community_affinity().background(self.matrix.places))

    @cached_property
    def profiles(self) -> Profiles:
        """What people are compared by."""
        return self.library.profiles if self.rows is None else Profiles.of(self.matrix, community_affinity())


def view_of(library: Library, basis: Basis) -> View:
    """The view of the posts that meet ``basis``."""
    if basis.where == "true":
        return View(library)
    views: OrderedDict[tuple[object, ...], View] = library.views
    key = (basis.where, *sorted(basis.values.items()))
    if (found := views.get(key)) is None:
        rows = library.facts.rows(f"SELECT p.id FROM posts p WHERE {basis.where}", basis.values)
        found = views[key] = View(library, np.sort(library.matrix.rows_of([id_ for (id_,) in rows])))
    views.move_to_end(key)
    while len(views) > REMEMBERED:
        views.popitem(last=False)
    return found
