"""The targeting engine: an audience query, signals for each person, and their combination into a probability."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tools.extract_keywords import contrastive_phrases
from tools.library import Library
from tools.select import Selection, topic_pattern
from tools.words import count, tone

WEIGHTS = Path(__file__).parent / "targeting_weights.json"
NEAR_POSTS = 3000  # posts nearest to the query that are looked at
NEAREST_INTERESTS = 150  # posts from which related interests are read
LONGEST_NAME = 5  # words; what is longer is ad copy
BEST = 3  # a person's best posts that count
NAMES = ("person", "posts", "communities", "mentions")
NEAR_INTEREST = 0.3  # cosine to the campaign under which a phrase found nearby has nothing to do with it
NEUTRAL_MENTION = 0.3  # what naming the campaign in a neutral tone is worth; warm words add, cold words take away
# "a Nike ad", "our promo for Nike": what is left is the name.
_AD_BEFORE = re.compile(
    r"^(?:(?:an?|our|my)\s+)*(?:(?:ad|advert|advertisement|campaign|promo|promotion|commercial)s?\s+"
    r"(?:for|by|from|about)\s+)?(?:(?:an?|our|my)\s+)*",
    re.IGNORECASE,
)
_AD_AFTER = re.compile(r"\s+(?:ad|advert|advertisement|campaign|promo|promotion|commercial)s?$", re.IGNORECASE)


@dataclass(frozen=True)
class AudienceQuery:
    """What is looked for: the campaign in its own words and the interests that go with it. It can be edited and
    rerun.
    """

    campaign: str
    interests: list[str]
    interests_found: bool


@dataclass(frozen=True)
class Signals:
    """``values`` (people, len(names)): one column a signal; nearness is standardised over the people of this index.

    ``mentions`` and ``tones`` are by person: posts that name the campaign, and their mean tone from −1 to 1.
    """

    names: tuple[str, ...]
    authors: list[str]
    values: np.ndarray
    mentions: np.ndarray
    tones: np.ndarray
    main_communities: list[tuple[str, float]]
    near_share: np.ndarray
    best_posts: list[list[str]]

    def reasons(self, row: int) -> list[str]:
        """Why this person, strongest first, in words."""
        said = []
        if self.mentions[row]:
            named = count(int(self.mentions[row]), "post")
            said.append(f"names it in {named}, tone {tone(float(self.tones[row]))}")
        if self.near_share[row] > 0:
            said.append(f"{round(100 * float(self.near_share[row]))} % of posts are close to it")
        name, lift = self.main_communities[row]
        if name and lift > 1.5:
            said.append(f"active in {name}")
        return said or ["what they write as a whole is near it"]


def audience_query(library: Library, campaign: str, interests: list[str]) -> AudienceQuery:
    """The campaign with its interests; left empty, they are read off the posts that name it, or that are nearest to
    it.
    """
    campaign = plain_campaign(campaign)
    given = [interest.strip() for interest in interests if interest.strip()]
    if given:
        return AudienceQuery(campaign, given, False)
    posts = _naming(library, campaign)
    if len(posts) < 5:
        posts = [id_ for id_, _ in library.vectors.nearest("posts", library.embed(campaign), NEAREST_INTERESTS)]
    selection = Selection("p.id IN (SELECT unnest($ids))", {"ids": posts}, "")
    found = contrastive_phrases(library, selection, 8, leave_out=campaign)
    own = set(campaign.casefold().split())
    near = [keyword.phrase for keyword in found if keyword.posts > 1 and not own & set(keyword.phrase.split())]
    return AudienceQuery(campaign, _nearest_phrases(library, campaign, near)[:5], True)


def plain_campaign(campaign: str) -> str:
    """The campaign without words like "ad" around it: "a Nike ad" → "Nike"; ad copy stays as it is."""
    words = " ".join(campaign.split())
    if len(words.split()) > LONGEST_NAME:
        return words
    return _AD_AFTER.sub("", _AD_BEFORE.sub("", words)) or words


def measure_signals(library: Library, query: AudienceQuery) -> Signals:
    """Every signal for every person of the index."""
    vector = _query_vector(library, query)
    authors, people = library.people_vectors
    place = {author: row for row, author in enumerate(authors)}
    near = library.vectors.nearest("posts", vector, min(NEAR_POSTS, max(50, library.manifest.posts // 10)))
    rows = library.facts.rows(
        "SELECT id, author, community FROM posts WHERE id IN (SELECT unnest($ids))", {"ids": [id_ for id_, _ in near]}
    )
    about = {id_: (author, community) for id_, author, community in rows}
    floor = near[-1][1] if near else 0.0
    best: list[list[tuple[float, str]]] = [[] for _ in authors]
    in_community: dict[str, int] = {}
    for id_, cosine in near:
        author, community = about[id_]
        best[place[author]].append((cosine, id_))
        if community:
            in_community[community] = in_community.get(community, 0) + 1
    mentions, tones, naming = _mentions(library, query, place)
    posts = np.array([n for _, n in _post_counts(library, authors)], dtype=float)
    nearness = np.array([np.mean([c for c, _ in b[:BEST]] + [floor] * (BEST - len(b[:BEST]))) for b in best])
    communities, main = _communities(library, in_community, len(near), place, authors)
    columns = [
        _standardised(people @ vector),
        _standardised(nearness),
        _standardised(communities),
        np.sign(NEUTRAL_MENTION + tones) * np.log1p(mentions * np.abs(NEUTRAL_MENTION + tones)),
    ]
    return Signals(
        NAMES,
        authors,
        np.stack(columns, axis=1),
        mentions,
        tones,
        main,
        np.array([len(b) for b in best]) / np.maximum(posts, 1),
        [list(dict.fromkeys(naming[row] + [id_ for _, id_ in b[:BEST]])) for row, b in enumerate(best)],
    )


def probabilities(signals: Signals) -> tuple[np.ndarray, np.ndarray]:
    """Probability (people,) and each signal's contribution in log-odds (people, signals): a logistic model."""
    weights = _weights()
    contributions = signals.values * np.array([weights["weights"][name] for name in signals.names])
    return 1 / (1 + np.exp(-(contributions.sum(1) + weights["bias"]))), contributions


@cache
def _weights() -> dict:
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


def _query_vector(library: Library, query: AudienceQuery) -> np.ndarray:
    """The campaign's direction, drawn toward its interests."""
    vector = library.embed(query.campaign)
    if query.interests:
        pull = np.mean([library.embed(interest) for interest in query.interests], axis=0)
        vector = vector + 0.6 * pull / np.linalg.norm(pull)
    return vector / np.linalg.norm(vector)


def _nearest_phrases(library: Library, campaign: str, phrases: list[str]) -> list[str]:
    """Phrases near the campaign in meaning, the nearest first."""
    vector = library.embed(campaign)
    near = {phrase: float(library.embed(phrase) @ vector) for phrase in phrases}
    return sorted((phrase for phrase in phrases if near[phrase] >= NEAR_INTEREST), key=lambda phrase: -near[phrase])


def _naming(library: Library, campaign: str) -> list[str]:
    if len(campaign.split()) > LONGEST_NAME:
        return []
    pattern = topic_pattern(library, campaign)
    rows = library.facts.rows(
        "SELECT id FROM posts WHERE regexp_matches(text, $p) ORDER BY id LIMIT 2000", {"p": pattern}
    )
    return [id_ for (id_,) in rows]


def _mentions(
    library: Library, query: AudienceQuery, place: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, list[list[str]]]:
    """By person: how many posts name the campaign, their mean tone, and which they are."""
    counts, tones = np.zeros(len(place)), np.zeros(len(place))
    posts: list[list[str]] = [[] for _ in place]
    naming = _naming(library, query.campaign)
    rows = library.facts.rows(
        "SELECT author, id, positive - negative FROM posts WHERE id IN (SELECT unnest($ids)) ORDER BY 3 DESC",
        {"ids": naming},
    )
    for author, id_, mean in rows:
        row = place[author]
        counts[row] += 1
        tones[row] += mean
        posts[row].append(id_)
    return counts, tones / np.maximum(counts, 1), posts


def _post_counts(library: Library, authors: list[str]) -> list[tuple[str, int]]:
    known = dict(library.facts.rows("SELECT author, posts FROM people"))
    return [(author, known[author]) for author in authors]


def _communities(
    library: Library, near: dict[str, int], total: int, place: dict[str, int], authors: list[str]
) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """By person: mean log lift of the communities they post in, and the one that speaks most for the campaign."""
    sizes = dict(library.facts.rows("SELECT community, count(*) FROM posts WHERE community IS NOT NULL GROUP BY 1"))
    everyone = max(1, library.manifest.posts)
    # Add-one smoothing: a community of three posts proves little.
    lift = {
        name: ((near.get(name, 0) + 1) / (total + len(sizes))) / ((size + 1) / (everyone + len(sizes)))
        for name, size in sizes.items()
    }
    score, main = np.zeros(len(authors)), [("", 0.0)] * len(authors)
    rows = library.facts.rows(
        "SELECT author, community, count(*), sum(count(*)) OVER (PARTITION BY author) FROM posts "
        "WHERE community IS NOT NULL GROUP BY author, community"
    )
    for author, community, posts, total_posts in rows:
        row = place[author]
        score[row] += float(posts) / float(total_posts) * np.log(lift[community])
        if lift[community] > main[row][1]:
            main[row] = (community, lift[community])
    return score, main


def _standardised(column: np.ndarray) -> np.ndarray:
    """Zero mean and unit spread, cut at four: an index of odd people must not give certainty."""
    return np.clip((column - column.mean()) / (column.std() + 1e-9), -4, 4)
