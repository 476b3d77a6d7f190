"""The hidden-community test: which posts are hidden, which are kept, and who counts as engaged.

Hidden are all posts of all campaigns' communities. Of what remains every author keeps ``KEPT`` posts; who has fewer is
left out. The equal number matters: the number of posts left would tell who lost some.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.posts.record import Post, Rejected

KEPT = 12
SEED = 7
Campaigns = dict[str, frozenset[str]]  # campaign → its communities as ``same_case`` writes them


@dataclass(frozen=True)
class Split:
    """``kept`` posts, in the order given, and for each campaign the authors who have a hidden post in it.

    ``authors`` are those of ``kept``; ``hidden`` posts of anybody were hidden, and ``too_few`` authors left out.
    """

    kept: list[Post]
    engaged: dict[str, frozenset[str]]
    authors: list[str]
    hidden: int
    too_few: int


def same_case(community: str) -> str:
    """A community's name as it is compared: without case, ``r/`` and ``#``."""
    return community.strip().casefold().lstrip("/").removeprefix("r/").lstrip("#")


def read_campaigns(path: Path) -> Campaigns:
    """A YAML file of ``campaign: [communities]``. Raises AnalystError if it is anything else."""
    import yaml

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).splitlines()[0]
        raise AnalystError(f"The campaigns cannot be read: {reason}", where=str(path), todo="Give YAML.") from error
    form = "Write a campaign a line, as in: Nike: [running, Sneakers]"
    if not isinstance(raw, dict) or not raw:
        raise AnalystError("The file holds no campaigns", where=str(path), todo=form)
    for name, communities in raw.items():
        if not isinstance(communities, list) or not communities or not all(map(_is_name, [name, *communities])):
            raise AnalystError(f"'{name}' is no campaign with a list of communities", where=str(path), todo=form)
    return {str(name): frozenset(same_case(str(one)) for one in found) for name, found in raw.items()}


def _is_name(value: Any) -> bool:
    """Names of digits only are numbers to YAML; "no" and "on" are truth values, and must be quoted."""
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value).strip())


def distinct_posts(rows: Iterable[Post | Rejected]) -> list[Post]:
    """Posts without rejects and repeated ids, as the index will hold them."""
    found: dict[str, Post] = {}
    for row in rows:
        if isinstance(row, Post):
            found.setdefault(row.id, row)
    return list(found.values())


def hide(posts: Iterable[Post], campaigns: Mapping[str, frozenset[str]], authors: int | None = None) -> Split:
    """The split of ``posts`` for ``campaigns``; with ``authors`` only so many people, drawn at random.

    An author's draw depends on the author's own posts alone, not on the order of the file or on who else is in it.
    Raises AnalystError if nothing can be hidden or nobody has enough posts left.
    """
    closed = frozenset().union(*campaigns.values())
    left: dict[str, list[Post]] = {}
    seen: dict[str, set[str]] = {}  # author → communities of hidden posts
    hidden = 0
    places: dict[str, int] = {}
    for place, post in enumerate(posts):
        places[post.id] = place
        own = left.setdefault(post.author, [])
        community = same_case(post.community or "")
        if community in closed:
            seen.setdefault(post.author, set()).add(community)
            hidden += 1
        else:
            own.append(post)
    if not hidden:
        raise AnalystError(
            "No post lies in any of the campaigns' communities",
            todo="Check their names, and that the posts have a community, subreddit, channel or hashtag column.",
        )
    enough = sorted(author for author, own in left.items() if len(own) >= KEPT)
    if not enough:
        raise AnalystError(
            f"Nobody has {KEPT} posts outside of the campaigns' communities", todo="Give more posts of each author."
        )
    too_few = len(left) - len(enough)
    if authors is not None and authors < len(enough):
        enough = sorted(random.Random(SEED).sample(enough, authors))
    kept = [post for author in enough for post in _drawn(author, left[author])]
    engaged = {
        name: frozenset(author for author in enough if seen.get(author, set()) & communities)
        for name, communities in campaigns.items()
    }
    return Split(sorted(kept, key=lambda post: places[post.id]), engaged, enough, hidden, too_few)


def _drawn(author: str, own: list[Post]) -> list[Post]:
    return random.Random(f"{SEED} {author}").sample(sorted(own, key=lambda post: post.id), KEPT)


def unknown_communities(posts: Iterable[Post], campaigns: Mapping[str, frozenset[str]]) -> list[str]:
    """A sentence for each community that no post lies in, with the nearest name."""
    known = {same_case(post.community) for post in posts if post.community}
    said = []
    for name, communities in campaigns.items():
        for community in sorted(communities - known):
            near = difflib.get_close_matches(community, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            said.append(f"No post lies in {community} ({name}).{hint}")
    return said


def as_lines(posts: Iterable[Post]) -> str:
    """Posts as JSON Lines that the index reads back as they are."""
    rows = ({name: value for name, value in asdict(post).items() if value is not None} for post in posts)
    return "".join(json.dumps(row, ensure_ascii=False, default=lambda at: at.isoformat()) + "\n" for row in rows)


def identity(lines: str, weights: Path) -> str:
    """What an index of ``lines`` depends on: the posts, the weights that read them, and the format."""
    from index.manifest import FORMAT

    digest = hashlib.sha256(f"format {FORMAT}\n{lines}".encode())
    for path in sorted((*weights.glob("*.safetensors"), *weights.glob("*.json"))):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
