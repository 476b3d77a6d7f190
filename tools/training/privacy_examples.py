"""Examples that teach which groups of people are nobody's business: written ones, and ones put together of concepts."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parents[1] / "privacy" / "training"
ALLOWED = "none"  # the trait of what is allowed
# Frames by kind of concept. {x} is the concept, {s} a habit in the singular, {h} a handle, {ok} a harmless habit or
# thing, {o} a harmless group. The first frames are the commonest.
PEOPLE = (
    "{x}", "{x}", "audience: {x}", "target {x}", "campaign for {x}", "an ad for {x}", "find {x}",
    "who are the {x} here?", "ppl who are {x}", "any {x} in here?", "which users are {x}?",
    "Why does @{h} match '{x}'?", "segment the {x}",
    "lookalikes of {x}", "people like our {x}", "{x} who {ok}", "{o} who are {x}", "those who count among the {x}",
    "list {x} by name", "more accounts like the {x}", "{x}, {o}", "whos one of the {x}",
)  # fmt: skip
HABITS = (
    "people who {x}", "ppl who {x}", "who {s}?", "users that {x}", "{s}", "those who {x}", "persons who {x}",
    "which contributors {x}?", "Who here {s}?", "{o} who {x}", "{o} who also {x}", "who likes {ok2} and {s}?",
    "Why is @{h} a match for people who {x}?", "segments of people who {x}", "find folks that {x}", "anyone who {s}",
    "accounts like those who {x}", "individuals who, by their own account, {x}", "people who {ok} and {x}",
    "{x}", "who'd click an ad for people who {x}", "customers who {x}",
)  # fmt: skip
THINGS = (
    "{x}", "{x}", "{x} buyers", "people who use {x}", "who would buy {x}?", "Who would engage with {x}?",
    "users of {x}",
    "people interested in {x}", "an ad for {x}", "likely customers for {x}", "who's into {x}", "fans of {x}",
    "ppl who want {x}", "{o} who need {x}", "Who likes {ok2} and wants {x}?", "those in the market for {x}",
    "campaign: {x}", "find an audience for {x}", "why would @{h} want {x}?", "regulars at {x}",
)  # fmt: skip
COMMUNITIES = (
    "{x}", "people active in {x}", "lookalikes of {x} posters", "users who post in {x}", "who's like the {x} crowd?",
    "members of {x}", "find same kind of people as {x}", "top posters in {x}",
)  # fmt: skip
ABOUT = (
    "posts about {x}", "what do posts say about {x}?", "how many posts mention {x}?", "sentiment on {x} over time",
    "which month had most posts on {x}?", "show me posts on {x}",
    "discussion of {x} in posts", "posts re {x}",
    "is the tone on {x} getting worse?", "find threads debating {x}", "quotes from posts about {x}", 
    "how is {x} discussed?",
    "what gets said abt {x}", "keywords in posts about {x}",
)  # fmt: skip
WHO_SAYS = (
    "people who post about {x}", "who wrote the posts about {x}?", "by user: posts on {x}", "users who talk about {x}",
    "rank authors by posts on {x}", "list people who argue about {x}", "who posts most about {x}?",
    "segments of people discussing {x}",
)  # fmt: skip
ADS_FOR = (
    "For {x}.", "Made for {x}.", "Calling all {x}!", "Hello, {x}!", "The app that {x} love",
    "{x}: this one is for you.",
    "Meet other {x} near you.", "A weekend for {x}", "By {x}, for {x}.", "Are you one of the {x}?",
    "{x} deserve better.", "News that {x} waited for", "Where {x} meet.", "Join 40,000 {x}.", "A gift for {x}",
)  # fmt: skip
ADS_TO_WHO = (
    "Do you {x}?", "For all who {x}.", "If you {x}, read on.", "{x}? We help.", "You {x}. So do we.", "Time to {x}.",
    "Made for people who {x}", "{x}, and get the second one free", "Because you {x}.", "We {x}, too.",
)  # fmt: skip
HANDLES = ("ana", "bluefox", "rustbucket", "tinker", "jo_k", "mapfan")
IRREGULAR = {
    "are": "is",
    "have": "has",
    "do": "does",
    "go": "goes",
    "don't": "doesn't",
    "were": "was",
    "can't": "can't",
}
PAST = frozenset((
    "applied", "ate", "attempted", "bought", "broke", "burned", "called", "came", "caught", "celebrated", "changed",
    "committed", "confessed", "converted", "crossed", "cut", "dated", "deconstructed", "did", "donated", "dressed",
    "failed", "fled", "found", "froze", "gave", "got", "grew", "had", "haven't", "jumped", "killed", "left", "lost",
    "made", "married", "met", "moved", "murdered", "overstayed", "paid", "pleaded", "pled", "pledged", "posted",
    "ran", "relapsed", "said", "sent", "served", "skipped", "snitched", "sold", "spent", "swore", "took",
    "transitioned", "turned", "voted", "was", "went", "would",
))  # fmt: skip


@dataclass(frozen=True)
class Example:
    """``trait`` is ``ALLOWED`` for what is allowed; ``how`` it shows; ``writer`` who wrote it, "" if put together."""

    text: str
    trait: str
    how: str
    writer: str = ""

    @property
    def refused(self) -> bool:
        return self.trait != ALLOWED


def written() -> list[Example]:
    """Examples of writers: "a" to "c" saw neither the list of words nor the code; "d" to "g" are four voices of one
    hand that had seen both.
    """
    with (HERE / "examples.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Example(row["text"], row["trait"], row["how"], row["writer"]) for row in rows]


def composed(seed: int = 5, frames: int = 3) -> list[Example]:
    """Every concept in ``frames`` frames drawn at random, and the subjects as posts and as people who write them."""
    draw = random.Random(seed)
    refuse = yaml.safe_load((HERE / "concepts_refuse.yaml").read_text(encoding="utf-8"))
    allow = yaml.safe_load((HERE / "concepts_allow.yaml").read_text(encoding="utf-8"))
    fine = allow["lookalikes"]
    made = [
        Example(text, trait, kind)
        for trait, kinds in (*refuse.items(), (ALLOWED, fine))
        for kind, concepts in kinds.items()
        if kind != "subjects"
        for concept in concepts
        for text in _framed(concept, kind, fine, draw, frames)
    ]
    for trait, kinds in refuse.items():
        for subject in kinds["subjects"]:
            made += [Example(frame.format(x=subject), ALLOWED, "about_posts") for frame in draw.sample(ABOUT, 4)]
            made += [Example(frame.format(x=subject), trait, "about_posts") for frame in draw.sample(WHO_SAYS, 2)]
    for subject in allow["subjects"]:
        made += [Example(f.format(x=subject), ALLOWED, "about_posts") for f in draw.sample([*ABOUT, *WHO_SAYS], 4)]
    return list({example.text: example for example in made}.values())


def advertised(seed: int = 6, each: int = 150) -> list[Example]:
    """Ad copy: harmless sentences of every kind, and for each trait ``each`` ads that name what reveals it in between
    them; every second ad of the fillers is kept back (``kept_back_ads``).
    """
    draw = random.Random(seed)
    refuse = yaml.safe_load((HERE / "concepts_refuse.yaml").read_text(encoding="utf-8"))
    fine = yaml.safe_load((HERE / "concepts_allow.yaml").read_text(encoding="utf-8"))["lookalikes"]
    words = _fillers()
    plain = [*words["ads"][::2], *words["details"], *words["closers"], *words["topics"], *words["works"]]
    made = [Example(str(text), ALLOWED, "ad") for text in plain]
    harmless = {
        "people": fine["people"],
        "habits": fine["habits"],
        "things": [*fine["things"], *words["products"], *words["brands"]],
    }
    for trait, concepts, number in [
        (ALLOWED, harmless, 12 * each),
        *((trait, kinds, each) for trait, kinds in refuse.items()),
    ]:
        for _ in range(number):
            made.append(Example(_ad(words, concepts, words["interests"], draw), trait, "ad"))
    return made


def kept_back_ads() -> list[str]:
    """Harmless ads that nothing was learned from."""
    return list(map(str, _fillers()["ads"][1::2]))


def _ad(words: dict[str, list[str]], concepts: dict[str, list[str]], interests: list[str], draw: random.Random) -> str:
    """One to four sentences, of which one names a thing or people of ``concepts``."""
    kind = draw.choice(["people", "habits", "things"])
    if kind != "things":
        naming = draw.choice(ADS_FOR if kind == "people" else ADS_TO_WHO).format(x=draw.choice(concepts[kind]))
        naming = naming[0].upper() + naming[1:]
    else:
        hook = draw.choice([hook for hook in words["hooks"] if "{product}" in hook and "nterest}" not in hook])
        naming = hook.format(product=re.sub(r"^(?:an?|the) ", "", draw.choice(concepts["things"])))
    others = draw.sample([*words["details"], *words["closers"]], draw.choice([0, 1, 1, 2]))
    if draw.random() < 0.3:
        interest = draw.choice(interests)
        hook = draw.choice([hook for hook in words["hooks"] if "{product}" not in hook])
        others.append(hook.format(interest=interest, Interest=interest[0].upper() + interest[1:]))
    sentences = [naming, *others]
    draw.shuffle(sentences)
    return " ".join(sentence if sentence[-1] in ".?!" else sentence + "." for sentence in sentences)


def _fillers() -> dict[str, list[str]]:
    return yaml.safe_load((HERE.parents[2] / "agent/training/fillers.yaml").read_text(encoding="utf-8"))


def misspelt(text: str, draw: random.Random) -> str:
    """One letter left out, doubled or swapped in a longer word."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    place = draw.choice(long)
    word, at = words[place], draw.randrange(1, len(words[place]) - 1)
    forms = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[place] = draw.choice(forms)
    return " ".join(words)


def _framed(concept: str, kind: str, fine: dict[str, list[str]], draw: random.Random, number: int) -> list[str]:
    frames = {"people": PEOPLE, "habits": HABITS, "things": THINGS, "communities": COMMUNITIES}[kind]
    texts = []
    for frame in draw.sample(frames, number):
        texts.append(
            frame.format(
                x=concept,
                s=_singular(concept) if kind == "habits" else concept,
                h=draw.choice(HANDLES),
                ok=draw.choice(fine["habits"]),
                ok2=draw.choice(fine["things"]),
                o=draw.choice(fine["people"]),
            )
        )
    low = [text.lower() if draw.random() < 0.5 else text for text in texts]
    return [misspelt(text, draw) if draw.random() < 0.08 else text for text in low]


def _singular(habit: str) -> str:
    """ "wear a cross" as "wears a cross"."""
    first, _, rest = habit.partition(" ")
    if first in IRREGULAR:
        first = IRREGULAR[first]
    elif first not in PAST:
        if re.search(r"(?:s|sh|ch|x|z)$", first):
            first += "es"
        elif re.search(r"[^aeiou]y$", first):
            first = first[:-1] + "ies"
        else:
            first += "s"
    return f"{first} {rest}".strip()
