"""What membership of a group would reveal of its people, by meaning: a small network beside the list of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.privacy.network import RevealingNetwork

WEIGHTS = Path(__file__).parents[1] / "weights" / "privacy.safetensors"
SURELY = 0.9  # what stands alone is judged more carefully than a request: most names reveal nothing
SHORTEST = 3  # letters; fewer mean nothing
LONGEST = 400  # characters that are judged in one piece; longer ad copy is judged piece by piece


@dataclass(frozen=True)
class Judgement:
    """``refused`` is the probability that the text asks for people by what is nobody's business, by ``trait``."""

    refused: float
    trait: str


def reveals(text: str, *, least: float) -> str | None:
    """The trait that being among these people would reveal; None if its probability is below ``least``."""
    if sum(char.isalpha() for char in text) < SHORTEST:
        return None
    found = judge(text)
    return found.trait if found.refused >= least else None


def judge(text: str) -> Judgement:
    """The worst of the pieces of a text."""
    return max((_judged(piece) for piece in pieces(text)), key=lambda one: one.refused)


def judge_all(texts: Sequence[str]) -> list[Judgement]:
    """One judgement for each text, in one pass."""
    import torch

    from index.encoding.encoder import query_encoder
    from tools.library import one_thread
    from tools.privacy.network import SHARED, TRAITS

    with one_thread():
        lower, mask = query_encoder().lower_states([plain(text) for text in texts], SHARED)
        with torch.inference_mode():
            logits = _network().to(lower.device)(lower, mask).float().cpu()
    refused = logits[:, 0].sigmoid().tolist()
    traits = (logits[:, 2:].argmax(1) + 1).tolist()  # whichever trait it would be, "none" apart
    return [Judgement(value, TRAITS[trait]) for value, trait in zip(refused, traits, strict=True)]


def plain(text: str) -> str:
    """A text without what only disguises it: markup, look-alike forms of letters, marks of direction, zero-width
    signs.
    """
    folded = unicodedata.normalize("NFKC", _MARKUP.sub("", text).replace("’", "'")).replace("_", " ")
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return " ".join(seen.translate(_LOOKALIKES).split())


_MARKUP = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
# Cyrillic and Greek letters that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһАВЕКМНОРСТХІοαενΑΒΕΗΙΚΜΝΟΡΤΧ", "aeopcyxijsdhABEKMHOPCTXIoaevABEHIKMNOPTX")


def pieces(text: str) -> list[str]:
    """The text cut between words where it is too long to be judged in one piece."""
    found, piece = list[str](), ""
    for word in text.split():
        if piece and len(piece) + len(word) >= LONGEST:
            found.append(piece)
            piece = ""
        piece = f"{piece} {word}".strip()
    return [*found, piece]


@lru_cache(maxsize=4096)
def _judged(text: str) -> Judgement:
    return judge_all((text,))[0]


@cache
def _network() -> RevealingNetwork:
    from index.encoding.network import load_head
    from index.encoding.trunk import load_trunk
    from tools.privacy.network import RevealingNetwork

    return load_head(RevealingNetwork, load_trunk(), WEIGHTS)
