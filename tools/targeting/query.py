"""What an audience is looked for with: the campaign in its own words, and the interests that go with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from index.entities.mentions import canonical
from tools.extract_keywords import contrastive_phrases
from tools.library import Library
from tools.privacy.tellable import tellable
from tools.selection.own_words import EVERY_POST, Basis
from tools.selection.posts import Selection
from tools.selection.subject import Subject, subject_of
from tools.targeting.names import subjects_of

NEAREST_INTERESTS = 150  # posts from which related interests are read
MOST_READ = 2000  # posts with the name from which they are read
LONGEST_NAME = 5  # words; what is longer is ad copy
NEAR_INTEREST = 0.4  # cosine to the campaign under which a phrase found nearby has nothing to do with it
PULL = 0.6  # of what is meant; interests found here are only offered, for they did not make rankings better
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

    @property
    def meant(self) -> list[str]:
        """Interests that are weighed in: those given, or else what is known beforehand of the campaign's names."""
        return subjects_of(self.campaign) if self.interests_found else self.interests

    @property
    def words(self) -> str:
        """The campaign and what is meant by it."""
        return ", ".join([self.campaign, *self.meant])


def audience_query(library: Library, campaign: str, interests: list[str], basis: Basis = EVERY_POST) -> AudienceQuery:
    """The campaign with its interests; left empty, they are read off the posts of ``basis`` that name it; of few, also
    off those nearest to it.
    """
    campaign = plain_campaign(campaign)
    given = [interest.strip() for interest in interests if interest.strip()]
    if given:
        return AudienceQuery(campaign, given, False)
    named = naming(library, campaign)
    posts = list(named.posts.id[:MOST_READ]) if named else []
    if len(posts) < NEAREST_INTERESTS:  # of so few a phrase may be one person's
        posts = [*posts, *library.matrix.nearest(library.embed(campaign), NEAREST_INTERESTS)]
    selection = Selection(f"{basis.where} AND p.id IN (SELECT unnest($ids))", {**basis.values, "ids": posts}, "")
    found = contrastive_phrases(library, selection, 8, leave_out=campaign)
    own = set(campaign.casefold().split())
    near = [
        keyword.phrase
        for keyword in found
        if keyword.posts > 1 and not own & set(keyword.phrase.split()) and tellable(keyword.phrase)
    ]
    return AudienceQuery(campaign, _nearest_phrases(library, campaign, near)[:5], True)


def plain_campaign(campaign: str) -> str:
    """The campaign without words like "ad" around it: "a Nike ad" → "Nike"; ad copy stays as it is."""
    words = " ".join(campaign.split())
    if len(words.split()) > LONGEST_NAME:
        return words
    return _AD_AFTER.sub("", _AD_BEFORE.sub("", words)) or words


def query_vector(library: Library, query: AudienceQuery) -> np.ndarray:
    """(384,) the campaign's direction, drawn toward what is meant by it."""
    vector = library.embed(query.campaign)
    if meant := query.meant:
        pull = library.embed_all(meant).mean(0)
        vector = vector + PULL * pull / np.linalg.norm(pull)
    return vector / np.linalg.norm(vector)


def naming(library: Library, campaign: str) -> Subject | None:
    """The campaign as a name, or as the words of a theme, with the posts that have it; None for ad copy."""
    if len(campaign.split()) > LONGEST_NAME or not canonical(campaign):
        return None
    return subject_of(library, campaign, by_meaning=False)


def _nearest_phrases(library: Library, campaign: str, phrases: list[str]) -> list[str]:
    """Phrases near the campaign in meaning, the nearest first."""
    near = dict(zip(phrases, library.embed_all(phrases) @ library.embed(campaign), strict=True))
    return sorted((phrase for phrase in phrases if near[phrase] >= NEAR_INTEREST), key=lambda phrase: -near[phrase])
